"""The documents worth ranking for a question, with what each ranking says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from service.answering.query import Query
from service.index.searchable import Rows, Scores, Searchable

NAMES = ("words", "bigrams", "question", "vector", "pieces")
"""What is known of a candidate: BM25 by words, by bigrams and by the question field's words, the cosine with the whole
document, and how well the question's pieces are matched by the document's."""

WORDS, VECTOR, PIECES = map(NAMES.index, ("words", "vector", "pieces"))

DEPTH = 100
"""How many documents each ranking contributes."""

Measures = npt.NDArray[np.float32]
"""One row a candidate, one column a name."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows of a snapshot, ascending, and what is known of each.

    A ranking that does not hold a document gives it 0. The pieces are 0 until they are looked at closely, and stay so
    for those that are not.
    """

    rows: Rows
    measures: Measures

    @classmethod
    def find(cls, query: Query, snapshot: Searchable, product: str | None) -> Self:
        """The best of every ranking, of one product if named."""
        found = snapshot.rankings(query.words, query.bigrams, query.embedding, product=product, limit=DEPTH)
        rows = _united([*(ranked for ranked, _ in found.scored), found.nearest])
        measures = np.zeros((len(rows), len(NAMES)), np.float32)
        for column, (ranked, scores) in enumerate(found.scored):
            measures[np.searchsorted(rows, ranked), column] = scores
        measures[:, VECTOR] = snapshot.similarities(query.embedding, rows)
        return cls(rows, measures)

    def without(self, rows: Rows) -> Self:
        """The candidates but for some rows; none of them is looked at closely yet."""
        kept = ~np.isin(self.rows, rows)
        measures = self.measures[kept]
        measures[:, PIECES] = 0
        return type(self)(self.rows[kept], measures)

    def with_pieces(self, places: Rows, matches: Scores) -> Self:
        """The same with the pieces of some candidates."""
        measures = self.measures.copy()
        measures[places, PIECES] = matches
        return type(self)(self.rows, measures)


def _united(found: Sequence[Rows]) -> Rows:
    """All rows once, ascending; NumPy's own `unique` takes longer over a few hundred."""
    rows = np.sort(np.concatenate(found))
    first = np.ones(len(rows), np.bool_)
    np.not_equal(rows[1:], rows[:-1], out=first[1:])
    return rows[first]
