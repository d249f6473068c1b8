"""Question in, reply out."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from service.answering import confidence
from service.answering.candidates import Candidates
from service.answering.duplicates import fold, unrelated_cosine
from service.answering.features import NAMES
from service.answering.fusion import fuse, learned_weights
from service.answering.query import Query
from service.answering.reply import Hit, Reply, Status
from service.answering.reranker import Reranker, rerank, text_of
from service.answering.snippet import snippet
from service.embedding.encoder import Encoder
from service.errors import InvalidQuestionError
from service.index.live import LiveIndex
from service.index.snapshot import Snapshot
from service.notes import lap
from service.settings import Settings


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
        lap("understand")
        candidates = Candidates.find(query, snapshot, product)
        lap("find")
        scores = fuse(candidates, learned_weights()[query.language])
        confidences = confidence.probability(confidence.evidence(query, candidates, scores, snapshot))
        # Rows ascend by key, so a stable sort breaks ties the same way every time.
        best = np.argsort(-scores, kind="stable")
        lap("rank")
        best = self._rerank(best, candidates, query, snapshot)
        if self._reranker is not None:
            lap("rerank")
        rows = candidates.rows[best]
        groups = fold(rows, snapshot.vectors.embeddings, snapshot.document_at, shown=top_k, unrelated=self._unrelated)
        places = [[int(best[place]) for place in group] for group in groups]
        found = [
            [_hit(i, candidates, float(scores[i]), float(confidences[i]), query, snapshot) for i in group]
            for group in places
        ]
        hits = tuple(replace(first, similar=tuple(others)) for first, *others in found)
        certainty = hits[0].confidence if hits else 0.0
        status = self._status(certainty)
        document = None if status is Status.NO_ANSWER else snapshot.document_at(int(candidates.rows[best[0]]))
        lap("compose")
        return Reply(snapshot.generation, status, certainty, document, hits)

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

    def _status(self, confidence: float) -> Status:
        if confidence >= self._answered:
            return Status.ANSWERED
        return Status.UNCERTAIN if confidence >= self._uncertain else Status.NO_ANSWER


def _hit(i: int, candidates: Candidates, score: float, likely: float, query: Query, snapshot: Snapshot) -> Hit:
    document = snapshot.document_at(int(candidates.rows[i]))
    measures = (*candidates.lexical[i].tolist(), *candidates.similarities[i].tolist())
    scores = dict(zip(NAMES, measures, strict=True))
    return Hit(document.id, document.title, document.product, score, likely, snippet(document, query.words), scores)
