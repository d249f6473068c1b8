"""The real documents and questions: the figures of another implementation, and no worse than the committed run.

After a change of the ranking that is meant, write the baseline again with an index of these documents:

    expert-answers index --knowledge ../shared/corpus/nacos --data DIR
    expert-answers evaluate --knowledge ../shared/corpus/nacos --data DIR \
        --questions ../shared/bench/questions.jsonl --save tests/evaluation/baseline.json
"""

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from service.evaluation.evaluation import Evaluation, evaluate
from service.evaluation.report import report
from tests.evaluation.opened import Opened

BASELINE = Path(__file__).parent / "baseline.json"


@pytest.fixture(scope="module")
def evaluation(real: Opened, bench_folder: Path) -> Evaluation:
    return evaluate(
        real.engine,
        real.snapshot,
        bench_folder / "questions.jsonl",
        structure=bench_folder / "structure.jsonl",
        against=BASELINE,
    )


def test_baseline_is_not_undercut(evaluation: Evaluation) -> None:
    compared = evaluation.comparison
    assert compared is not None
    assert (compared.only_old, compared.only_new, compared.rejudged) == ((), (), ())
    assert compared.worse == (), {name: compared.styles["all"][name] for name in compared.worse}


def test_figures_are_those_of_another_implementation(
    evaluation: Evaluation, real: Opened, bench: ModuleType, bench_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(address: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
        if payload is None:
            document = real.snapshot.document(address.rsplit("/", 1)[1])
            steps, causes = ([{"title": part.title} for part in parts] for parts in (document.steps, document.causes))
            return {"steps": steps, "causes": causes}
        reply = real.engine.ask(payload["question"], top_k=payload["top_k"])
        results = [
            {"document_id": hit.document_id, "similar": [{"document_id": one.document_id} for one in hit.similar]}
            for hit in reply.hits
        ]
        return {"status": reply.status, "confidence": reply.confidence, "results": results}

    monkeypatch.setattr(bench, "call", call)
    expected = bench.retrieval("", bench.read(bench_folder / "questions.jsonl"))
    expected |= bench.structure("", bench.read(bench_folder / "structure.jsonl"))
    ours = report(evaluation)
    del expected["latency_ms"]
    styles = expected.pop("styles")
    assert set(ours["styles"]) == set(styles)
    for style, figures in styles.items():
        # Rounded to four decimals.
        assert ours["styles"][style] == pytest.approx(figures, abs=1.01e-4)
    assert {name: ours[name] for name in expected} == pytest.approx(expected)
