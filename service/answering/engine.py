"""Question in, reply out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt

from service.answering import confidence
from service.answering.candidates import NAMES, Candidates
from service.answering.clarification import (
    MOST_CHOICES,
    Thresholds,
    choices_of,
    clarification,
    find_rivals,
)
from service.answering.duplicates import Folding
from service.answering.fusion import fuse
from service.answering.kept import Asked, KeptReplies
from service.answering.matching import look_closely
from service.answering.query import Query
from service.answering.ranked import Ranked
from service.answering.reply import Choice, Hit, Reply, Status
from service.answering.reranker import Reranker, rerank, text_of
from service.answering.snippet import snippet, telling
from service.embedding.encoder import Encoder
from service.embedding.unrelated import unrelated_cosine
from service.errors import InvalidQuestionError
from service.index.searchable import Live, Rows, Scores, Searchable
from service.notes import lap
from service.settings import Settings


class Engine:
    """Answers from the live index; safe to use from several threads."""

    def __init__(self, live: Live, encoder: Encoder, settings: Settings, reranker: Reranker | None = None) -> None:
        self._live = live
        self._encoder = encoder
        self._unrelated = unrelated_cosine(encoder)
        self._folding = Folding(encoder, self._unrelated)
        self._reranker = reranker
        self._reranked = settings.reranker_candidates
        self._reranking_seconds = settings.reranker_budget_ms / 1000
        self.thresholds = Thresholds(settings.answered_confidence, settings.uncertain_confidence)
        # What a reranker comes to depends on how busy the machine is; such a reply is not given a second time.
        self._kept = KeptReplies(settings.kept_replies if reranker is None else 0)

    def ask(self, question: str, *, top_k: int = 5, product: str | None = None) -> Reply:
        """The closest documents, at most `top_k` and those folded under them, of one product if named.

        :raises InvalidQuestionError: when the question cannot be searched or the product has no document.
        """
        kept = self.kept(question, top_k=top_k, product=product)
        if kept is not None:
            return kept
        reply = self.reply(self.rank(question, product=product), top_k=top_k, ask_back=product is None)
        self._kept.keep(Asked(reply.generation, question, top_k, product), reply)
        return reply

    def kept(self, question: str, *, top_k: int = 5, product: str | None = None) -> Reply | None:
        """What `ask` gives without searching, as this was asked before and the index is the same; None otherwise."""
        return self._kept.get(Asked(self._live.current().generation, question, top_k, product))

    def rank(self, question: str, *, product: str | None = None, without: Collection[str] = ()) -> Ranked:
        """The documents worth ranking, of one product if named, but for those with the ids in `without`.

        :raises InvalidQuestionError: when the question cannot be searched or the product has no document.
        """
        snapshot = self._live.current()
        if product is not None and product not in snapshot.products:
            known = ", ".join(snapshot.products) or "none"
            raise InvalidQuestionError(f"There is no product {product!r}; the products are: {known}.")
        query = Query.of(question, self._encoder)
        lap("understand")
        candidates = Candidates.find(query, snapshot, product)
        if without:
            candidates = candidates.without(_rows_of(without, snapshot))
        candidates = look_closely(candidates, query, snapshot, self._encoder)
        lap("find")
        scores, confidences = self._judge(query, candidates, snapshot)
        # Rows ascend by key, so a stable sort breaks ties the same way every time.
        best = np.argsort(-scores, kind="stable")
        lap("rank")
        return Ranked(snapshot, query, candidates, scores, confidences, best)

    def reply(self, ranked: Ranked, *, top_k: int, ask_back: bool = False, chosen: bool = False) -> Reply:
        """The first `top_k` of a ranking.

        `ask_back` allows the reply to be a question back; `chosen` says that the first document is the one that is
        wanted, however the question is worded.
        """
        if not chosen:
            ranked = self._in_better_order(ranked)
        groups = self._groups(ranked, max(top_k, MOST_CHOICES) if ask_back else top_k)
        words = ranked.query.words
        terms = telling(words, ranked.snapshot.document_frequencies(words))
        hits = tuple(
            _hit(ranked, first, terms, tuple(_hit(ranked, other, terms) for other in others))
            for first, *others in groups
        )
        lap("compose")
        generation, shown = ranked.snapshot.generation, hits[:top_k]
        if ask_back and (back := self._ask_back(ranked, hits)):
            sentence = clarification(ranked.query)
            return Reply(
                generation, Status.CLARIFY, ranked.confidence, None, shown, clarification=sentence, choices=back
            )
        status = self._status(ranked.confidence)
        if chosen and status is Status.NO_ANSWER:
            status = Status.UNCERTAIN
        document = None if status is Status.NO_ANSWER else ranked.first
        return Reply(generation, status, ranked.confidence, document, shown)

    def same_as(self, ranked: Ranked, document_ids: Collection[str]) -> frozenset[str]:
        """These documents, and those of the ranking that are folded together with one of them."""
        ids = set(document_ids)
        groups = self._groups(ranked, len(ids) + 1)
        folded = ({ranked.document_at(place).id for place in group} for group in groups)
        return frozenset(ids.union(*(group for group in folded if group & ids)))

    def _groups(self, ranked: Ranked, shown: int) -> list[list[int]]:
        """Places of the candidates, those that say the same together, best first."""
        folded = self._folding.fold(ranked.candidates.rows[ranked.best], ranked.snapshot, shown=shown)
        return [[int(ranked.best[place]) for place in group] for group in folded]

    def _ask_back(self, ranked: Ranked, hits: Sequence[Hit]) -> tuple[Choice, ...]:
        snapshot = ranked.snapshot

        @cache
        def judged_within(product: str | None) -> tuple[Rows, npt.NDArray[np.float64]]:
            others = [hit.document_id for hit in hits if hit.product != product]
            if not others:
                return ranked.candidates.rows, ranked.confidences
            candidates = ranked.candidates.without(_rows_of(others, snapshot))
            candidates = look_closely(candidates, ranked.query, snapshot, self._encoder)
            return candidates.rows, self._judge(ranked.query, candidates, snapshot)[1]

        def within_product(hit: Hit) -> float:
            rows, confidences = judged_within(hit.product)
            # None of it is left once the document was removed from a server that others write to.
            return float(confidences[np.isin(rows, _rows_of([hit.document_id], snapshot))].sum())

        rivals = find_rivals(ranked.query, hits, snapshot.products, self.thresholds, within_product)
        return choices_of(ranked.query.text, [snapshot.document(hit.document_id) for hit in rivals])

    def _judge(
        self, query: Query, candidates: Candidates, snapshot: Searchable
    ) -> tuple[Scores, npt.NDArray[np.float64]]:
        """The fused score and the confidence of each candidate among the others."""
        scores = fuse(candidates, query)
        evidence = confidence.evidence(query, candidates, scores, snapshot, self._unrelated)
        return scores, confidence.probability(evidence)

    def _in_better_order(self, ranked: Ranked) -> Ranked:
        if self._reranker is None:
            return ranked
        top, rest = np.split(ranked.best, [self._reranked])
        ranked.snapshot.fetch(ranked.candidates.rows[top])
        top = rerank(
            top,
            lambda place: text_of(ranked.document_at(place)),
            self._reranker,
            ranked.query.text,
            seconds=self._reranking_seconds,
        )
        lap("rerank")
        return replace(ranked, best=np.concatenate([top, rest]))

    def _status(self, confidence: float) -> Status:
        if confidence >= self.thresholds.answered:
            return Status.ANSWERED
        return Status.UNCERTAIN if confidence >= self.thresholds.uncertain else Status.NO_ANSWER


def _rows_of(document_ids: Iterable[str], snapshot: Searchable) -> Rows:
    """The rows of those documents that are still there."""
    rows = [row for document_id in document_ids if (row := snapshot.row_of(document_id)) is not None]
    return np.array(rows, np.int64)


def _hit(ranked: Ranked, place: int, terms: Sequence[str], similar: tuple[Hit, ...] = ()) -> Hit:
    document = ranked.document_at(place)
    return Hit(
        document.id,
        document.title,
        document.product,
        float(ranked.scores[place]),
        float(ranked.confidences[place]),
        snippet(document, terms),
        dict(zip(NAMES, ranked.candidates.measures[place].tolist(), strict=True)),
        similar,
    )
