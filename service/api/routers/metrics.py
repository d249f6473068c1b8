"""GET /metrics: counters for Prometheus."""

from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from service.api.dependencies import StateDependency

router = APIRouter(tags=["operations"])


@router.get("/metrics", response_class=PlainTextResponse, summary="Counters for Prometheus")
async def metrics(state: StateDependency) -> Response:
    """Give the metrics of all workers in Prometheus' text format."""
    # With several workers this reads a file of each.
    return Response(await run_in_threadpool(state.metrics.render, state), media_type=CONTENT_TYPE_LATEST)
