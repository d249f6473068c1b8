"""A made-up language in which users and experts have different words for one thing, and a model that knows neither."""

import random
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from service.embedding.fitting import save
from tests.knowledge import write_document

_THINGS = 16
_LETTERS = "bcdfghjklmnpqrstvwxz"
_FILLING = ("zuza", "zuze", "zuzi", "zuzo")


def _words(mark: str) -> list[str]:
    return [f"{mark}{letter}{mark}{letter}" for letter in _LETTERS[:_THINGS]]


USERS, EXPERTS = _words("a"), _words("o")


def write_model(folder: Path, seed: int = 0) -> Path:
    """Save a model that has a vector for each word and no idea which words belong together."""
    words = ["[UNK]", *USERS, *EXPERTS, *_FILLING]
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    generator = torch.Generator().manual_seed(seed)
    save(tokenizer, torch.randn(len(words), 48, generator=generator) * 0.02, folder)
    return folder


def write_collection(folder: Path, *, count: int = 60, answered: bool = True) -> None:
    """Write documents whose question names three things in users' words and whose answer has experts' words for them.

    Where not `answered`, the answers are about any other things, and there is nothing to learn.
    """
    rng = random.Random(0)
    for number in range(count):
        things = rng.sample(range(_THINGS), 3)
        told = things if answered else rng.sample(range(_THINGS), 3)
        question = " ".join(USERS[thing] for thing in things)
        sentences = [" ".join([EXPERTS[thing], *rng.choices(_FILLING, k=3), EXPERTS[thing]]) for thing in told]
        answer = "\n\n".join([question, *(f"{sentence}." for sentence in sentences)])
        write_document(folder, f"d{number}", title=question, question=question, answer=answer)
