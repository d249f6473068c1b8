"""Replies as bytes.

A document is the greater part of an answer and the same every time, so it is serialised once a generation and put into
each reply as it is. So are the results of a question that was asked before; what remains to be written is small.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache, partial

import orjson

from service.answering.reply import Choice, Hit, Reply
from service.api.links import document_url
from service.documents.model import Document
from service.settings import Settings

_CACHED_DOCUMENTS = 512
_CACHED_REPLIES = 512
_CACHED_ADDRESSES = 4096


class Replies:
    """Writes replies; used from the event loop only, so its cache needs no lock.

    `on_document` hears of each document that is written, whether it was kept ready.
    """

    def __init__(self, settings: Settings, on_document: Callable[[bool], None] = lambda was_ready: None) -> None:
        self._on_document = on_document
        self._takes_feedback = settings.records
        self._url = lru_cache(_CACHED_ADDRESSES)(partial(document_url, settings))
        self._rest = lru_cache(_CACHED_REPLIES)(self._write_rest)
        self._documents: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def document(self, generation: str, document: Document) -> bytes:
        """Write a document as DocumentBody describes it."""
        key = (generation, document.id)
        body = self._documents.get(key)
        self._on_document(body is not None)
        if body is not None:
            self._documents.move_to_end(key)
            return body
        body = self._documents[key] = _serialise(document, self._url(document.id))
        if len(self._documents) > _CACHED_DOCUMENTS:
            self._documents.popitem(last=False)
        return body

    def ask(self, reply: Reply, *, ask_id: str, conversation_id: str, seconds: float) -> bytes:
        """Write a reply to a question as AskResponse describes it."""
        document = reply.document
        ids = orjson.dumps({"ask_id": ask_id, "conversation_id": conversation_id, "took_ms": round(seconds * 1000, 3)})
        answer = self.document(reply.generation, document) if document else b"null"
        return b"".join((ids[:-1], b",", self._rest(reply)[1:-1], b',"answer":', answer, b"}"))

    def _write_rest(self, reply: Reply) -> bytes:
        """Write what is the same whenever this reply is given, but for the document."""
        return orjson.dumps(
            {
                "status": reply.status,
                "confidence": round(reply.confidence, 4),
                "results": [
                    self._result(hit) | {"similar": [self._result(one) for one in hit.similar]} for hit in reply.hits
                ],
                "clarification": reply.clarification,
                "choices": [_choice(choice) for choice in reply.choices],
                "interpreted_as": reply.interpreted_as,
                "step": reply.step,
                "takes_feedback": self._takes_feedback,
            }
        )

    def _result(self, hit: Hit) -> dict[str, object]:
        return {
            "document_id": hit.document_id,
            "title": hit.title,
            "product": hit.product,
            "score": round(hit.score, 4),
            "confidence": round(hit.confidence, 4),
            "snippet": hit.snippet,
            "url": self._url(hit.document_id),
        }


def _choice(choice: Choice) -> dict[str, object]:
    return {
        "label": choice.label,
        "question": choice.question,
        "product": choice.product,
        "document_id": choice.document_id,
    }


def _serialise(document: Document, url: str) -> bytes:
    return orjson.dumps(
        {
            "document_id": document.id,
            "title": document.title,
            "question": document.question,
            "product": document.product,
            "tags": document.tags,
            "date": document.date,
            "summary": document.summary,
            "causes": document.causes,
            "steps": document.steps,
            "references": document.references,
            "markdown": document.markdown,
            "html": document.html,
            "url": url,
        }
    )
