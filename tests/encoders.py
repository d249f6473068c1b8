"""An encoder for tests: deterministic, tiny, and near for texts that share words."""

import hashlib
from collections.abc import Sequence

import numpy as np

from service.embedding.encoder import Embeddings
from service.embedding.pieces import Matches, Pieces
from service.index import analyzer


class HashingEncoder:
    """Adds up one pseudo-random direction a term; counts the texts it encoded."""

    name = "hashing"
    dimension = 32

    def __init__(self, model_hash: str = "hashing-1") -> None:
        self.model_hash = model_hash
        self.encoded = 0

    def encode_queries(self, texts: Sequence[str]) -> Embeddings:
        return self._encode(texts)

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        self.encoded += len(texts)
        return self._encode(texts)

    def pieces(self, texts: Sequence[str]) -> Sequence[Pieces]:
        return [b""] * len(texts)

    def match(self, question: str, documents: Sequence[Pieces]) -> Matches | None:
        return None

    def _encode(self, texts: Sequence[str]) -> Embeddings:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for term in analyzer.bigrams(text):
                seed = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "big")
                row += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, norms, out=rows, where=norms > 0)
        return rows
