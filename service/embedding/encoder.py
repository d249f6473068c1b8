"""What the rest of the service needs of an embedding model."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.embedding.pieces import Matches, Pieces

Embeddings = npt.NDArray[np.float32]
"""A matrix of one row a text, L2-normalised; a text without a known token is a row of zeros."""

Embedding = npt.NDArray[np.float32]
"""A row of them."""


class Encoder(Protocol):
    """Turns texts into embeddings whose inner product is their cosine similarity."""

    @property
    def name(self) -> str:
        """The model's name or path, as set."""

    @property
    def model_hash(self) -> str:
        """A SHA-256 in hex that changes when the model's files change."""

    @property
    def dimension(self) -> int:
        """The width of an embedding."""

    def encode_queries(self, texts: Sequence[str]) -> Embeddings:
        """Embed what users ask, float32 of shape (len(texts), dimension)."""

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """Embed what experts wrote, float32 of shape (len(texts), dimension)."""

    def pieces(self, texts: Sequence[str]) -> Sequence[Pieces]:
        """What `match` needs of each text that experts wrote."""

    def match(self, question: str, documents: Sequence[Pieces]) -> Matches | None:
        """How well a question's pieces are matched by those of documents, which this model packed.

        None from a model that knows pieces in their context only.
        """
