import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.embedding.pieces import PieceTable

TOKENS = 40
TABLE = np.random.default_rng(7).standard_normal((TOKENS, 12)).astype(np.float16)
TABLE[5] = 0

lists = st.lists(st.integers(0, TOKENS - 1), max_size=15)


def expected(asked: list[int], document: list[int]) -> float:
    """What `match` says, told piece by piece."""
    lengths = np.linalg.norm(TABLE.astype(np.float32), axis=1)
    directions = TABLE.astype(np.float32) / np.maximum(lengths, 1e-9)[:, None]
    tokens = [token for token in sorted(set(asked)) if lengths[token]]
    if not tokens or not document:
        return 0.0
    best = [max(float(directions[token] @ directions[other]) for other in set(document)) for token in tokens]
    return float(np.average(best, weights=lengths[tokens]))


@given(asked=lists, documents=st.lists(lists, max_size=5))
@settings(deadline=None)
def test_match_is_the_mean_of_the_nearest_pieces(asked: list[int], documents: list[list[int]]) -> None:
    table = PieceTable(TABLE)
    found = table.match(asked, [table.pack(document) for document in documents])
    np.testing.assert_allclose(found, [expected(asked, document) for document in documents], atol=1e-5)


def test_match_of_the_same_pieces_is_one() -> None:
    table = PieceTable(TABLE)
    same, other = table.match([1, 2, 3], [table.pack([3, 2, 1, 1]), table.pack([4])])
    assert same == pytest.approx(1)
    assert other < 1


def test_match_looks_for_the_heaviest_pieces_of_a_long_question() -> None:
    lengths = np.arange(1, TOKENS + 1, dtype=np.float32)
    table = PieceTable(np.diag(lengths))
    heavy, light = table.match(range(TOKENS), [table.pack([TOKENS - 1]), table.pack([0])])
    assert heavy > 0
    assert light == 0


def test_many_tokens_take_wider_numbers() -> None:
    table = PieceTable(np.eye(1, 4, dtype=np.float32).repeat((1 << 16) + 1, axis=0))
    assert table.match([1 << 16], [table.pack([1 << 16])]) == pytest.approx(1)
