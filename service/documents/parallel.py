"""Much work of one kind on all cores."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from itertools import islice
from typing import TypeVar

from service.documents.collection import ScannedFile, parse_file
from service.documents.model import Parsed

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_A_PROCESS = 200
"""Files whose parsing takes about as long as starting a process does."""

_CHUNK = 32
_CHUNKS_AHEAD = 4


def parse_files(files: Sequence[ScannedFile], site_url: str | None = None) -> Iterator[Parsed]:
    """Parse files, in their order."""
    return map_on_all_cores(partial(parse_file, site_url=site_url), files, len(files) // WORTH_A_PROCESS)


def map_on_all_cores(
    function: Callable[[Item], Result], items: Iterable[Item], most_processes: int
) -> Iterator[Result]:
    """What a function makes of items, in their order; only a few are taken ahead of what is asked for.

    Function, items and results travel between processes, of which there are at most so many and one a core.
    """
    processes = min(os.cpu_count() or 1, most_processes)
    if processes < 2:
        yield from map(function, items)
        return
    # A forked copy of a process that has threads, as a server has, may hang.
    context = multiprocessing.get_context("spawn")
    remaining, ahead = iter(items), deque[Future[list[Result]]]()
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent) as pool:
        try:
            while chunk := list(islice(remaining, _CHUNK)):
                ahead.append(pool.submit(_map, function, chunk))
                if len(ahead) >= processes * _CHUNKS_AHEAD:
                    yield from ahead.popleft().result()
            while ahead:
                yield from ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def _map(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [function(item) for item in items]


def _end_with_parent() -> None:
    """Have this process end when its parent is killed; it would wait for work for ever."""
    threading.Thread(target=_wait_for_parent, name="parent", daemon=True).start()


def _wait_for_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
