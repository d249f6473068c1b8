import gc
import os

import pytest

from service.memory import apart, give_back, limit_arenas, settled, uncollected


def test_memory_is_given_back_whatever_the_c_library() -> None:
    limit_arenas()
    give_back()


def test_function_called_apart_gives_and_raises_what_it_would_here() -> None:
    assert apart(divmod, 7, 2) == (3, 1)
    assert apart(os.getpid) != os.getpid()
    with pytest.raises(ZeroDivisionError):
        apart(divmod, 7, 0)


def test_garbage_is_collected_again_afterwards() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_is_open_is_not_searched_for_garbage_until_afterwards() -> None:
    before = gc.get_freeze_count()
    with settled():
        assert gc.get_freeze_count() > before
    assert gc.get_freeze_count() == 0
