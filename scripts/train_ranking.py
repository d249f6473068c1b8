"""Learn the weights of the rankings and the coefficients of the confidence.

    python -m scripts.train_ranking --judged ../shared/bench/questions.jsonl

The weights are learned from the training questions alone: the documents are dealt into folds, a model that has seen no
question about a fold's documents ranks that fold's questions, and the weights that put the right document first are
found on all folds. The judged questions take no part in it.

The confidence needs questions that no document answers, and complete judgements: it is learned from the judged
questions, ranked by the shipped model, and from questions about other software. What it is worth is told by
cross-validation over documents: no question is measured with coefficients learned from one that has a document in
common with it.
"""

import argparse
import logging
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
import torch

from scripts.training.confidence import cross_validated, describe, gather, learn
from scripts.training.data import TrainingData, Written, read_training_data
from scripts.training.ranking import Asked, learn_weights, observe, opened
from scripts.training.recipe import Recipe, ask, read
from service.answering.confidence import COEFFICIENTS_FILE
from service.answering.confidence import NAMES as EVIDENCE
from service.answering.features import NAMES
from service.answering.fusion import WEIGHTS_FILE
from service.answering.query import Language
from service.embedding.fitting import save
from service.embedding.opening import open_encoder
from service.evaluation.questions import read_questions

FOLDS = 4
OTHER_SOFTWARE = 400
"""Questions about other software beside the judged ones; together they weigh as much as the judged unanswerable."""

log = logging.getLogger("train_ranking")


def main() -> None:
    """Learn both, or the confidence alone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/train"), help="folder of the training files")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus/nacos"), help="documents asked about")
    parser.add_argument("--judged", type=Path, default=Path("../shared/bench/questions.jsonl"))
    parser.add_argument("--confidence-only", action="store_true", help="keep the weights of the rankings")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = read_training_data(arguments.data, arguments.corpus)
    if not arguments.confidence_only:
        train_weights(data, arguments.corpus)
    train_confidence(data, arguments.corpus, arguments.judged)


def train_weights(data: TrainingData, corpus: Path) -> None:
    """Learn the weights from cross-fitted models and write them."""
    recipe = Recipe()
    tokenizer, table = read(data, recipe)
    asked: list[Asked] = []
    for fold in range(FOLDS):
        apart = {q.target for q in data.document_questions if fold_of(q) == fold}
        with tempfile.TemporaryDirectory() as scratch:
            model = Path(scratch) / "model"
            save(tokenizer, ask(data.without_documents(apart), recipe, tokenizer, table), model)
            encoder = open_encoder(str(model))
            snapshot = opened(corpus, Path(scratch), encoder)
            ours = [q for q in data.document_questions if q.target in apart]
            asked.extend(observe(q.text, {q.target: 2}, encoder, snapshot) for q in ours)
        log.info("fold %d: %d questions", fold, len(ours))
    weights = {}
    for language in Language:
        in_it = [one for one in asked if one.language is language]
        learned = learn_weights(in_it)
        weights[language.value] = dict(zip(NAMES, learned.astype(float).round(3).tolist(), strict=True))
        log.info("%s: %d questions, %s", language.value, len(in_it), weights[language.value])
    write(
        WEIGHTS_FILE,
        {"questions": len(asked), "folds": FOLDS, "by": "scripts/train_ranking.py, a model per fold of documents"},
        {"weights": weights},
    )


def train_confidence(data: TrainingData, corpus: Path, judged: Path) -> None:
    """Learn the coefficients with the shipped model and weights, write them, and tell what they are worth."""
    encoder = open_encoder()
    others = [q.text for q in data.section_questions if "nacos" not in data.source_of(q)]
    drawn = np.random.default_rng(0).choice(others, OTHER_SOFTWARE, replace=False)
    with tempfile.TemporaryDirectory() as scratch:
        snapshot = opened(corpus, Path(scratch), encoder)
        rows = gather(read_questions(judged, snapshot), drawn.tolist(), encoder, snapshot)
    likely = cross_validated(rows)
    measured = describe(rows, likely)
    log.info("cross-validated: %s", measured)
    bias, coefficients = learn(rows)
    named = {"bias": bias} | dict(zip(EVIDENCE, coefficients.tolist(), strict=True))
    write(
        COEFFICIENTS_FILE,
        {"judged": len(rows.judged), "other_software": OTHER_SOFTWARE, "by": "scripts/train_ranking.py"}
        | {"cross_validated": measured},
        {"coefficients": {name: round(value, 4) for name, value in named.items()}},
    )


def fold_of(question: Written) -> int:
    """Which fold the document of a question belongs to."""
    return sum(question.target.encode()) % FOLDS


def write(path: Path, provenance: dict[str, object], learned: dict[str, object]) -> None:
    """Write what was learned beside what it was learned from."""
    provenance = {"made_at": datetime.now(UTC).date().isoformat()} | provenance
    path.write_bytes(orjson.dumps({"provenance": provenance} | learned, option=orjson.OPT_INDENT_2) + b"\n")
    log.info("wrote %s", path)


if __name__ == "__main__":
    main()
