"""Which questions mean the same, as far as an embedding tells.

Every question of a group is at least as similar to the group's first one as a threshold asks. Groups are taken
greedily: the question with the most (counted by weight) ungrouped questions around it begins a group of them all, then
the next. That needs no number of groups, gives the same for the same questions in the same order, and names every group
after its most typical question.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from service.embedding.encoder import Embeddings

_BLOCK = 512


def group(
    embeddings: Embeddings, weights: Sequence[int], products: Sequence[str | None], *, similarity: float
) -> list[list[int]]:
    """The rows of each group, its most typical one first, the weightiest group first.

    Costs the square of the number of rows, in bytes too. Rows about two different products never share a group's
    first question; a row without a product goes with any. Ties go to the first row.
    """
    near = _near(embeddings, _codes(products), similarity)
    weight = np.asarray(weights, dtype=np.int64)
    around = near @ weight
    free = np.ones(len(weights), dtype=bool)
    groups = []
    while free.any():
        first = int(np.argmax(np.where(free, around, -1)))
        members = np.flatnonzero(near[first] & free)
        free[members] = False
        around -= near[:, members] @ weight[members]
        groups.append([first, *(int(row) for row in members if row != first)])
    return groups


def _near(embeddings: Embeddings, products: npt.NDArray[np.int64], similarity: float) -> npt.NDArray[np.bool_]:
    near = np.empty((len(embeddings), len(embeddings)), dtype=bool)
    for start in range(0, len(embeddings), _BLOCK):
        rows = slice(start, start + _BLOCK)
        mine = products[rows, None]
        compatible = (mine == products) | (mine < 0) | (products < 0)
        near[rows] = (embeddings[rows] @ embeddings.T >= similarity) & compatible
    # A text without a known token has no direction, not even its own.
    np.fill_diagonal(near, True)
    return near


def _codes(products: Sequence[str | None]) -> npt.NDArray[np.int64]:
    known = {product: code for code, product in enumerate(sorted({p for p in products if p is not None}))}
    return np.array([-1 if product is None else known[product] for product in products], dtype=np.int64)
