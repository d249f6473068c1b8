"""The YAML block: values as written, nothing constructed, nothing that makes it slow."""

from itertools import pairwise

import pytest

from service.documents.frontmatter import read_date, read_frontmatter


def test_scalars_stay_as_written() -> None:
    front = read_frontmatter(
        ["---", "id: 007", "title: yes", "date: 2024-09-26", "tags: [1.10, no]", "---", "x"], "a.md"
    )
    assert front.texts == {"id": "007", "title": "yes", "date": "2024-09-26"}
    assert front.lists == {"tags": ("1.10", "no")}
    assert (front.body_line, front.lines["date"], front.problems) == (6, 4, ())


@pytest.mark.parametrize(
    ("written", "tags"), [("a, b，a", ("a", "b")), ('["a", null, "b c"]', ("a", "b c")), ("~", ())]
)
def test_tags_are_a_list_or_a_text_with_commas(written: str, tags: tuple[str, ...]) -> None:
    assert read_frontmatter(["---", f"tags: {written}", "---"], "a.md").lists.get("tags", ()) == tags


@pytest.mark.parametrize("line", ["tags: {a: b}", "title: [a]", "tags: [[a]]"])
def test_value_of_another_kind_is_ignored_with_a_warning(line: str) -> None:
    front = read_frontmatter(["---", "id: a", line, "---"], "a.md")
    assert [(problem.line, problem.code) for problem in front.problems] == [(3, "frontmatter-value")]
    assert front.texts == {"id": "a"} and front.lists == {}


def test_aliases_upon_aliases_expand_to_nothing() -> None:
    laughs = ["a: &a [lol, lol]", *(f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]" for a, b in pairwise("abcdefghi"))]
    front = read_frontmatter(["---", *laughs, "tags: *i", "id: x", "---"], "a.md")
    assert front.texts == {"id": "x"}


@pytest.mark.parametrize(
    "yaml", ["a: " + "[" * 20_000, "? " * 5_000, "a: !!python/object/apply:os.system [x]\n- b", "\t- :"]
)
def test_hostile_yaml_is_a_problem_and_no_crash(yaml: str) -> None:
    assert [problem.code for problem in read_frontmatter(["---", *yaml.split("\n"), "---"], "a.md").problems] == [
        "broken-frontmatter"
    ]


def test_tag_that_names_code_is_never_run() -> None:
    front = read_frontmatter(["---", "id: !!python/object/apply:os.getcwd []", "title: !x y", "---"], "a.md")
    assert front.texts == {"title": "y"}


@pytest.mark.parametrize(
    ("text", "date"),
    [("2024-09-26", "2024-09-26"), ("2024-09-26T10:00:00Z", "2024-09-26"), ("26.9.2024", None), ("", None)],
)
def test_date_is_the_day_of_an_iso_date(text: str, date: str | None) -> None:
    assert read_date(text) == date
