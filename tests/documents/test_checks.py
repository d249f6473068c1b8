"""What `check` reports beyond the problems of single files."""

import random
from pathlib import Path

import pytest

from service.documents.advice import is_private
from service.documents.checks import check, near_duplicates
from service.documents.model import Severity

FORM = "---\nid: {id}\ntitle: {title}\n---\n## Question\nq\n## Answer\n{answer}\n## References\n{references}\n"


def write(root: Path, identifier: str, title: str, answer: str = "a", references: str = "") -> None:
    text = FORM.format(id=identifier, title=title, answer=answer, references=references)
    (root / f"{identifier}.md").write_text(text, encoding="utf-8")


def found(root: Path) -> list[tuple[str, int, str]]:
    return [(problem.file, problem.line, problem.code) for problem in check(root)]


def test_sound_folder_has_no_problem(tmp_path: Path) -> None:
    write(tmp_path, "a", "How to stop it", references="* Expert experience: how to start IT?")
    write(tmp_path, "b", "How to start it", "Use `http://localhost:8848`.\n```\nhttp://10.0.0.1/\n```")
    assert check(tmp_path) == ()


def test_unresolved_reference_is_a_warning_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "a", "One", references="* [x](https://a.org)\n* Expert experience: gone")
    assert found(tmp_path) == [("a.md", 11, "unresolved-reference")]
    assert check(tmp_path)[0].severity is Severity.WARNING


def test_private_links_are_warnings_with_their_lines(tmp_path: Path) -> None:
    write(
        tmp_path, "a", "One", "ok\n[a](http://10.1.2.3/x)\nand [b](http://wiki.corp)", "* [c](http://localhost:4321/)"
    )
    assert found(tmp_path) == [("a.md", line, "private-link") for line in (9, 10, 12)]


def test_links_that_nobody_follows_are_warnings_with_their_lines(tmp_path: Path) -> None:
    write(
        tmp_path,
        "a",
        "One",
        "ok\n[a](ms-msdt:/id) `search-ms:x`\n[b](mailto:a@b.org)",
        "* c\n* [d](blob:https://a.org)",
    )
    write(tmp_path, "c", "c")
    write(tmp_path, "d", "d")
    assert found(tmp_path) == [("a.md", 9, "unsafe-link"), ("a.md", 13, "unsafe-link")]
    assert all(problem.severity is Severity.WARNING and problem.remedy for problem in check(tmp_path))


def test_title_with_nothing_to_do_is_an_empty_step(tmp_path: Path) -> None:
    write(tmp_path, "a", "One", "### Steps\n1. **The cluster**:\n2. **Restart it**\n3. **Disk**: full?")
    assert found(tmp_path) == [("a.md", 9, "empty-step")]


def test_nearly_the_same_title_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, "a", "How do I change the store mode of the server?")
    write(tmp_path, "b", "how do I change the Store-Mode of the server")
    write(tmp_path, "c", "How do I change the log level of the server?")
    assert found(tmp_path) == [("b.md", 1, "similar-title")]


def test_duplicate_id_is_an_error_naming_both_files(tmp_path: Path) -> None:
    write(tmp_path, "a", "One")
    (tmp_path / "b.md").write_text(FORM.format(id="a", title="Other", answer="a", references=""), encoding="utf-8")
    problem = check(tmp_path)[0]
    assert (problem.file, problem.code, problem.severity) == ("b.md", "duplicate-id", Severity.ERROR)
    assert "a.md" in problem.message


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("192.168.1.4", True),
        ("172.16.0.1", True),
        ("::1", True),
        ("wiki", True),
        ("nexus.internal", True),
        ("printer.local.", True),
        ("8.8.8.8", False),
        ("nacos.io", False),
        ("local.example.org", False),
    ],
)
def test_host_is_private(host: str, private: bool) -> None:
    assert is_private(host) is private


def test_near_duplicates_are_those_a_comparison_of_all_pairs_finds() -> None:
    chance = random.Random(7)
    keys = ["".join(chance.choices("abc", k=chance.randint(1, 40))) for _ in range(200)]
    keys += [key[:-1] for key in keys[::5] if len(key) > 1]

    def similarity(one: str, other: str) -> float:
        first, second = ({key[i : i + 2] for i in range(len(key) - 1)} or {key} for key in (one, other))
        return len(first & second) / len(first | second)

    expected = {i for i in range(len(keys)) if any(similarity(keys[j], keys[i]) >= 0.85 for j in range(i))}
    assert {index for index, _ in near_duplicates(keys)} == expected
