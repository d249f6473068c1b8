"""The server's end of a connection, which notices for every request on it that the client has left.

uvicorn tells only the last of several requests that were sent at once. An earlier one, whose reply the client does not
take, would go on to write to a connection that is no more, and fail.
"""

from collections import deque
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from service.connections import PatientForAWhile
from service.notes import DEPARTED


class NoticesDeparture(PatientForAWhile):
    """Lets whatever is under way on a connection end quietly once the client has closed it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        super().__init__(*args, **kwargs)
        self._under_way: deque[RequestResponseCycle] = deque()

    def on_headers_complete(self) -> None:
        """A request is there."""
        super().on_headers_complete()
        # They are answered in order.
        while self._under_way and self._under_way[0].response_complete:
            self._under_way.popleft()
        # A head that offers another protocol has begun none yet.
        if self.cycle is not None and not (self._under_way and self._under_way[-1] is self.cycle):
            self._under_way.append(self.cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell every request that nobody waits for its reply."""
        for cycle in self._under_way:
            if not cycle.response_complete:
                cycle.disconnected = True
                cycle.scope[DEPARTED] = True  # type: ignore[literal-required]
                cycle.message_event.set()
        super().connection_lost(exc)
