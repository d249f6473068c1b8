"""Which documents are nearest to a question: one vector a document, searched by FAISS.

Up to `EXACT_LIMIT` vectors are compared one by one. Beyond, they are divided among inverted lists, of which a search
reads a few, as codes of 4 bits for every 2 components: enough to tell which are worth an exact comparison. An update
links the lists of the previous generation; what is not in them, or no longer as it was, is compared one by one beside
them until there is enough of it to write the lists anew.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import faiss as untyped_faiss
import numpy as np
import numpy.typing as npt

from service.embedding.encoder import Embeddings
from service.index.records import Keys

# Its stubs tell other signatures than it has.
faiss: Any = untyped_faiss
Index = Any
Lists = Any
Selector = Any
Parameters = Any

EXACT_LIMIT = 20_000
"""Vectors up to which every one is compared: 1 ms a search."""

MOST_RECENT = 4_096
"""Vectors beside the lists from which the lists are written anew."""

Rows = npt.NDArray[np.int64]
VectorsOf = Callable[[Keys], Embeddings]
"""The vectors of documents by their keys."""

_LISTS, _LIST_KEYS = "lists.faiss", "lists.npy"
_RECENT, _RECENT_KEYS = "candidates.faiss", "candidates.npy"

_LISTS_READ = 192
"""How many lists a search reads: of a million, .98 of the 10 nearest are among 200 found in 192 of 2,000."""

_COMPONENTS, _BITS = 2, 4
"""How many components of a vector share a code, and its size."""

_MOST_LISTS = 4_096
_SAMPLES = 48
"""Vectors a list is found by when they are laid out."""

_OTHER_SIZE = 1.5
"""Factor between the best number of lists and theirs from which they are laid out anew."""

_BLOCK = 1 << 14
_NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of an index's documents: their share of all, and who they are in the lists and beside them."""

    share: float
    listed: Selector
    recent: Selector


class Neighbors:
    """An opened index; never changes, safe to search from several threads."""

    def __init__(self, recent: Index, recent_rows: Rows, lists: Lists | None, list_rows: Rows) -> None:
        self._recent, self._recent_rows = recent, recent_rows
        self._lists, self._list_rows = lists, list_rows
        self._listed = None if (list_rows >= 0).all() else _selector(list_rows >= 0)

    @classmethod
    def open(cls, folder: Path, keys: Keys) -> Self:
        """Open what `write` wrote for the same keys; vectors that are compared one by one are memory-mapped."""
        recent_keys, recent = np.load(folder / _RECENT_KEYS), _map(folder / _RECENT)
        recent_rows = np.searchsorted(keys, recent_keys)
        if not (folder / _LISTS).exists():
            return cls(recent, recent_rows, None, np.empty(0, np.int64))
        lists = _map(folder / _LISTS)
        return cls(recent, recent_rows, lists, _live_rows(np.load(folder / _LIST_KEYS), recent_keys, keys))

    @property
    def kind(self) -> str:
        """How it searches, for people."""
        return "flat" if self._lists is None else f"{self._lists.nlist} inverted lists of {_BITS}-bit codes"

    @property
    def is_exact(self) -> bool:
        """Whether the nearest are found in their order."""
        return self._lists is None

    def select(self, rows: npt.NDArray[np.bool_]) -> Selection:
        """The documents of the rows that are true."""
        listed = (self._list_rows >= 0) & rows[self._list_rows] if len(self._list_rows) else np.zeros(0, np.bool_)
        recent = rows[self._recent_rows] if len(self._recent_rows) else np.zeros(0, np.bool_)
        return Selection(float(rows.mean()) if len(rows) else 0.0, _selector(listed), _selector(recent))

    def search(self, query: Embeddings, limit: int, among: Selection | None) -> Rows:
        """Rows of the vectors nearest to a query of shape (1, dimension), best first, at most `limit`."""
        use_one_thread()
        wanted = faiss.SearchParameters(sel=among.recent) if among else None
        scores, rows = _found(self._recent, self._recent_rows, query, limit, wanted)
        if self._lists is not None:
            parameters = self._reading(self._lists.nlist, among)
            listed_scores, listed_rows = _found(self._lists, self._list_rows, query, limit, parameters)
            order = np.argsort(-np.concatenate([scores, listed_scores]), kind="stable")
            rows = np.concatenate([rows, listed_rows])[order]
        return rows[:limit]

    def _reading(self, lists: int, among: Selection | None) -> Parameters:
        """The rarer the documents that are wanted, the more lists are read."""
        if among is None:
            return faiss.SearchParametersIVF(nprobe=_LISTS_READ, sel=self._listed)
        read = min(lists, round(_LISTS_READ / max(among.share, _LISTS_READ / lists)))
        return faiss.SearchParametersIVF(nprobe=read, sel=among.listed)


def write(folder: Path, previous: Path | None, keys: Keys, touched: Keys, vectors_of: VectorsOf) -> None:
    """Write the index of the vectors of all keys, ascending; `touched` are those that `previous` does not have so."""
    if len(keys) <= EXACT_LIMIT:
        _write_recent(folder, keys, vectors_of)
        return
    if previous is None or not (previous / _LISTS).exists():
        _lay_out(folder, keys, vectors_of)
        return
    list_keys = np.load(previous / _LIST_KEYS)
    before = np.concatenate([touched, np.load(previous / _RECENT_KEYS)])
    listed = list_keys[_live_rows(list_keys, before, keys) >= 0]
    recent = np.setdiff1d(keys, listed, assume_unique=True)
    if max(len(recent), len(list_keys) - len(listed)) <= MOST_RECENT:
        for name in (_LISTS, _LIST_KEYS):
            os.link(previous / name, folder / name)
        _write_recent(folder, recent, vectors_of)
        return
    lists = faiss.read_index(str(previous / _LISTS))
    if not 1 / _OTHER_SIZE < _best_number(len(keys)) / lists.nlist < _OTHER_SIZE:
        _lay_out(folder, keys, vectors_of)
        return
    _write_lists(folder, lists, list_keys, listed, recent, vectors_of)


def inner_products(query: Embeddings, vectors: Embeddings, rows: Rows) -> npt.NDArray[np.float32]:
    """Those of a query of shape (1, dimension) with some rows of a matrix, which is not copied."""
    products = np.empty(rows.shape, np.float32)
    if not len(rows):
        return products
    use_one_thread()
    faiss.fvec_inner_products_by_idx(
        *map(faiss.swig_ptr, (products, query, vectors, rows)), query.shape[1], 1, rows.size
    )
    return products


def use_one_thread() -> None:
    """Search in the calling thread: on a busy machine, waiting for others takes longer than they could save."""
    faiss.omp_set_num_threads(1)


def _found(
    index: Index, rows: Rows, query: Embeddings, limit: int, parameters: Parameters
) -> tuple[npt.NDArray[np.float32], Rows]:
    if not len(rows):
        return np.empty(0, np.float32), np.empty(0, np.int64)
    scores, places = index.search(query, min(limit, len(rows)), params=parameters)
    is_found = places[0] >= 0
    return scores[0][is_found], rows[places[0][is_found]]


def _live_rows(list_keys: Keys, elsewhere: Keys, keys: Keys) -> Rows:
    """The row of every place in the lists, _NOWHERE where the document is gone or its vector is elsewhere."""
    rows = np.minimum(np.searchsorted(keys, list_keys), len(keys) - 1)
    return np.where((keys[rows] == list_keys) & ~np.isin(list_keys, elsewhere), rows, _NOWHERE)


def _selector(chosen: npt.NDArray[np.bool_]) -> Selector:
    # FAISS reads at least a byte.
    return faiss.IDSelectorBitmap(np.packbits(chosen, bitorder="little") if len(chosen) else np.zeros(1, np.uint8))


def _write_recent(folder: Path, keys: Keys, vectors_of: VectorsOf) -> None:
    vectors = vectors_of(keys)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    np.save(folder / _RECENT_KEYS, keys)
    _save(index, folder / _RECENT)


def _lay_out(folder: Path, keys: Keys, vectors_of: VectorsOf) -> None:
    """Find lists that suit the vectors, and fill them with all."""
    number = _best_number(len(keys))
    sample = np.random.default_rng(0).choice(keys, min(len(keys), number * _SAMPLES), replace=False)
    vectors = vectors_of(np.sort(sample))
    dimension = vectors.shape[1]
    quantizer = faiss.IndexFlatIP(dimension)
    parts = dimension // _COMPONENTS if dimension % _COMPONENTS == 0 else dimension
    lists = faiss.IndexIVFPQFastScan(quantizer, dimension, number, parts, _BITS, faiss.METRIC_INNER_PRODUCT)
    lists.cp.max_points_per_centroid = _SAMPLES
    lists.cp.niter = 10
    # Lists of directions are of more even sizes.
    lists.cp.spherical = True
    _use_all_threads()
    lists.train(vectors)
    nothing = np.empty(0, np.int64)
    _write_lists(folder, lists, nothing, nothing, keys, vectors_of)


def _write_lists(folder: Path, lists: Lists, list_keys: Keys, listed: Keys, added: Keys, vectors_of: VectorsOf) -> None:
    """Take out of the lists all but the listed keys, and put the added ones into new places."""
    stays = np.isin(list_keys, listed)
    if not stays.all():
        lists.remove_ids(_selector(~stays))
    _use_all_threads()
    for begin in range(0, len(added), _BLOCK):
        vectors = vectors_of(added[begin : begin + _BLOCK])
        places = np.arange(len(list_keys) + begin, len(list_keys) + begin + len(vectors))
        lists.add_with_ids(vectors, places)
    np.save(folder / _LIST_KEYS, np.concatenate([np.where(stays, list_keys, _NOWHERE), added]))
    _save(lists, folder / _LISTS)
    _write_recent(folder, added[:0], vectors_of)


def _best_number(count: int) -> int:
    return min(int(2 * count**0.5), _MOST_LISTS)


def _use_all_threads() -> None:
    faiss.omp_set_num_threads(os.cpu_count() or 1)


def _map(path: Path) -> Index:
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def _save(index: Index, path: Path) -> None:
    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        # So FAISS tells of a full disk.
        raise OSError(f"FAISS cannot write the index: {error}") from error
