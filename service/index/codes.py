"""Embeddings as 8-bit codes, a quarter of their size; a cosine from codes is off by about a thousandth."""

import numpy as np
import numpy.typing as npt

from service.embedding.encoder import Embeddings

Coded = npt.NDArray[np.void]
"""One value of `code_type` a document."""

_LARGEST = 127


def code_type(dimension: int) -> np.dtype[np.void]:
    """What a document's embedding is stored as: a scale, and codes of -127..127."""
    return np.dtype([("scale", "<f4"), ("codes", "i1", (dimension,))])


def encode(embeddings: Embeddings) -> Coded:
    """Embeddings as codes; each has a scale of its own, by which its largest component becomes 127."""
    coded = np.empty(len(embeddings), code_type(embeddings.shape[1]))
    scales = np.abs(embeddings).max(axis=1, initial=0.0) / _LARGEST
    coded["scale"] = scales
    # A text without a known token is a row of zeros.
    coded["codes"] = np.rint(embeddings / np.where(scales > 0, scales, 1)[:, None])
    return coded


def decode(coded: Coded) -> Embeddings:
    """The embeddings that codes stand for."""
    embeddings: Embeddings = coded["codes"].astype(np.float32)
    embeddings *= coded["scale"][:, None]
    return embeddings


def similarities(coded: Coded, query: Embeddings) -> npt.NDArray[np.float32]:
    """Cosines with a query of shape (1, dimension), one a document."""
    cosines: npt.NDArray[np.float32] = coded["codes"].astype(np.float32) @ query[0]
    cosines *= coded["scale"]
    return cosines


def dimension_of(size: int) -> int:
    """The dimension of the embeddings that are stored as so many bytes a document."""
    return size - np.dtype(np.float32).itemsize
