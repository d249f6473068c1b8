"""A folder of documents: which files count, and what only the whole of them can tell."""

import os
from dataclasses import replace
from pathlib import Path
from typing import IO

import pytest

from service.documents.collection import finish, load, scan
from service.documents.model import Severity
from service.errors import KnowledgeError
from tests.documents.builders import CHINESE, answer

ENGLISH = (
    "---\nid: {id}\ntitle: {title}\n---\n## Question\nq\n## Answer\na\n## References\n* Expert experience: {other}\n"
)


def write(root: Path, path: str, text: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_scan_lists_markdown_files_in_order(tmp_path: Path) -> None:
    for path in ("b/z.md", "a.MARKDOWN", "b/a.md", ".hidden.md", ".git/x.md", "notes.txt", "b/README.md"):
        write(tmp_path, path, "## Answer\nx\n" if "README" not in path else "# How to write\n")
    write(tmp_path, "c/readme.md", "## 解答\nx\n")
    scanned = scan(tmp_path)
    assert [file.path for file in scanned.files] == ["a.MARKDOWN", "b/a.md", "b/z.md", "c/readme.md"]
    assert scanned.problems == ()


def test_scan_hash_changes_with_the_content_only(tmp_path: Path) -> None:
    file = write(tmp_path, "a.md", CHINESE)
    first = scan(tmp_path).files[0].content_hash
    file.touch()
    assert scan(tmp_path).files[0].content_hash == first == load(tmp_path).documents[0].content_hash
    file.write_text(CHINESE + "\n", encoding="utf-8")
    assert scan(tmp_path).files[0].content_hash != first


@pytest.mark.parametrize("name", ["missing", "a.md"])
def test_scan_of_what_is_no_folder_says_what_to_do(tmp_path: Path, name: str) -> None:
    write(tmp_path, "a.md", CHINESE)
    with pytest.raises(KnowledgeError, match="--knowledge"):
        scan(tmp_path / name)


def test_link_out_of_the_folder_is_refused_and_one_within_is_read(tmp_path: Path) -> None:
    outside = write(tmp_path, "outside.md", CHINESE)
    root = tmp_path / "root"
    inside = write(root, "a.md", CHINESE)
    (root / "b.md").symlink_to(outside)
    (root / "c.md").symlink_to(inside)
    (root / "d.md").symlink_to(root / "nowhere.md")
    (root / "e.md").symlink_to("e.md")
    scanned = scan(root)
    assert [file.path for file in scanned.files] == ["a.md", "c.md"]
    assert [(problem.file, problem.code) for problem in scanned.problems] == [
        ("b.md", "outside-link"),
        ("d.md", "dead-link"),
        ("e.md", "dead-link"),
    ]


def test_linked_folder_is_not_followed_and_named(tmp_path: Path) -> None:
    write(tmp_path, "a/a.md", CHINESE)
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "b").symlink_to("a")
    scanned = scan(tmp_path)
    assert [file.path for file in scanned.files] == ["a/a.md"]
    assert {(problem.file, problem.code) for problem in scanned.problems} == {
        ("a/up", "folder-link"),
        ("b", "folder-link"),
    }


@pytest.mark.parametrize(
    ("name", "shown"), [(b"\xb4\xf0.md", "x/\\xb4\\xf0.md"), (b"a\n\x1b[31m.md", "x/a\\x0a\\x1b[31m.md")]
)
def test_name_that_cannot_be_told_is_a_problem_and_costs_no_other(tmp_path: Path, name: bytes, shown: str) -> None:
    write(tmp_path, "x/good.md", CHINESE)
    Path(os.fsdecode(os.fsencode(tmp_path / "x") + b"/" + name)).write_text(CHINESE, encoding="utf-8")
    collection = load(tmp_path)
    assert [document.path for document in collection.documents] == ["x/good.md"]
    assert [(problem.file, problem.code) for problem in collection.problems] == [(shown, "file-name")]


def test_folder_named_like_a_document_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, "a.md/b.md", CHINESE)
    assert [file.path for file in scan(tmp_path).files] == ["a.md/b.md"]


def test_unreadable_file_is_a_problem_and_costs_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.md", CHINESE)
    write(tmp_path, "b.md", ENGLISH.format(id="b", title="t", other="x"))

    def refuse(self: Path, mode: str) -> IO[bytes]:
        if self.name == "a.md":
            raise PermissionError(13, "Permission denied")
        return open(self, "rb")  # what Path.open does, with the only mode a scan uses

    monkeypatch.setattr(Path, "open", refuse)
    collection = load(tmp_path)
    assert [document.id for document in collection.documents] == ["b"]
    assert [(problem.file, problem.code) for problem in collection.problems] == [("a.md", "unreadable")]


def test_file_whose_path_is_too_long_is_a_problem_and_costs_no_other(tmp_path: Path) -> None:
    write(tmp_path, "a.md", CHINESE)
    folder = tmp_path
    while len(str(folder)) < 3_900:
        folder /= "f" * 120
        folder.mkdir()
    opened = os.open(folder, os.O_DIRECTORY)
    os.close(os.open("d" * 220 + ".md", os.O_CREAT, dir_fd=opened))
    os.close(opened)
    collection = load(tmp_path)
    assert [document.path for document in collection.documents] == ["a.md"]
    (problem,) = collection.problems
    assert (problem.code, problem.remedy) == ("unreadable", "Give it, or the folders that it lies in, shorter names.")


def test_folders_nested_deeper_than_calls_may_be_are_read(tmp_path: Path) -> None:
    folders = [tmp_path]
    for _ in range(1_200):
        folders.append(folders[-1] / "d")
        folders[-1].mkdir()
    file = write(folders[-1], "a.md", CHINESE)
    try:
        assert len(load(tmp_path).documents) == 1
    finally:
        # What removes the folders of tests in the end does not go so deep.
        file.unlink()
        for folder in reversed(folders):
            folder.rmdir()


def test_pipe_named_like_a_document_is_named(tmp_path: Path) -> None:
    write(tmp_path, "a.md", CHINESE)
    os.mkfifo(tmp_path / "b.md")
    (tmp_path / "c.md").symlink_to("b.md")
    collection = load(tmp_path)
    assert [document.path for document in collection.documents] == ["a.md"]
    assert [(problem.file, problem.code, problem.severity) for problem in collection.problems] == [
        ("b.md", "no-file", Severity.WARNING),
        ("c.md", "no-file", Severity.WARNING),
    ]


def test_file_that_vanishes_during_a_scan_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.md", CHINESE)

    def vanish(self: Path, *arguments: str) -> object:
        raise FileNotFoundError(2, "No such file", str(self))

    monkeypatch.setattr(Path, "open", vanish)
    assert scan(tmp_path) == scan(tmp_path)
    assert scan(tmp_path).files == ()


def test_load_goes_on_after_a_bad_file_and_resolves_the_good(tmp_path: Path) -> None:
    write(tmp_path, "seata/a.md", ENGLISH.format(id="a", title="First", other="SECOND !"))
    write(tmp_path, "seata/b.md", ENGLISH.format(id="b", title="Second", other="nowhere"))
    write(tmp_path, "seata/c.md", "---\nid: [\n---\n")
    collection = load(tmp_path)
    assert [(d.id, d.product, d.references[0].document_id) for d in collection.documents] == [
        ("a", "seata", "b"),
        ("b", "seata", None),
    ]
    assert [(problem.file, problem.code) for problem in collection.problems] == [("seata/c.md", "broken-frontmatter")]


def test_first_path_keeps_an_id_whatever_order_documents_come_in() -> None:
    one, two = (replace(answer("x"), path=path) for path in ("a/x.md", "b/x.md"))
    collection = finish([two, one])
    assert collection.documents == (one,)
    assert [(p.file, p.code) for p in collection.problems] == [("b/x.md", "duplicate-id")]
    assert "a/x.md" in collection.problems[0].message
    assert collection == finish([one, two])
