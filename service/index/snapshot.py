"""One published generation, opened for reading."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from service.documents.model import Document
from service.embedding.encoder import Embeddings
from service.embedding.pieces import Pieces
from service.errors import DocumentNotFoundError, IndexDamagedError, IndexUnavailableError
from service.index import checksums, lexical, record
from service.index.building import LEXICAL, NO_PRODUCT, PIECES, PRODUCTS, RECORDS, REGISTER, VECTORS
from service.index.catalog import Entry, Page
from service.index.checksums import MEND
from service.index.lexical import LexicalIndex
from service.index.manifest import Manifest, Recipe
from service.index.neighbors import Selection
from service.index.records import Keys, RecordStore
from service.index.register import Register
from service.index.searchable import Rankings, Rows, Scores
from service.index.vectors import VectorIndex

_NO_SUCH_PRODUCT = NO_PRODUCT - 1
_CACHED_DOCUMENTS = 1024
_CACHED_PRODUCTS = 256


class Snapshot:
    """A generation that never changes, safe to use from several threads; rows are in ascending order of key."""

    is_local = True

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.generation = manifest.generation
        self.published_at = datetime.fromisoformat(manifest.published_at)
        self.document_count = manifest.document_count
        self.problem_count = manifest.problem_count
        self.products: Mapping[str, int] = manifest.products
        self.lexical = LexicalIndex.open(folder / LEXICAL)
        self.vectors = VectorIndex.open(folder / VECTORS)
        self._records = RecordStore(folder / RECORDS)
        self._pieces = RecordStore(folder / PIECES)
        self._register = Register.open(folder / REGISTER)
        self._product_codes: npt.NDArray[np.int32] = np.load(folder / PRODUCTS, mmap_mode="r")
        self._codes: Mapping[str, int] = {product: code for code, product in enumerate(manifest.products)}
        # The caches must not know the snapshot: in a cycle with it, they would outlive it until a full collection.
        self._selected = lru_cache(_CACHED_PRODUCTS)(partial(_select, self.vectors, self._product_codes))
        self.document_at = lru_cache(_CACHED_DOCUMENTS)(partial(_read_document, self._records))

    @classmethod
    def open(cls, folder: Path, recipe: Recipe) -> Self:
        """Open a generation.

        :raises IndexMismatchError: when it was built by another recipe.
        :raises IndexDamagedError: when a file of it is not what was written.
        :raises IndexUnavailableError: when it cannot be read.
        """
        manifest = Manifest.read(folder)
        recipe.require(manifest.recipe, folder.name)
        checksums.verify(folder)
        try:
            return cls(folder, manifest)
        except OSError as error:
            raise IndexUnavailableError(f"The index {folder.name} cannot be read: {error}.") from error
        except (ValueError, RuntimeError) as error:
            # NumPy and tantivy say the former of a file that is not theirs, FAISS the latter.
            raise IndexDamagedError(f"The index {folder.name} is damaged: {error}; {MEND}.") from error

    @property
    def keys(self) -> Keys:
        """The documents' keys in the order of rows."""
        return self._records.keys

    def rankings(
        self, words: Sequence[str], bigrams: Sequence[str], embedding: Embeddings, *, product: str | None, limit: int
    ) -> Rankings:
        """See `Searchable`."""
        found = (
            self.lexical.search(lexical.WORDS, words, limit, product),
            self.lexical.search(lexical.BIGRAMS, bigrams, limit, product),
            self.lexical.search(lexical.QUESTION, words, limit, product),
        )
        among = None if product is None else self._selected(self._codes[product])
        nearest = self.vectors.search(embedding, limit, among)
        return Rankings(tuple((self._rows_of(ranking.keys), ranking.scores) for ranking in found), nearest)

    def similarities(self, embedding: Embeddings, rows: Rows) -> Scores:
        """See `Searchable`."""
        return self.vectors.similarities(embedding, rows)

    def pieces(self, rows: Rows) -> list[Pieces]:
        """See `Searchable`."""
        return [self._pieces.read(row) for row in rows.tolist()]

    def naming(self, rows: Rows, names: Sequence[str]) -> list[bool]:
        """See `Searchable`."""
        encoded = [name.encode() for name in names]
        return [record.holds(self._records.read(row), encoded) for row in rows.tolist()]

    def document_frequencies(self, words: Sequence[str]) -> list[int]:
        """See `Searchable`."""
        return self.lexical.document_frequencies(words)

    def fetch(self, rows: Rows) -> None:
        """See `Searchable`: they are at hand anyway."""

    def embeddings_at(self, rows: Rows, /) -> Embeddings:
        """See `Searchable`."""
        return self.vectors.embeddings_at(rows)

    def read_all(self) -> Iterator[Document]:
        """Every document, in the order of rows."""
        return (_read_document(self._records, row) for row in range(len(self._records)))

    def row_of(self, document_id: str) -> int | None:
        """The row of the document with this id, None when there is none."""
        row = self._records.row(record.key_of(document_id))
        return row if row is not None and self.document_at(row).id == document_id else None

    def document(self, document_id: str) -> Document:
        """The document of this id.

        :raises DocumentNotFoundError: when there is none.
        """
        return self.document_at(self._row(document_id))

    def documents(
        self, *, product: str | None = None, tag: str | None = None, page: int = 1, page_size: int = 50
    ) -> Page:
        """The documents of a product, with a tag, newest first and by id within a day."""
        rows = self._listed_rows
        if product is not None:
            rows = rows[self._product_codes[rows] == self._codes.get(product, _NO_SUCH_PRODUCT)]
        if tag is not None:
            tagged = np.zeros(len(self._records), np.bool_)
            tagged[self._rows_of(self._register.keys_with(tag))] = True
            rows = rows[tagged[rows]]
        begin = (page - 1) * page_size
        shown = [_read_document(self._records, row) for row in rows[begin : begin + page_size].tolist()]
        return Page(len(rows), page, page_size, tuple(map(Entry.of, shown)))

    def nearest(self, document_id: str, limit: int) -> list[Document]:
        """The documents that say most nearly what one says, best first.

        :raises DocumentNotFoundError: when there is no such document.
        """
        return [self.document_at(int(row)) for row in self.vectors.nearest(self._row(document_id), limit)]

    @property
    def tags(self) -> Mapping[str, int]:
        """How many documents carry each tag, the most frequent first."""
        return self._register.counts()

    def _rows_of(self, keys: Keys) -> Rows:
        return self.keys.searchsorted(keys)

    def _row(self, document_id: str) -> int:
        row = self.row_of(document_id)
        if row is not None:
            return row
        raise DocumentNotFoundError(f"There is no document {document_id!r}; GET /documents lists those there are.")

    @cached_property
    def _listed_rows(self) -> Rows:
        return self._rows_of(self._register.order)


def _select(vectors: VectorIndex, codes: npt.NDArray[np.int32], code: int) -> Selection:
    return vectors.select(codes == code)


def _read_document(records: RecordStore, row: int) -> Document:
    try:
        return record.load(records.read(row))
    except (ValueError, LookupError, TypeError) as error:
        # It was whole when it was opened.
        raise IndexDamagedError(f"The record in row {row} of the index is damaged: {error}; {MEND}.") from error
