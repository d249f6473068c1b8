"""Support for long pieces by their parts.

Chinese has no blanks: a tokenizer takes 忘记密码 for one piece, which shares nothing with 忘记 and 密码 and is too rare
to learn as much as they did. So its vector takes up some of theirs.
"""

import json
import re
from collections.abc import Mapping, Sequence

import torch
from tokenizers import Tokenizer

_LONG = re.compile(r"[\u3400-\u9fff]{3,}")


def support(tokenizer: Tokenizer, share: float) -> torch.Tensor:
    """A sparse matrix that gives each piece of three Han characters or more `share` times the sum of its parts."""
    pairs = [(piece, part) for piece, parts in long_pieces(tokenizer).items() for part in parts]
    size = tokenizer.get_vocab_size()
    places = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T
    shares = torch.full((len(pairs),), share)
    return torch.sparse_coo_tensor(places, shares, (size, size), check_invariants=True).coalesce()


def long_pieces(tokenizer: Tokenizer) -> Mapping[int, Sequence[int]]:
    """The parts of each long piece: the likeliest shorter pieces that make it up, by the tokenizer's own scores."""
    vocabulary = json.loads(tokenizer.to_str())["model"]["vocab"]
    numbers = {piece: number for number, (piece, _) in enumerate(vocabulary)}
    scores = dict(vocabulary)
    found = {number: _parts(piece, scores) for piece, number in numbers.items() if _LONG.fullmatch(piece)}
    return {number: [numbers[part] for part in parts] for number, parts in found.items()}


def _parts(piece: str, scores: Mapping[str, float]) -> list[str]:
    """The likeliest segmentation into shorter pieces, empty where there is none."""
    best: list[tuple[float, list[str]] | None] = [(0.0, [])]
    for end in range(1, len(piece) + 1):
        reached = [
            (before[0] + scores[part], [*before[1], part])
            for begin in range(end)
            if (before := best[begin]) is not None and (part := piece[begin:end]) != piece and part in scores
        ]
        best.append(max(reached, default=None))
    last = best[-1]
    return last[1] if last is not None else []
