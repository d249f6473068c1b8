"""The most likely candidates, looked at closely: how well the question's pieces are matched by each document's."""

import numpy as np

from service.answering.candidates import VECTOR, Candidates
from service.answering.fusion import fuse
from service.answering.query import Query
from service.answering.situation import products_in, spellings
from service.embedding.encoder import Encoder
from service.index.searchable import Rows, Searchable

MOST_LIKELY = 20
"""Candidates that are looked at: in cross-validation as good as a hundred, and a fifth of the time."""

FARTHEST_BEHIND = 0.3
"""How far behind the best one a candidate may be, by its fused score, to be looked at: none farther behind catches up
in cross-validation, and where the best stand out, half of the time is saved."""


def likeliest(candidates: Candidates, query: Query) -> tuple[Rows, Rows]:
    """The places of the most likely candidates, best first, and of those among them that are looked at."""
    scores = fuse(candidates, query)
    best: Rows = np.argsort(-scores, kind="stable")[:MOST_LIKELY]
    return best, best[scores[best] >= scores[best[:1]] - FARTHEST_BEHIND]


def look_closely(candidates: Candidates, query: Query, snapshot: Searchable, encoder: Encoder) -> Candidates:
    """The candidates with the pieces of the most likely ones.

    With a model that does not match pieces, the cosine with the whole document stands in for it. Where the question
    names products, documents that have nothing to do with any of them match nothing.
    """
    best, likely = likeliest(candidates, query)
    # What will be shown is among them, and a server far away is asked only once.
    snapshot.fetch(candidates.rows[best])
    rows = candidates.rows[likely]
    matches = encoder.match(query.text, snapshot.pieces(rows))
    if matches is None:
        matches = candidates.measures[likely, VECTOR]
    named = products_in(query.text, snapshot.products)
    if 0 < len(named) < len(snapshot.products):
        names = [name for product in named for name in spellings(product)]
        matches = np.where(snapshot.naming(rows, names), matches, 0)
    return candidates.with_pieces(likely, matches)
