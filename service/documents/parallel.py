"""Much work of one kind on all cores."""

import logging
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from itertools import chain, islice
from typing import TypeVar

from service.documents.collection import ScannedFile, parse_file
from service.documents.model import Parsed

Item = TypeVar("Item")
Result = TypeVar("Result")

WORTH_A_PROCESS = 200
"""Files whose parsing takes about as long as starting a process does."""

_CHUNK = 32
_CHUNKS_AHEAD = 4

log = logging.getLogger(__name__)


def parse_files(files: Sequence[ScannedFile], site_url: str | None = None) -> Iterator[Parsed]:
    """Parse files, in their order."""
    return map_on_all_cores(partial(parse_file, site_url=site_url), files, len(files) // WORTH_A_PROCESS)


def map_on_all_cores(
    function: Callable[[Item], Result], items: Iterable[Item], most_processes: int
) -> Iterator[Result]:
    """What a function makes of items, in their order; only a few are taken ahead of what is asked for.

    Function, items and results travel between processes, of which there are at most so many and one a core. Where one
    is killed, as it is when memory runs out, this process does what is left.
    """
    processes = min(os.cpu_count() or 1, most_processes)
    if processes < 2:
        yield from map(function, items)
        return
    remaining = iter(items)
    waiting = deque[list[Item]]()
    try:
        yield from _map_in_processes(function, iter(lambda: list(islice(remaining, _CHUNK)), []), processes, waiting)
    except BrokenProcessPool as error:
        log.warning("one of %d processes was killed, maybe for memory; going on in one: %s", processes, error)
        yield from map(function, chain(*waiting, remaining))


def _map_in_processes(
    function: Callable[[Item], Result],
    chunks: Iterable[list[Item]],
    processes: int,
    waiting: deque[list[Item]],
) -> Iterator[Result]:
    """What a function makes of the items of chunks; those taken whose results are still to come are left in `waiting`.

    :raises BrokenProcessPool: when a process is killed.
    """
    # A forked copy of a process that has threads, as a server has, may hang.
    context = multiprocessing.get_context("spawn")
    ahead = deque[Future[list[Result]]]()

    def first() -> list[Result]:
        results = ahead.popleft().result()
        waiting.popleft()
        return results

    with ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent) as pool:
        try:
            for chunk in chunks:
                waiting.append(chunk)
                ahead.append(pool.submit(_map, function, chunk))
                if len(ahead) >= processes * _CHUNKS_AHEAD:
                    yield from first()
            while ahead:
                yield from first()
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
