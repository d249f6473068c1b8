"""What an operator's Prometheus reads.

With several workers each counts for itself, into files of a folder they share; whichever worker is scraped adds all of
them up (prometheus_client's multiprocess mode). `share_between_workers` prepares that before they start.
"""

import os
import shutil
import time
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from service.answering.reply import Reply
from service.index.searchable import Searchable
from service.records.recorder import Loss

_SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client, when first imported, knows the folder to count in."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_TENTHS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def share_between_workers(folder: Path) -> None:
    """Have worker processes started from now on count in this folder, from zero."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[_SHARED_FOLDER] = str(folder)


class Observed(Protocol):
    """What is measured at the moment of reading."""

    @property
    def published(self) -> Searchable | None:
        """The generation that answers, None while there is none."""

    @property
    def pending_records(self) -> int:
        """How many records wait to be written."""


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "expert_answers_requests",
            "Requests by method, route and status.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._ask_seconds = Histogram(
            "expert_answers_ask_seconds",
            "Time from a question to its reply.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._search_seconds = Histogram(
            "expert_answers_search_seconds",
            "The part of it that the search took.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._answers = Counter(
            "expert_answers_answers", "Replies to questions by status.", ("status",), registry=self._registry
        )
        self._confidence = Histogram(
            "expert_answers_confidence",
            "Confidence of the first result.",
            buckets=_TENTHS,
            registry=self._registry,
        )
        self._lost = Counter(
            "expert_answers_records_lost",
            "Records of questions that were dropped.",
            ("reason",),
            registry=self._registry,
        )
        for loss in Loss:
            self._lost.labels(loss.value)
        # Finding a counter by its labels costs more than counting.
        self._request_counters: dict[tuple[str, str, int], Counter] = {}

    def count_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; `route` is its pattern, so that there are only so many."""
        key = (method, route, status)
        counter = self._request_counters.get(key)
        if counter is None:
            counter = self._requests.labels(method if method in _METHODS else "other", route, str(status))
            if method in _METHODS:
                self._request_counters[key] = counter
        counter.inc()
        if route == "/ask" and status == HTTPStatus.OK:
            self._ask_seconds.observe(seconds)

    def count_reply(self, reply: Reply, seconds: float) -> None:
        """Count what a question was answered."""
        self._search_seconds.observe(seconds)
        self._answers.labels(reply.status.value).inc()
        self._confidence.observe(reply.confidence)

    def count_loss(self, loss: Loss, count: int) -> None:
        """Count records that were dropped."""
        self._lost.labels(loss.value).inc(count)

    def render(self, observed: Observed) -> bytes:
        """Write everything in Prometheus' text format."""
        counted = self._registry
        if _SHARED_FOLDER in os.environ:
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        measured = CollectorRegistry()
        measured.register(_Measurements(observed))
        return generate_latest(counted) + generate_latest(measured)


class _Measurements(Collector):
    """The state of the index and of the queue of records."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Measure."""
        snapshot = self._observed.published
        yield GaugeMetricFamily("expert_answers_ready", "Whether questions are answered.", value=snapshot is not None)
        yield GaugeMetricFamily(
            "expert_answers_records_pending",
            "Records that wait to be written, in the worker that was asked.",
            value=self._observed.pending_records,
        )
        if snapshot is not None:
            yield from _measure_index(snapshot)


def _measure_index(snapshot: Searchable) -> Iterable[GaugeMetricFamily]:
    yield GaugeMetricFamily("expert_answers_documents", "Documents in the index.", value=snapshot.document_count)
    products = GaugeMetricFamily("expert_answers_product_documents", "Documents by product.", labels=["product"])
    for product, count in snapshot.products.items():
        products.add_metric([product], count)
    yield products
    yield GaugeMetricFamily("expert_answers_problems", "Problems found in the documents.", value=snapshot.problem_count)
    yield GaugeMetricFamily(
        "expert_answers_generation_age_seconds",
        "How long ago the generation that answers was published.",
        value=time.time() - snapshot.published_at.timestamp(),
    )
    generation = GaugeMetricFamily("expert_answers_generation_info", "The generation's name.", labels=["generation"])
    generation.add_metric([snapshot.generation], 1)
    yield generation
