from collections.abc import Sequence

import numpy as np
import pytest

from service.embedding.encoder import Embeddings
from service.embedding.opening import open_encoder
from service.embedding.unrelated import above, unrelated_cosine
from tests.encoders import HashingEncoder


def test_unrelated_cosine_is_near_zero_for_the_shipped_model() -> None:
    assert unrelated_cosine(open_encoder()) < 0.1


def test_unrelated_cosine_is_that_of_a_model_with_one_direction_in_common() -> None:
    class Narrow(HashingEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Embeddings:
            rows = np.eye(len(texts), len(texts) + 1, 1, np.float32) + np.eye(1, len(texts) + 1, dtype=np.float32)
            halves: Embeddings = rows * np.float32(0.5**0.5)
            return halves

    assert unrelated_cosine(Narrow()) == pytest.approx(0.5)


def test_cosines_are_measured_from_that_of_unrelated_texts() -> None:
    assert [above(0.5, cosine) for cosine in (0.0, 0.6, 1.0)] == pytest.approx([0.5, 0.8, 1.0])
