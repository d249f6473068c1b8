"""Embeddings as 8-bit codes, a quarter of their size; a cosine from codes is off by about a thousandth."""

import numpy as np
import numpy.typing as npt

from service.embedding.encoder import Embeddings

FieldEmbeddings = npt.NDArray[np.float32]
"""Embeddings of shape (documents, fields, dimension)."""

Coded = npt.NDArray[np.void]
"""One value of `code_type` a document."""

_LARGEST = 127


def code_type(fields: int, dimension: int) -> np.dtype[np.void]:
    """What one document's embeddings are stored as: a scale a field, and codes of -127..127."""
    return np.dtype([("scales", "<f4", (fields,)), ("codes", "i1", (fields, dimension))])


def encode(embeddings: FieldEmbeddings) -> Coded:
    """Embeddings as codes; each row has a scale of its own, by which its largest component becomes 127."""
    coded = np.empty(len(embeddings), code_type(*embeddings.shape[1:]))
    scales = np.abs(embeddings).max(axis=2, initial=0.0) / _LARGEST
    coded["scales"] = scales
    # A text without a known token is a row of zeros.
    coded["codes"] = np.rint(embeddings / np.where(scales > 0, scales, 1)[..., None])
    return coded


def decode(coded: Coded) -> FieldEmbeddings:
    """The embeddings that codes stand for."""
    embeddings: FieldEmbeddings = coded["codes"].astype(np.float32)
    embeddings *= coded["scales"][..., None]
    return embeddings


def similarities(coded: Coded, query: Embeddings) -> npt.NDArray[np.float32]:
    """Cosines of a query of shape (1, dimension) with every field, shape (documents, fields)."""
    cosines: npt.NDArray[np.float32] = coded["codes"].astype(np.float32) @ query[0]
    cosines *= coded["scales"]
    return cosines


def dimension_of(size: int, fields: int) -> int:
    """The dimension of the embeddings that are stored as so many bytes a document."""
    return size // fields - np.dtype(np.float32).itemsize
