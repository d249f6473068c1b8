"""What an operator's Prometheus reads.

With several workers each counts for itself, into files of a folder they share; whichever worker is scraped adds all of
them up (prometheus_client's multiprocess mode). What is measured rather than counted is the same in all of them, or
said to be of the worker that was asked.
"""

import time
from http import HTTPStatus
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from service.answering.reply import Reply, Status
from service.api.measurements import Measurements, Observed
from service.api.sharing import forget_the_dead, shared_folder
from service.notes import Note
from service.records.recorder import Loss

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_STAGE_SECONDS = (0.0001, 0.00025, *_SECONDS)
_REINDEX_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
_TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
REINDEX_OUTCOMES = ("published", "unchanged", "busy", "failed")
LIMITS = ("ask", "admin", "page")


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()

        def counter(name: str, documentation: str, *labels: str) -> Counter:
            return Counter(f"expert_answers_{name}", documentation, labels, registry=registry)

        def histogram(name: str, documentation: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"expert_answers_{name}", documentation, labels, buckets=buckets, registry=registry)

        self._requests = counter("requests", "Requests by method, route and status.", "method", "route", "status")
        self._ask_seconds = histogram("ask_seconds", "Time from a question to its reply.", _SECONDS)
        self._search_seconds = histogram("search_seconds", "The part of it that the search took.", _SECONDS)
        self._stage_seconds = histogram("stage_seconds", "Time that each stage of it took.", _STAGE_SECONDS, "stage")
        self._answers = counter("answers", "Replies to questions by status.", "status")
        self._confidence = histogram("confidence", "Confidence of the first result.", _TENTHS)
        self._lost = counter("records_lost", "Records of questions that were dropped.", "reason")
        self._limited = counter("limited", "Requests refused because their client sent too many.", "limit")
        self._reindexes = counter("reindexes", "Runs of POST /reindex by outcome.", "outcome")
        self._reindex_seconds = histogram("reindex_seconds", "Time that they took.", _REINDEX_SECONDS)
        self._cached = counter("document_cache", "Documents of answers, by whether they were kept ready.", "outcome")
        self._pending = Gauge(
            "expert_answers_records_pending",
            "Records that wait to be written, in all workers.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._processor = counter("process_cpu_seconds", "Processor time, user and system, of all workers.")
        self._processor_counted, self._counting = 0.0, Lock()
        # What has not happened yet is 0, not unknown: a rate can be taken from the first time on.
        for known, values in (
            (self._lost, Loss),
            (self._limited, LIMITS),
            (self._reindexes, REINDEX_OUTCOMES),
        ):
            for value in values:
                known.labels(str(value))
        self._answer_counters = {status: self._answers.labels(status.value) for status in Status}
        self._hits, self._misses = self._cached.labels("hit"), self._cached.labels("miss")
        # Finding a counter by its labels costs more than counting.
        self._request_counters: dict[tuple[str, str, int], Counter] = {}
        self._stages: dict[str, Histogram] = {}

    def count_request(self, method: str, route: str, status: int, note: Note, ended: float) -> None:
        """Count a request; `route` is its pattern, so that there are only so many."""
        key = (method, route, status)
        counter = self._request_counters.get(key)
        if counter is None:
            counter = self._requests.labels(method if method in _METHODS else "other", route, str(status))
            if method in _METHODS:
                self._request_counters[key] = counter
        counter.inc()
        if route == "/ask" and status == HTTPStatus.OK:
            self._ask_seconds.observe(ended - note.started)
            self._count_stages(note)

    def count_reply(self, reply: Reply, seconds: float) -> None:
        """Count what a question was answered."""
        self._search_seconds.observe(seconds)
        self._answer_counters[reply.status].inc()
        self._confidence.observe(reply.confidence)

    def count_loss(self, loss: Loss, count: int) -> None:
        """Count records that were dropped."""
        self._lost.labels(loss.value).inc(count)

    def count_limited(self, limit: str) -> None:
        """Count a request that was one too many."""
        self._limited.labels(limit).inc()

    def count_reindex(self, outcome: str, seconds: float) -> None:
        """Count a run of POST /reindex; the outcome is one of REINDEX_OUTCOMES."""
        self._reindexes.labels(outcome).inc()
        self._reindex_seconds.observe(seconds)

    def count_document(self, was_ready: bool) -> None:
        """Count a document that was written into a reply."""
        (self._hits if was_ready else self._misses).inc()

    def observe(self, pending_records: int) -> None:
        """Take down, now and then, what changes by itself in this worker."""
        self._pending.set(pending_records)
        # Not by one thread alone: a render may come in between.
        with self._counting:
            spent = time.process_time()
            self._processor.inc(spent - self._processor_counted)
            self._processor_counted = spent

    def render(self, observed: Observed) -> bytes:
        """Write everything in Prometheus' text format."""
        self.observe(observed.pending_records)
        counted = self._registry
        if (folder := shared_folder()) is not None:
            forget_the_dead(folder)
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        measured = CollectorRegistry()
        measured.register(Measurements(observed))
        return generate_latest(counted) + generate_latest(measured)

    def _count_stages(self, note: Note) -> None:
        begun, spent = note.started, dict[str, float]()
        # A question that is searched in two ways goes through some stages twice.
        for stage, end in note.laps:
            spent[stage] = spent.get(stage, 0.0) + end - begun
            begun = end
        for stage, seconds in spent.items():
            histogram = self._stages.get(stage)
            if histogram is None:
                histogram = self._stages[stage] = self._stage_seconds.labels(stage)
            histogram.observe(seconds)
