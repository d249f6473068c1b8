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
