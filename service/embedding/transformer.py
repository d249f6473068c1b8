"""Any sentence-transformers model; importing torch and the library takes seconds, so it waits for first use."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from service.embedding.encoder import Embeddings
from service.embedding.folder import hash_files
from service.embedding.pieces import Matches, Pieces
from service.errors import ModelError
from service.extras import install

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


class SentenceTransformerEncoder:
    """A model of any architecture, with its own query and document prompts; `Encoder` says what the methods promise."""

    def __init__(self, folder: Path, name: str | None = None) -> None:
        """Open the model, called `name` in reports; nothing is downloaded.

        :raises ModelError: when sentence-transformers is not installed, or the folder holds no model it can open.
        """
        self._folder = folder
        self._name = name or str(folder)
        self._model = _open(folder, self._name)

    @property
    def name(self) -> str:
        """See `Encoder`."""
        return self._name

    @cached_property
    def model_hash(self) -> str:
        """See `Encoder`; the files are read on first use."""
        return hash_files(self._folder)

    @cached_property
    def dimension(self) -> int:
        """See `Encoder`."""
        dimension = self._model.get_embedding_dimension()
        return dimension if dimension is not None else int(self._model.encode(["a"]).shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode_query(
            list(texts), batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True, convert_to_numpy=True
        )
        return _blank_rows_zeroed(vectors, texts)

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode_document(
            list(texts), batch_size=_BATCH, show_progress_bar=False, normalize_embeddings=True, convert_to_numpy=True
        )
        return _blank_rows_zeroed(vectors, texts)

    def pieces(self, texts: Sequence[str]) -> Sequence[Pieces]:
        """See `Encoder`: none."""
        return [b""] * len(texts)

    def match(self, question: str, documents: Sequence[Pieces]) -> Matches | None:
        """See `Encoder`: none."""
        return None


def _open(folder: Path, name: str) -> "SentenceTransformer":
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelError(
            f"The model {name!r} needs sentence-transformers, which is not installed; run {install('transformers')}."
        ) from error
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            f"{folder} cannot be opened as a sentence-transformers model ({error}); "
            "name a folder that SentenceTransformer.save_pretrained wrote, or use the model `default`."
        ) from error


def _blank_rows_zeroed(vectors: np.ndarray, texts: Sequence[str]) -> Embeddings:
    """Float32, and zeros for blank texts, which a transformer gives the vector of its marks for begin and end."""
    rows: Embeddings = np.array(vectors, dtype=np.float32)
    rows[[not text.strip() for text in texts]] = 0
    return rows
