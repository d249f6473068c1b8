"""Keeps a long-lived process small though building an index takes much memory for a short time.

Two of these functions speak to glibc; other C libraries do as they do.
"""

import ctypes
import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")

_M_ARENA_MAX = -8
_ARENAS = 2


def limit_arenas() -> None:
    """Have all threads allocate from a few arenas; call it before there are threads.

    By default each new thread may open another arena, which never shrinks, and every build of an index has new threads:
    a service that takes in changes would grow by a hundred megabytes.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Return memory that is free to the system, after something that took much of it."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):
        libc.malloc_trim(0)


@contextmanager
def uncollected() -> Iterator[None]:
    """Make many objects that all stay without Python's looking through them for garbage again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def settled() -> Iterator[None]:
    """Have garbage looked for in what is made from now on only, not again and again in all that a service has open."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def apart(function: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
    """Call a function in a process of its own, with which all the memory goes that it took; raises what it raises."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(function, *args, **kwargs).result()
