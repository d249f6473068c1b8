"""GET /admin/…: the report for programs and spreadsheets, and drafts of the documents it asks for."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Response

from service.api.dependencies import StateDependency
from service.api.errors import documented
from service.api.report_schemas import ReportBody
from service.api.security import require_reader
from service.records.draft import draft, draft_id
from service.records.spreadsheet import write_csv

router = APIRouter(prefix="/admin", tags=["administration"], dependencies=[Depends(require_reader)])

MOST_DAYS = 366
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="Today so far and the days before it, this many in all.")]
DEFAULT_DAYS = 30

# A report quotes what people typed, so nobody but its reader keeps it.
PRIVATE = {"Cache-Control": "no-store"}
_ERRORS = documented(
    HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
)


# Plain functions, which run in threads: a report reads the database and encodes thousands of questions.
@router.get("/report.json", response_model=ReportBody, responses=_ERRORS, summary="Report")
def report_json(state: StateDependency, days: Days = DEFAULT_DAYS) -> Response:
    """Tell how questions were answered, and group those that were not by similarity."""
    body = ReportBody.of(state.require_reporter().report(days))
    return Response(body.model_dump_json(), media_type="application/json", headers=PRIVATE)


@router.get(
    "/report.csv",
    response_class=Response,
    responses=_ERRORS | {200: {"content": {"text/csv": {}}}},
    summary="Report as CSV",
)
def report_csv(state: StateDependency, days: Days = DEFAULT_DAYS) -> Response:
    """List the groups of the report, one a line."""
    name = f"report-{datetime.now(UTC):%Y-%m-%d}.csv"
    content = write_csv(state.require_reporter().report(days))
    return Response(content, media_type="text/csv; charset=utf-8", headers=PRIVATE | _download(name))


@router.get(
    "/drafts/{group_id}",
    response_class=Response,
    responses=_ERRORS | documented(HTTPStatus.NOT_FOUND) | {200: {"content": {"text/markdown": {}}}},
    summary="Begin a document",
)
def read_draft(
    state: StateDependency,
    group_id: Annotated[str, Path(description="The `id` of a group of the report.")],
    days: Days = DEFAULT_DAYS,
) -> Response:
    """Begin a document that answers a group of questions, in the form of the collection."""
    group = state.require_reporter().report(days).group(group_id)
    content = draft(group, today=datetime.now(UTC).date())
    name = f"{draft_id(group)}.md"
    return Response(content, media_type="text/markdown; charset=utf-8", headers=PRIVATE | _download(name))


def _download(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
