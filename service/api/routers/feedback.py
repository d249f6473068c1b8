"""POST /feedback: whether an answer helped."""

import asyncio
from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter

from service.api.dependencies import StateDependency
from service.api.errors import documented
from service.api.schemas import FeedbackRequest, FeedbackResponse
from service.errors import AskNotFoundError, RecordsOffError, RecordsUnavailableError
from service.records.recorder import WRITE_EVERY_SECONDS, Recorder
from service.records.values import FeedbackRecord

router = APIRouter(tags=["feedback"])

STORE_WITHIN_SECONDS = 10.0


@router.post(
    "/feedback",
    responses=documented(
        HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
    ),
    summary="Say whether an answer helped",
)
async def give_feedback(request: FeedbackRequest, state: StateDependency) -> FeedbackResponse:
    """Store what the asker thought of an answer; sending it again replaces what was said before."""
    if state.recorder is None:
        raise RecordsOffError("This service keeps no records, so it takes no feedback (EXPERT_ANSWERS_RECORDS is off).")
    feedback = FeedbackRecord(request.ask_id, request.rating, request.reason, request.comment, datetime.now(UTC))
    try:
        await _store(state.recorder, feedback)
    except AskNotFoundError:
        # Another worker may have answered, and have the question still in its queue.
        await asyncio.sleep(2 * WRITE_EVERY_SECONDS)
        await _store(state.recorder, feedback)
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
