"""The weights of the rankings, learned from questions whose right document is known."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from scripts.training.data import Written
from service.answering.candidates import NAMES, Candidates, Measures
from service.answering.features import relative_features
from service.answering.matching import likeliest, look_closely
from service.answering.query import Query, Wording
from service.documents.model import Document
from service.embedding.encoder import Encoder
from service.index import record
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.snapshot import Snapshot
from service.settings import Settings

_STEPS = 1000
_TEMPERATURE = 20.0
"""Scores lie in 0..1; a document is meant to win by some hundredths."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's likeliest candidates: their features, and the gain of each, 0 for those that do not answer it.

    `given` tells whose question it is, as `Written` does.
    """

    wording: Wording
    features: Measures
    gains: np.ndarray
    given: bool


@contextmanager
def indexed(documents: Sequence[Document], encoder: Encoder) -> Iterator[Snapshot]:
    """An index of some documents by an encoder, for a while."""
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(knowledge=Path(scratch), data=Path(scratch) / "data")
        Indexer(settings, encoder).publish(documents, len(documents))
        yield LiveIndex.open(settings, encoder).current()


def observe(question: Written, right: Iterable[str], encoder: Encoder, snapshot: Snapshot) -> Asked:
    """Search a question and take down what every ranking says of those that are looked at closely.

    `right` are the ids of the documents that answer it.
    """
    query = Query.of(question.text, encoder)
    found = Candidates.find(query, snapshot, None)
    _, likely = likeliest(found, query)
    features = relative_features(look_closely(found, query, snapshot, encoder).measures)[likely]
    keys = [record.key_of(name) for name in right]
    gains = np.isin(snapshot.keys[found.rows[likely]], keys).astype(np.float32)
    return Asked(query.wording, features, gains, question.given)


def learn_weights(asked: Sequence[Asked]) -> np.ndarray:
    """Weights from 0 upward, adding up to 1, under which a softmax over candidates prefers those with gain.

    This is the listwise loss of Cao et al., "Learning to Rank: From Pairwise Approach to Listwise Approach" (ICML
    2007), with the gains as target. Questions none of whose documents is a candidate teach nothing. The given questions
    count as much as ours, however many there are: models have seen tens of thousands by the people who wrote ours, and
    do better on their questions than on those of others.
    """
    lists = [one for one in asked if one.gains.any()]
    longest = max(len(one.gains) for one in lists)
    features = torch.zeros(len(lists), longest, len(NAMES))
    gains = torch.zeros(len(lists), longest)
    present = torch.zeros(len(lists), longest, dtype=torch.bool)
    for row, one in enumerate(lists):
        features[row, : len(one.gains)] = torch.from_numpy(one.features)
        gains[row, : len(one.gains)] = torch.from_numpy(one.gains)
        present[row, : len(one.gains)] = True
    target = gains / gains.sum(1, keepdim=True)
    given = np.array([one.given for one in lists])
    counts = torch.from_numpy(np.where(given, given.sum(), (~given).sum()))
    free = torch.zeros(len(NAMES), requires_grad=True)
    sharpness = torch.tensor(0.0, requires_grad=True)
    optimizer = torch.optim.Adam([free, sharpness], lr=0.05)
    for _ in range(_STEPS):
        scores = features @ torch.softmax(free, 0) * (_TEMPERATURE * sharpness.exp())
        likely = torch.log_softmax(scores.masked_fill(~present, -torch.inf), 1).masked_fill(~present, 0.0)
        loss = -((target * likely).sum(1) / counts).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return torch.softmax(free, 0).detach().numpy()
