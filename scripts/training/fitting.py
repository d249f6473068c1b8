"""Fitting a StaticEmbedding to pairs with sentence-transformers, and saving it as the service opens it."""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from datasets import Dataset
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer
from torch.utils.data import SequentialSampler

from scripts.training.pairs import Pair
from scripts.training.vocabulary import UNKNOWN

log = logging.getLogger(__name__)

_INITIAL_DEVIATION = 0.02


@dataclass(frozen=True, slots=True)
class Stage:
    """How one stage fits; the learning rate warms up over a share of the steps, then falls linearly to zero."""

    epochs: int
    batch: int
    learning_rate: float
    scale: float
    warmup: float


class TrainedEmbedding(StaticEmbedding):
    """A StaticEmbedding that tokenises each text once, cuts it early, and leaves out random tokens while it trains."""

    def __init__(
        self, tokenizer: Tokenizer, table: torch.Tensor, *, max_tokens: int, dropout: float, seed: int
    ) -> None:
        super().__init__(tokenizer, embedding_weights=table)
        self.max_tokens = max_tokens
        self.dropout = dropout
        self._generator = torch.Generator().manual_seed(seed)
        self._known: dict[str, torch.Tensor] = {}

    # The base class also takes images, sound and conversations; pairs of texts are all that comes here.
    def preprocess(  # type: ignore[override]
        self, inputs: list[str], prompt: str | None = None, **kwargs: object
    ) -> dict[str, torch.Tensor]:
        """Token ids of all texts in a row, and where each text starts."""
        self._tokenise([text for text in dict.fromkeys(inputs) if text not in self._known])
        ids = [self._thinned(self._known[text]) for text in inputs]
        starts = torch.tensor([0, *(len(row) for row in ids[:-1])]).cumsum(0)
        return {"input_ids": torch.cat(ids).long(), "offsets": starts}

    def _tokenise(self, texts: list[str]) -> None:
        unknown = self.tokenizer.token_to_id(UNKNOWN)
        for text, encoding in zip(
            texts, self.tokenizer.encode_batch_fast(texts, add_special_tokens=False), strict=True
        ):
            ids = torch.tensor(encoding.ids[: self.max_tokens], dtype=torch.int32)
            self._known[text] = ids[ids != unknown]

    def _thinned(self, ids: torch.Tensor) -> torch.Tensor:
        if self.dropout == 0:
            return ids
        return ids[torch.rand(len(ids), generator=self._generator) >= self.dropout]


def fit(embedding: TrainedEmbedding, pairs: Sequence[Pair], stage: Stage, *, steps: int | None = None) -> None:
    """Fit to pairs in their given order, each batch's other positives serving as negatives; at most `steps` steps."""
    model = SentenceTransformer(modules=[embedding], device="cpu")
    rows = {"anchor": [pair.anchor for pair in pairs], "positive": [pair.positive for pair in pairs]}
    with tempfile.TemporaryDirectory() as scratch:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=scratch,
            num_train_epochs=1,
            max_steps=-1 if steps is None else steps,
            per_device_train_batch_size=stage.batch,
            learning_rate=stage.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=stage.warmup,
            weight_decay=0.0,
            max_grad_norm=0.0,
            batch_sampler=_in_order,
            dataloader_drop_last=True,
            dataloader_pin_memory=False,
            use_cpu=True,
            save_strategy="no",
            logging_steps=50,
            report_to="none",
            disable_tqdm=True,
        )
        SentenceTransformerTrainer(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_dict(rows),
            loss=MultipleNegativesRankingLoss(model, scale=stage.scale),
        ).train()


def _in_order(dataset: Dataset, batch_size: int, drop_last: bool, **_: object) -> DefaultBatchSampler:
    """Batches of consecutive rows, since `pairs.batched` has put them in their order."""
    return DefaultBatchSampler(SequentialSampler(dataset), batch_size, drop_last)


def initial_table(tokenizer: Tokenizer, dimension: int, seed: int) -> torch.Tensor:
    """Small random vectors: what training never touches then hardly counts beside what it has raised."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(tokenizer.get_vocab_size(), dimension, generator=generator) * _INITIAL_DEVIATION


def save(tokenizer: Tokenizer, table: torch.Tensor, folder: Path) -> None:
    """Save the model in half precision in sentence-transformers' format; a model card in the folder stays.

    The unknown piece gets a row of zeros: model2vec leaves it out of the mean, sentence-transformers does not.
    """
    table = table.detach().clone()
    table[tokenizer.token_to_id(UNKNOWN)] = 0
    folder.mkdir(parents=True, exist_ok=True)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=table.half()), Normalize()])
    model.save_pretrained(str(folder), create_model_card=False)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    log.info(
        "saved %s, %.1f MB", folder, sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    )
