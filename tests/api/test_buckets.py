import multiprocessing
import time
from pathlib import Path

import pytest

from service.api.buckets import Buckets, Rate


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that goes when it is told to."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_rate_is_read_as_it_is_set() -> None:
    assert Rate.parse("120/minute") == Rate(120, 60)
    assert Rate.parse("5/second") == Rate(5, 1)
    assert Rate.parse("7/hour") == Rate(7, 3600)
    assert Rate.parse("off") is None


def test_limit_may_be_used_at_once_and_comes_back_evenly(clock: list[float]) -> None:
    buckets, rate = Buckets.private(), Rate(3, 1)
    place = buckets.place("ask", "10.0.0.1")
    assert [buckets.take(place, rate) for _ in range(3)] == [0, 0, 0]
    assert buckets.take(place, rate) == pytest.approx(1 / 3)
    clock[0] += 1 / 3
    assert buckets.take(place, rate) == 0
    assert buckets.take(place, rate) > 0
    clock[0] += 3600
    assert [buckets.take(place, rate) == 0 for _ in range(4)] == [True, True, True, False]


def test_clients_and_limits_have_places_of_their_own() -> None:
    buckets = Buckets.private()
    places = {buckets.place(limit, client) for limit in ("ask", "page") for client in ("10.0.0.1", "10.0.0.2")}
    assert len(places) == 4


def test_places_are_not_to_be_foreseen() -> None:
    assert Buckets.private().place("ask", "10.0.0.1") != Buckets.private().place("ask", "10.0.0.1")


def _use_up(path: Path) -> None:
    buckets = Buckets.shared(path)
    place = buckets.place("ask", "10.0.0.1")
    for _ in range(5):
        buckets.take(place, Rate(10, 3600))


def test_processes_share_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "limits"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_use_up, args=(path,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    buckets = Buckets.shared(path)
    # Two workers that write at the same moment may let one pass.
    left = [buckets.take(buckets.place("ask", "10.0.0.1"), Rate(10, 3600)) for _ in range(6)]
    assert left[-1] > 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["limits"]
