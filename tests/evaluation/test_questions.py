from pathlib import Path

import pytest

from service.errors import EvaluationError
from service.evaluation.questions import read_questions
from service.index.snapshot import Snapshot
from tests.evaluation.opened import write_lines

LOGIN = {"id": "q1", "question": "登录 403", "relevant": {"nacos-login": 2}}


def test_read_questions_takes_every_field(tmp_path: Path, snapshot: Snapshot) -> None:
    graded = {"nacos-login": 1, "nacos-backlog": 0}
    row = {"id": "q9", "style": "near", "question": " 登录 ", "relevant": graded, "answerable": False, "more": 1}
    (question,) = read_questions(write_lines(tmp_path / "q.jsonl", "", row), snapshot)
    assert (question.id, question.style, question.text) == ("q9", "near", "登录")
    assert question.relevant == graded
    assert question.answerable is False


def test_read_questions_needs_only_question_and_relevant(tmp_path: Path, snapshot: Snapshot) -> None:
    rows = [{"question": "登录", "relevant": ["nacos-login"]}, {"question": "天气", "relevant": []}]
    first, second = read_questions(write_lines(tmp_path / "q.jsonl", *rows), snapshot)
    assert (first.relevant, first.style, first.answerable) == ({"nacos-login": 2}, None, True)
    assert second.answerable is False
    assert first.id != second.id


def test_question_without_id_keeps_its_id_when_lines_move(tmp_path: Path, snapshot: Snapshot) -> None:
    rows = [{"question": "登录", "relevant": ["nacos-login"]}, {"question": "天气", "relevant": []}]
    there = read_questions(write_lines(tmp_path / "there.jsonl", *rows), snapshot)
    back = read_questions(write_lines(tmp_path / "back.jsonl", *reversed(rows)), snapshot)
    assert [question.id for question in there] == [question.id for question in reversed(back)]


def test_judgement_changes_with_question_grades_and_answerable(tmp_path: Path, snapshot: Snapshot) -> None:
    changes: list[dict[str, object]] = [
        {},
        {"question": "登录 401"},
        {"relevant": {"nacos-login": 1}},
        {"answerable": False},
        {"style": "long"},
    ]
    rows = [{**LOGIN, "answerable": True, **change, "id": str(i)} for i, change in enumerate(changes)]
    same, *different, restyled = read_questions(write_lines(tmp_path / "q.jsonl", *rows), snapshot)
    assert len({question.judgement for question in (same, *different)}) == 4
    assert restyled.judgement == same.judgement


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", r"q\.jsonl:2: is not JSON"),
        ("[1]", r"q\.jsonl:2: is JSON, but no object"),
        ({"relevant": {}}, r'q\.jsonl:2: has no "question"'),
        ({"question": 7, "relevant": {}}, r'q\.jsonl:2: "question" is 7; expected a text'),
        ({"question": "  ", "relevant": {}}, r"q\.jsonl:2: The question is empty"),
        ({"question": "x" * 2001, "relevant": {}}, r"q\.jsonl:2: The question has 2001 characters"),
        ({"question": "x"}, r'q\.jsonl:2: "relevant" is null'),
        ({"question": "x", "relevant": {"nacos-login": 3}}, r"q\.jsonl:2: .*grades 0, 1 or 2"),
        ({"question": "x", "relevant": {"nacos-login": True}}, r"q\.jsonl:2: .*grades 0, 1 or 2"),
        ({"question": "x", "relevant": [1]}, r"q\.jsonl:2: .*list of the ids"),
        ({"question": "x", "relevant": {"gone": 2, "lost": 0}}, r"q\.jsonl:2: names 'gone', 'lost', not among the 4"),
        ({"question": "x", "relevant": {}, "answerable": True}, r"q\.jsonl:2: is answerable, but no document"),
        ({"question": "x", "relevant": {}, "answerable": "no"}, r'q\.jsonl:2: "answerable" is "no"; expected true'),
        ({"question": "x", "relevant": {}, "style": "all"}, r"q\.jsonl:2: has the style 'all'"),
        ({"question": "x", "relevant": {}, "style": 1}, r'q\.jsonl:2: "style" is 1; expected a text'),
        ({"question": "x", "relevant": {}, "id": "q1"}, r"q\.jsonl:2: has the id 'q1' of line 1"),
    ],
)
def test_read_questions_names_file_and_line(
    tmp_path: Path, snapshot: Snapshot, row: dict[str, object] | str, message: str
) -> None:
    with pytest.raises(EvaluationError, match=message):
        read_questions(write_lines(tmp_path / "q.jsonl", LOGIN, row), snapshot)
