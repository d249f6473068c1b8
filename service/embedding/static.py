"""Static models, run in NumPy: a text's vector is the mean of its tokens' vectors.

This path never imports torch: opening the default model and encoding a question takes milliseconds, not the seconds
that importing sentence-transformers does.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
from tokenizers import Encoding, Tokenizer

from service.embedding.encoder import Embeddings
from service.embedding.folder import hash_files, read_prompts
from service.embedding.pieces import Matches, Pieces, PieceTable
from service.embedding.tensors import map_tensor
from service.errors import ModelError

MAX_TOKENS = 1024
"""Tokens after which a text is cut; the mean of a thousand tokens hardly moves any more."""

_MAX_CHARACTERS = 16 * MAX_TOKENS
_BATCH = 256
_KEPT_QUESTIONS = 16


class StaticEncoder:
    """A StaticEmbedding model as sentence-transformers saves it; `Encoder` says what the methods promise."""

    def __init__(self, folder: Path, name: str | None = None) -> None:
        """Open the model, called `name` in reports.

        :raises ModelError: when a file of the model is missing or damaged.
        """
        self._folder = folder
        self._name = name or str(folder)
        self._prompts = read_prompts(folder)
        try:
            self._table, self._tokenizer = load_table(folder)
            self._unknown = unknown_id(self._tokenizer)
        except Exception as error:  # tokenizers raises bare Exception for a damaged file
            raise ModelError(
                f"{folder} cannot be opened as a static model ({error}); "
                "save it again with SentenceTransformer.save_pretrained, or set another model."
            ) from error
        # A question is encoded, and then its pieces are matched. The cache must not know the encoder: in a cycle with
        # it, it would outlive it until a full collection.
        tokens_of = partial(_tokens_of, self._tokenizer, self._unknown, self._prompts.query)
        self._tokens_of_question = lru_cache(maxsize=_KEPT_QUESTIONS)(tokens_of)

    @property
    def name(self) -> str:
        """See `Encoder`."""
        return self._name

    @cached_property
    def model_hash(self) -> str:
        """See `Encoder`; the files are read on first use."""
        return hash_files(self._folder)

    @property
    def dimension(self) -> int:
        """See `Encoder`."""
        return int(self._table.shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        return self._encode([self._tokens_of_question(text) for text in texts])

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        """See `Encoder`."""
        return self._encode(self._tokens_of_documents(texts))

    def pieces(self, texts: Sequence[str]) -> Sequence[Pieces]:
        """See `Encoder`."""
        return [self._piece_table.pack(tokens) for tokens in self._tokens_of_documents(texts)]

    def match(self, question: str, documents: Sequence[Pieces]) -> Matches | None:
        """See `Encoder`."""
        return self._piece_table.match(self._tokens_of_question(question), documents)

    def _tokens_of_documents(self, texts: Sequence[str]) -> Iterator[list[int]]:
        return _tokenise(self._tokenizer, self._unknown, self._prompts.document, texts)

    @cached_property
    def _piece_table(self) -> PieceTable:
        return PieceTable(self._table)

    def _encode(self, texts: Iterable[list[int]]) -> Embeddings:
        """Sum each text's token vectors and normalise: the direction of their mean, without a mean's rounding."""
        sums = [np.add.reduce(self._table[tokens], axis=0, dtype=np.float32) for tokens in texts]
        vectors = np.array(sums, np.float32).reshape(len(sums), self.dimension)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return vectors


def _tokenise(tokenizer: Tokenizer, unknown: int | None, prompt: str, texts: Sequence[str]) -> Iterator[list[int]]:
    """The tokens of each text that the vocabulary holds."""
    for start in range(0, len(texts), _BATCH):
        batch = [prompt + text[:_MAX_CHARACTERS] for text in texts[start : start + _BATCH]]
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            yield _known(encoding, unknown)


def _tokens_of(tokenizer: Tokenizer, unknown: int | None, prompt: str, text: str) -> list[int]:
    # A batch of one would wake the threads that share out a large one.
    return _known(tokenizer.encode(prompt + text[:_MAX_CHARACTERS], add_special_tokens=False), unknown)


def _known(encoding: Encoding, unknown: int | None) -> list[int]:
    return [token for token in encoding.ids if token != unknown]


def load_table(folder: Path) -> tuple[npt.NDArray[np.generic], Tokenizer]:
    """One row a token, and the tokenizer; of a sentence-transformers model, the rows as they lie in its file."""
    path = folder / "model.safetensors"
    table = map_tensor(path, "embedding.weight") if path.is_file() else None
    if table is None:
        table, tokenizer = _load_by_model2vec(folder)
    else:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    if len(table) != tokenizer.get_vocab_size():
        raise ValueError(f"{len(table)} vectors for {tokenizer.get_vocab_size()} tokens")
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return table, tokenizer


def _load_by_model2vec(folder: Path) -> tuple[npt.NDArray[np.generic], Tokenizer]:
    """A model that it saved, also one with clusters and weights in place of rows, or with its files elsewhere."""
    # Imported here because it takes .2 s, which the default model need not wait for.
    from model2vec.persistence import load_pretrained

    table, tokenizer, _, _, weights, mapping = load_pretrained(folder, None, None, False)
    if mapping is not None:
        table = table[mapping]
    if weights is not None:
        table = (table * weights[:, None]).astype(np.float32)
    return table, tokenizer


def unknown_id(tokenizer: Tokenizer) -> int | None:
    """The token that stands for what the vocabulary lacks; it says nothing of a text."""
    if hasattr(tokenizer.model, "unk_token"):
        token = tokenizer.model.unk_token
        return None if token is None else tokenizer.token_to_id(token)
    # A Unigram model does not show its own.
    unknown: int | None = orjson.loads(tokenizer.to_str())["model"].get("unk_id")
    return unknown
