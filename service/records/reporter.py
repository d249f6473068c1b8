"""Makes reports: counts from the records, groups from the encoder, the closest documents from the index."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from service.answering.reply import Reply, Status
from service.embedding.encoder import Embeddings, Encoder
from service.errors import IndexMismatchError, IndexUnavailableError, InvalidQuestionError
from service.records.grouping import group
from service.records.history import Gap, History, Period
from service.records.report import ClosestDocument, Day, Figures, Group, Remark, Report, Wording
from service.records.topics import Topic, bare_words, read_topics
from service.records.values import Rating

MOST_GAPS = 5_000
"""Questions of a period that are grouped."""
MOST_TOPICS = 4_000
"""Different wordings that are grouped; time and memory grow with the square."""
MOST_GROUPS = 100
_MOST_LISTED = 10
_MOST_DOCUMENTS = 3

Search = Callable[[str, str | None], Reply]
"""Takes a question and the product or None; may raise what `Engine.ask` does, and IndexUnavailableError."""


class Reporter:
    """Makes one report at a time, in the thread of whoever asks for it; it may take a second or two."""

    def __init__(self, history: History, encoder: Encoder, search: Search, *, similarity: float) -> None:
        self._history = history
        self._encoder = encoder
        self._search = search
        self._similarity = similarity
        self._one_at_a_time = threading.Lock()
        # Of the last report only: most questions of the next one were in it.
        self._vectors: dict[str, npt.NDArray[np.float32]] = {}

    def report(self, days: int, *, now: datetime | None = None) -> Report:
        """Report on today so far and the days before it.

        :raises RecordsUnavailableError: when the database does not answer.
        """
        with self._one_at_a_time:
            return self._report(Period.of_days(days, now or datetime.now(UTC)))

    def _report(self, period: Period) -> Report:
        before = period.before
        oldest = self._history.oldest()
        comparable = oldest is not None and oldest.date() <= before.since.date()
        gaps = self._history.gaps(period, limit=MOST_GAPS)
        earlier = self._history.gaps(before, limit=MOST_GAPS) if comparable else []
        topics = read_topics([*gaps, *earlier])
        daily = self._daily(period)
        groups = self._groups(topics[:MOST_TOPICS], period, comparable=comparable)
        return Report(
            days=len(period.days),
            since=period.since,
            until=period.until,
            figures=Figures.total(day.figures for day in daily),
            before=Figures.total(day.figures for day in self._daily(before)) if comparable else None,
            daily=daily,
            groups=tuple(map(self._with_documents, groups[:MOST_GROUPS])),
            groups_in_all=len(groups),
            complete=max(len(gaps), len(earlier)) < MOST_GAPS and len(topics) <= MOST_TOPICS,
        )

    def _daily(self, period: Period) -> tuple[Day, ...]:
        answers, votes = self._history.answers_by_day(period), self._history.votes_by_day(period)
        return tuple(Day(day, _figures(answers.get(day, {}), votes.get(day, {}))) for day in period.days)

    def _groups(self, topics: Sequence[Topic], period: Period, *, comparable: bool) -> list[Group]:
        if not topics:
            return []
        weights = [len(topic.gaps) for topic in topics]
        products = [topic.product for topic in topics]
        rows = group(self._encode(topics), weights, products, similarity=self._similarity)
        groups = [_make_group([topics[row] for row in members], period, comparable=comparable) for members in rows]
        asked = [one for one in groups if one.count]
        return sorted(asked, key=lambda one: (-one.count, -one.down, -one.last_asked.timestamp(), one.id))

    def _encode(self, topics: Sequence[Topic]) -> Embeddings:
        texts = [topic.text for topic in topics]
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if new:
            self._vectors.update(zip(new, self._encoder.encode_queries(new), strict=True))
        self._vectors = {text: self._vectors[text] for text in texts}
        return np.array([self._vectors[text] for text in texts], dtype=np.float32)

    def _with_documents(self, group: Group) -> Group:
        try:
            reply = self._find(group)
        except (IndexUnavailableError, IndexMismatchError):
            return group
        documents = tuple(
            ClosestDocument(hit.document_id, hit.title, hit.confidence) for hit in reply.hits[:_MOST_DOCUMENTS]
        )
        return replace(group, documents=documents, status_now=reply.status.value)

    def _find(self, group: Group) -> Reply:
        try:
            return self._search(group.question, group.product)
        except InvalidQuestionError:
            # The product has no documents any more.
            return self._search(group.question, None)


def _figures(answers: Mapping[str, int], votes: Mapping[str, int]) -> Figures:
    return Figures(
        questions=sum(answers.values()),
        answered=answers.get(Status.ANSWERED, 0),
        # Asking back is being uncertain, too.
        uncertain=answers.get(Status.UNCERTAIN, 0) + answers.get(Status.CLARIFY, 0),
        no_answer=answers.get(Status.NO_ANSWER, 0),
        up=votes.get(Rating.UP, 0),
        down=votes.get(Rating.DOWN, 0),
    )


def _make_group(topics: Sequence[Topic], period: Period, *, comparable: bool) -> Group:
    """Sum up the questions of one group, whose most typical topic comes first."""
    typical = topics[0]
    gaps = [gap for topic in topics for gap in topic.gaps if gap.asked_at >= period.since]
    statuses, ratings = Counter(gap.status for gap in gaps), Counter(gap.rating for gap in gaps)
    products = Counter(gap.product for gap in gaps)
    days: Counter[date] = Counter(gap.asked_at.date() for gap in gaps)
    return Group(
        id=typical.key,
        question=typical.text,
        product=products.most_common(1)[0][0] if products else None,
        count=len(gaps),
        previous=sum(len(topic.gaps) for topic in topics) - len(gaps) if comparable else None,
        no_answer=statuses[Status.NO_ANSWER],
        uncertain=statuses[Status.UNCERTAIN],
        up=ratings[Rating.UP],
        down=ratings[Rating.DOWN],
        last_asked=max(topic.last_asked for topic in topics),
        daily=tuple(days[day] for day in period.days),
        wordings=_wordings(gaps, typical),
        remarks=_remarks(gaps),
        documents=(),
        status_now=None,
        keys=frozenset(topic.key for topic in topics),
    )


def _wordings(gaps: Sequence[Gap], typical: Topic) -> tuple[Wording, ...]:
    """How else it was asked, whatever the product, the most frequent first."""
    counts = Counter(bare_words(gap.question) for gap in gaps)
    texts = {bare_words(gap.question): gap.question for gap in gaps}
    del counts[typical.words]
    return tuple(Wording(texts[words], count) for words, count in counts.most_common(_MOST_LISTED))


def _remarks(gaps: Sequence[Gap]) -> tuple[Remark, ...]:
    """What was said, the most frequent first, then the latest."""
    latest = sorted(gaps, key=lambda gap: gap.asked_at, reverse=True)
    said = Counter(
        (gap.rating, gap.reason, gap.comment) for gap in latest if gap.rating and (gap.reason or gap.comment)
    )
    return tuple(
        Remark(str(rating), reason, comment, count)
        for (rating, reason, comment), count in said.most_common(_MOST_LISTED)
    )
