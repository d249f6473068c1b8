"""GET /healthz and GET /readyz: for whoever watches over the process."""

from http import HTTPStatus

from fastapi import APIRouter

from service.api.dependencies import SnapshotDependency
from service.api.errors import documented
from service.api.schemas import HealthResponse, ReadyResponse

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Is the process alive?")
async def healthz() -> HealthResponse:
    """Answer as long as the process does; restart it when this fails."""
    return HealthResponse(status="ok")


@router.get("/readyz", responses=documented(HTTPStatus.SERVICE_UNAVAILABLE), summary="Are questions answered?")
async def readyz(snapshot: SnapshotDependency) -> ReadyResponse:
    """Answer 200 once there is an index to answer from; until then 503, and why."""
    return ReadyResponse(
        status="ready",
        generation=snapshot.generation,
        published_at=snapshot.published_at,
        documents=snapshot.document_count,
        products=dict(snapshot.products),
    )
