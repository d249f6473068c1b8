"""POST /ask: a question in, the expert's answer out."""

import asyncio
import time
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from service.answering.reply import Reply
from service.api.bodies import BodyRoute
from service.api.errors import documented
from service.api.identifiers import new_id
from service.api.schemas import AskRequest, AskResponse
from service.api.state import State
from service.conversation.turn import Conversation
from service.notes import lap, note
from service.records.values import AskRecord

router = APIRouter(tags=["answers"], route_class=BodyRoute)


@router.post(
    "/ask",
    response_model=AskResponse,
    responses=documented(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
    summary="Ask a question",
    operation_id="ask",
)
async def ask(body: AskRequest, connection: Request) -> Response:
    """Find the expert answer to a question in Chinese or English.

    `status` says how far to trust it: `answered`, `uncertain`, or `no_answer`, with which `answer` is null and
    `results` still lists the closest documents. With `clarify`, the question fits documents about different things and
    leaves out which: `answer` is null, and the `question` of one of the `choices`, sent next, is answered.

    Within a conversation, a question is understood with what came before, and `interpreted_as` tells how. One that is
    forgotten or unknown is begun anew under its `conversation_id`.
    """
    lap("receive")
    state: State = connection.app.state.service
    ask_id, conversation_id = new_id(), body.conversation_id or new_id()
    reply, seconds = await _answer(body, state)
    state.metrics.count_reply(reply, seconds)
    note(answer=reply.status.value, confidence=round(reply.confidence, 3))
    if state.settings.log_questions:
        note(question=body.question)
    record = _record(ask_id, conversation_id, body, reply)
    state.conversations.remember(record)
    if state.recorder:
        state.recorder.add(record)
    content = state.replies.ask(reply, ask_id=ask_id, conversation_id=conversation_id, seconds=seconds)
    lap("write")
    return Response(content, media_type="application/json")


async def _answer(body: AskRequest, state: State) -> tuple[Reply, float]:
    """The reply, and how many seconds it took to find."""
    started = time.perf_counter()
    if body.conversation_id is None:
        kept = state.engine.kept(body.question, top_k=body.top_k, product=body.product)
        if kept is not None:
            return kept, time.perf_counter() - started
    return await _search(body, state)


async def _search(body: AskRequest, state: State) -> tuple[Reply, float]:
    conversation = Conversation()
    if body.conversation_id is not None:
        conversation = await run_in_threadpool(state.conversations.recall, body.conversation_id)
        lap("recall")
    search = partial(state.dialogue.ask, body.question, conversation, top_k=body.top_k, product=body.product)
    if not state.search_is_brief:
        started = time.perf_counter()
        return await run_in_threadpool(search), time.perf_counter() - started
    # A millisecond or two: handing it to a thread and back would cost half as much again and gain nothing, as most of
    # it holds the interpreter's lock anyway. One at a time: between two searches the event loop takes up connections
    # and answers health checks, which would otherwise wait for every search that is due.
    async with state.turn:
        # Without this the lock would never be waited for, and whatever is due would be searched in one go.
        await asyncio.sleep(0)
        lap("wait")
        started = time.perf_counter()
        return search(), time.perf_counter() - started


def _record(ask_id: str, conversation_id: str, body: AskRequest, reply: Reply) -> AskRecord:
    return AskRecord(
        ask_id=ask_id,
        conversation_id=conversation_id,
        asked_at=datetime.now(UTC),
        question=body.question,
        product=body.product,
        status=reply.status,
        confidence=reply.confidence,
        document_id=reply.document.id if reply.document else None,
        generation=reply.generation,
        result_ids=tuple(hit.document_id for hit in reply.hits),
        interpreted_as=reply.interpreted_as,
        step=reply.step,
        choice_ids=tuple(choice.document_id for choice in reply.choices),
    )
