"""The server's end of a connection, which answers what is on its way before it closes.

On a signal to stop, uvicorn closes every connection that waits for its next request, and loses one that has been sent
but not read. A proxy keeps such connections open and uses them all the time.
"""

from typing import Any

from service.upgrades import IgnoresUpgrades

LINGER_SECONDS = 0.5
"""How long a connection without a request stays open once the server stops."""


class AnswersBeforeClosing(IgnoresUpgrades):
    """Answers one request more on each connection, and says in that answer that it is the last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._leaving = False

    def shutdown(self) -> None:
        """Take leave, as the server stops."""
        self._leaving = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LINGER_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def on_headers_complete(self) -> None:
        """A request is there; its answer closes the connection if the server stops."""
        super().on_headers_complete()
        if self._leaving and self.cycle is not None:
            self.cycle.keep_alive = False
