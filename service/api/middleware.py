"""What surrounds every request, as plain ASGI: its id, its line in the log, its metrics, headers, and a limit."""

import logging
import re
import time
import uuid
from http import HTTPStatus
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.errors import error_response, unexpected_error
from service.api.metrics import Metrics

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
CLIENT_GONE = 499
"""The status logged when the client left before the reply; nobody sees it but the log's reader."""

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")
_SECURITY_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"strict-origin-when-cross-origin",
    b"x-frame-options": b"SAMEORIGIN",
}


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
        started = time.perf_counter()
        request_id = _request_id(scope)
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message["headers"], request_id)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            logger.exception("request %s failed", request_id.decode())
            if status:
                # The reply has begun; breaking it off is the only way left to say that it is not whole.
                raise
            await unexpected_error()(scope, receive, send_with_headers)
        finally:
            self._note(scope, status or CLIENT_GONE, time.perf_counter() - started, request_id)

    def _note(self, scope: Scope, status: int, seconds: float, request_id: bytes) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        self._metrics.count_request(scope["method"], route, status, seconds)
        if logger.isEnabledFor(logging.INFO):
            # The address as it was sent: decoded, it could hold line breaks. The query is left out: it may be personal.
            path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("ascii", "backslashreplace")
            logger.info("%s %s %d %.1f ms %s", scope["method"], path, status, seconds * 1000, request_id.decode())


class LimitBody:
    """Refuses bodies over a limit: at once when their length is announced, else when they pass it."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through as long as it is small."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = _header(scope, b"content-length")
        if announced is not None and announced.isdigit() and int(announced) > self._limit:
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


def _header(scope: Scope, name: bytes) -> bytes | None:
    return next((value for key, value in scope["headers"] if key == name), None)


def _request_id(scope: Scope) -> bytes:
    given = _header(scope, b"x-request-id")
    return given if given is not None and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex.encode()


def _with_headers(headers: list[tuple[bytes, bytes]], request_id: bytes) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    added = [(name, value) for name, value in _SECURITY_HEADERS.items() if name not in present]
    return [*headers, *added, (b"x-request-id", request_id)]
