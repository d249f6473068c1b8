"""Parsing many files at once, on all cores."""

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from service.documents.collection import ScannedFile, parse_file
from service.documents.model import Parsed

_WORTH_A_PROCESS = 200
"""Files whose parsing takes about as long as starting a process does."""

_CHUNK = 32


def parse_files(files: Sequence[ScannedFile], site_url: str | None = None) -> Iterator[Parsed]:
    """Parse files, in their order."""
    processes = min(os.cpu_count() or 1, len(files) // _WORTH_A_PROCESS)
    if processes < 2:
        yield from (parse_file(file, site_url) for file in files)
        return
    # A forked copy of a process that has threads, as a server has, may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent) as pool:
        yield from pool.map(partial(parse_file, site_url=site_url), files, chunksize=_CHUNK)


def _end_with_parent() -> None:
    """Have this process end when its parent is killed; it would wait for work for ever."""
    threading.Thread(target=_wait_for_parent, name="parent", daemon=True).start()


def _wait_for_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
