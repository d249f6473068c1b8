"""Answers about several products, in the forms in which experts write them, beside what an editor took from each."""

import json
from pathlib import Path

import pytest

from service.documents.parser import parse_document

FOLDER = Path(__file__).parent / "labelled"
LABELS = json.loads((FOLDER / "labels.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(LABELS))
def test_steps_and_causes_are_those_of_the_editor(name: str) -> None:
    document = parse_document((FOLDER / f"{name}.md").read_bytes(), path=f"product/{name}.md").document
    assert document is not None
    assert [[step.group, step.title] for step in document.steps] == LABELS[name]["steps"]
    assert [cause.title for cause in document.causes] == LABELS[name]["causes"]


def test_every_labelled_answer_has_a_label() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} == set(LABELS)
