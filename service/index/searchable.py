"""What answering needs of an index, whether it lies on disk or on a server far away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.documents.model import Document
from service.embedding.encoder import Embeddings
from service.embedding.pieces import Pieces
from service.index.catalog import Page

Rows = npt.NDArray[np.int64]
"""Numbers that documents go by inside one snapshot, ascending with the documents' keys."""

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rankings:
    """The best documents by each measure: rows with scores by words, bigrams and question words, and nearest rows."""

    scored: tuple[tuple[Rows, Scores], ...]
    nearest: Rows


class Searchable(Protocol):
    """One state of an index, safe to use from several threads."""

    @property
    def generation(self) -> str:
        """The name of this state."""

    @property
    def published_at(self) -> datetime:
        """When it was published."""

    @property
    def document_count(self) -> int:
        """How many documents there are."""

    @property
    def problem_count(self) -> int:
        """How many problems their files have."""

    @property
    def products(self) -> Mapping[str, int]:
        """How many documents each product has."""

    @property
    def tags(self) -> Mapping[str, int]:
        """How many documents carry each tag, the most frequent first."""

    @property
    def is_local(self) -> bool:
        """Whether it is read without waiting for another machine."""

    def rankings(
        self, words: Sequence[str], bigrams: Sequence[str], embedding: Embeddings, *, product: str | None, limit: int
    ) -> Rankings:
        """The best `limit` documents of each ranking, of one product if named; `embedding` has the shape (1, d)."""

    def similarities(self, embedding: Embeddings, rows: Rows) -> Scores:
        """Cosines of an embedding of shape (1, d) with some documents."""

    def pieces(self, rows: Rows) -> Sequence[Pieces]:
        """What the model packed of each of some documents."""

    def naming(self, rows: Rows, names: Sequence[str]) -> Sequence[bool]:
        """Which of some documents hold one of some names, in lower case, anywhere: in their texts, product or links."""

    def document_frequencies(self, words: Sequence[str]) -> Sequence[int]:
        """How many documents hold each word."""

    def fetch(self, rows: Rows) -> None:
        """Have documents at hand that are about to be read one by one."""

    def document_at(self, row: int, /) -> Document:
        """The document in a row."""

    def embeddings_at(self, rows: Rows, /) -> Embeddings:
        """The embeddings of some documents."""

    def row_of(self, document_id: str) -> int | None:
        """The row of the document with this id, None when there is none."""

    def document(self, document_id: str) -> Document:
        """The document of this id.

        :raises DocumentNotFoundError: when there is none.
        """

    def documents(
        self, *, product: str | None = None, tag: str | None = None, page: int = 1, page_size: int = 50
    ) -> Page:
        """The documents of a product, with a tag, newest first and by id within a day."""

    def nearest(self, document_id: str, limit: int) -> list[Document]:
        """The documents that say most nearly what one says, best first.

        :raises DocumentNotFoundError: when there is no such document.
        """


class Live(Protocol):
    """The published state, followed from one to the next while questions are answered."""

    def current(self) -> Searchable:
        """The state in use.

        :raises IndexUnreachableError: while the server that holds it does not answer.
        """

    def refresh(self) -> bool:
        """Move to the published state if it is another one; true when it did.

        :raises IndexMismatchError: when that one cannot be used; the one in use stays.
        :raises IndexUnreachableError: when the server that holds it does not answer.
        """

    @property
    def is_behind(self) -> bool:
        """Whether it answers from an earlier state because the published one is damaged."""

    @property
    def is_on_disk(self) -> bool:
        """Whether what it was opened from is still there, where that is a folder."""
