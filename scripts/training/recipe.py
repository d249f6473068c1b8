"""From training data to a saved model: the two stages and their settings."""

import logging
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import torch
from tokenizers import Tokenizer

from scripts.training.data import TrainingData
from scripts.training.pairs import asking_pairs, reading_pairs
from scripts.training.parts import support
from scripts.training.vocabulary import train_tokenizer
from service.embedding.fitting import Stage, TrainedEmbedding, fit, save
from service.embedding.pairs import batched

if TYPE_CHECKING:
    from scripts.training.teacher import Teacher

log = logging.getLogger(__name__)

_INITIAL_DEVIATION = 0.02
_LOGGED_STEPS = 50


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every setting of the training; the defaults are those of the shipped model.

    In the second stage, `rehearsed` sections and `translated` translations go with the questions in each epoch, a share
    `related` of neighbouring questions about one text meet, and long pieces take up a share `support` of their parts.
    It is gone through `averaged` times, each from its own seed. Where a teacher is listened to, which is when the stage
    says so, its cosines are multiplied by `teacher_scale`: the less, the more a pair's own positive shares with others.
    """

    pieces: int = 32_000
    longest_piece: int = 8
    max_tokens: int = 1024
    dimension: int = 256
    reading: Stage = Stage(epochs=4, batch=2048, learning_rate=0.02, scale=12, warmup=0.05)
    reading_tokens: int = 256
    asking: Stage = Stage(
        epochs=4,
        batch=2048,
        learning_rate=0.028,
        scale=15,
        warmup=0.1,
        anchor_dropout=0.3,
        positive_dropout=0.1,
    )
    asking_tokens: int = 640
    rehearsed: int = 5_000
    translated: int = 30_000
    related: float = 0.5
    support: float = 0.5
    teacher_scale: float = 10
    averaged: int = 3
    steps: int | None = None
    seed: int = 0
    device: str = "cpu"

    def with_teacher(self, share: float) -> Self:
        """The same with a share of the second stage's loss that a teacher judges."""
        return replace(self, asking=replace(self.asking, taught=share))


def train(data: TrainingData, recipe: Recipe, output: Path) -> None:
    """Train as `recipe` says and save the model in `output`."""
    tokenizer, table = read(data, recipe)
    save(tokenizer, ask(data, recipe, tokenizer, table, fitted_teacher(data, recipe)), output)
    size = sum(path.stat().st_size for path in output.rglob("*") if path.is_file())
    log.info("saved %s, %.1f MB", output, size / 1e6)


def read(data: TrainingData, recipe: Recipe) -> tuple[Tokenizer, torch.Tensor]:
    """The first stage: a tokenizer, and a table of token vectors that has read the documentation."""
    rng = _seeded(recipe)
    tokenizer = train_tokenizer(
        data,
        pieces=recipe.pieces,
        longest_piece=recipe.longest_piece,
        max_tokens=recipe.max_tokens,
        seed=recipe.seed,
    )
    log.info("tokenizer of %d pieces", tokenizer.get_vocab_size())
    table = _initial_table(tokenizer, recipe.dimension, recipe.seed)
    reading = TrainedEmbedding(tokenizer, table, max_tokens=recipe.reading_tokens, seed=recipe.seed).to(recipe.device)
    stage = recipe.reading
    pairs = [pair for _ in range(stage.epochs) for pair in batched(reading_pairs(data, rng), stage.batch, rng)]
    log.info("reading %d pairs", len(pairs))
    fit(reading, pairs, stage, steps=recipe.steps, on_step=_log_step)
    return tokenizer, reading.table()


def fitted_teacher(data: TrainingData, recipe: Recipe) -> "Teacher | None":
    """The teacher that the second stage learns from, if it learns from one."""
    if not recipe.asking.taught:
        return None
    # Imported here because transformers takes seconds, and need not be installed to train without a teacher.
    from scripts.training.pretrained import open_pretrained
    from scripts.training.teacher import Teacher

    return Teacher(open_pretrained(), recipe.device).fit(data, seed=recipe.seed, steps=recipe.steps)


def ask(
    data: TrainingData, recipe: Recipe, tokenizer: Tokenizer, table: torch.Tensor, teacher: "Teacher | None" = None
) -> torch.Tensor:
    """The second stage: the table once it has learnt from the written questions, its long pieces supported.

    It is the mean of several that started from the same table: see Wortsman et al., "Model soups: averaging weights of
    multiple fine-tuned models improves accuracy without increasing inference time" (ICML 2022).
    """
    seeds = range(recipe.averaged * recipe.seed, recipe.averaged * (recipe.seed + 1))
    tables = [_ask_once(data, replace(recipe, seed=seed), tokenizer, table, teacher) for seed in seeds]
    return torch.stack(tables).mean(0)


def _ask_once(
    data: TrainingData, recipe: Recipe, tokenizer: Tokenizer, table: torch.Tensor, teacher: "Teacher | None"
) -> torch.Tensor:
    rng = _seeded(recipe)
    long_pieces = support(tokenizer, recipe.support)
    asking = TrainedEmbedding(
        tokenizer, table, max_tokens=recipe.asking_tokens, seed=recipe.seed, support=long_pieces
    ).to(recipe.device)
    stage = recipe.asking
    epochs = [
        asking_pairs(data, rng, rehearsed=recipe.rehearsed, translated=recipe.translated, related=recipe.related)
        for _ in range(stage.epochs)
    ]
    pairs = [pair for epoch in epochs for pair in batched(epoch, stage.batch, rng)]
    log.info("asking %d pairs", len(pairs))
    likely = teacher.lessons(pairs, recipe.teacher_scale) if teacher else None
    fit(asking, pairs, stage, steps=recipe.steps, on_step=_log_step, likely=likely)
    return asking.table()


def _seeded(recipe: Recipe) -> random.Random:
    random.seed(recipe.seed)
    torch.manual_seed(recipe.seed)
    return random.Random(recipe.seed)


def _log_step(done: int, total: int, loss: float) -> None:
    if done % _LOGGED_STEPS == 0:
        log.info("step %d of %d, loss %.3f", done, total, loss)


def _initial_table(tokenizer: Tokenizer, dimension: int, seed: int) -> torch.Tensor:
    """Small random vectors: what training never touches then hardly counts beside what it has raised."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(tokenizer.get_vocab_size(), dimension, generator=generator) * _INITIAL_DEVIATION
