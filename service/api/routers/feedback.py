"""POST /feedback, POST /documents/{id}/feedback: whether an answer, or a document by itself, helped."""

import asyncio
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.concurrency import run_in_threadpool

from service.answering.reply import Status
from service.api.dependencies import SnapshotDependency, StateDependency
from service.api.errors import documented
from service.api.schemas import DocumentFeedbackRequest, FeedbackRequest, FeedbackResponse
from service.api.state import State
from service.errors import AskNotFoundError, RecordsOffError, RecordsUnavailableError
from service.records.recorder import WRITE_EVERY_SECONDS, Recorder
from service.records.values import AskRecord, FeedbackRecord

router = APIRouter(tags=["feedback"])

STORE_WITHIN_SECONDS = 10.0
_TRIES = 4
"""Longer than another worker leaves a question in its queue and then waits for the database, `BUSY_TIMEOUT_SECONDS`."""


@router.post(
    "/feedback",
    responses=documented(
        HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    summary="Say whether an answer helped",
)
async def give_feedback(request: FeedbackRequest, state: StateDependency) -> FeedbackResponse:
    """Store what the asker thought of an answer; sending it again replaces what was said before."""
    recorder = _recorder(state)
    feedback = _feedback(request.ask_id, request)
    for _ in range(_TRIES - 1):
        with suppress(AskNotFoundError):
            await _store(recorder, feedback)
            return _response(feedback)
        # Another worker may have answered, and have the question still in its queue.
        await asyncio.sleep(2 * WRITE_EVERY_SECONDS)
    await _store(recorder, feedback)
    return _response(feedback)


@router.post(
    "/documents/{document_id:path}/feedback",
    responses=documented(
        HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    summary="Say whether a document helped",
)
async def rate_document(
    request: DocumentFeedbackRequest,
    state: StateDependency,
    snapshot: SnapshotDependency,
    document_id: Annotated[str, Path(description="The `document_id` of what was read, URL-encoded.")],
) -> FeedbackResponse:
    """Store what a reader thought of a document that no question led to.

    It is kept as if the document's title had been asked; `POST /feedback` with the `ask_id` of the reply replaces it.
    """
    recorder = _recorder(state)
    document = await run_in_threadpool(snapshot.document, document_id)
    reading = AskRecord(
        ask_id=uuid.uuid4().hex,
        conversation_id=uuid.uuid4().hex,
        asked_at=datetime.now(UTC),
        question=document.title,
        product=document.product,
        status=Status.ANSWERED,
        confidence=1.0,
        document_id=document.id,
        generation=snapshot.generation,
        result_ids=(document.id,),
    )
    recorder.add(reading)
    feedback = _feedback(reading.ask_id, request)
    await _store(recorder, feedback)
    return _response(feedback)


def _recorder(state: State) -> Recorder:
    if state.recorder is None:
        raise RecordsOffError("This service keeps no records, so it takes no feedback (EXPERT_ANSWERS_RECORDS is off).")
    return state.recorder


def _feedback(ask_id: str, request: DocumentFeedbackRequest) -> FeedbackRecord:
    return FeedbackRecord(ask_id, request.rating, request.reason, request.comment, datetime.now(UTC))


def _response(feedback: FeedbackRecord) -> FeedbackResponse:
    return FeedbackResponse(
        ask_id=feedback.ask_id, rating=feedback.rating, reason=feedback.reason, comment=feedback.comment
    )


async def _store(recorder: Recorder, feedback: FeedbackRecord) -> None:
    try:
        async with asyncio.timeout(STORE_WITHIN_SECONDS):
            await asyncio.wrap_future(recorder.store_feedback(feedback))
    except TimeoutError as error:
        raise RecordsUnavailableError(
            f"The database did not take the feedback within {STORE_WITHIN_SECONDS} s"
        ) from error
