"""What surrounds every request, as plain ASGI: its id, its line in the log, its metrics, headers, a limit, and HEAD."""

import logging
import random
import re
import time
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import notes
from service.api.errors import error_response, unexpected_error
from service.api.headers import SECURITY_HEADERS
from service.api.metrics import Metrics
from service.notes import CLIENT_GONE, DEPARTED, Note

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024

_PLAIN = b"identity"
_DIGITS = 20
_REQUEST_ID_BITS = 128
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
# The page of the description comes with scripts and styles of its own, inline.
_DESCRIPTION_POLICY = b"; ".join(
    (
        b"default-src 'none'",
        b"script-src 'self' 'unsafe-inline'",
        b"style-src 'self' 'unsafe-inline'",
        b"img-src 'self' data:",
        b"connect-src 'self'",
        b"base-uri 'none'",
        b"form-action 'none'",
        b"frame-ancestors 'none'",
    )
)
_DESCRIPTION_HEADERS = SECURITY_HEADERS | {b"content-security-policy": _DESCRIPTION_POLICY}
_HEADERS_OF = {"/docs": _DESCRIPTION_HEADERS, "/docs/oauth2-redirect": _DESCRIPTION_HEADERS}


class Attend:
    """Gives a request its id and its headers, logs and counts it, and answers for whatever nobody foresaw."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Attend to one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        note = Note(_request_id(scope), time.perf_counter())
        before = notes.current.set(note)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message["headers"], scope["path"], note.request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            # Nobody is there to be answered, whatever the route would have done.
            status = CLIENT_GONE
        except Exception:
            logger.exception("request %s failed", note.request_id)
            if status:
                # The reply has begun; breaking it off is the only way left to say that it is not whole.
                raise
            await unexpected_error()(scope, receive, send_with_headers)
        finally:
            self._close(scope, CLIENT_GONE if DEPARTED in scope else status or CLIENT_GONE, note)
            notes.current.reset(before)

    def _close(self, scope: Scope, status: int, note: Note) -> None:
        ended = time.perf_counter()
        method, route = scope["method"], getattr(scope.get("route"), "path", "unmatched")
        self._metrics.count_request(method, route, status, note, ended)
        if logger.isEnabledFor(logging.INFO):
            milliseconds = round((ended - note.started) * 1000, 1)
            # The pattern of the address, not the address: that may be personal, or hold what only logs would keep.
            facts = {"method": method, "route": route, "status": status, "ms": milliseconds, **note.facts}
            told = "".join(f" {name}={value}" for name, value in note.facts.items())
            logger.info(
                "%s %s %d %.1f ms %s%s",
                *(method, route, status, milliseconds, note.request_id, told),
                extra={"facts": facts},
            )


class LimitBody:
    """Refuses bodies over a limit, at once when their length is announced, else when they pass it; and packed ones."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through as long as it is small."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "POST" and (_header(scope, b"content-encoding") or _PLAIN).lower() != _PLAIN:
            await _refuse_packed()(scope, receive, send)
            return
        announced = _header(scope, b"content-length")
        if announced is not None and announced.isdigit() and _number(announced) > self._limit:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            await error_response(status, "body_too_large", self._message)(scope, receive, send)
            return
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._message)
            return message

        await self._app(scope, receive_within_limit, send)

    @property
    def _message(self) -> str:
        return f"The body is larger than {self._limit} bytes; a question has at most 2,000 characters."


class AnswerHead:
    """Answers HEAD wherever GET is answered, and without a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass HEAD on as GET, under which what surrounds it finds the route."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        # The server must go on to see HEAD, as only with that it lets a length stand that no body has.
        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, send_without_body)
        finally:
            if "route" in asked:
                scope["route"] = asked["route"]


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key == name), None)


def _number(digits: bytes) -> int:
    """What digits stand for, or something as large as far as any limit goes: Python reads only so many of them."""
    return int(digits.lstrip(b"0")[:_DIGITS] or b"0")


def _refuse_packed() -> ASGIApp:
    status, headers = HTTPStatus.UNSUPPORTED_MEDIA_TYPE, {"Accept-Encoding": _PLAIN.decode()}
    message = "A body with a Content-Encoding is not read here; send it as it is, without that header."
    return error_response(status, "unsupported_media_type", message, headers=headers)


def _request_id(scope: Scope) -> str:
    given = _header(scope, b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given.decode()
    # It is no secret: any number will do that is another than the last ones.
    return f"{random.getrandbits(_REQUEST_ID_BITS):032x}"


def _with_headers(headers: list[tuple[bytes, bytes]], path: str, request_id: str) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    wanted = _HEADERS_OF.get(path, SECURITY_HEADERS)
    added = [(name, value) for name, value in wanted.items() if name not in present]
    return [*headers, *added, (b"x-request-id", request_id.encode())]
