import os
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest

from service.index import lexical
from service.index.fields import Fields
from service.index.lexical import LexicalEntry, LexicalIndex, LexicalWriter


def _entries(*texts: str) -> list[LexicalEntry]:
    return [LexicalEntry.of(key, Fields(text, "", "", "")) for key, text in enumerate(texts)]


def _write(
    folder: Path, entries: Iterable[LexicalEntry], previous: Path | None = None, removed: Collection[int] = ()
) -> None:
    writer = LexicalWriter(folder, previous)
    for entry in entries:
        writer.write(entry)
    writer.close(removed)


def _scores(folder: Path, *terms: str) -> dict[int, float]:
    ranking = LexicalIndex.open(folder).search(lexical.WORDS, terms, 10)
    return {int(key): round(float(score), 5) for key, score in zip(ranking.keys, ranking.scores, strict=True)}


def test_search_puts_the_rarer_word_first(tmp_path: Path) -> None:
    _write(tmp_path / "new", _entries("nacos heartbeat", "nacos login", "nacos cluster"))
    ranking = LexicalIndex.open(tmp_path / "new").search(lexical.WORDS, ["nacos", "login"], 10)
    assert ranking.keys[0] == 1


def test_search_without_terms_finds_nothing(tmp_path: Path) -> None:
    _write(tmp_path / "new", _entries("nacos"))
    assert _scores(tmp_path / "new") == {}


def test_update_by_adding_scores_as_a_full_build_does(tmp_path: Path) -> None:
    entries = _entries("nacos heartbeat", "nacos login", "seata lock")
    _write(tmp_path / "full", entries)
    _write(tmp_path / "old", entries[:2])
    _write(tmp_path / "new", entries[2:], tmp_path / "old")
    assert _scores(tmp_path / "new", "nacos", "seata") == _scores(tmp_path / "full", "nacos", "seata")


def test_update_by_removing_leaves_no_trace_in_the_scores(tmp_path: Path) -> None:
    entries = _entries("nacos heartbeat", "nacos login", "nacos lock")
    _write(tmp_path / "full", entries[:2])
    _write(tmp_path / "old", entries)
    _write(tmp_path / "new", [], tmp_path / "old", {2})
    assert _scores(tmp_path / "new", "nacos", "login") == _scores(tmp_path / "full", "nacos", "login")
    assert LexicalIndex.open(tmp_path / "old").document_count == 3


def test_index_that_cannot_be_written_is_searched_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "new"
    _write(folder, _entries("nacos heartbeat", "nacos login"))
    written = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    # The tests may run as root, whom no file mode stops.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    index = LexicalIndex.open(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == written
    assert index.search(lexical.WORDS, ["login"], 10).keys.tolist() == [1]
    assert [entry.words for entry in index.entries()] == ["nacos heartbeat", "nacos login"]


def test_search_of_a_product_scores_as_a_search_of_all_does(tmp_path: Path) -> None:
    fields = [Fields(text, "", "", "") for text in ("nacos login", "nacos", "login page", "login nacos")]
    products = ["a", "b", None, "b"]
    _write(tmp_path / "new", map(LexicalEntry.of, range(4), fields, products))
    index = LexicalIndex.open(tmp_path / "new")
    everything = index.search(lexical.WORDS, ["nacos", "login"], 10)
    scores = dict(zip(everything.keys.tolist(), everything.scores.tolist(), strict=True))
    ranking = index.search(lexical.WORDS, ["nacos", "login"], 10, "b")
    assert dict(zip(ranking.keys.tolist(), ranking.scores.tolist(), strict=True)) == {1: scores[1], 3: scores[3]}
    assert index.search(lexical.WORDS, ["nacos"], 10, "c").keys.tolist() == []


def test_frequent_terms_are_left_out_of_a_search_of_many_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"common word{number % 100} rare{number}" for number in range(200)]
    _write(tmp_path / "new", _entries(*texts))
    index = LexicalIndex.open(tmp_path / "new")
    terms = ["common", "word3", *(f"rare{number}" for number in range(6)), "unknown"]
    assert len(index.search(lexical.WORDS, terms, 500).keys) == 200
    monkeypatch.setattr(lexical, "EVERY_TERM_LIMIT", 100)
    assert set(index.search(lexical.WORDS, terms, 500).keys.tolist()) == {0, 1, 2, 3, 4, 5, 103}
    assert len(index.search(lexical.WORDS, ["common", "rare1", "unknown"], 500).keys) == 200


def test_update_of_many_documents_deletes_in_place_until_many_are_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical, "REWRITE_LIMIT", 10)
    monkeypatch.setattr(lexical, "MOST_DELETED", 0.2)
    _write(tmp_path / "0", _entries(*(f"nacos word{number}" for number in range(30))))
    changed = [LexicalEntry.of(4, Fields("nacos changed", "", "", ""))]
    _write(tmp_path / "1", changed, tmp_path / "0", {5})
    index = LexicalIndex.open(tmp_path / "1")
    assert index.document_count == 29
    assert set(index.search(lexical.WORDS, ["word4", "word5", "word6", "changed"], 10).keys.tolist()) == {4, 6}
    assert list((tmp_path / "1").glob("*.del"))
    _write(tmp_path / "2", [], tmp_path / "1", set(range(10, 20)))
    assert not list((tmp_path / "2").glob("*.del"))
    kept = [entry for entry in index.entries() if entry.key not in range(10, 20)]
    _write(tmp_path / "full", kept)
    words = ("nacos", "changed", "word7")
    assert _scores(tmp_path / "2", *words) == _scores(tmp_path / "full", *words)


def test_update_by_many_documents_replaces_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "REWRITE_LIMIT", 10)
    _write(tmp_path / "old", _entries(*("nacos old" for _ in range(20))))
    _write(tmp_path / "new", _entries(*("nacos new" for _ in range(15))), tmp_path / "old", {19})
    index = LexicalIndex.open(tmp_path / "new")
    assert index.document_count == 19
    assert sorted(index.search(lexical.WORDS, ["old"], 50).keys.tolist()) == [15, 16, 17, 18]
    assert sorted(index.search(lexical.WORDS, ["new"], 50).keys.tolist()) == list(range(15))
