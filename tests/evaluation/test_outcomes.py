import json
from pathlib import Path

import pytest

from service.errors import EvaluationError
from service.evaluation.outcomes import by_style, load, save
from tests.evaluation.outcomes import outcome


def test_a_saved_run_is_read_as_it_was(tmp_path: Path) -> None:
    run = (outcome("a", hit_at_1=True, ndcg=2 / 3), outcome("b", style="typo"), outcome("c", answerable=False))
    save(tmp_path / "run.json", run)
    assert load(tmp_path / "run.json") == run


def test_a_saved_run_has_a_line_a_question(tmp_path: Path) -> None:
    save(tmp_path / "run.json", [outcome("a"), outcome("b")])
    assert len((tmp_path / "run.json").read_text("utf-8").splitlines()) == 4


def test_by_style_has_all_first_and_the_answerable_only() -> None:
    run = [outcome("a", style="typo"), outcome("b", style="error"), outcome("c"), outcome("d", answerable=False)]
    styles = by_style(run)
    assert {style: [one.id for one in of_style] for style, of_style in styles.items()} == {
        "all": ["a", "b", "c"],
        "error": ["b"],
        "typo": ["a"],
    }
    assert next(iter(styles)) == "all"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n"format": 1,', r"run\.json:2: is not JSON"),
        ("[" * 100_000, r"run\.json:1: is not JSON"),
        ('{\n"format": "\\ud800"}', r"run\.json:2: is not JSON"),
        ('{\n\n"confidence": NaN}', r"run\.json:3: is not JSON"),
        ('{"confidence": 1e999}', r"run\.json:1: is not JSON"),
        ("[]", r"run\.json: is no saved run of this version"),
        ('{"styles": {}}', r"run\.json: is no saved run of this version"),
        ('{"format": "expert-answers evaluation 1"}', r"run\.json: is no saved run of this version"),
    ],
)
def test_load_of_another_file_names_it_and_the_command(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "run.json").write_text(text, "utf-8")
    with pytest.raises(EvaluationError, match=message) as raised:
        load(tmp_path / "run.json")
    assert "--save" in str(raised.value)


@pytest.mark.parametrize(
    "change",
    [
        {"id": 1},
        {"status": "lost"},
        {"hit@1": "yes"},
        {"ndcg@10": "high"},
        {"ndcg@10": 1.5},
        {"ndcg@10": True},
        {"confidence": "nan"},
        {"confidence": -0.1},
        {"confidence": None},
        {"answerable": None},
        {"id": "a"},
    ],
)
def test_load_of_a_bad_question_names_its_place(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "run.json"
    save(path, [outcome("a"), outcome("b")])
    saved = json.loads(path.read_text("utf-8"))
    saved["questions"][1] |= change
    path.write_text(json.dumps(saved), "utf-8")
    with pytest.raises(EvaluationError, match=r"run\.json: question 2 "):
        load(path)


def test_load_of_a_question_without_a_field_names_both(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text('{"format": "expert-answers evaluation 1", "questions": [{"id": "a"}]}', "utf-8")
    with pytest.raises(EvaluationError, match=r"question 1 .*hit@1"):
        load(path)
