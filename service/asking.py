"""Asking from the command line: the index on disk, or a service over HTTP; the reply has one form either way."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson

from service.errors import ExpertAnswersError, ServiceUnreachableError
from service.settings import Settings

_TIMEOUT_SECONDS = 30

Asking = Callable[[str, int, str | None], dict[str, Any]]
"""Takes the question, how many documents to list, and the product or None; goes on with one conversation."""


def ask_service(url: str) -> Asking:
    """Ask the service at an address.

    :raises ServiceUnreachableError: from the returned function, when nothing there answers as the service does.
    """

    conversation_id: str | None = None

    def ask(question: str, top_k: int, product: str | None) -> dict[str, Any]:
        nonlocal conversation_id
        asked = {"question": question, "top_k": top_k, "product": product, "conversation_id": conversation_id}
        body = json.dumps(asked).encode()
        try:
            request = urllib.request.Request(f"{url.rstrip('/')}/ask", body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as response:
                reply: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            raise ExpertAnswersError(_message_of(error)) from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise ServiceUnreachableError(
                f"No service answers at {url} ({error}); start one with `expert-answers serve`, or leave out --url."
            ) from error
        conversation_id = reply.get("conversation_id")
        return reply

    return ask


def ask_index(settings: Settings) -> Asking:
    """Open the index and ask it.

    :raises ModelError: when a model that the settings name cannot be opened.
    :raises IndexUnavailableError: when there is none.
    :raises IndexMismatchError: when it was built in another way, or is damaged.
    """
    from service.answering.engine import Engine
    from service.answering.reranker import open_reranker
    from service.api.replies import Replies
    from service.conversation.dialogue import Dialogue
    from service.conversation.turn import Conversation, Turn
    from service.index.models import open_model
    from service.index.opening import open_index

    encoder = open_model(settings)
    engine = Engine(open_index(settings, encoder), encoder, settings, open_reranker(settings))
    dialogue, replies = Dialogue(engine), Replies(settings)
    conversation_id, turns = uuid4().hex, list[Turn]()
    silence = timedelta(minutes=settings.conversation_minutes)

    def ask(question: str, top_k: int, product: str | None) -> dict[str, Any]:
        now = datetime.now(UTC)
        conversation = Conversation.of(turns, now, silence)
        started = time.perf_counter()
        reply = dialogue.ask(question, conversation, top_k=top_k, product=product)
        seconds = time.perf_counter() - started
        turns.append(Turn.of(question, reply, now))
        body: dict[str, Any] = orjson.loads(
            replies.ask(reply, ask_id=uuid4().hex, conversation_id=conversation_id, seconds=seconds)
        )
        return body

    return ask


def _message_of(error: urllib.error.HTTPError) -> str:
    try:
        body = json.loads(error.read())["error"]
        return " ".join([body["message"], *(f"{d['field']}: {d['message']}" for d in body["details"])])
    except (ValueError, KeyError, TypeError):
        return f"The service answered with status {error.code}."
