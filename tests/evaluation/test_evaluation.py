import io
import json
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest
from rich.console import Console

from service.errors import EvaluationError
from service.evaluation import outcomes
from service.evaluation.evaluation import Evaluation, evaluate
from service.evaluation.page import render
from service.evaluation.report import report
from service.evaluation.tables import show_evaluation
from tests.evaluation.opened import Opened, write_lines

HOSTILE = "<script>alert(1)</script> [red]\"'&"
QUESTIONS: tuple[dict[str, object], ...] = (
    {"id": "right", "style": "typo", "question": "控制台登录报 403", "relevant": ["nacos-login"]},
    {"id": "wrong", "style": "<b>", "question": f"消息堆积 {HOSTILE}", "relevant": {"nacos-login": 2}},
    {"id": "none", "question": "天气", "relevant": []},
)


@pytest.fixture
def evaluation(opened: Opened, tmp_path: Path) -> Evaluation:
    """An evaluation with every part: structure, a comparison that names questions, failures."""
    questions = write_lines(tmp_path / "questions.jsonl", *QUESTIONS)
    structure = write_lines(tmp_path / "structure.jsonl", {"id": "nacos-login", "steps": [], "causes": []})
    other = write_lines(tmp_path / "other.jsonl", QUESTIONS[1], {"id": "old", "question": "旧", "relevant": []})
    previous = evaluate(opened.engine, opened.snapshot, other)
    outcomes.save(tmp_path / "run.json", previous.outcomes)
    return evaluate(opened.engine, opened.snapshot, questions, structure=structure, against=tmp_path / "run.json")


def test_evaluate_puts_every_part_together(evaluation: Evaluation) -> None:
    assert [outcome.id for outcome in evaluation.outcomes] == ["right", "wrong", "none"]
    assert evaluation.summary.styles["all"].means["hit@1"] == 0.5
    assert evaluation.structure is not None and evaluation.structure.documents == 1
    assert evaluation.comparison is not None
    assert (evaluation.comparison.only_old, evaluation.comparison.only_new) == (("old",), ("right", "none"))
    assert "wrong" in {failure.question.id for failure in evaluation.failures}


def test_evaluate_reads_files_before_it_asks(opened: Opened, tmp_path: Path) -> None:
    questions = write_lines(tmp_path / "questions.jsonl", *QUESTIONS)
    stages: list[str] = []
    with pytest.raises(EvaluationError, match=r"gone\.json: cannot be read"):
        evaluate(
            opened.engine,
            opened.snapshot,
            questions,
            against=tmp_path / "gone.json",
            progress=lambda stage, done, total: stages.append(stage),
        )
    assert stages == []


def test_report_is_json_with_the_names_of_the_figures(evaluation: Evaluation) -> None:
    figures = json.loads(orjson.dumps(report(evaluation)))
    assert set(figures) == {
        *("styles", "auroc", "auroc_far", "auroc_correct", "ece", "answered", "clarified", "refused", "latency_ms"),
        *("documents", "steps_f1", "causes_f1", "reliability", "comparison", "failures"),
    }
    assert set(figures["styles"]["all"]) == {"n", "hit@1", "hit@5", "ndcg@10"}
    failure = next(failure for failure in figures["failures"] if failure["id"] == "wrong")
    assert failure["expected"][0]["document_id"] == "nacos-login"
    assert failure["got"][0]["scores"]["words"] > 0
    assert figures["comparison"]["styles"]["all"]["hit@1"]["change"] == 0


def test_tables_show_figures_comparison_and_failures(evaluation: Evaluation) -> None:
    console = Console(file=io.StringIO(), width=100)
    show_evaluation(console, evaluation, failures=10)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for part in ("ndcg@10", "auroc_correct", "steps_f1", "no difference beyond chance", "old", HOSTILE, "nacos-login"):
        assert part in text


def test_tables_say_how_many_failures_are_left_out(evaluation: Evaluation) -> None:
    console = Console(file=io.StringIO(), width=100)
    show_evaluation(console, evaluation, failures=0)
    assert f"{len(evaluation.failures)} more" in console.file.getvalue()  # type: ignore[attr-defined]


class _Audit(HTMLParser):
    """Collects text; fails on what could run or load, and on elements that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "link", "img", "iframe", "b"}
        for name, value in attrs:
            assert not name.startswith("on") and name != "src"
            assert name != "href" or (value or "").startswith("#")
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_page_escapes_every_value_and_loads_nothing(evaluation: Evaluation) -> None:
    page = render(evaluation)
    audit = _Audit()
    audit.feed(page)
    audit.close()
    assert audit.open == []
    assert HOSTILE in audit.text
    assert "url(" not in page and "@import" not in page and "prefers-color-scheme: dark" in page


def test_page_has_a_point_for_each_bin(evaluation: Evaluation) -> None:
    assert render(evaluation).count("<circle") == len(evaluation.summary.bins)


def test_page_without_failures_or_comparison_says_nothing_went_wrong(opened: Opened, tmp_path: Path) -> None:
    questions = write_lines(tmp_path / "questions.jsonl", {"question": "zzz qqq", "relevant": []})
    page = render(evaluate(opened.engine, opened.snapshot, questions))
    assert "Nothing." in page
    assert "Compared" not in page
