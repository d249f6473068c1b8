"""A transformer that is fitted to the written questions first, for the static model to learn from.

A pair tells of one text that it answers the question. The teacher tells of every other text of the batch how far it
does: see Hinton, Vinyals and Dean, "Distilling the knowledge in a neural network" (2015). It is too slow to answer
with: a question takes it many milliseconds and a document a tenth of a second.
"""

import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Self

import torch
from torch.nn import functional

from scripts.training.data import TrainingData
from scripts.training.pairs import teaching_pairs
from scripts.training.pretrained import Pretrained
from service.embedding.fitting import Likely, share_of_rate
from service.embedding.pairs import Pair, batched

log = logging.getLogger(__name__)

_TRANSLATIONS = 12_000
_BATCH = 512
_LEARNING_RATE = 2e-4
_WARMUP = 0.1
_SCALE = 30.0
_STEEPEST = 1.0
_LOGGED_STEPS = 25
_PADDING = 1
_AT_ONCE = 1 << 17
"""Pieces that are embedded together."""


@dataclass(frozen=True, slots=True)
class _Side:
    """What stands before the texts of one side of a pair, and after how many pieces they are cut."""

    prefix: str
    longest: int


_ANCHORS, _POSITIVES = _Side("query: ", 128), _Side("passage: ", 288)


class Teacher:
    """A sentence embedding: the mean of a transformer's last states."""

    def __init__(self, pretrained: Pretrained, device: str) -> None:
        self._model = pretrained.model.to(device)  # type: ignore[arg-type]
        self._device = device
        self._tokenizer = pretrained.tokenizer
        self._anchors, self._positives = _Embedded(self._embed, _ANCHORS), _Embedded(self._embed, _POSITIVES)

    def fit(self, data: TrainingData, *, seed: int, steps: int | None = None) -> Self:
        """Fit the transformer to the written questions once, by in-batch negatives; at most `steps` steps."""
        torch.manual_seed(seed)
        rng = random.Random(seed)
        pairs = batched(teaching_pairs(data, rng, translated=_TRANSLATIONS), _BATCH, rng)
        optimizer = torch.optim.AdamW(self._model.parameters(), lr=_LEARNING_RATE)
        total = len(pairs) // _BATCH if steps is None else min(steps, len(pairs) // _BATCH)
        own = torch.arange(_BATCH, device=self._device)
        self._model.train()
        for step in range(total):
            batch = pairs[step * _BATCH : (step + 1) * _BATCH]
            for group in optimizer.param_groups:
                group["lr"] = _LEARNING_RATE * share_of_rate(step, total, _WARMUP)
            anchors = self._embedded(self._pieces([pair.anchor for pair in batch], _ANCHORS))
            positives = self._embedded(self._pieces([pair.positive for pair in batch], _POSITIVES))
            loss = functional.cross_entropy(_SCALE * anchors @ positives.T, own)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self._model.parameters(), _STEEPEST)
            optimizer.step()
            if step % _LOGGED_STEPS == 0:
                log.info("teacher: step %d of %d, loss %.3f", step, total, loss.item())
        return self

    def lessons(self, pairs: Sequence[Pair], scale: float) -> Likely:
        """What `fitting.fit` asks of batches of these pairs: a softmax over the cosines of each row, times `scale`."""
        self._anchors.add(pair.anchor for pair in pairs)
        self._positives.add(pair.positive for pair in pairs)

        def likely(batch: Sequence[Pair]) -> torch.Tensor:
            anchors = self._anchors.of(pair.anchor for pair in batch)
            positives = self._positives.of(pair.positive for pair in batch)
            return functional.softmax(scale * anchors @ positives.T, dim=1)

        return likely

    @torch.no_grad()
    def _embed(self, texts: Sequence[str], side: _Side) -> torch.Tensor:
        """Embeddings in half precision, on the device, of shape (texts, hidden size)."""
        self._model.eval()
        rows = self._pieces(texts, side)
        # Those of a length go together, so that few pieces are padding.
        order = sorted(range(len(rows)), key=lambda number: -len(rows[number]))
        embeddings = torch.empty(len(rows), self._model.config.hidden_size, dtype=torch.half, device=self._device)
        while order:
            together = max(1, _AT_ONCE // len(rows[order[0]]))
            batch, order = order[:together], order[together:]
            embeddings[batch] = self._embedded([rows[number] for number in batch]).half()
        return embeddings

    def _pieces(self, texts: Sequence[str], side: _Side) -> list[list[int]]:
        """Those of each text on one side, the special ones at both ends."""
        self._tokenizer.enable_truncation(side.longest)
        return [one.ids for one in self._tokenizer.encode_batch_fast([side.prefix + text for text in texts])]

    def _embedded(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        longest = max(map(len, rows))
        pieces = torch.tensor([[*row, *[_PADDING] * (longest - len(row))] for row in rows], device=self._device)
        lengths = torch.tensor([len(row) for row in rows], device=self._device)
        mask = torch.arange(longest, device=self._device) < lengths[:, None]
        with torch.autocast(self._device, torch.bfloat16):
            states = self._model(pieces, attention_mask=mask.long()).last_hidden_state.float()
        return functional.normalize((states * mask[..., None]).sum(1))


class _Embedded:
    """The embeddings of texts on one side, each made once."""

    def __init__(self, embed: Callable[[Sequence[str], _Side], torch.Tensor], side: _Side) -> None:
        self._embed, self._side = embed, side
        self._places: dict[str, int] = {}
        self._embeddings = embed([], side)

    def add(self, texts: Iterable[str]) -> None:
        """Have these texts' embeddings at hand."""
        new = [text for text in dict.fromkeys(texts) if text not in self._places]
        self._places.update(zip(new, count(len(self._places)), strict=False))
        self._embeddings = torch.cat([self._embeddings, self._embed(new, self._side)])

    def of(self, texts: Iterable[str]) -> torch.Tensor:
        """Those of texts that were added."""
        return self._embeddings[[self._places[text] for text in texts]].float()
