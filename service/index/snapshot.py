"""One published generation, opened for reading."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from service.documents.model import Document
from service.errors import DocumentNotFoundError, IndexDamagedError, IndexUnavailableError
from service.index import checksums, record
from service.index.checksums import MEND
from service.index.lexical import LexicalIndex
from service.index.manifest import Manifest, Recipe
from service.index.records import RecordStore
from service.index.vectors import VectorIndex

LEXICAL, VECTORS, RECORDS, PRODUCTS = "lexical", "vectors", "records", "products.npy"

_CACHED_DOCUMENTS = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list of documents."""

    id: str
    title: str
    product: str | None
    tags: tuple[str, ...]
    date: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list's entries: `page` counts from 1, `total` is the length of the whole list."""

    total: int
    page: int
    page_size: int
    entries: tuple[Entry, ...]


class Snapshot:
    """A generation that never changes, safe to use from several threads; rows are in ascending order of key."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.generation = manifest.generation
        self.published_at = datetime.fromisoformat(manifest.published_at)
        self.document_count = manifest.document_count
        self.problem_count = len(manifest.problems)
        self.products: Mapping[str, int] = manifest.products
        self.lexical = LexicalIndex.open(folder / LEXICAL)
        self.vectors = VectorIndex.open(folder / VECTORS)
        self._records = RecordStore(folder / RECORDS)
        self._product_codes: npt.NDArray[np.int32] = np.load(folder / PRODUCTS)
        # The cache must not know the snapshot: in a cycle with it, it would outlive it until a full collection.
        self.document_at = lru_cache(_CACHED_DOCUMENTS)(partial(_read_document, self._records))

    @classmethod
    def open(cls, folder: Path, recipe: Recipe) -> Self:
        """Open a generation.

        :raises IndexMismatchError: when it was built by another recipe.
        :raises IndexDamagedError: when a file of it is not what was written.
        :raises IndexUnavailableError: when it cannot be read.
        """
        manifest = Manifest.read(folder)
        recipe.require(manifest.recipe, folder)
        checksums.verify(folder)
        try:
            return cls(folder, manifest)
        except OSError as error:
            raise IndexUnavailableError(f"The index {folder.name} cannot be read: {error}.") from error
        except (ValueError, RuntimeError) as error:
            # NumPy and tantivy say the former of a file that is not theirs, FAISS the latter.
            raise IndexDamagedError(f"The index {folder.name} is damaged: {error}; {MEND}.") from error

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """The documents' keys in the order of rows."""
        return self._records.keys

    def rows_of(self, product: str) -> npt.NDArray[np.bool_]:
        """Which rows belong to a product: one truth value a row."""
        belongs: npt.NDArray[np.bool_] = self._product_codes == list(self.products).index(product)
        return belongs

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
        found = [
            entry
            for entry in self._catalog
            if (product is None or entry.product == product) and (tag is None or tag in entry.tags)
        ]
        begin = (page - 1) * page_size
        return Page(len(found), page, page_size, tuple(found[begin : begin + page_size]))

    def nearest(self, document_id: str, limit: int) -> list[Document]:
        """The documents that say most nearly what one says, best first.

        :raises DocumentNotFoundError: when there is no such document.
        """
        return [self.document_at(int(row)) for row in self.vectors.nearest(self._row(document_id), limit)]

    @cached_property
    def tags(self) -> Mapping[str, int]:
        """How many documents carry each tag, the most frequent first."""
        return dict(Counter(tag for entry in self._catalog for tag in entry.tags).most_common())

    def _row(self, document_id: str) -> int:
        row = self._records.row(record.key_of(document_id))
        if row is not None and self.document_at(row).id == document_id:
            return row
        raise DocumentNotFoundError(f"There is no document {document_id!r}; GET /documents lists those there are.")

    @cached_property
    def _catalog(self) -> list[Entry]:
        documents = (_read_document(self._records, row) for row in range(len(self._records)))
        entries = [Entry(d.id, d.title, d.product, d.tags, d.date, d.summary) for d in documents]
        entries.sort(key=lambda entry: entry.id)
        return sorted(entries, key=lambda entry: entry.date or "", reverse=True)


def _read_document(records: RecordStore, row: int) -> Document:
    try:
        return record.load(records.read(row))
    except (ValueError, LookupError, TypeError) as error:
        # It was whole when it was opened.
        raise IndexDamagedError(f"The record in row {row} of the index is damaged: {error}; {MEND}.") from error
