from pathlib import Path

import pytest

from service.documents.collection import ListedFile
from service.documents.model import Problem, Severity
from service.index.files import Files, FileState, Stamps

SECOND = 1_000_000_000


def test_files_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    problem = Problem("b.md", 3, "no-answer", Severity.ERROR, "It has no answer.", "Write one.")
    states = [FileState("b.md", "ff", None, (problem,)), FileState("a.md", "ee", 7)]
    Files(states).write(tmp_path)
    files = Files.read(tmp_path)
    assert list(files) == [states[1], states[0]]
    assert files.problems == (problem,)
    assert files.get("c.md") is None


def test_stamps_tell_files_that_are_as_they_were(tmp_path: Path) -> None:
    old, changed = ListedFile("a.md", (5 * SECOND, 10, 1)), ListedFile("a.md", (6 * SECOND, 10, 1))
    Stamps.write(tmp_path, "1", [old, ListedFile("b.md", None)], listed_at_ns=60 * SECOND)
    stamps = Stamps.read(tmp_path, "1")
    assert stamps.has(old)
    assert not stamps.has(changed)
    assert not stamps.has(ListedFile("b.md", None))
    assert not Stamps.read(tmp_path, "2").has(old)


def test_stamp_of_a_file_that_was_just_written_is_not_kept(tmp_path: Path) -> None:
    fresh = ListedFile("a.md", (59 * SECOND, 10, 1))
    Stamps.write(tmp_path, "1", [fresh], listed_at_ns=60 * SECOND)
    assert not Stamps.read(tmp_path, "1").has(fresh)


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"generation": "1", "paths": ["a"], "stamps": []}', b'{"a": 1}'])
def test_stamps_that_cannot_be_read_are_none(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "stamps.json").write_bytes(raw)
    assert not Stamps.read(tmp_path, "1").has(ListedFile("a", (1, 1, 1)))
