"""The shipped model: what NumPy makes of it is what the libraries that know its format make of it."""

import gc
import shutil
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest
from model2vec import StaticModel
from safetensors.numpy import load_file, save_file

from service.embedding.opening import DEFAULT_MODEL_FOLDER, open_encoder
from service.embedding.static import MAX_TOKENS, StaticEncoder
from service.errors import ModelError

TEXTS = [
    "grpc 服务实例已经销毁，但 nacos 上服务一直不下线",
    "How do I change the log level of a running service?",
    "java.lang.IllegalStateException: failed to req API:/nacos/v1/ns/instance after all servers([nacos:8848]) tried",
    "nacos " * 3000,
]

_SENTENCE_TRANSFORMERS = """
import sys
import numpy as np
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
np.save(sys.argv[2], model.encode(sys.argv[3:], normalize_embeddings=True, show_progress_bar=False))
"""


def test_vectors_are_those_of_model2vec() -> None:
    texts = [*TEXTS, "混合 text 🤯 𐀀"]
    model = StaticModel.from_pretrained(DEFAULT_MODEL_FOLDER, max_length=MAX_TOKENS)
    expected = model.encode(texts).astype(np.float32)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(open_encoder().encode_queries(texts), expected, atol=2e-3)


def test_vectors_are_those_of_sentence_transformers(tmp_path: Path) -> None:
    # In a process of its own: importing the library warns, and takes half a gigabyte.
    arguments = [str(DEFAULT_MODEL_FOLDER), str(tmp_path / "expected.npy"), *TEXTS[:3]]
    subprocess.run([sys.executable, "-c", _SENTENCE_TRANSFORMERS, *arguments], check=True, capture_output=True)
    np.testing.assert_allclose(
        open_encoder().encode_documents(TEXTS[:3]), np.load(tmp_path / "expected.npy"), atol=2e-3
    )


@pytest.mark.parametrize("text", ["", " ", "🤯"])
def test_text_without_a_known_token_is_zero(text: str) -> None:
    assert not open_encoder().encode_queries([text]).any()


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
def test_damaged_model_is_refused_with_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(DEFAULT_MODEL_FOLDER, folder)
    path = folder / name
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match=str(folder)):
        StaticEncoder(folder)


def test_model_with_a_vector_too_few_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(DEFAULT_MODEL_FOLDER, folder)
    table = load_file(folder / "model.safetensors")["embedding.weight"]
    save_file({"embedding.weight": table[:-1]}, folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"\d+ vectors for \d+ tokens"):
        StaticEncoder(folder)


def test_encoder_is_gone_as_soon_as_nobody_holds_it() -> None:
    encoder = StaticEncoder(DEFAULT_MODEL_FOLDER)
    encoder.encode_queries(["登录报 403"])
    gone = weakref.ref(encoder)
    gc.disable()
    try:
        del encoder
        assert gone() is None
    finally:
        gc.enable()
