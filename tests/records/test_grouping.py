import numpy as np
import pytest

from service.embedding.encoder import Embeddings
from service.records.grouping import group


def at_angles(*degrees: float) -> Embeddings:
    radians = np.radians(np.array(degrees))
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_most_typical_question_begins_its_group() -> None:
    # Within 30 degrees: 20 sees 0 and 40, each of which sees only 20.
    groups = group(at_angles(0, 20, 40, 120), [1, 1, 1, 1], [None] * 4, similarity=0.866)
    assert groups == [[1, 0, 2], [3]]


def test_weightiest_group_comes_first() -> None:
    assert group(at_angles(0, 90, 100), [1, 1, 5], [None] * 3, similarity=0.9) == [[1, 2], [0]]


def test_member_is_as_near_to_the_first_as_asked() -> None:
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((700, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    groups = group(rows, [1] * len(rows), [None] * len(rows), similarity=0.6)
    assert sorted(row for members in groups for row in members) == list(range(len(rows)))
    assert all(rows[members[0]] @ rows[member] >= 0.6 for members in groups for member in members[1:])
    assert groups == group(rows, [1] * len(rows), [None] * len(rows), similarity=0.6)


def test_products_are_kept_apart() -> None:
    same = at_angles(0, 0, 0)
    assert group(same, [1, 1, 1], ["dubbo", "nacos", "dubbo"], similarity=0.5) == [[0, 2], [1]]


def test_question_without_a_product_goes_with_any() -> None:
    assert group(at_angles(0, 0), [1, 1], ["nacos", None], similarity=0.5) == [[0, 1]]


@pytest.mark.parametrize("count", [1, 3])
def test_text_without_a_direction_is_alone(count: int) -> None:
    assert group(np.zeros((count, 4), np.float32), [1] * count, [None] * count, similarity=0.5) == [
        [row] for row in range(count)
    ]


def test_nothing_makes_no_group() -> None:
    assert group(np.zeros((0, 4), np.float32), [], [], similarity=0.5) == []
