"""The documents ranked for one question: what a reply is made of, and what two ways to read a question compare by."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from service.answering.candidates import Candidates
from service.answering.query import Query
from service.documents.model import Document
from service.index.searchable import Searchable


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Candidates with their fused scores and confidences; `best` has their places, best first."""

    snapshot: Searchable
    query: Query
    candidates: Candidates
    scores: npt.NDArray[np.float32]
    confidences: npt.NDArray[np.float64]
    best: npt.NDArray[np.int64]

    @property
    def confidence(self) -> float:
        """That of the first document, 0 without one."""
        return float(self.confidences[self.best[0]]) if len(self.best) else 0.0

    @property
    def first(self) -> Document | None:
        """The best document, None without one."""
        return self.document_at(int(self.best[0])) if len(self.best) else None

    def document_at(self, place: int) -> Document:
        """The document of a candidate."""
        return self.snapshot.document_at(int(self.candidates.rows[place]))

    def relevance(self, document_id: str) -> float:
        """The score of a document as a share of the highest, 0 when it is no candidate."""
        place = self._place(document_id)
        highest = float(self.scores.max(initial=0.0))
        return float(self.scores[place]) / highest if place is not None and highest > 0 else 0.0

    def near(self, relevance: float) -> list[Document]:
        """The documents that are at least so relevant, best first."""
        return [self.document_at(place) for place in self._near(relevance).tolist()]

    def led_by(self, document_id: str) -> Self:
        """The same with this document first, if it is a candidate at all."""
        place = self._place(document_id)
        return self if place is None else self._led_by(place)

    def led_by_nearest_to(self, document_id: str, relevance: float) -> Self:
        """The same with that one first which, of those so relevant, says most nearly what a document says."""
        row, near = self.snapshot.row_of(document_id), self._near(relevance)
        if row is None or not len(near):
            return self
        whole = self.snapshot.embeddings_at(np.array([row]))
        cosines = self.snapshot.similarities(whole, self.candidates.rows[near])
        return self._led_by(int(near[cosines.argmax()]))

    def _near(self, relevance: float) -> npt.NDArray[np.int64]:
        near: npt.NDArray[np.int64] = self.best[self.scores[self.best] >= relevance * self.scores.max(initial=0.0)]
        return near

    def _led_by(self, place: int) -> Self:
        return replace(self, best=np.concatenate([[place], self.best[self.best != place]]))

    def _place(self, document_id: str) -> int | None:
        row = self.snapshot.row_of(document_id)
        if row is None:
            return None
        found = np.flatnonzero(self.candidates.rows == row)
        return int(found[0]) if len(found) else None
