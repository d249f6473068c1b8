"""The 883 real documents beside the repository, and the labels of 36 of them; skipped where they are missing."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from service.documents.collection import Collection, load, scan
from service.documents.model import Document
from service.documents.parser import parse_document
from tests.documents.test_properties import audit

SHARED = Path(__file__).resolve().parents[3] / "shared"
CORPUS, BENCH = SHARED / "corpus" / "nacos", SHARED / "bench"

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the real documents are missing: {CORPUS}")


@pytest.fixture(scope="module")
def collection() -> Collection:
    return load(CORPUS)


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("evaluate", BENCH / "evaluate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_all_real_documents_parse_without_a_problem(collection: Collection) -> None:
    assert (len(collection.documents), collection.problems) == (883, ())


def test_no_boilerplate_is_left_in_real_documents(collection: Collection) -> None:
    for document in collection.documents:
        titles = (reference.title for reference in document.references)
        shown = (document.question, document.markdown, document.html, document.summary, *titles)
        for boilerplate in ("-------", "答疑服务说明", "feedbackByEnhancer", "差评", "<font"):
            assert not any(boilerplate in text for text in shown), (document.path, boilerplate)


def test_every_real_document_has_a_summary_and_references(collection: Collection) -> None:
    assert all(document.summary for document in collection.documents)
    assert sum(bool(document.references) for document in collection.documents) > 870


def test_html_of_real_documents_is_harmless() -> None:
    for file in scan(CORPUS).files[::5]:
        audit(parse_document(file.raw, path=file.path, site_url=None))


def test_steps_and_causes_are_those_of_the_labels(collection: Collection, bench: ModuleType) -> None:
    by_id: dict[str, Document] = {document.id: document for document in collection.documents}
    rows = [json.loads(line) for line in (BENCH / "structure.jsonl").read_text(encoding="utf-8").splitlines()]
    steps, causes = [], []
    for row in rows:
        document = by_id[row["id"]]
        wanted = [step["title"] for step in row["steps"]]
        steps.append(bench.title_f1([step.title for step in document.steps], wanted))
        causes.append(bench.title_f1([cause.title for cause in document.causes], row["causes"]))
    assert sum(steps) / len(rows) >= 0.97
    assert sum(causes) / len(rows) >= 0.95
