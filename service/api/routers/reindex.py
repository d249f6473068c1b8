"""POST /reindex: take in what changed, while questions are answered."""

from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter, Depends
from fastapi.concurrency import run_in_threadpool

from service.api.dependencies import StateDependency
from service.api.errors import documented
from service.api.schemas import ReindexRequest, ReindexResponse
from service.api.security import require_admin

router = APIRouter(tags=["administration"], dependencies=[Depends(require_admin)])


@router.post(
    "/reindex",
    responses=documented(
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.INTERNAL_SERVER_ERROR,
    ),
    summary="Take in what changed",
)
async def reindex(state: StateDependency, request: ReindexRequest | None = None) -> ReindexResponse:
    """Take in what changed under the knowledge folder; answering goes on meanwhile.

    The reply comes when the new generation answers. While one reindex runs, another is refused with 409.
    """
    report = await run_in_threadpool(state.reindex, rebuild=request is not None and request.rebuild)
    return ReindexResponse.model_validate(asdict(report))
