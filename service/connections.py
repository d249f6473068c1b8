"""The server's end of a connection, which waits for no request for ever.

uvicorn has a limit for the time between two requests only; who sends a request byte by byte would keep a connection,
and who sends headers without end, memory.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 30.0
"""How long a request may take to arrive whole; `service.api.middleware` refuses a slow body earlier, in words."""
LONGEST_HEAD = 64 * 1024

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PatientForAWhile(HttpToolsProtocol):
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
            if self._head_length > LONGEST_HEAD and not self.transport.is_closing():
                self.transport.write(_TOO_LARGE)
                self.transport.close()
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
        self.transport.close()
