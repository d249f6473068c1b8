import os

import pytest

from service.memory import apart, give_back, limit_arenas


def test_memory_is_given_back_whatever_the_c_library() -> None:
    limit_arenas()
    give_back()


def test_function_called_apart_gives_and_raises_what_it_would_here() -> None:
    assert apart(divmod, 7, 2) == (3, 1)
    assert apart(os.getpid) != os.getpid()
    with pytest.raises(ZeroDivisionError):
        apart(divmod, 7, 0)
