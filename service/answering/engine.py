"""Question in, reply out."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from service.answering import fusion
from service.answering.candidates import Candidates
from service.answering.confidence import monotone_confidence
from service.answering.duplicates import fold, unrelated_cosine
from service.answering.features import NAMES
from service.answering.query import Query
from service.answering.reply import Hit, Reply, Status
from service.answering.reranker import Reranker, rerank, text_of
from service.answering.snippet import snippet
from service.embedding.encoder import Encoder
from service.errors import InvalidQuestionError
from service.index.live import LiveIndex
from service.index.snapshot import Snapshot
from service.settings import Settings

_BM25_CEILING = 2.2
"""What BM25 with k1 1.2 multiplies a term's inverse document frequency with at most."""


class Engine:
    """Answers from the live index; safe to use from several threads."""

    def __init__(self, live: LiveIndex, encoder: Encoder, settings: Settings, reranker: Reranker | None = None) -> None:
        self._live = live
        self._encoder = encoder
        self._unrelated = unrelated_cosine(encoder)
        self._reranker = reranker
        self._reranked = settings.reranker_candidates
        self._reranking_seconds = settings.reranker_budget_ms / 1000
        self._answered = settings.answered_confidence
        self._uncertain = settings.uncertain_confidence

    def ask(self, question: str, *, top_k: int = 5, product: str | None = None) -> Reply:
        """The closest documents, at most `top_k` and those folded under them, of one product if named.

        :raises InvalidQuestionError: when the question cannot be searched or the product has no document.
        """
        snapshot = self._live.current()
        if product is not None and product not in snapshot.products:
            known = ", ".join(snapshot.products) or "none"
            raise InvalidQuestionError(f"There is no product {product!r}; the products are: {known}.")
        query = Query.of(question, self._encoder)
        candidates = Candidates.find(query, snapshot, product)
        scores = fusion.fuse(candidates.lexical, candidates.similarities, fusion.WEIGHTS[query.language])
        # Rows ascend by key, so a stable sort breaks ties the same way every time.
        best = np.argsort(-scores, kind="stable")
        best = self._rerank(best, candidates, query, snapshot)
        rows = candidates.rows[best]
        groups = fold(rows, snapshot.vectors.embeddings, snapshot.document_at, shown=top_k, unrelated=self._unrelated)
        ceiling = _BM25_CEILING * _informativeness(query.words, snapshot)
        places = [[int(best[place]) for place in group] for group in groups]
        found = [
            [self._hit(i, candidates, float(scores[i]), ceiling, query, snapshot) for i in group] for group in places
        ]
        hits = tuple(replace(first, similar=tuple(others)) for first, *others in found)
        confidence = hits[0].confidence if hits else 0.0
        status = self._status(confidence)
        document = None if status is Status.NO_ANSWER else snapshot.document_at(int(candidates.rows[best[0]]))
        return Reply(snapshot.generation, status, confidence, document, hits)

    def _rerank(
        self, best: npt.NDArray[np.int64], candidates: Candidates, query: Query, snapshot: Snapshot
    ) -> npt.NDArray[np.int64]:
        if self._reranker is None:
            return best

        def text_at(i: int) -> str:
            return text_of(snapshot.document_at(int(candidates.rows[i])))

        top, rest = np.split(best, [self._reranked])
        top = rerank(top, text_at, self._reranker, query.text, seconds=self._reranking_seconds)
        return np.concatenate([top, rest])

    def _hit(
        self, i: int, candidates: Candidates, score: float, ceiling: float, query: Query, snapshot: Snapshot
    ) -> Hit:
        document = snapshot.document_at(int(candidates.rows[i]))
        confidence = monotone_confidence(
            similarity=float(candidates.similarities[i].max()),
            coverage=float(candidates.lexical[i, 0]) / ceiling if ceiling else 0.0,
        )
        measures = (*candidates.lexical[i].tolist(), *candidates.similarities[i].tolist())
        scores = dict(zip(NAMES, measures, strict=True))
        shown = snippet(document, query.words)
        return Hit(document.id, document.title, document.product, score, confidence, shown, scores)

    def _status(self, confidence: float) -> Status:
        if confidence >= self._answered:
            return Status.ANSWERED
        return Status.UNCERTAIN if confidence >= self._uncertain else Status.NO_ANSWER


def _informativeness(terms: Iterable[str], snapshot: Snapshot) -> float:
    """The sum of the terms' inverse document frequencies, as tantivy's BM25 has them."""
    count = snapshot.document_count
    frequencies = (snapshot.lexical.document_frequency(term) for term in terms)
    return sum(math.log(1 + (count - n + 0.5) / (n + 0.5)) for n in frequencies)
