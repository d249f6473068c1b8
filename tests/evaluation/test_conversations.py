import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from service.errors import EvaluationError
from service.evaluation.conversation_report import report_conversations, show_conversations
from service.evaluation.conversations import converse, figures_of, read_conversations
from tests.evaluation.opened import Opened, silent, write_lines

RIGHT: dict[str, Any] = {
    "id": "right",
    "held_out": True,
    "turns": [
        {"question": "控制台登录报 403", "documents": ["nacos-login"]},
        {"question": "第二步报错了", "documents": ["nacos-login"], "step": 2},
    ],
}
WRONG: dict[str, Any] = {
    "id": "wrong",
    "turns": [
        {"question": "控制台登录报 403", "documents": ["nacos-backlog"]},
        {"question": "第二步报错了", "documents": ["nacos-login"], "step": 1},
        {"pick": "nacos-login"},
    ],
}


def test_figures_count_turns_after_the_first(opened: Opened, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "conversations.jsonl", RIGHT, WRONG)
    results = converse(opened.engine, read_conversations(path, opened.snapshot), silent)
    assert [result.resolved for result in results] == [True, False]
    assert [exchange.right for exchange in results[1].exchanges] == [False, False, False]
    figures = figures_of(results)
    assert (figures.count, figures.resolved, figures.right_throughout, figures.first_turns) == (2, 0.5, 0.5, 0.5)


def test_report_names_what_went_wrong_and_the_share_held_out(opened: Opened, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "conversations.jsonl", RIGHT, WRONG)
    results = converse(opened.engine, read_conversations(path, opened.snapshot), silent)
    report = report_conversations(results)
    assert (report["all"]["resolved"], report["held_out"]["resolved"]) == (0.5, 1.0)
    assert [failure["id"] for failure in report["failures"]] == ["wrong"]
    console = Console(file=io.StringIO(), width=100)
    show_conversations(console, results, failures=10)
    printed = console.file.getvalue()  # type: ignore[attr-defined]
    assert "50.0%" in printed and "wrong" in printed


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"turns": [{"question": "a"}]}, "holds no conversation"),
        ({"turns": [{"question": "a"}, {}]}, 'a "question" or a "pick"'),
        ({"turns": [{"question": "a"}, {"question": " "}]}, "empty"),
        ({"turns": [{"question": "a"}, {"question": "b", "documents": ["no"]}]}, "'no'"),
        ({"turns": [{"question": "a"}, {"question": "b", "status": "fine"}]}, "'fine'"),
        ({"turns": [{"question": "a"}, {"question": "b", "step": "2"}]}, "expected a number"),
        ({}, "turns"),
    ],
)
def test_line_of_another_form_is_named(opened: Opened, tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    path = write_lines(tmp_path / "conversations.jsonl", {"id": "x", **fields})
    with pytest.raises(EvaluationError, match=f"conversations.jsonl:1: .*{message}"):
        read_conversations(path, opened.snapshot)
