"""The documents worth ranking for a question, with what each ranking says of them."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from service.answering.query import Query
from service.index import lexical
from service.index.lexical import Ranking
from service.index.snapshot import Snapshot

DEPTH = 100
"""How many documents each ranking contributes."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows of a snapshot, and per row BM25 by words, bigrams and question words, and cosines by vector field."""

    rows: npt.NDArray[np.int64]
    lexical: npt.NDArray[np.float32]
    similarities: npt.NDArray[np.float32]

    @classmethod
    def find(cls, query: Query, snapshot: Snapshot, product: str | None) -> Self:
        """The best of every ranking, of one product if named; rows ascending."""
        limit = DEPTH if product is None else snapshot.document_count
        rankings = [
            snapshot.lexical.search(lexical.WORDS, query.words, limit),
            snapshot.lexical.search(lexical.BIGRAMS, query.bigrams, limit),
            snapshot.lexical.search(lexical.QUESTION, query.words, limit),
        ]
        found = [np.searchsorted(snapshot.keys, ranking.keys) for ranking in rankings]
        rows = np.unique(np.concatenate([*found, snapshot.vectors.search(query.embedding, limit)]))
        if product is not None:
            rows = rows[snapshot.rows_of(product)[rows]]
        scores = np.stack([_spread(rows, at, ranking) for at, ranking in zip(found, rankings, strict=True)], axis=1)
        return cls(rows, scores, snapshot.vectors.similarities(query.embedding, rows))

    def without(self, rows: npt.NDArray[np.int64]) -> Self:
        """The candidates but for some rows."""
        kept = ~np.isin(self.rows, rows)
        return type(self)(self.rows[kept], self.lexical[kept], self.similarities[kept])


def _spread(rows: npt.NDArray[np.int64], found: npt.NDArray[np.int64], ranking: Ranking) -> npt.NDArray[np.float32]:
    scores = np.zeros(len(rows), np.float32)
    kept = np.isin(found, rows)
    scores[np.searchsorted(rows, found[kept])] = ranking.scores[kept]
    return scores
