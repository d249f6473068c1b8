"""The vector index: an embedding a document, and the search for those nearest to a question's.

Up to `neighbors.EXACT_LIMIT` documents embeddings are stored as they are, beyond as 8-bit codes, until everything is
built again.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from service.embedding.encoder import Embeddings
from service.index import codes, neighbors
from service.index.neighbors import Neighbors, Rows, Selection
from service.index.records import Keys, RecordStore, RecordWriter

_FOUND_MORE = 2
"""How many times the documents that are wanted are found where the order in which they are found is rough."""

_MATRIX, _MATRIX_KEYS, _CODES = "embeddings.npy", "keys.npy", "codes"


class VectorIndex:
    """An opened vector index; never changes, safe to search from several threads."""

    def __init__(self, stored: "_Stored", neighbors: Neighbors) -> None:
        self._stored = stored
        self._neighbors = neighbors

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open what `VectorWriter` wrote, memory-mapped."""
        stored = _open(folder)
        return cls(stored, Neighbors.open(folder, stored.keys))

    @property
    def kind(self) -> str:
        """How it searches, for people."""
        return self._neighbors.kind

    def select(self, rows: npt.NDArray[np.bool_]) -> Selection:
        """The documents of the rows that are true, to search among."""
        return self._neighbors.select(rows)

    def search(self, query: Embeddings, limit: int, among: Selection | None = None) -> Rows:
        """Row numbers of the documents nearest to a query of shape (1, dimension), best first, at most `limit`."""
        if self._neighbors.is_exact:
            return self._neighbors.search(query, limit, among)
        found = self._neighbors.search(query, _FOUND_MORE * limit, among)
        best: Rows = found[np.argsort(-self.similarities(query, found), kind="stable")[:limit]]
        return best

    def nearest(self, row: int, limit: int) -> Rows:
        """Row numbers of the documents nearest to the one in a row, best first, without itself."""
        found = self.search(self.embeddings_at(np.array([row])), limit + 1)
        others: Rows = found[found != row]
        return others[:limit]

    def similarities(self, query: Embeddings, rows: Rows) -> npt.NDArray[np.float32]:
        """Cosines of a query of shape (1, dimension) with some rows."""
        return self._stored.similarities(query, rows)

    def embeddings_at(self, rows: Rows) -> Embeddings:
        """The embeddings of some rows."""
        return self._stored.at(rows)


class VectorWriter:
    """Writes a vector index into an empty folder, beginning with a previous one."""

    def __init__(self, folder: Path, dimension: int, previous: Path | None = None) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._previous = previous
        self._dimension = dimension
        self._keys: list[Keys] = []
        self._embeddings: list[Embeddings] = []
        self._coded: RecordWriter | None = None
        if previous is not None and (previous / _CODES).exists():
            self._coded = RecordWriter(folder / _CODES, previous / _CODES)

    def write(self, keys: Keys, embeddings: Embeddings) -> None:
        """Add documents, or put them in the place of the keys' earlier ones; no key comes twice."""
        self._keys.append(keys)
        if self._coded is None:
            self._embeddings.append(embeddings)
            if sum(map(len, self._keys)) > neighbors.EXACT_LIMIT:
                self._start_coding()
        else:
            self._code(self._coded, keys, embeddings)

    def close(self, removed: Keys) -> None:
        """Finish without the removed keys."""
        written = np.concatenate([*self._keys, np.empty(0, np.int64)])
        if self._coded is None:
            keys, matrix = self._all_exact(np.concatenate([removed, written]))
            if len(keys) <= neighbors.EXACT_LIMIT:
                np.save(self._folder / _MATRIX, matrix)
                np.save(self._folder / _MATRIX_KEYS, keys)
            else:
                self._start_coding()
        if self._coded is not None:
            self._coded.close(removed)
        stored = _open(self._folder)
        neighbors.write(
            self._folder, self._previous, stored.keys, written, lambda keys: stored.at(stored.keys.searchsorted(keys))
        )

    def _all_exact(self, gone: Keys) -> tuple[Keys, Embeddings]:
        keys, embeddings = np.empty(0, np.int64), np.empty((0, self._dimension), np.float32)
        if self._previous is not None:
            before = _Exact.open(self._previous)
            stays = ~np.isin(before.keys, gone)
            keys, embeddings = before.keys[stays], before.embeddings[stays]
        keys = np.concatenate([keys, *self._keys])
        order = np.argsort(keys)
        return keys[order], np.concatenate([embeddings, *self._embeddings])[order]

    def _start_coding(self) -> None:
        """There are too many documents, those of the previous index among them, to keep them exactly."""
        self._coded = RecordWriter(self._folder / _CODES)
        if self._previous is not None:
            before = _Exact.open(self._previous)
            self._code(self._coded, before.keys, before.embeddings)
        for keys, embeddings in zip(self._keys, self._embeddings, strict=True):
            self._code(self._coded, keys, embeddings)
        self._embeddings.clear()

    def _code(self, writer: RecordWriter, keys: Iterable[int], embeddings: Embeddings) -> None:
        for key, coded in zip(keys, codes.encode(embeddings), strict=True):
            writer.write(int(key), coded.tobytes())


class _Stored(Protocol):
    """The embeddings of all documents, rows in ascending order of key."""

    keys: Keys

    def at(self, rows: Rows) -> Embeddings: ...

    def similarities(self, query: Embeddings, rows: Rows) -> npt.NDArray[np.float32]: ...


class _Exact:
    """Embeddings as they were encoded, one matrix."""

    def __init__(self, keys: Keys, embeddings: Embeddings) -> None:
        self.keys = keys
        # Seen as a plain array: NumPy's class for memory maps takes a microsecond or more at every access.
        self.embeddings: Embeddings = np.asarray(embeddings)

    @classmethod
    def open(cls, folder: Path) -> Self:
        return cls(np.load(folder / _MATRIX_KEYS), np.load(folder / _MATRIX, mmap_mode="r"))

    def at(self, rows: Rows) -> Embeddings:
        return self.embeddings[rows]

    def similarities(self, query: Embeddings, rows: Rows) -> npt.NDArray[np.float32]:
        return neighbors.inner_products(query, self.embeddings, np.asarray(rows, np.int64))


class _Coded:
    """Embeddings as codes, one record a document."""

    def __init__(self, store: RecordStore, dimension: int) -> None:
        self.keys = store.keys
        self._store = store
        self._type = codes.code_type(dimension)

    @classmethod
    def open(cls, folder: Path) -> Self:
        store = RecordStore(folder / _CODES)
        return cls(store, codes.dimension_of(len(store.read(0))) if len(store) else 1)

    def at(self, rows: Rows) -> Embeddings:
        return codes.decode(self._store.gather(rows, self._type))

    def similarities(self, query: Embeddings, rows: Rows) -> npt.NDArray[np.float32]:
        return codes.similarities(self._store.gather(rows, self._type), query)


def _open(folder: Path) -> _Stored:
    return _Coded.open(folder) if (folder / _CODES).exists() else _Exact.open(folder)
