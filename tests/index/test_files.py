from pathlib import Path

import pytest

from service.documents.model import Problem, Severity
from service.index.files import Files, FileState, Stamps


def test_files_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    problem = Problem("b.md", 3, "no-answer", Severity.ERROR, "It has no answer.", "Write one.")
    states = [FileState("b.md", "ff", None, (problem,)), FileState("a.md", "ee", 7)]
    unread = Problem("b.md", 1, "file-name", Severity.ERROR, "Its name is not UTF-8.", "Rename it.")
    Files(states, {unread}).write(tmp_path)
    files = Files.read(tmp_path)
    assert list(files) == [states[1], states[0]]
    assert files.problems == (unread, problem)
    assert files.unread == files.copy().unread == {unread}
    assert files.get("c.md") is None


def test_what_became_of_a_file_takes_the_place_of_what_was_known() -> None:
    problem = Problem("a.md", 1, "missing-id", Severity.ERROR, "It has no id.", "Give it one.")
    files = Files([FileState("a.md", "ee", 7), FileState("b.md", "ff", 8)])
    before = files.copy()
    files.put(FileState("a.md", "dd", None, (problem,)))
    assert files.get("a.md") == FileState("a.md", "dd", None, (problem,))
    assert files.without_document == {"a.md"}
    assert (files.path_by_key(), files.hash_by_key()) == ({8: "b.md"}, {8: "ff"})
    files.put(FileState("a.md", "ee", 7))
    files.drop(["b.md", "c.md"])
    assert (list(files), files.problems) == ([FileState("a.md", "ee", 7)], ())
    assert before.hash_by_key() == {7: "ee", 8: "ff"}


def test_stamps_tell_files_that_are_as_they_were(tmp_path: Path) -> None:
    Stamps.write(tmp_path, "1", {"a.md": 5, "b.md": None, "c.md": -7, "unread.md": 1}, unread={"unread.md"})
    stamps = Stamps.read(tmp_path, "1")
    assert stamps.missed({"a.md": 5, "c.md": -7}) == []
    assert stamps.missed({"a.md": 6, "b.md": None, "c.md": -7, "unread.md": 1}) == ["a.md", "b.md", "unread.md"]
    assert Stamps.read(tmp_path, "2").missed({"a.md": 5}) == ["a.md"]


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"generation": "1", "paths": ["a"], "stamps": []}', b'{"a": 1}'])
def test_stamps_that_cannot_be_read_are_none(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "stamps.json").write_bytes(raw)
    assert Stamps.read(tmp_path, "1").missed({"a": 1}) == ["a"]
