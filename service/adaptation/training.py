"""Fitting the model to a collection: every part of a document that asks or sums up, against its answer.

On 883 documents with judged questions of users, sentences against the question and against the rest of the answer added
to the gain, and so did a scale below the usual 20; titles of steps and causes as anchors made no difference. Only
vectors of tokens that occur move, and all are pulled back towards what they were.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from service.adaptation.texts import asked, passages
from service.documents.model import Document
from service.embedding.fitting import OnStep, Stage, TrainedEmbedding, fit, save
from service.embedding.folder import Prompts, read_prompts
from service.embedding.pairs import Pair, batched, sentences
from service.embedding.static import load_table

_MAX_TOKENS = 640
_SEED = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model is adapted; a batch is halved until a collection fills it with different documents."""

    stage: Stage = Stage(epochs=5, batch=256, learning_rate=0.005, scale=8, warmup=0.1, pull=1e-4)
    smallest_batch: int = 8


RECIPE = Recipe()


def train(
    base: Path,
    documents: Sequence[Document],
    output: Path,
    recipe: Recipe = RECIPE,
    on_step: OnStep = lambda done, total, loss: None,
) -> None:
    """Adapt the static model in `base` to documents and save it in `output`."""
    table, tokenizer = load_table(base)
    prompts = read_prompts(base)
    embedding = TrainedEmbedding(
        tokenizer, torch.tensor(table, dtype=torch.float32), max_tokens=_MAX_TOKENS, seed=_SEED
    )
    rng = random.Random(_SEED)
    pairs: list[Pair] = []
    stage = _fitting_stage(recipe, len(documents))
    for _ in range(stage.epochs):
        epoch = [pair for document in documents for pair in document_pairs(document, prompts, rng)]
        pairs.extend(batched(epoch, stage.batch, rng))
    fit(embedding, pairs, stage, on_step=on_step)
    save(tokenizer, embedding.table(), output, prompts)


def document_pairs(document: Document, prompts: Prompts, rng: random.Random) -> Iterator[Pair]:
    """What one document gives in one epoch: passages and sentences are drawn anew each time."""
    question, tags, answer = asked(document), " ".join(document.tags), document.markdown
    pairs = [(question, f"{tags}\n{answer}")]
    if tags:
        pairs.append((tags, answer))
    pieces = passages(document)
    if len(pieces) > 1:
        pairs.append((question, rng.choice(pieces)))
    said = sentences(answer)
    if len(said) > 2:
        drawn = rng.randrange(len(said))
        pairs.append((said[drawn], "\n".join([question, *said[:drawn], *said[drawn + 1 :]])))
        pairs.append((rng.choice(said), question))
    for anchor, positive in pairs:
        yield Pair(prompts.query + anchor, prompts.document + positive, document.id)


def _fitting_stage(recipe: Recipe, documents: int) -> Stage:
    """The recipe's stage with a batch of at most half the documents, of which each may be in a batch once."""
    stage, batch = recipe.stage, recipe.stage.batch
    while batch > recipe.smallest_batch and 2 * batch > documents:
        batch //= 2
    return replace(stage, batch=batch)
