"""The vector index: several embeddings a document, kept by FAISS and as a memory-mapped matrix.

FAISS finds candidates by one search over the weighted sum of a document's embeddings, which by linearity of the inner
product ranks by the weighted sum of its similarities. The matrix then gives each candidate's similarities exactly.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import faiss
import numpy as np
import numpy.typing as npt

from service.embedding.encoder import Embeddings

FIELDS = ("title", "question", "whole")
CANDIDATE_WEIGHTS = (0.9, 0.7, 1.6)
"""How much each field's similarity counts when candidates are looked for."""

_MATRIX = "fields.npy"
_INDEX = "candidates.faiss"

FieldEmbeddings = npt.NDArray[np.float32]
"""Embeddings of shape (documents, fields, dimension), rows in ascending order of document key."""


class VectorIndex:
    """An opened vector index; never changes, safe to search from several threads."""

    def __init__(self, index: faiss.Index, embeddings: FieldEmbeddings) -> None:
        self._index = index
        # Seen as a plain array: NumPy's class for memory maps takes a microsecond or more at every access.
        self.embeddings: FieldEmbeddings = np.asarray(embeddings)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open what `build` wrote, memory-mapped, so that all processes share it."""
        index = faiss.read_index(str(folder / _INDEX), faiss.IO_FLAG_MMAP_IFC)
        return cls(index, np.load(folder / _MATRIX, mmap_mode="r"))

    def search(self, query: Embeddings, limit: int) -> npt.NDArray[np.int64]:
        """Row numbers of the documents nearest to a query of shape (1, dimension), best first, at most `limit`."""
        if not len(self.embeddings):
            return np.empty(0, np.int64)
        _use_one_thread()
        _, rows = self._index.search(query, min(limit, len(self.embeddings)))
        found: npt.NDArray[np.int64] = rows[0][rows[0] >= 0]
        return found

    def nearest(self, row: int, limit: int) -> npt.NDArray[np.int64]:
        """Row numbers of the documents nearest to the one in a row, best first, without itself."""
        own: Embeddings = np.asarray(self._index.reconstruct(row), np.float32)[None]
        found = self.search(own, limit + 1)
        others: npt.NDArray[np.int64] = found[found != row]
        return others[:limit]

    def similarities(self, query: Embeddings, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Cosines of a query of shape (1, dimension) with every field of some rows, shape (rows, fields)."""
        fields = len(FIELDS)
        cosines = np.empty((len(rows), fields), np.float32)
        if not len(rows):
            return cosines
        vectors = np.add.outer(np.asarray(rows, np.int64) * fields, np.arange(fields))
        _use_one_thread()
        # A matrix of the rows' embeddings would be written only to be read once.
        faiss.fvec_inner_products_by_idx(  # type: ignore[attr-defined]  # the stubs lack it
            faiss.swig_ptr(cosines),
            faiss.swig_ptr(query),
            faiss.swig_ptr(self.embeddings),
            faiss.swig_ptr(vectors),
            query.shape[1],
            1,
            vectors.size,
        )
        return cosines


def build(folder: Path, embeddings: FieldEmbeddings) -> None:
    """Write the index of the embeddings into an empty folder."""
    folder.mkdir(parents=True)
    np.save(folder / _MATRIX, embeddings)
    index = faiss.IndexFlatIP(embeddings.shape[2])
    index.add(_combined(embeddings, CANDIDATE_WEIGHTS))
    try:
        faiss.write_index(index, str(folder / _INDEX))
    except RuntimeError as error:
        # So FAISS tells of a full disk.
        raise OSError(f"FAISS cannot write the index: {error}") from error


def _use_one_thread() -> None:
    """Search in the calling thread: on a busy machine, waiting for others takes longer than they could save."""
    faiss.omp_set_num_threads(1)


def _combined(embeddings: FieldEmbeddings, weights: Sequence[float]) -> Embeddings:
    combined: Embeddings = np.einsum("nfd,f->nd", embeddings, np.asarray(weights, np.float32))
    return combined
