"""The server's end of a connection, which keeps no answer for ever that nobody reads.

What a client does not read stays in memory, and the connection open, even after it was closed here: closing waits until
everything is sent.
"""

import asyncio
from typing import Any

from service.farewell import AnswersBeforeClosing

UNREAD_SECONDS = 15.0
"""How long nothing may be read of an answer that waits to be."""


class EndsUnread(AnswersBeforeClosing):
    """Ends a connection whose client has stopped reading; one that reads slowly has its time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._unread = 0
        self._watch: asyncio.TimerHandle | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody reads any more."""
        self._stop_watching()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        """The client sends no more, which closes the connection."""
        super().eof_received()
        self._watch_reading()

    def pause_writing(self) -> None:
        """More waits to be read than should."""
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        """The client has read."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_watching()

    def on_response_complete(self) -> None:
        """An answer is on its way, maybe the last one."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_reading()

    def timeout_keep_alive_handler(self) -> None:
        """The next request did not come."""
        super().timeout_keep_alive_handler()
        self._watch_reading()

    def _close(self) -> None:
        self.transport.close()
        self._watch_reading()

    def _watch_reading(self) -> None:
        if self._watch is None:
            self._unread = self.transport.get_write_buffer_size()
            self._watch = self.loop.call_later(UNREAD_SECONDS, self._look)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _look(self) -> None:
        self._watch = None
        if self.transport.get_write_buffer_size() < self._unread:
            self._watch_reading()
        else:
            self.transport.abort()
