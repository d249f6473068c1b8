"""Learn the weights of the rankings and the coefficients of the confidence.

    python -m scripts.train_ranking --judged ../shared/bench/questions.jsonl

Both are learned from models that have not seen the questions they are learned from: documents and the products of the
documentation are dealt into folds, and for each a model is trained without the questions about them. That takes an
hour or more on two cores, minutes with `--device cuda`; with `--models FOLDER` the models are kept there, and taken
from there the next time.

The weights, a set for each wording of a question, are those that put the right document first for the training
questions, the given ones counting as much as ours. The judged questions take no part.

The confidence needs questions that no document answers. It is learned from the judged questions, ranked by the shipped
model, on the collection they were judged on and on smaller parts of it, and from collections composed of documentation,
small and large, of one product and of several, and of documents: half of those that questions were written for are left
out, or a tenth where all documents are held, and questions about other software and other subjects are asked as well.
Only the given questions are asked, as the models are surer of those by the people whose questions they were trained on.
They were written for one document each, and another one that comes first may answer as well: `training.judgements` has
what judges found of those.
What it is worth is told by cross-validation: over documents for the judged questions and the given ones asked of all
documents, and for every other collection with coefficients learned from other products.
"""

import argparse
import logging
import tempfile
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson
import torch

from scripts.training.collections import FOLDS, Collection, Composer, Kind, fold_of, parts_of, product_of
from scripts.training.confidence import cross_validated, describe, gather, learn
from scripts.training.data import TrainingData, read_training_data
from scripts.training.judgements import read_judgements
from scripts.training.ranking import Asked, indexed, learn_weights, observe
from scripts.training.recipe import Recipe, ask, fitted_teacher, read
from service.answering.candidates import NAMES
from service.answering.confidence import COEFFICIENTS_FILE
from service.answering.confidence import NAMES as EVIDENCE
from service.answering.fusion import WEIGHTS_FILE, learned_weights
from service.answering.query import Wording
from service.documents.collection import load
from service.documents.model import Document
from service.embedding.encoder import Encoder
from service.embedding.fitting import save
from service.embedding.opening import open_encoder
from service.evaluation.questions import read_questions

HALVES = ({0, 1}, {2, 3})
"""Folds whose models have one teacher, which has seen no question about any of the two: it takes longest to train."""

SMALL = 200
"""Documents that a small collection has at most."""

log = logging.getLogger("train_ranking")


def main() -> None:
    """Learn both, or the confidence alone."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/train"), help="folder of the training files")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus/nacos"), help="documents asked about")
    parser.add_argument("--judged", type=Path, default=Path("../shared/bench/questions.jsonl"))
    parser.add_argument("--confidence-only", action="store_true", help="keep the weights of the rankings")
    parser.add_argument("--models", type=Path, help="folder of the folds' models, written where it has none")
    parser.add_argument("--device", default="cpu", help="where PyTorch trains models: cpu, cuda")
    parser.add_argument("--taught", type=float, default=0.0, help="as of train_embedding")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data, corpus = read_training_data(arguments.data, arguments.corpus), arguments.corpus
    documents = load(corpus).documents
    recipe = Recipe(device=arguments.device).with_teacher(arguments.taught)
    with tempfile.TemporaryDirectory() as scratch:
        encoders = fold_models(data, recipe, arguments.models or Path(scratch))
        if not arguments.confidence_only:
            train_weights(data, documents, encoders)
        train_confidence(data, documents, corpus.name, arguments.judged, encoders)


def fold_models(data: TrainingData, recipe: Recipe, folder: Path) -> list[Encoder]:
    """A model for every fold, trained without the questions about its documents and products unless it is there."""
    folders = [folder / f"fold{fold}" for fold in range(FOLDS)]
    missing = {fold for fold in range(FOLDS) if not folders[fold].is_dir()}
    if missing:
        tokenizer, table = read(data, recipe)
        for half in HALVES:
            if of_half := half & missing:
                teacher = fitted_teacher(without_folds(data, half), recipe)
                for fold in of_half:
                    asking = without_folds(data, {fold})
                    save(tokenizer, ask(asking, recipe, tokenizer, table, teacher), folders[fold])
    return [open_encoder(str(one)) for one in folders]


def without_folds(data: TrainingData, folds: AbstractSet[int]) -> TrainingData:
    """All but the questions about the documents and the products of some folds."""
    return replace(
        data,
        document_questions=tuple(q for q in data.document_questions if fold_of(q.target) not in folds),
        section_questions=tuple(
            q for q in data.section_questions if fold_of(product_of(data.source_of(q))) not in folds
        ),
    )


def train_weights(data: TrainingData, documents: Sequence[Document], encoders: Sequence[Encoder]) -> None:
    """Learn the weights from the folds' models and write them.

    What is asked is all documents, and documentation of the fold's products, as several kinds of collections.
    """
    written = {question.text: question for question in data.section_questions}
    asked: list[Asked] = []
    for fold, encoder in enumerate(encoders):
        of_fold = [q for q in data.document_questions if fold_of(q.target) == fold]
        with indexed(documents, encoder) as snapshot:
            asked.extend(observe(q, {q.target}, encoder, snapshot) for q in of_fold)
        log.info("fold %d: %d questions", fold, len(of_fold))
    for collection in Composer(data, documents, encoders).of_documentation():
        assert collection.fold is not None
        encoder = encoders[collection.fold]
        answerable = [one for one in collection.asked if one.kind is Kind.ANSWERABLE]
        with indexed(collection.documents, encoder) as snapshot:
            asked.extend(observe(written[one.text], one.right, encoder, snapshot) for one in answerable)
    weights = {}
    for wording in Wording:
        in_it = [one for one in asked if one.wording is wording]
        learned = learn_weights(in_it)
        weights[wording.value] = dict(zip(NAMES, learned.astype(float).round(3).tolist(), strict=True))
        log.info("%s: %d questions, %s", wording.value, len(in_it), weights[wording.value])
    write(
        WEIGHTS_FILE,
        {
            "questions": len(asked),
            "folds": FOLDS,
            "by": "scripts/train_ranking.py, a model per fold of documents and products",
        },
        {"weights": weights},
    )
    learned_weights.cache_clear()


def train_confidence(
    data: TrainingData, documents: Sequence[Document], product: str, judged: Path, encoders: Sequence[Encoder]
) -> None:
    """Learn the coefficients with the shipped weights, write them, and tell what they are worth."""
    encoder = open_encoder()
    with indexed(documents, encoder) as snapshot:
        questions = read_questions(judged, snapshot)
    composer = Composer(data.given_questions(), documents, encoders)
    collections = [
        *parts_of(documents, product, questions),
        *composer.of_answers(product),
        *composer.of_documentation(),
        *composer.of_all_answers(product),
    ]
    log.info("asking %d collections", len(collections))
    rows = gather(collections, encoder, encoders, read_judgements())
    likely = cross_validated(rows, collections)
    measured = {
        name: describe(rows, likely, np.isin(rows.collections, numbers))
        for name, numbers in groups(collections).items()
    }
    for name, figures in measured.items():
        log.info("cross-validated, %s: %s", name, figures)
    bias, coefficients = learn(rows)
    named = {"bias": bias} | dict(zip(EVIDENCE, coefficients.tolist(), strict=True))
    write(
        COEFFICIENTS_FILE,
        {"collections": len(collections), "questions": len(rows.right), "by": "scripts/train_ranking.py"}
        | {"cross_validated": measured},
        {"coefficients": {name: round(value, 4) for name, value in named.items()}},
    )


def groups(collections: Sequence[Collection]) -> dict[str, list[int]]:
    """Numbers of collections that are measured together."""
    names = ("judged", "all_answers", "parts", "small", "large", "mixed", "answers")
    grouped: dict[str, list[int]] = {name: [] for name in names}
    for number, collection in enumerate(collections):
        if collection.is_judged:
            name = "judged" if collection.fold is None else "all_answers"
        elif collection.fold is None:
            name = "parts"
        elif any(document.html for document in collection.documents):
            name = "answers"
        elif len(collection.products) > 1:
            name = "mixed"
        else:
            name = "small" if len(collection.documents) <= SMALL else "large"
        grouped[name].append(number)
    return grouped


def write(path: Path, provenance: dict[str, object], learned: dict[str, object]) -> None:
    """Write what was learned beside what it was learned from."""
    provenance = {"made_at": datetime.now(UTC).date().isoformat()} | provenance
    path.write_bytes(orjson.dumps({"provenance": provenance} | learned, option=orjson.OPT_INDENT_2) + b"\n")
    log.info("wrote %s", path)


if __name__ == "__main__":
    main()
