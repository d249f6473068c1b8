"""The asking stage on a few questions."""

from dataclasses import replace

import torch
from tokenizers import Tokenizer
from tokenizers.models import Unigram

from scripts.training.recipe import Recipe, ask
from service.embedding.fitting import Stage
from tests.scripts.test_pairs import DATA

PIECES = ("[UNK]", "登录", "403", "检查", "令牌", "怎么", "限制", "来源", "限流", "网关")


def test_asking_keeps_the_mean_of_what_its_seeds_give() -> None:
    tokenizer = Tokenizer(Unigram([(piece, -1.0) for piece in PIECES], unk_id=0, byte_fallback=False))
    table = torch.randn(len(PIECES), 4, generator=torch.Generator().manual_seed(0))
    stage = Stage(epochs=2, batch=2, learning_rate=0.1, scale=8, warmup=0.1, anchor_dropout=0.3)
    recipe = Recipe(asking=stage, averaged=1, seed=0)
    one, other = (ask(DATA, replace(recipe, seed=seed), tokenizer, table) for seed in (0, 1))
    assert not torch.allclose(one, other)
    assert torch.allclose(ask(DATA, replace(recipe, averaged=2), tokenizer, table), (one + other) / 2)
