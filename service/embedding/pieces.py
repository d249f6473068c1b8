"""How well the pieces of a question are matched by those of a document, one by one.

A mean of vectors tells what a text is about, and loses which of its words say so. Here every piece of the question is
held against the nearest piece of the document: the late interaction of Khattab and Zaharia, "ColBERT: Efficient and
Effective Passage Search via Contextualized Late Interaction over BERT" (SIGIR 2020), with static vectors, each piece
counting by the length of its vector, which is what it counts in the mean.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_COMPONENTS = 64
"""Components of a vector that are compared; `fitting.save` puts those that tell most first."""

_MOST_ASKED = 16
"""Pieces of a question that are looked for: those with the longest vectors."""

_BLOCK = 4096

Pieces = bytes
"""The different tokens of a text, as `PieceTable.pack` writes them; nothing from a model that has no such table."""

Matches = npt.NDArray[np.float32]
"""One number a document, -1..1."""


class PieceTable:
    """The directions and lengths of a model's token vectors; never changes, safe to use from several threads."""

    def __init__(self, table: npt.NDArray[np.generic]) -> None:
        self._type = np.dtype("<u2" if len(table) <= 1 << 16 else "<u4")
        self._lengths = np.empty(len(table), np.float32)
        self._directions = np.zeros((len(table), min(_COMPONENTS, table.shape[1])), np.float32)
        for begin in range(0, len(table), _BLOCK):
            # A copy of all of it at once would be twice what is kept.
            block = table[begin : begin + _BLOCK].astype(np.float32)
            lengths = np.sqrt(np.einsum("td,td->t", block, block))[:, None]
            directions = self._directions[begin : begin + _BLOCK]
            np.divide(block[:, : directions.shape[1]], lengths, out=directions, where=lengths > 0)
            self._lengths[begin : begin + _BLOCK] = lengths[:, 0]

    def pack(self, tokens: Sequence[int]) -> Pieces:
        """The different tokens of a text."""
        return np.unique(np.array(tokens, self._type)).tobytes()

    def match(self, asked: Sequence[int], documents: Sequence[Pieces]) -> Matches:
        """The mean, over a question's tokens, of the cosine with each document's nearest; 0 where either has none."""
        matches = np.zeros(len(documents), np.float32)
        tokens, weights = self._heaviest(asked)
        filled = [number for number, pieces in enumerate(documents) if pieces]
        if not len(tokens) or not filled:
            return matches
        sizes = np.array([len(documents[number]) for number in filled]) // self._type.itemsize
        held = np.frombuffer(b"".join(documents), self._type)
        # `take` gathers rows in half the time that an index does. What several documents hold is gathered as often:
        # finding that out would take longer.
        cosines = self._directions[tokens] @ np.take(self._directions, held, axis=0).T
        begins = np.cumsum(sizes) - sizes
        matches[filled] = weights @ np.maximum.reduceat(cosines, begins, axis=1)
        return matches

    def _heaviest(self, asked: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        """The tokens that are looked for, and what each counts, adding up to 1."""
        tokens = np.array(sorted(set(asked)), np.int64)
        lengths = self._lengths[tokens]
        heaviest = np.argsort(-lengths, kind="stable")[:_MOST_ASKED]
        heaviest = heaviest[lengths[heaviest] > 0]
        weights = lengths[heaviest]
        return tokens[heaviest], weights / weights.sum() if len(weights) else weights
