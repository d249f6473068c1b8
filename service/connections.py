"""The server's end of a connection, which waits for no request for ever.

uvicorn has a limit for the time between two requests only; who sends a request byte by byte would keep a connection,
and who sends headers without end, memory. It is here and not around the application that this costs requests nothing
that arrive in one piece, as nearly all do.
"""

import asyncio
from http import HTTPStatus
from typing import Any

import orjson

from service.unread import EndsUnread

REQUEST_SECONDS = 15.0
"""How long a request may take to arrive whole."""
LONGEST_HEAD = 64 * 1024


class PatientForAWhile(EndsUnread):
    """Closes a connection on which a request arrives too slowly, or has a head that is too long."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._arriving = True
        self._in_head = True
        self._head_length = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own way
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def data_received(self, data: bytes) -> None:
        """Take what arrived; most requests do so in one piece, and set no timer."""
        super().data_received(data)
        if self._in_head and self._arriving:
            self._head_length += len(data)
            if self._head_length > LONGEST_HEAD:
                message = f"The head of the request has more than {LONGEST_HEAD} bytes; send fewer or shorter headers."
                self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", message)
        if self._arriving and self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self._give_up)
        elif not self._arriving and self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._arriving, self._in_head, self._head_length = True, True, 0

    def on_headers_complete(self) -> None:
        """Its head is there."""
        super().on_headers_complete()
        self._in_head = False

    def on_message_complete(self) -> None:
        """All of it is there."""
        super().on_message_complete()
        self._arriving = False

    def _give_up(self) -> None:
        if self._head_length or self.cycle is not None:
            message = f"The request did not arrive within {REQUEST_SECONDS:g} s; send it again, whole."
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", message)
        else:
            # Nothing was asked, so there is nothing to answer.
            self._close()

    def _refuse(self, status: HTTPStatus, code: str, message: str) -> None:
        answering = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if not answering and not self.transport.is_closing():
            body = orjson.dumps({"error": {"code": code, "message": message, "details": []}})
            head = f"HTTP/1.1 {status.value} {status.phrase}\r\nconnection: close\r\n"
            head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            self.transport.write(head.encode() + body)
        self._close()
