"""What is measured at the moment at which Prometheus reads: the index that answers, and the process."""

import time
from collections.abc import Iterable
from typing import Protocol

from prometheus_client import ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from service.index.searchable import Searchable

_PROCESSOR = "expert_answers_process_cpu_seconds"


class Observed(Protocol):
    """What is measured."""

    @property
    def published(self) -> Searchable | None:
        """The generation that answers, None while there is none."""

    @property
    def is_ready(self) -> bool:
        """Whether questions should be sent here."""

    @property
    def is_behind(self) -> bool:
        """Whether the generation that answers is not the published one because that cannot be used."""

    @property
    def pending_records(self) -> int:
        """How many records wait to be written."""


class Measurements(Collector):
    """The state of the index, and memory, age and file handles of the process that was asked."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        # Registered nowhere else: in the mode for several processes, the library leaves it out.
        self._process = ProcessCollector(namespace="expert_answers", registry=None)

    def collect(self) -> Iterable[Metric]:
        """Measure."""
        snapshot = self._observed.published
        yield _gauge("ready", "Whether questions are answered.", self._observed.is_ready)
        yield _gauge(
            "generation_refused",
            "Whether the published index cannot be used, and an earlier one answers.",
            self._observed.is_behind,
        )
        if snapshot is not None:
            yield from _measure_index(snapshot)
        # Processor time is counted: what one worker has used says nothing of the service.
        yield from (family for family in self._process.collect() if family.name != _PROCESSOR)


def _gauge(name: str, documentation: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"expert_answers_{name}", documentation, value=value)


def _measure_index(snapshot: Searchable) -> Iterable[GaugeMetricFamily]:
    yield _gauge("documents", "Documents in the index.", snapshot.document_count)
    products = GaugeMetricFamily("expert_answers_product_documents", "Documents by product.", labels=["product"])
    for product, count in snapshot.products.items():
        products.add_metric([product], count)
    yield products
    yield _gauge("problems", "Problems found in the documents.", snapshot.problem_count)
    yield _gauge(
        "generation_age_seconds",
        "How long ago the generation that answers was published.",
        time.time() - snapshot.published_at.timestamp(),
    )
    generation = GaugeMetricFamily("expert_answers_generation_info", "The generation's name.", labels=["generation"])
    generation.add_metric([snapshot.generation], 1)
    yield generation
