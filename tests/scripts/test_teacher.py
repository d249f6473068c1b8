"""A teacher made of a small transformer, and what the static model takes over from it."""

from dataclasses import replace

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertModel

from scripts.training import teacher
from scripts.training.data import TrainingData, Written
from scripts.training.pretrained import Pretrained
from scripts.training.teacher import Teacher
from service.embedding.pairs import Pair
from service.index.fields import Fields
from tests.crossencoders import config_for

WORDS = ("登录", "密码", "心跳", "集群")
PIECES = ("<s>", "<pad>", "</s>", "<unk>", *WORDS, *(word[::-1] for word in WORDS))
DATA = TrainingData(
    sections=(),
    translations=(),
    document_questions=tuple(Written(word, "keywords", word, given=True) for word in WORDS * 30),
    section_questions=(),
    documents={word: Fields(word[::-1], "", "", word[::-1]) for word in WORDS},
)


@pytest.fixture
def pretrained() -> Pretrained:
    tokenizer = Tokenizer(models.WordLevel({piece: number for number, piece in enumerate(PIECES)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    torch.manual_seed(0)
    return Pretrained(BertModel(config_for(len(PIECES)), add_pooling_layer=False), tokenizer)


def test_teacher_learns_what_answers_a_question(pretrained: Pretrained, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teacher, "_BATCH", len(WORDS))
    monkeypatch.setattr(teacher, "_LEARNING_RATE", 5e-3)
    batch = [Pair(word, DATA.documents[word].whole, word) for word in WORDS]
    taught = Teacher(pretrained, "cpu").fit(DATA, seed=0)
    likely = taught.lessons(batch, 30)(batch)
    assert likely.argmax(dim=1).tolist() == list(range(len(WORDS)))
    torch.testing.assert_close(likely.sum(dim=1), torch.ones(len(WORDS)))


def test_smaller_scale_shares_more_with_other_texts(pretrained: Pretrained) -> None:
    batch = [Pair(word, word, word) for word in WORDS]
    untaught = Teacher(pretrained, "cpu")
    steep, flat = (untaught.lessons(batch, scale)(batch) for scale in (30, 3))
    assert (flat.max(dim=1).values < steep.max(dim=1).values).all()


def test_text_is_embedded_once_and_alike_however_long_its_neighbours(pretrained: Pretrained) -> None:
    one = Pair("登录", "密码", "a")
    long = Pair(" ".join(WORDS), " ".join(WORDS * 4), "b")
    untaught = Teacher(pretrained, "cpu")
    alone = untaught.lessons([one, replace(one, anchor="心跳")], 10)([one, replace(one, anchor="心跳")])
    among = untaught.lessons([long, one], 10)([one, replace(one, anchor="心跳")])
    torch.testing.assert_close(alone, among)
