"""What an encoder finds by itself: documents ranked by the similarity of their embeddings."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scripts.training.data import HeldOut, TrainingData
from service.embedding.encoder import Encoder

HELD_OUT_SOURCES = frozenset(
    {
        "alibaba/DataX",
        "alibaba/Sentinel",
        "apache/brpc",
        "apache/incubator-seata",
        "apache/rocketmq",
        "apache/rocketmq-site",
        "apache/shardingsphere-elasticjob",
        "dromara/Sa-Token",
    }
)
"""Repositories that a model measured on held-out data has read nothing of: other products, as in other collections."""

_DEPTH = 10
_HELD_OUT_SHARE = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, and the grade (1 or 2) of each document that answers it."""

    text: str
    style: str
    grades: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Score:
    """How well one question was answered."""

    style: str
    hit_at_1: bool
    hit_at_5: bool
    ndcg: float


def held_out(data: TrainingData) -> HeldOut:
    """A quarter of the documents, drawn by the hash of their ids, and the repositories above."""
    ids = {question.target for question in data.document_questions}
    drawn = {one for one in ids if sha256(one.encode()).digest()[0] % _HELD_OUT_SHARE == 0}
    return HeldOut(frozenset(drawn), HELD_OUT_SOURCES)


def read_judged(path: Path) -> list[Judged]:
    """Read the answerable questions of a file in the form of bench/questions.jsonl."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Judged(row["question"], row["style"], row["relevant"]) for row in rows if row["answerable"]]


def measure(encoder: Encoder, documents: Mapping[str, str], questions: Sequence[Judged]) -> list[Score]:
    """Rank all documents, given as texts by id, for each question."""
    ids = list(documents)
    embeddings = encoder.encode_documents(list(documents.values()))
    similarities = encoder.encode_queries([question.text for question in questions]) @ embeddings.T
    return [_score(question, ids, row) for question, row in zip(questions, similarities, strict=True)]


def measure_held_out(encoder: Encoder, data: TrainingData, documents: Mapping[str, str]) -> list[list[Score]]:
    """Scores on held-out documents among all `documents`, and on each held-out repository's sections."""
    apart = held_out(data)
    of_documents = [
        Judged(q.text, q.style, {q.target: 2}) for q in data.document_questions if q.target in apart.document_ids
    ]
    of_sections: list[Score] = []
    for source in sorted(apart.sources):
        sections = {str(n): s.whole for n, s in enumerate(data.sections) if s.source == source}
        asked = [Judged(q.text, q.style, {q.target: 2}) for q in data.section_questions if q.target in sections]
        if asked:
            of_sections.extend(measure(encoder, sections, asked))
    return [measure(encoder, documents, of_documents), of_sections]


def table(scores: Iterable[Score]) -> str:
    """A line a style, all first."""
    styles: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        styles["all"].append(score)
        styles[score.style].append(score)
    return "\n".join(_line(style, styles[style]) for style in sorted(styles, key=lambda style: (style != "all", style)))


def _line(style: str, scores: Sequence[Score]) -> str:
    hit_at_1, hit_at_5, ndcg = np.mean([(score.hit_at_1, score.hit_at_5, score.ndcg) for score in scores], axis=0)
    return f"{style:11s} n={len(scores):<4d} hit@1 {hit_at_1:.3f}  hit@5 {hit_at_5:.3f}  ndcg@10 {ndcg:.3f}"


def _score(question: Judged, ids: Sequence[str], similarities: npt.NDArray[np.float32]) -> Score:
    best = np.argsort(-similarities, kind="stable")[:_DEPTH]
    grades = [question.grades.get(ids[row], 0) for row in best]
    ideal = sorted(question.grades.values(), reverse=True)[:_DEPTH]
    return Score(question.style, grades[0] == 2, 2 in grades[:5], _gain(grades) / _gain(ideal))


def _gain(grades: Iterable[int]) -> float:
    return math.fsum((2.0**grade - 1) / math.log2(position + 2) for position, grade in enumerate(grades))
