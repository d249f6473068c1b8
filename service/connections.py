"""The server's end of a connection, which waits for no request for ever.

uvicorn has a limit for the time between two requests only; who sends a request byte by byte would keep a connection,
and who sends headers without end, memory. It is here and not around the application that this costs requests nothing
that arrive in one piece, as nearly all do.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson

from service.api.headers import SECURITY_HEADERS
from service.unread import EndsUnread

REQUEST_SECONDS = 15.0
"""How long a request may take to arrive whole."""
LONGEST_HEAD = 64 * 1024
"""How many bytes a request may have besides its body."""

_AROUND_FIELD = len(b": \r\n")


class PatientForAWhile(EndsUnread):
    """Refuses what is no request, or arrives too slowly, or has a head that is too long, and closes the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._arriving = True
        self._in_head = True
        self._head_length = 0
        # What the parser keeps until it has a whole field.
        self._unreported = 0
        self._refused = False
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own way
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        """Take what arrived; most requests do so in one piece, and set no timer."""
        if self._refused:
            return
        self._unreported += len(data)
        super().data_received(data)
        if self._head_length + self._unreported > LONGEST_HEAD:
            message = f"The head of the request has more than {LONGEST_HEAD} bytes; send fewer or shorter headers."
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", message)
        if self._arriving and self._deadline is None and not self._refused:
            self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._arriving, self._in_head = True, True
        self._head_length = self._unreported = 0

    def on_url(self, url: bytes) -> None:
        """A part of its address is there."""
        super().on_url(url)
        self._count(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header is there; one that follows the body is nobody's, as proxies vouch for none of those."""
        self._count(len(name) + len(value) + _AROUND_FIELD)
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Its head is there."""
        super().on_headers_complete()
        self._in_head = False

    def on_body(self, body: bytes) -> None:
        """A part of its body is there."""
        super().on_body(body)
        self._unreported = 0

    def on_message_complete(self) -> None:
        """All of it is there."""
        super().on_message_complete()
        self._arriving = False
        self._unreported = 0
        self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        if self._head_length <= LONGEST_HEAD:
            self.logger.warning(msg)
            message = "This cannot be read as an HTTP/1.1 request; see that the client speaks plain HTTP to this port."
            self._refuse(HTTPStatus.BAD_REQUEST, "invalid_http", message)

    def _count(self, length: int) -> None:
        self._head_length += length
        self._unreported = 0
        if self._head_length > LONGEST_HEAD:
            # Ends the parsing, before the rest takes memory.
            raise ValueError("the head is too long")

    def _wait_for_request(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self.flow.read_paused or self.pipeline:
            # The rest may be there, and is not taken before earlier requests are answered.
            self._wait_for_request()
        elif self._head_length or self.cycle is not None:
            message = f"The request did not arrive within {REQUEST_SECONDS:g} s; send it again, whole."
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", message)
        else:
            # Nothing was asked, so there is nothing to answer.
            self._close()

    def _refuse(self, status: HTTPStatus, code: str, message: str) -> None:
        """Close, with an answer unless the request has one; requests before it are answered first."""
        if self._refused:
            return
        self._refused = True
        self._stop_waiting()
        begun, before = (self.cycle, None) if self._arriving and not self._in_head else (None, self.cycle)
        if before is not None and not before.response_complete:
            before.keep_alive = False
            return
        answered = begun is not None and (begun.response_started or self.pipeline)
        if not answered and not self.transport.is_closing():
            self._write_error(status, code, message)
        if begun is not None:
            begun.disconnected = True
        self._close()

    def _write_error(self, status: HTTPStatus, code: str, message: str) -> None:
        body = orjson.dumps({"error": {"code": code, "message": message, "details": []}})
        head = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), b"connection: close"]
        head += [b"content-type: application/json", b"content-length: %d" % len(body)]
        headers = [*self.server_state.default_headers, *SECURITY_HEADERS.items()]
        head += [b"%b: %b" % header for header in headers]
        self.transport.write(b"\r\n".join([*head, b"", body]))
