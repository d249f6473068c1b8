"""A slower second opinion on the best of a ranking, for as long as a question may take.

A cross-encoder reads question and document together, which orders them better than comparing embeddings does and takes
milliseconds a document. It is off unless a setting names one, and only then torch is imported.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import orjson

from service.documents.model import Document
from service.embedding.opening import find_folder
from service.errors import ModelError
from service.extras import install
from service.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_LARGEST_BATCH = 8
"""Documents scored at a time: larger batches use the processor no better, and their time is harder to foresee."""

_LEAST_SECONDS = 1e-6
"""What a document takes at least, so that a clock that stood still divides nothing by 0."""

_LONGEST_TEXT = 2000
"""Characters of a document that are read: about as many as fill the 512 tokens that most models take of English."""

Rows = npt.NDArray[np.int64]


class Reranker(Protocol):
    """Says how well documents answer a question."""

    def score(self, question: str, texts: Sequence[str], *, patience: float) -> Sequence[float] | None:
        """A score a text, higher is better; None if other questions kept the model busy for `patience` seconds."""


def rerank(ranked: Rows, text_at: Callable[[int], str], reranker: Reranker, question: str, *, seconds: float) -> Rows:
    """The rows in the reranker's order as far as it came within `seconds`, then the others in their own.

    `ranked` is best first and read from there: one document, to see how long that takes, then batches of as many as
    fit into the time left. So the budget is passed by a document at most. Waiting for the model counts. With 0 seconds
    nothing is scored.
    """
    begun = time.perf_counter()
    scores: list[float] = []
    slowest = _LEAST_SECONDS
    size = 1 if seconds > 0 else 0
    while size and len(scores) < len(ranked):
        texts = [text_at(row) for row in ranked[len(scores) : len(scores) + size].tolist()]
        batch_begun = time.perf_counter()
        patience = seconds - (batch_begun - begun) - slowest * len(texts)
        scored = reranker.score(question, texts, patience=patience)
        if scored is None:
            break
        scores.extend(scored)
        now = time.perf_counter()
        slowest = max(slowest, (now - batch_begun) / len(texts))
        left = seconds - (now - begun)
        size = min(_LARGEST_BATCH, int(left / slowest)) if left > 0 else 0
    order = np.argsort(-np.array(scores, np.float64), kind="stable")
    return np.concatenate([ranked[order], ranked[len(scores) :]])


def text_of(document: Document) -> str:
    """What a reranker reads of a document: title, question and the beginning of the answer."""
    parts = dict.fromkeys((document.title, document.question, document.markdown))
    return "\n".join(parts)[:_LONGEST_TEXT]


class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers on the processor; safe to use from several threads, one at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        """Open the model, called `name` in errors; nothing is downloaded.

        :raises ModelError: when sentence-transformers is not installed, or the folder holds no cross-encoder with one
            score that it can open.
        """
        self._model = _open(folder, name)
        # Its tokenizer must not be used by two threads at once.
        self._free = threading.Lock()

    def score(self, question: str, texts: Sequence[str], *, patience: float) -> Sequence[float] | None:
        """See `Reranker`."""
        if not self._free.acquire(timeout=max(patience, 0)):
            return None
        try:
            pairs = [(question, text) for text in texts]
            scores: list[float] = self._model.predict(pairs, batch_size=len(pairs), show_progress_bar=False).tolist()
            return scores
        finally:
            self._free.release()


def open_reranker(settings: Settings) -> Reranker | None:
    """Open the cross-encoder that the settings name, a folder or a model in the Hugging Face cache; None without one.

    :raises ModelError: when there is no such model, or it cannot be opened.
    """
    name = settings.reranker
    if name is None:
        return None
    folder = find_folder(name)
    if folder is None:
        raise ModelError(
            f"There is no reranker {name!r}: it is neither a folder nor a model in the Hugging Face cache; set "
            "EXPERT_ANSWERS_RERANKER to a folder that holds a sentence-transformers cross-encoder, or unset it."
        )
    return CrossEncoderReranker(folder, name)


def _open(folder: Path, name: str) -> "CrossEncoder":
    try:
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise ModelError(
            f"The reranker {name!r} needs sentence-transformers, which is not installed; "
            f"run {install('transformers')}, or unset EXPERT_ANSWERS_RERANKER."
        ) from error
    remedy = "name a folder that CrossEncoder.save_pretrained wrote, or unset EXPERT_ANSWERS_RERANKER."
    try:
        _require_head(folder)
        model: CrossEncoder = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(f"{folder} cannot be opened as a cross-encoder ({error}); {remedy}") from error
    if model.num_labels != 1:
        raise ModelError(f"{folder} gives {model.num_labels} scores a document, where one is expected; {remedy}")
    return model


def _require_head(folder: Path) -> None:
    """Make sure that the model was trained to score, as the library would put random weights where that is missing."""
    if (folder / "modules.json").is_file():
        return
    architectures = orjson.loads((folder / "config.json").read_bytes()).get("architectures") or []
    if not any(name.endswith("ForSequenceClassification") for name in architectures):
        raise ValueError(f"config.json names the architectures {architectures}, none of which scores a pair of texts")
