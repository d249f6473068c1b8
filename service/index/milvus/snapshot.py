"""The published collection in Milvus, as answering sees it: nothing of it lies on this machine but what was just read.

A row is a document's key. A question takes three turns to the server: the four rankings at once, the similarities of
what they found, and the documents at the top; what the statistics say of its words is mostly known already.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from service.documents.model import Document
from service.embedding.encoder import Embedding, Embeddings
from service.embedding.pieces import Pieces
from service.errors import DocumentNotFoundError, IndexUnreachableError
from service.index import lexical, record
from service.index.catalog import Catalog, Page
from service.index.milvus import frequencies
from service.index.milvus.connection import Connection
from service.index.milvus.header import Header, notes_of
from service.index.milvus.schema import (
    BM25_FIELDS,
    EMBEDDING,
    KEY,
    PIECES,
    PRODUCT,
    RECORD,
    document_of,
    pieces_of,
    tokens,
)
from service.index.searchable import Rankings, Rows, Scores

_KEPT_DOCUMENTS, _KEPT_FREQUENCIES = 4096, 65_536

_Found = Mapping[int, float]
Queried = str | npt.NDArray[np.float32]
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What was read of a document, its embedding of shape (dimension,)."""

    document: Document
    embedding: Embedding
    pieces: Pieces


class MilvusSnapshot:
    """The collection as of one header; safe to use from several threads.

    A change is published document by document and then as a whole, so that for a moment some are newer than the header.
    """

    is_local = False

    def __init__(self, connection: Connection, collection: str, header: Header) -> None:
        self.collection = collection
        self.generation = header.generation
        self.published_at = header.published
        self.document_count = header.document_count
        self.problem_count = header.problem_count
        self.products: Mapping[str, int] = header.products
        self._dimension = header.recipe.dimension
        self._connection = connection
        self._notes = notes_of(connection, collection)
        self._fetched: OrderedDict[int, _Fetched] = OrderedDict()
        self._frequencies: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def rankings(
        self, words: Sequence[str], bigrams: Sequence[str], embedding: Embeddings, *, product: str | None, limit: int
    ) -> Rankings:
        """See `Searchable`."""
        filtered = "" if product is None else f'{PRODUCT} == "{_quoted(product)}"'
        terms = {lexical.WORDS: words, lexical.BIGRAMS: bigrams, lexical.QUESTION: words}
        calls: list[Callable[[], _Found]] = [
            partial(self._search, BM25_FIELDS[name], tokens(terms[name]), limit, filtered) for name in lexical.FIELDS
        ]
        calls.append(partial(self._search, EMBEDDING, embedding[0], limit, filtered))
        *scored, nearest = self._connection.at_once(calls)
        return Rankings(tuple(_ranking(found) for found in scored), np.fromiter(nearest, np.int64, len(nearest)))

    def similarities(self, embedding: Embeddings, rows: Rows) -> Scores:
        """See `Searchable`; 0 for a document that was removed meanwhile."""
        if not len(rows):
            return np.empty(0, np.float32)
        found = self._search(EMBEDDING, embedding[0], len(rows), f"{KEY} in {rows.tolist()}")
        return np.array([found.get(row, 0.0) for row in rows.tolist()], np.float32)

    def pieces(self, rows: Rows) -> list[Pieces]:
        """See `Searchable`; nothing of a document that was removed meanwhile."""
        self.fetch(rows)
        found = map(self._fetched.get, rows.tolist())
        return [b"" if one is None else one.pieces for one in found]

    def naming(self, rows: Rows, names: Sequence[str]) -> list[bool]:
        """See `Searchable`; false of a document that was removed meanwhile."""
        self.fetch(rows)
        encoded = [name.encode() for name in names]
        found = map(self._fetched.get, rows.tolist())
        return [one is not None and record.holds(record.dump(one.document), encoded) for one in found]

    def document_frequencies(self, words: Sequence[str]) -> list[int]:
        """See `Searchable`."""
        with self._lock:
            known = {word: self._frequencies[word] for word in words if word in self._frequencies}
        asked = [word for word in words if word not in known]
        if asked:
            known |= dict(zip(asked, frequencies.read(self._notes, asked), strict=True))
            self._keep(self._frequencies, {word: known[word] for word in asked}, _KEPT_FREQUENCIES)
        return [known[word] for word in words]

    def fetch(self, rows: Rows) -> None:
        """See `Searchable`."""
        with self._lock:
            asked = [row for row in rows.tolist() if row not in self._fetched]
            # What is wanted now must not make way for what is fetched now.
            for row in rows.tolist():
                if row in self._fetched:
                    self._fetched.move_to_end(row)
        if not asked:
            return
        found = self._connection.get(self.collection, asked, [KEY, RECORD, EMBEDDING, PIECES])
        read = {
            int(row[KEY]): _Fetched(document_of(row), np.asarray(row[EMBEDDING], np.float32), pieces_of(row))
            for row in found
        }
        self._keep(self._fetched, read, _KEPT_DOCUMENTS)

    def document_at(self, row: int, /) -> Document:
        """See `Searchable`.

        :raises IndexUnreachableError: when it was removed since it was found.
        """
        return self._at(row).document

    def embeddings_at(self, rows: Rows, /) -> Embeddings:
        """See `Searchable`; zeros for a document that was removed meanwhile."""
        self.fetch(rows)
        embeddings = np.zeros((len(rows), self._dimension), np.float32)
        for place, row in enumerate(rows.tolist()):
            if found := self._fetched.get(row):
                embeddings[place] = found.embedding
        return embeddings

    def row_of(self, document_id: str) -> int | None:
        """See `Searchable`."""
        row = record.key_of(document_id)
        found = self._find(row)
        return row if found is not None and found.document.id == document_id else None

    def document(self, document_id: str) -> Document:
        """See `Searchable`."""
        return self.document_at(self._row(document_id))

    def nearest(self, document_id: str, limit: int) -> list[Document]:
        """See `Searchable`."""
        row = self._row(document_id)
        found = self._search(EMBEDDING, self._at(row).embedding, limit + 1, "")
        rows = [other for other in found if other != row][:limit]
        self.fetch(np.array(rows, np.int64))
        return [self.document_at(other) for other in rows]

    def documents(
        self, *, product: str | None = None, tag: str | None = None, page: int = 1, page_size: int = 50
    ) -> Page:
        """See `Searchable`."""
        return self._catalog.page(product=product, tag=tag, page=page, page_size=page_size)

    @property
    def tags(self) -> Mapping[str, int]:
        """See `Searchable`."""
        return self._catalog.tags

    @cached_property
    def _catalog(self) -> Catalog:
        return Catalog.of(document_of(row) for row in self._connection.scan(self.collection, [KEY, RECORD]))

    def _search(self, field: str, query: Queried, limit: int, filtered: str) -> _Found:
        if isinstance(query, str) and not query:
            # Milvus takes no empty text.
            return {}
        return self._connection.search(self.collection, field, [query], limit, filtered)[0]

    def _row(self, document_id: str) -> int:
        row = self.row_of(document_id)
        if row is not None:
            return row
        raise DocumentNotFoundError(f"There is no document {document_id!r}; GET /documents lists those there are.")

    def _at(self, row: int) -> _Fetched:
        found = self._find(row)
        if found is None:
            raise IndexUnreachableError("A document was removed while a question was answered with it; ask again.")
        return found

    def _find(self, row: int) -> _Fetched | None:
        found = self._fetched.get(row)
        if found is None:
            self.fetch(np.array([row], np.int64))
            found = self._fetched.get(row)
        return found

    def _keep(self, kept: OrderedDict[Key, Value], new: Mapping[Key, Value], most: int) -> None:
        with self._lock:
            kept.update(new)
            while len(kept) > most:
                kept.popitem(last=False)


def _ranking(found: _Found) -> tuple[Rows, Scores]:
    # Milvus Lite gives BM25 with the sign turned, and BM25 is never below 0.
    scores = np.abs(np.fromiter(found.values(), np.float32, len(found)))
    return np.fromiter(found, np.int64, len(found)), scores


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
