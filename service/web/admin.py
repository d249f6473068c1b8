"""The administrator's page: a sign-in form, and what to write next."""

import logging
import time
from dataclasses import asdict
from http import HTTPStatus
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from service.api import session
from service.api.dependencies import StateDependency
from service.api.routers.admin import DEFAULT_DAYS, PRIVATE, Days
from service.api.security import has_session
from service.api.state import State
from service.api.tokens import matching
from service.errors import ExpertAnswersError, ForbiddenError, RecordsOffError, RecordsUnavailableError
from service.records.report import Figures, Report
from service.web import assets
from service.web.admin_labels import admin_labels
from service.web.charts import Chart, stack
from service.web.labels import Labels, labels_for_reader
from service.web.rendering import render_page

logger = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

_PERIODS = (7, 30, 90)
_STATUSES = ("answered", "uncertain", "no_answer")
_LONGEST_BODY = 4096


@router.get("/static/admin.css")
async def style(request: Request) -> Response:
    """The style of these pages."""
    return assets.admin_style().respond(request)


# A plain function, which runs in a thread: a report reads the database and encodes thousands of questions.
@router.get("/admin")
def read_report(request: Request, service: StateDependency, days: Days = DEFAULT_DAYS) -> Response:
    """The report, for whoever is signed in; the form to do so for everybody else."""
    try:
        if not has_session(request, service.tokens.require()):
            return _sign_in_form(request, root="./")
        return _report_page(request, service.require_reporter().report(days))
    except (ForbiddenError, RecordsOffError, RecordsUnavailableError) as error:
        return _refusal(request, error)


@router.post("/admin/sign-in")
async def sign_in(request: Request, service: StateDependency) -> Response:
    """Give a browser that sends the token a session."""
    try:
        tokens = service.tokens.require()
    except ForbiddenError as error:
        return _refusal(request, error, root="../")
    given = parse_qs((await request.body())[:_LONGEST_BODY].decode(errors="replace")).get("token", [""])[0]
    token = matching(given.strip().encode(errors="replace"), tokens)
    if token is None:
        return _sign_in_form(request, root="../", wrong=True)
    reply = RedirectResponse("../admin", HTTPStatus.SEE_OTHER, PRIVATE)
    # Without a path of its own, a cookie is sent below the form's address only, whatever prefix a proxy gives that.
    reply.set_cookie(
        session.COOKIE,
        session.issue(token, time.time()),
        max_age=session.LIFETIME_SECONDS,
        path=None,
        secure=_is_secure(request, service),
        httponly=True,
        samesite="strict",
    )
    return reply


@router.post("/admin/sign-out")
async def sign_out(request: Request, service: StateDependency) -> Response:
    """Have the browser forget its session."""
    reply = RedirectResponse("../admin", HTTPStatus.SEE_OTHER, PRIVATE)
    reply.set_cookie(
        session.COOKIE,
        max_age=0,
        path=None,
        secure=_is_secure(request, service),
        httponly=True,
        samesite="strict",
    )
    return reply


def _is_secure(request: Request, service: State) -> bool:
    """Whether the browser speaks TLS, be it to a proxy: then its cookie must not travel without."""
    public = service.settings.public_url
    schemes = (request.url.scheme, request.headers.get("x-forwarded-proto", ""), public.scheme if public else "")
    return any(scheme.split(",")[0].strip().lower() == "https" for scheme in schemes)


def _report_page(request: Request, report: Report) -> Response:
    words = admin_labels(_labels(request))
    statuses = [[getattr(day.figures, status) for status in _STATUSES] for day in report.daily]
    titles = [words.column.format(date=day.date.isoformat(), **asdict(day.figures)) for day in report.daily]
    return _page(
        request,
        "admin.html",
        report=report,
        periods=_PERIODS,
        tiles=_tiles(report),
        statuses=_STATUSES,
        chart=stack(_STATUSES, statuses),
        column_titles=titles,
        sparkline=_sparkline,
    )


def _tiles(report: Report) -> list[tuple[str, str, str | None]]:
    """The figures of the period: the name, the value, and the value of the period before, None without one."""
    before = report.before
    return [
        (name, _shown(name, report.figures), None if before is None else _shown(name, before))
        for name in ("questions", *_STATUSES, "up", "down")
    ]


def _shown(name: str, figures: Figures) -> str:
    """A count, or the share of the questions that had an answer of some status."""
    count: int = getattr(figures, name)
    if name not in _STATUSES:
        return f"{count:,}"
    return f"{count / figures.questions:.0%}" if figures.questions else "–"


def _sparkline(daily: tuple[int, ...]) -> Chart:
    return stack(("asked",), [[count] for count in daily])


def _sign_in_form(request: Request, *, root: str, wrong: bool = False) -> Response:
    page = _page(request, "admin_sign_in.html", root=root, status=HTTPStatus.UNAUTHORIZED, wrong=wrong)
    page.headers["WWW-Authenticate"] = "Bearer"
    return page


def _refusal(request: Request, error: ExpertAnswersError, *, root: str = "./") -> Response:
    words = admin_labels(_labels(request))
    match error:
        case RecordsOffError():
            status, heading, text = HTTPStatus.FORBIDDEN, words.records_off, words.records_off_text
        case RecordsUnavailableError():
            logger.warning("A report could not be made: %s", error)
            status, heading, text = HTTPStatus.SERVICE_UNAVAILABLE, words.unavailable, words.unavailable_text
        case _:
            status, heading, text = HTTPStatus.FORBIDDEN, words.off, words.off_text
    return _page(request, "admin_refusal.html", root=root, status=status, heading=heading, text=text)


def _page(
    request: Request, template: str, *, root: str = "./", status: int = HTTPStatus.OK, **values: object
) -> Response:
    labels = _labels(request)
    page = render_page(template, labels, root=root, status=status, words=admin_labels(labels), **values)
    page.headers.update(PRIVATE)
    return page


def _labels(request: Request) -> Labels:
    return labels_for_reader(request.headers.get("accept-language", ""))
