"""How much each client may still do, in a table of fixed size that all workers share.

A limit of so many requests in so long is kept as one number a client: the moment at which its use so far would have
been worked off had it come evenly (the generic cell rate algorithm). A client may use its limit at once, then one
request for each that is worked off. A client's place in the table follows from a keyed hash of its address. Two of them
may share a place, one in a hundred while ten thousand are active, and then share a limit; two workers that write one
place at once may let a request too many pass. Neither is worth a lock, or a table that grows with whoever calls.
"""

import hashlib
import mmap
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

_PLACES = 1 << 20
_KEY_BYTES = 16
_NUMBER_BYTES = 8
_SIZE = _KEY_BYTES + _PLACES * _NUMBER_BYTES
_SECONDS = {"second": 1, "minute": 60, "hour": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read `count/unit` as the settings have it; None for `off`."""
        if text == "off":
            return None
        count, _, unit = text.partition("/")
        return cls(int(count), _SECONDS[unit])


class Buckets:
    """The table: anonymous for one process, or a file that several map."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._key = memory[:_KEY_BYTES]
        # Aligned numbers of eight bytes, which processors write whole.
        self._due = memoryview(memory)[_KEY_BYTES:].cast("d")

    @classmethod
    def private(cls) -> Self:
        """A table of this process alone; it takes memory where it is used only."""
        memory = mmap.mmap(-1, _SIZE)
        memory[:_KEY_BYTES] = os.urandom(_KEY_BYTES)
        return cls(memory)

    @classmethod
    def shared(cls, path: Path) -> Self:
        """The table in a file, which the first process to come makes."""
        if not path.exists():
            with NamedTemporaryFile(dir=path.parent) as made:
                made.write(os.urandom(_KEY_BYTES))
                made.truncate(_SIZE)
                made.flush()
                with suppress(FileExistsError):
                    os.link(made.name, path)
        with path.open("r+b") as file:
            return cls(mmap.mmap(file.fileno(), _SIZE))

    def place(self, limit: str, client: str) -> int:
        """Where a client's use of a limit stands."""
        digest = hashlib.blake2b(f"{limit} {client}".encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "little") % _PLACES

    def take(self, place: int, rate: Rate) -> float:
        """Use one request of a limit; 0 when there was one left, else the seconds until there is."""
        now = time.monotonic()
        worked_off = max(self._due[place], now)
        interval = rate.seconds / rate.count
        wait = worked_off + interval - now - rate.seconds
        # Not 0: what is added up in steps of a third of a second is not exactly a second.
        if wait > 1e-6:
            return wait
        self._due[place] = worked_off + interval
        return 0.0
