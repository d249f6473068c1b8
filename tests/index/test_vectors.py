from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from service.embedding.encoder import Embeddings
from service.index import neighbors, vectors
from service.index.records import Keys

DIMENSION = 32


def _write(
    folder: Path, keys: Keys, embeddings: Embeddings, previous: Path | None = None, removed: Sequence[int] = ()
) -> vectors.VectorIndex:
    writer = vectors.VectorWriter(folder, embeddings.shape[1], previous)
    for begin in range(0, len(keys), 100):
        writer.write(keys[begin : begin + 100], embeddings[begin : begin + 100])
    writer.close(np.array(removed, np.int64))
    return vectors.VectorIndex.open(folder)


def _embeddings(count: int, seed: int) -> Embeddings:
    """Embeddings around many centres, as those of texts are."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((200, DIMENSION))
    embeddings = centres[random.integers(0, 200, count)] + 0.4 * random.standard_normal((count, DIMENSION))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    return embeddings.astype(np.float32)


def _queries(count: int) -> Embeddings:
    return _embeddings(count, 99)


def _nearest(embeddings: Embeddings, query: Embeddings, count: int) -> list[int]:
    nearest: list[int] = np.argsort(-(embeddings @ query[0]), kind="stable")[:count].tolist()
    return nearest


def _recall(index: vectors.VectorIndex, embeddings: Embeddings) -> float:
    """How many of the 10 nearest are among 60 found, on average; rows of the index are those of the embeddings."""
    found = [
        len(set(_nearest(embeddings, query[None], 10)) & set(index.search(query[None], 60).tolist())) / 10
        for query in _queries(40)
    ]
    return sum(found) / len(found)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few documents are many, and so few are worth writing the lists anew."""
    monkeypatch.setattr(neighbors, "EXACT_LIMIT", 300)
    monkeypatch.setattr(neighbors, "MOST_RECENT", 60)


def test_search_finds_what_brute_force_finds(tmp_path: Path) -> None:
    embeddings = _embeddings(300, 7)
    index = _write(tmp_path / "vectors", np.arange(300), embeddings)
    assert index.kind == "flat"
    for query in _queries(5):
        expected = np.array(_nearest(embeddings, query[None], 20))
        assert index.search(query[None], 20).tolist() == expected.tolist()
        np.testing.assert_allclose(
            index.similarities(query[None], expected), embeddings[expected] @ query, rtol=1e-4, atol=1e-6
        )


def test_nearest_of_a_document_leaves_itself_out(tmp_path: Path) -> None:
    embeddings = np.zeros((3, 16), np.float32)
    embeddings[:, 0] = [1.0, 0.2, 0.9]
    embeddings[:, 1] = [0.0, 1.0, 0.1]
    index = _write(tmp_path / "vectors", np.arange(3), embeddings)
    assert index.nearest(0, 5).tolist() == [2, 1]
    assert index.nearest(0, 1).tolist() == [2]


def test_search_of_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = _write(tmp_path / "vectors", np.arange(0), np.empty((0, 16), np.float32))
    assert index.search(np.ones((1, 16), np.float32), 5).tolist() == []


def test_many_documents_are_searched_by_inverted_lists_of_codes(tmp_path: Path, few: None) -> None:
    embeddings = _embeddings(4_000, 7)
    index = _write(tmp_path / "vectors", np.arange(4_000), embeddings)
    assert index.kind == "126 inverted lists of 4-bit codes"
    assert _recall(index, embeddings) > 0.97
    rows = np.array([0, 3_999, 17])
    np.testing.assert_allclose(index.embeddings_at(rows), embeddings[rows], atol=0.005)
    query = _queries(1)
    np.testing.assert_allclose(index.similarities(query, rows), embeddings[rows] @ query[0], atol=0.01)


@pytest.mark.parametrize("count", [250, 900])
def test_search_among_some_finds_the_nearest_of_them(tmp_path: Path, few: None, count: int) -> None:
    embeddings = _embeddings(count, 7)
    keys = np.arange(count)
    _write(tmp_path / "old", keys[:-20], embeddings[:-20])
    index = _write(tmp_path / "new", keys[-20:], embeddings[-20:], tmp_path / "old")
    for step in (2, 50):
        wanted: npt.NDArray[np.bool_] = keys % step == 1
        selection = index.select(wanted)
        for query in _queries(10):
            expected = [row for row in _nearest(embeddings, query[None], count) if wanted[row]]
            found = index.search(query[None], 30, selection).tolist()
            assert all(wanted[found])
            assert len(set(found) & set(expected[:10])) >= min(9, len(expected))


def test_updates_across_the_limit_find_what_a_full_build_finds(tmp_path: Path, few: None) -> None:
    random = np.random.default_rng(1)
    pool = _embeddings(3_000, 3)
    held: dict[int, int] = {}
    previous: Path | None = None
    kinds = []
    for number, (written, removed) in enumerate(
        [(200, 0), (50, 20), (150, 10), (30, 30), (20, 5), (90, 40), (900, 0), (10, 200), (0, 50), (3, 700)]
    ):
        gone = random.choice(sorted(held), removed, replace=False).tolist() if removed else []
        keys = random.choice(2_000, written, replace=False)
        gone = sorted(set(gone) - set(keys.tolist()))
        places = random.integers(0, len(pool), written)
        index = _write(tmp_path / str(number), keys, pool[places], previous, gone)
        previous = tmp_path / str(number)
        held = {key: place for key, place in held.items() if key not in gone}
        held |= dict(zip(keys.tolist(), places.tolist(), strict=True))
        whole = pool[[held[key] for key in sorted(held)]]
        full = _write(tmp_path / f"full-{number}", np.array(sorted(held)), whole)
        kinds.append((index.kind == "flat", full.kind == "flat"))
        assert _recall(index, whole) > 0.9
        every = np.arange(len(held))
        np.testing.assert_allclose(index.embeddings_at(every), full.embeddings_at(every), atol=0.005)
    assert kinds[0] == kinds[-1] == (True, True)
    assert kinds[3:7] == [(False, False)] * 4


def test_few_changes_share_the_lists_of_the_generation_before(tmp_path: Path, few: None) -> None:
    embeddings = _embeddings(400, 7)
    _write(tmp_path / "old", np.arange(400), embeddings)
    _write(tmp_path / "new", np.array([5, 1_000]), embeddings[:2], tmp_path / "old", [9])
    assert (tmp_path / "old" / "lists.faiss").samefile(tmp_path / "new" / "lists.faiss")
    index = vectors.VectorIndex.open(tmp_path / "new")
    assert 5 in index.search(embeddings[:1], 3).tolist()
    # Row 9 is that of key 10 now, as key 9 is gone; the last row is that of key 1,000.
    for row, place in ((5, 0), (9, 10), (399, 1)):
        assert row in index.search(embeddings[place : place + 1], 20).tolist()
