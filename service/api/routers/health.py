"""GET /healthz and GET /readyz: for whoever watches over the process."""

from http import HTTPStatus

from fastapi import APIRouter

from service.api.dependencies import StateDependency
from service.api.errors import documented
from service.api.schemas import HealthResponse, ReadyResponse

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> HealthResponse:
    """Answer as long as the process does; restart it when this fails."""
    return HealthResponse(status="ok")


@router.get("/readyz", responses=documented(HTTPStatus.SERVICE_UNAVAILABLE), summary="Are questions answered?")
async def readyz(state: StateDependency) -> ReadyResponse:
    """Answer 200 while there is an index to answer from, in memory and on disk; else 503, and why."""
    snapshot = state.require_ready()
    return ReadyResponse(
        status="ready",
        generation=snapshot.generation,
        published_at=snapshot.published_at,
        documents=snapshot.document_count,
        products=dict(snapshot.products),
    )
