"""One writer at a time, by a note that names it and runs out unless it is renewed.

Milvus has no locks. Who wants to write puts its own name down, waits until anybody who did so at the same moment must
have done it too, and looks whose name stands there. Writers' clocks must not be more than some seconds apart.
"""

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from service.errors import IndexBusyError, IndexUnreachableError
from service.index.milvus.connection import Connection
from service.index.milvus.notes import Notes

LEASE_SECONDS, RENEW_SECONDS = 120.0, 20.0
SETTLE_SECONDS = 0.5
_LOOK_SECONDS = 2.0
_KIND, _NAME = "lease", "writer"

log = logging.getLogger(__name__)


class Lease:
    """The right to write an index, which a thread keeps up while it is held; `until` is in seconds since 1970."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._holder = uuid.uuid4().hex
        self.until = 0.0
        self._over = threading.Event()

    def require(self) -> None:
        """Make sure that it is still held; to be asked before anything is published.

        :raises IndexBusyError: when it ran out, and another took it.
        """
        if self._other() is not None:
            raise IndexBusyError("Another process took over building the index, as this one was silent for too long.")

    def keep(self) -> None:
        """Renew it until it is over."""
        while not self._over.wait(RENEW_SECONDS):
            try:
                if self._other() is None:
                    self._write()
            except IndexUnreachableError as error:
                log.warning("the lease cannot be renewed: %s", error)

    def _other(self) -> str | None:
        """Who else holds it now."""
        held = self._notes.get(_KIND, [_NAME], newest=True).get(_NAME)
        return None if held is None or held["holder"] == self._holder or held["until"] < time.time() else held["holder"]

    def _write(self) -> None:
        self.until = time.time() + LEASE_SECONDS
        self._notes.put(_KIND, {_NAME: {"holder": self._holder, "until": self.until}})

    def take(self) -> bool:
        """Take it if nobody has it; true when that worked."""
        if self._other() is not None:
            return False
        self._write()
        time.sleep(SETTLE_SECONDS)
        return self._other() is None

    def give_back(self) -> None:
        """Let others have it."""
        self._over.set()
        if self._other() is None:
            self._notes.remove(_KIND, [_NAME])


@contextmanager
def leased(connection: Connection, *, wait: bool) -> Iterator[Lease]:
    """Hold the lease of the index that the connection is to.

    :raises IndexBusyError: when another process holds it and `wait` is false.
    """
    notes = Notes(connection, f"{connection.address.name}_lease")
    notes.create()
    connection.load(notes.collection)
    lease = Lease(notes)
    if not lease.take():
        if not wait:
            raise IndexBusyError("Another process is building the index; try again when it is done.")
        log.warning("another process is building the index; waiting until it is done")
        while not lease.take():
            time.sleep(_LOOK_SECONDS)
    keeper = threading.Thread(target=lease.keep, daemon=True)
    keeper.start()
    try:
        yield lease
    finally:
        lease.give_back()
        keeper.join()
