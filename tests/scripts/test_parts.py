from tokenizers import Tokenizer
from tokenizers.models import Unigram

from scripts.training.parts import long_pieces, support

VOCABULARY = [
    ("[UNK]", 0.0),
    ("忘记", -3.0),
    ("密码", -3.0),
    ("忘", -5.0),
    ("记密码", -9.0),
    ("忘记密码", -8.0),
    ("nacos", -4.0),
]


def test_long_pieces_have_their_likeliest_parts() -> None:
    tokenizer = Tokenizer(Unigram(VOCABULARY, unk_id=0, byte_fallback=False))
    assert long_pieces(tokenizer) == {4: [], 5: [1, 2]}


def test_support_adds_to_long_pieces_only() -> None:
    tokenizer = Tokenizer(Unigram(VOCABULARY, unk_id=0, byte_fallback=False))
    changed = support(tokenizer, 0.5).to_dense()
    assert changed[5].tolist() == [0, 0.5, 0.5, 0, 0, 0, 0]
    assert not changed[[0, 1, 2, 3, 4, 6]].any()
