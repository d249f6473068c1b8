"""The documents worth ranking for a question, with what each ranking says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from service.answering.query import Query
from service.index.searchable import Rows, Scores, Searchable

DEPTH = 100
"""How many documents each ranking contributes."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows of a snapshot; per row BM25 by words, bigrams and question words, and cosines by vector field.

    `pieces`, one number a row, is 0 until they are looked at closely, and stays so for those that are not.
    """

    rows: Rows
    lexical: Scores
    similarities: Scores
    pieces: Scores

    @classmethod
    def find(cls, query: Query, snapshot: Searchable, product: str | None) -> Self:
        """The best of every ranking, of one product if named; rows ascending."""
        found = snapshot.rankings(query.words, query.bigrams, query.embedding, product=product, limit=DEPTH)
        rows = _united([*(ranked for ranked, _ in found.scored), found.nearest])
        cosines = snapshot.similarities(query.embedding, rows)
        return cls(rows, _spread(rows, found.scored), cosines, np.zeros(len(rows), np.float32))

    def without(self, rows: Rows) -> Self:
        """The candidates but for some rows; none of them is looked at closely yet."""
        kept = ~np.isin(self.rows, rows)
        unseen = np.zeros(int(kept.sum()), np.float32)
        return type(self)(self.rows[kept], self.lexical[kept], self.similarities[kept], unseen)


def _united(found: Sequence[Rows]) -> Rows:
    """All rows once, ascending; NumPy's own `unique` takes longer over a few hundred."""
    rows = np.sort(np.concatenate(found))
    first = np.ones(len(rows), np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=first[1:])
    return rows[first]


def _spread(rows: Rows, scored: Sequence[tuple[Rows, Scores]]) -> Scores:
    """A column a ranking: the score it gives each row, 0 where it does not hold it."""
    spread = np.zeros((len(rows), len(scored)), np.float32)
    for column, (found, scores) in enumerate(scored):
        spread[np.searchsorted(rows, found), column] = scores
    return spread
