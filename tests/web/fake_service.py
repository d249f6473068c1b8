"""A service that keeps the HTTP contract with canned replies, so that pages can be tried without an index."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from service.api.dependencies import get_snapshot, get_state
from service.api.middleware import AnswerHead
from service.documents.model import Document, Step
from service.documents.parser import parse_document
from service.errors import DocumentNotFoundError
from service.index.catalog import Entry, Page
from service.settings import Settings
from service.web.crawlers import router as crawlers
from service.web.pages import router

DATA = Path(__file__).parent / "data"
_ODD = ("hostile", "long")

HOSTILE_HTML = """
<p onclick="window.hacked=1">text</p><script>window.hacked=2</script>
<img src="x" onerror="window.hacked=3"><a href="javascript:window.hacked=4">link</a>
<style>* { display: none !important }</style><iframe src="/chat"></iframe>
<svg onload="window.hacked=5"><script>window.hacked=6</script></svg>
<div class="panel" style="position:fixed;inset:0">cover</div><form action="/x"><input name="password"></form>
<math><mtext><table><mglyph><style><img src=x onerror="window.hacked=7"></style></mglyph></table></mtext></math>
<a href="&#106;avascript:window.hacked=8">entity</a><base href="https://evil.example/"><p>the end</p>
"""


def read_documents() -> dict[str, Document]:
    """The documents of the data folder, with one that no parser would let through."""
    documents: dict[str, Document] = {}
    for path in sorted(DATA.rglob("*.md")):
        parsed = parse_document(path.read_bytes(), path=path.relative_to(DATA).as_posix())
        assert parsed.document is not None, parsed.problems
        product = parsed.document.product or path.parent.name
        documents[parsed.document.id] = replace(parsed.document, product=product)
    hostile = Step(1, None, "<b onclick=alert(1)>步骤</b>", HOSTILE_HTML, HOSTILE_HTML)
    documents["hostile"] = replace(
        documents["instance-kinds"],
        id="hostile",
        title="</script><script>window.hacked=9</script>",
        summary='<img src=x onerror="window.hacked=10">',
        question="</p><script>window.hacked=11</script>",
        tags=('"><script>window.hacked=12</script>',),
        steps=(hostile,),
        html="<p>harmless</p>",
    )
    body = f"<p>{'长' * 500}</p><pre>{'x' * 2000}</pre>"
    documents["long"] = replace(
        documents["instance-kinds"],
        id="long",
        title="长" * 200,
        steps=tuple(Step(number, None, f"第 {number} 件事", body, body) for number in range(1, 201)),
        html=body * 200,
    )
    return documents


class FakeSnapshot:
    """What pages ask of a published generation."""

    def __init__(self, documents: dict[str, Document]) -> None:
        self.all = documents
        self.document_count = len(documents)
        self.products = dict(Counter(document.product or "" for document in documents.values()))

    def document(self, document_id: str) -> Document:
        """The document of this id."""
        try:
            return self.all[document_id]
        except KeyError as error:
            raise DocumentNotFoundError(document_id) from error

    def nearest(self, document_id: str, limit: int) -> list[Document]:
        """Any other documents."""
        return [document for name, document in self.all.items() if name != document_id][:limit]

    def documents(
        self, *, product: str | None = None, tag: str | None = None, page: int = 1, page_size: int = 50
    ) -> Page:
        """The documents that match, a page at a time."""
        found = [
            Entry(one.id, one.title, one.product, one.tags, one.date, one.summary)
            for one in self.all.values()
            if (product is None or one.product == product) and (tag is None or tag in one.tags)
        ]
        begin = (page - 1) * page_size
        return Page(len(found), page, page_size, tuple(found[begin : begin + page_size]))


class Question(BaseModel):
    """The body of POST /ask."""

    question: str
    product: str | None = None
    conversation_id: str | None = None


@dataclass
class Log:
    """What the service was asked and told, and the state it pretends to be in."""

    settings: Settings
    asked: list[Question] = field(default_factory=list)
    feedback: list[dict[str, Any]] = field(default_factory=list)
    published: FakeSnapshot | None = None
    broken: bool = False
    released: threading.Event = field(default_factory=threading.Event)


def create_fake_app(log: Log) -> FastAPI:
    """An app with the real pages over fake answers: certain words in a question choose what happens."""
    documents = read_documents()
    snapshot = log.published = FakeSnapshot({name: one for name, one in documents.items() if name != "long"})
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    app.add_middleware(AnswerHead)
    app.include_router(router)
    app.include_router(crawlers)
    app.dependency_overrides[get_snapshot] = lambda: snapshot
    app.dependency_overrides[get_state] = lambda: log

    @app.post("/ask")
    def ask(asked: Question) -> dict[str, Any]:
        log.asked.append(asked)
        if log.broken:
            raise HTTPException(500, "broken")
        if len(asked.question) > 2000:
            raise HTTPException(422, f"question has {len(asked.question)} characters; shorten it to 2000")
        if "慢" in asked.question:
            log.released.wait(20)
        return _reply(documents, asked, log)

    @app.get("/documents")
    def list_documents(product: str | None = None) -> dict[str, Any]:
        page = snapshot.documents(product=product, tag=None, page=1, page_size=50)
        entries = [{"document_id": entry.id, "title": entry.title} for entry in page.entries if entry.id not in _ODD]
        return {"total": page.total, "documents": entries}

    @app.get("/documents/{document_id:path}")
    def one(document_id: str) -> dict[str, Any]:
        if document_id not in documents:
            raise HTTPException(404, "no such document")
        return _body(documents[document_id])

    @app.post("/documents/{document_id:path}/feedback")
    def rate(document_id: str, body: dict[str, Any]) -> dict[str, Any]:
        log.feedback.append({"document_id": document_id, **body})
        return {"ask_id": "reading-1", **body}

    @app.post("/feedback")
    def feedback(body: dict[str, Any]) -> dict[str, Any]:
        log.feedback.append(body)
        return body

    return app


def create_site(script: str, service: str) -> FastAPI:
    """A site on another origin with the strictest policy under which a widget can work at all."""
    app = FastAPI()
    policy = (
        f"default-src 'none'; script-src {service}; connect-src {service}; "
        "require-trusted-types-for 'script'; trusted-types expert-answers"
    )

    @app.get("/")
    def page(request: Request) -> HTMLResponse:
        attributes = " ".join(f'data-{name}="{value}"' for name, value in request.query_params.items())
        text = (
            '<!doctype html><html lang="zh"><meta name="viewport" content="width=device-width">'
            '<title>site</title><h1>文档站</h1><a id="before" href="#x">link</a>'
            f'<script src="{script}" {attributes} defer></script></html>'
        )
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    return app


_NAMES = {"hostile": "hostile", "backlog": "rocketmq-backlog", "区别": "instance-kinds", "很长": "long"}
_STATUSES = {"没有答案": "no_answer", "不确定": "uncertain", "哪个": "clarify"}


def _chosen(choices: dict[str, str], question: str, otherwise: str) -> str:
    return next((name for word, name in choices.items() if word in question), otherwise)


def _reply(documents: dict[str, Document], asked: Question, log: Log) -> dict[str, Any]:
    question = asked.question
    first = _chosen(_NAMES, question, "grpc-instance")
    order = [first, *(name for name in documents if name not in (first, *_ODD))]
    folded = order.pop() if "重复" in question else None
    status = _chosen(_STATUSES, question, "answered")
    results: list[dict[str, Any]] = [
        {
            "document_id": name,
            "title": documents[name].title,
            "product": documents[name].product,
            "score": 1.0,
            "confidence": 0.5,
            "snippet": documents[name].summary,
            "url": f"/kb/{name}",
        }
        for name in [*order, *([folded] if folded else [])]
    ]
    # The last is folded, once under the answer and once under the first of the others.
    similar = [results.pop()] if folded else []
    results = [result | {"similar": similar if rank < 2 else []} for rank, result in enumerate(results)]
    return {
        "ask_id": f"ask-{time.monotonic_ns()}",
        "conversation_id": "conversation-1",
        "status": status,
        "confidence": 0.9,
        "answer": None if status in ("no_answer", "clarify") else _body(documents[first]),
        "results": results,
        "clarification": "您用的是哪个产品？" if status == "clarify" else None,
        "choices": [_choice(documents[name]) for name in order[:2]] if status == "clarify" else [],
        "interpreted_as": f"grpc 实例不下线 {question}" if asked.conversation_id and "第二步" in question else None,
        "step": 2 if "第二步" in question else None,
        "takes_feedback": log.settings.records,
        "took_ms": 1.0,
    }


def _choice(document: Document) -> dict[str, Any]:
    question = f"{document.product} {document.title}"
    label = f"{document.product}: {document.title}"
    return {"label": label, "question": question, "product": document.product, "document_id": document.id}


def _body(document: Document) -> dict[str, Any]:
    part = ("title", "markdown", "html")
    return {
        "document_id": document.id,
        **{name: getattr(document, name) for name in ("title", "question", "product", "date", "summary", *part[1:])},
        "tags": list(document.tags),
        "causes": [{name: getattr(cause, name) for name in part} for cause in document.causes],
        "steps": [{name: getattr(step, name) for name in ("number", "group", *part)} for step in document.steps],
        "references": [
            {"title": item.title, "url": item.url, "document_id": item.document_id} for item in document.references
        ],
        "url": f"/kb/{document.id}",
    }
