"""A cross-encoder for tests: real, tiny, and taught in seconds to prefer texts with a certain word."""

import string
from collections.abc import Sequence
from pathlib import Path

import torch
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizer

from tests.knowledge import TOPICS

_STEPS = 60


def tokenizer_in(folder: Path, texts: Sequence[str]) -> BertTokenizer:
    """A WordPiece tokenizer of single characters, saved into a folder."""
    folder.mkdir(parents=True)
    letters = string.ascii_lowercase + string.digits
    characters = sorted(set("".join(texts)) - set(letters) - {" ", "\n"})
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{one}" for one in letters), *characters]
    path = folder / "vocab.txt"
    path.write_text("\n".join(vocabulary), encoding="utf-8")
    tokenizer = BertTokenizer(str(path), model_max_length=128)
    tokenizer.save_pretrained(folder)
    return tokenizer


def config_for(pieces: int, labels: int = 1) -> BertConfig:
    """A BERT of one layer, 32 wide, for a vocabulary of so many pieces."""
    return BertConfig(
        vocab_size=pieces,
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
        id2label={label: str(label) for label in range(labels)},
    )


def save_cross_encoder(folder: Path, *, preferring: str, labels: int = 1) -> Path:
    """Make a cross-encoder that scores texts with a word above all others, as sentence-transformers saves it."""
    torch.manual_seed(0)
    texts = [f"{title}\n{answer}" for title, answer in TOPICS.values()]
    tokenizer = tokenizer_in(folder / "parts", [preferring, *texts])
    model = BertForSequenceClassification(config_for(len(tokenizer), labels))
    if labels == 1:
        _teach(model, tokenizer, texts, preferring)
    model.save_pretrained(folder / "parts")
    CrossEncoder(str(folder / "parts"), device="cpu", local_files_only=True).save_pretrained(str(folder / "whole"))
    return folder / "whole"


def save_bare_encoder(folder: Path) -> Path:
    """Make a BERT without a head that scores."""
    tokenizer = tokenizer_in(folder, [])
    BertModel(config_for(len(tokenizer))).save_pretrained(folder)
    return folder


def _teach(
    model: BertForSequenceClassification, tokenizer: BertTokenizer, texts: Sequence[str], preferring: str
) -> None:
    questions = [title for title, _ in TOPICS.values()]
    pairs = [(question, text) for question in questions for text in texts]
    batch = tokenizer(
        [question for question, _ in pairs],
        [text for _, text in pairs],
        padding=True,
        truncation=True,
        max_length=128,
        return_tensors="pt",
    )
    wanted = torch.tensor([[float(preferring in text)] for _, text in pairs])
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(_STEPS):
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(model(**batch).logits, wanted)
        torch.autograd.backward(loss)
        optimizer.step()
    model.train(False)
