"""Fitting a table with torch, and what the service and sentence-transformers make of the saved model."""

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from service.embedding.fitting import Stage, TrainedEmbedding, fit, save
from service.embedding.folder import Prompts, read_prompts
from service.embedding.pairs import Pair, batched
from service.embedding.static import StaticEncoder, load_table
from tests.adaptation.language import EXPERTS, USERS, write_model

PAIRS = [Pair(USERS[n], EXPERTS[n], str(n)) for n in range(4)]
STAGE = Stage(epochs=1, batch=4, learning_rate=0.05, scale=8, warmup=0.1)

_SENTENCE_TRANSFORMERS = """
import sys
import numpy as np
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
np.save(sys.argv[2], [model.encode_query(sys.argv[3]), model.encode_document(sys.argv[3])])
"""


@pytest.fixture
def embedding(tmp_path: Path) -> TrainedEmbedding:
    table, tokenizer = load_table(write_model(tmp_path / "base"))
    return TrainedEmbedding(tokenizer, torch.tensor(table, dtype=torch.float32), max_tokens=64, seed=0)


def test_fit_brings_pairs_together_and_leaves_other_words_alone(embedding: TrainedEmbedding) -> None:
    before = embedding.weight.detach().clone()
    fit(embedding, PAIRS * 20, STAGE)
    with torch.no_grad():
        similarities = embedding(USERS[:4]) @ embedding(EXPERTS[:4]).T
    assert similarities.argmax(dim=1).tolist() == [0, 1, 2, 3]
    moved = (embedding.weight != before).any(dim=1).sum().item()
    assert moved == 8


def test_fit_with_a_pull_stays_nearer_to_the_start(tmp_path: Path) -> None:
    distances = []
    for pull in (0.0, 1.0):
        table, tokenizer = load_table(write_model(tmp_path / "base"))
        start = torch.tensor(table, dtype=torch.float32)
        embedding = TrainedEmbedding(tokenizer, start, max_tokens=64, seed=0)
        fit(embedding, PAIRS * 20, Stage(1, 4, 0.05, 8, 0.1, pull=pull))
        distances.append((embedding.weight - start).norm().item())
    assert distances[1] < distances[0]


def test_token_takes_up_a_share_of_others_while_it_is_fitted(tmp_path: Path) -> None:
    table, tokenizer = load_table(write_model(tmp_path / "base"))
    start = torch.tensor(table, dtype=torch.float32)
    (whole,), (part,) = (tokenizer.encode(word, add_special_tokens=False).ids for word in (USERS[0], USERS[9]))
    places, size = torch.tensor([[whole], [part]]), (len(table), len(table))
    support = torch.sparse_coo_tensor(places, torch.tensor([0.5]), size, check_invariants=True)
    embedding = TrainedEmbedding(tokenizer, start, max_tokens=64, seed=0, support=support)
    assert torch.allclose(embedding.table()[whole], start[whole] + 0.5 * start[part])
    with torch.no_grad():
        assert torch.allclose(embedding([USERS[0]])[0], torch.nn.functional.normalize(embedding.table()[whole], dim=0))
    fit(embedding, PAIRS * 20, STAGE)
    assert (embedding.weight[part] != start[part]).any()


def test_share_of_the_tokens_is_left_out(embedding: TrainedEmbedding) -> None:
    text = " ".join(USERS)
    with torch.no_grad():
        whole, half, nothing = embedding([text] * 3, [0.0, 0.5, 1.0])
    assert not nothing.any()
    assert not torch.allclose(half, whole)


def test_anchors_and_positives_lose_shares_of_their_own(embedding: TrainedEmbedding) -> None:
    before = embedding.weight.detach().clone()
    fit(embedding, PAIRS * 20, replace(STAGE, anchor_dropout=1.0))
    assert torch.equal(embedding.weight, before)
    fit(embedding, PAIRS * 20, replace(STAGE, anchor_dropout=0.1))
    assert not torch.equal(embedding.weight, before)


def test_fit_stops_after_the_steps_it_is_given(embedding: TrainedEmbedding) -> None:
    steps: list[tuple[int, int]] = []
    fit(embedding, PAIRS * 20, STAGE, steps=3, on_step=lambda done, total, loss: steps.append((done, total)))
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_fit_follows_a_teacher_as_far_as_it_is_told_to(tmp_path: Path) -> None:
    others = torch.eye(len(PAIRS)).roll(1, dims=1)
    nearest = []
    for taught in (0.0, 1.0):
        table, tokenizer = load_table(write_model(tmp_path / "base"))
        start = torch.tensor(table, dtype=torch.float32)
        embedding = TrainedEmbedding(tokenizer, start, max_tokens=64, seed=0)
        fit(embedding, PAIRS * 20, replace(STAGE, taught=taught), likely=lambda batch: others)
        with torch.no_grad():
            similarities = embedding(USERS[:4]) @ embedding(EXPERTS[:4]).T
        nearest.append(similarities.argmax(dim=1).tolist())
    assert nearest == [[0, 1, 2, 3], [1, 2, 3, 0]]


def test_saved_model_gives_the_cosines_it_was_trained_to(embedding: TrainedEmbedding, tmp_path: Path) -> None:
    fit(embedding, PAIRS * 20, STAGE)
    table, tokenizer = embedding.weight, load_table(tmp_path / "base")[1]
    save(tokenizer, table, tmp_path / "saved", Prompts(query=f"{USERS[9]} ", document=f"{EXPERTS[9]} "))
    text = f"{USERS[0]} unknown {EXPERTS[5]}"
    with torch.no_grad():
        expected = embedding([f"{USERS[9]} {text}", f"{EXPERTS[9]} {text}"]).numpy()
    encoder = StaticEncoder(tmp_path / "saved")
    assert read_prompts(tmp_path / "saved").query == f"{USERS[9]} "
    encoded = np.concatenate([encoder.encode_queries([text]), encoder.encode_documents([text])])
    np.testing.assert_allclose(encoded @ encoded.T, expected @ expected.T, atol=2e-3)
    # In a process of its own: importing the library warns, and takes half a gigabyte.
    arguments = [str(tmp_path / "saved"), str(tmp_path / "theirs.npy"), text]
    subprocess.run([sys.executable, "-c", _SENTENCE_TRANSFORMERS, *arguments], check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "theirs.npy"), encoded, atol=2e-3)


def test_saved_model_has_the_components_that_tell_most_first(embedding: TrainedEmbedding, tmp_path: Path) -> None:
    save(load_table(tmp_path / "base")[1], embedding.weight, tmp_path / "saved")
    told = np.square(load_table(tmp_path / "saved")[0].astype(np.float32)).sum(axis=0)
    assert (np.diff(told) <= told[0] / 1000).all()


def test_batched_puts_no_topic_twice_into_a_batch() -> None:
    pairs = [Pair(str(n), str(n), str(n % 6)) for n in range(24)]
    ordered = batched(pairs, 4, random.Random(0))
    assert len(ordered) % 4 == 0 and len(ordered) >= 16
    for begin in range(0, len(ordered), 4):
        assert len({pair.topic for pair in ordered[begin : begin + 4]}) == 4
