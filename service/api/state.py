"""What the application holds between requests: made at start-up, handed to routes by `service.api.dependencies`."""

import asyncio
import logging
import threading
import time

from service.answering.engine import Engine
from service.answering.reranker import Reranker
from service.api.metrics import Metrics
from service.api.replies import Replies
from service.api.tokens import Tokens
from service.conversation.dialogue import Dialogue
from service.embedding.encoder import Encoder
from service.errors import (
    ExpertAnswersError,
    IndexBusyError,
    IndexGoneError,
    IndexMismatchError,
    IndexUnavailableError,
    IndexUnreachableError,
    RecordsOffError,
)
from service.index.indexer import IndexReport
from service.index.models import follow_model
from service.index.opening import open_builder, open_index
from service.index.searchable import Live, Searchable
from service.memory import give_back
from service.records.conversations import Conversations
from service.records.recorder import Recorder
from service.records.reporter import Reporter
from service.settings import Settings

logger = logging.getLogger(__name__)

_BRIEF_SEARCH_SECONDS = 0.005
_PROBES = ("服务启动失败，怎么排查？", "How do I change the log level?", "connection refused")
_PROBE_ROUNDS, _PROBE_RESULTS = 4, 5


class State:
    """The open index, the engine over it, the records, and the settings they were made with."""

    def __init__(
        self,
        settings: Settings,
        encoder: Encoder,
        metrics: Metrics,
        conversations: Conversations,
        reranker: Reranker | None = None,
    ) -> None:
        self.settings = settings
        self.metrics = metrics
        self.tokens = Tokens(settings)
        self.replies = Replies(settings, metrics.count_document)
        self.recorder: Recorder | None = None
        self.reporter: Reporter | None = None
        self.conversations = conversations
        self.search_is_brief = True
        self.turn = asyncio.Lock()
        self._encoder = encoder
        self._reranker = reranker
        self._builder = open_builder(settings, encoder)
        self._live: Live | None = None
        self._engine: Engine | None = None
        self._unavailable: type[ExpertAnswersError] = IndexUnavailableError
        self._complaint = ""
        self._is_gone = False
        self._following = threading.Lock()

    @property
    def snapshot(self) -> Searchable:
        """The generation that answers now.

        :raises IndexUnavailableError: while none is published.
        :raises IndexMismatchError: while the published one cannot be used.
        :raises IndexUnreachableError: while the server that holds it does not answer.
        """
        if self._live is None:
            raise self._unavailable(self._complaint)
        return self._live.current()

    @property
    def engine(self) -> Engine:
        """The engine over the live index; raises as `snapshot` does."""
        if self._engine is None:
            raise self._unavailable(self._complaint)
        return self._engine

    @property
    def dialogue(self) -> Dialogue:
        """Who answers the questions of conversations; raises as `snapshot` does."""
        return Dialogue(self.engine)

    @property
    def published(self) -> Searchable | None:
        """The generation that answers now, None while there is none."""
        try:
            return self._live.current() if self._live else None
        except IndexUnreachableError:
            return None

    @property
    def is_ready(self) -> bool:
        """Whether questions should be sent here: there is an index, and what it was opened from is still there."""
        return self.published is not None and not self._is_gone

    @property
    def is_behind(self) -> bool:
        """Whether the generation that answers is not the published one because that cannot be used."""
        return self._live is not None and bool(self._complaint)

    def require_ready(self) -> Searchable:
        """The generation that answers.

        :raises IndexUnavailableError: while none is published, or once what it was opened from is gone.
        :raises IndexMismatchError: while the published one cannot be used.
        """
        snapshot = self.snapshot
        if self._is_gone:
            raise IndexGoneError(
                f"The index under {self.settings.data} is gone; questions are answered from memory until the service "
                "ends. Put the data folder back, or run `expert-answers index`."
            )
        return snapshot

    @property
    def pending_records(self) -> int:
        """How many records wait to be written."""
        return self.recorder.pending if self.recorder else 0

    def require_reporter(self) -> Reporter:
        """Who makes reports.

        :raises RecordsOffError: when nothing is recorded to report on.
        """
        if self.reporter is None:
            raise RecordsOffError("This service keeps no records to report on (EXPERT_ANSWERS_RECORDS is off).")
        return self.reporter

    def follow(self) -> None:
        """Open the index, or move to a newly published generation; what is in use stays when that fails.

        Blocks while a generation is opened, so it is called from a thread.
        """
        with self._following:
            self._is_gone = self._live is not None and not self._live.is_on_disk
            try:
                self._move()
            except (ExpertAnswersError, OSError) as error:
                told = (IndexMismatchError, IndexUnreachableError)
                self._unavailable = type(error) if isinstance(error, told) else IndexUnavailableError
                if str(error) != self._complaint:
                    self._complaint = str(error)
                    logger.warning("The published index cannot be taken up: %s", error)

    def reindex(self, *, rebuild: bool) -> IndexReport:
        """Take in what changed in the knowledge folder and answer from it.

        :raises IndexBusyError: when the index is being built already.
        :raises KnowledgeError: when the folder cannot be read, or has lost most of its documents.
        :raises IndexWriteError: when the data folder cannot be written.
        """
        started = time.perf_counter()
        outcome = "failed"
        try:
            report = self._update(rebuild=rebuild)
            outcome = "published" if report.published else "unchanged"
        except IndexBusyError:
            outcome = "busy"
            raise
        finally:
            self.metrics.count_reindex(outcome, time.perf_counter() - started)
        self.follow()
        give_back()
        return report

    def _update(self, *, rebuild: bool) -> IndexReport:
        # A published index that is damaged has the documents of the folder, and is not what answers.
        damaged = self._live is not None and self._live.is_behind
        return self._builder.update(rebuild=rebuild or damaged, wait=False)

    def _move(self) -> None:
        try:
            moved = self._newest()
        except IndexMismatchError:
            encoder = follow_model(self.settings, self._encoder)
            if encoder is self._encoder:
                raise
            # The old engine goes on answering from the old index with the old model until the new one is there.
            moved = self._open(encoder)
            self._encoder = encoder
            logger.info("Answering with the model %r", encoder.name)
        if moved is None:
            self._complaint = ""
            return
        live, engine = moved
        brief = _is_brief(engine)
        # A reranker may take its whole budget over any question, however short the probes were.
        self.search_is_brief = brief and self._reranker is None and live.current().is_local
        self._live, self._engine, self._complaint = live, engine, ""
        snapshot = live.current()
        logger.info("Answering from generation %s, %d documents", snapshot.generation, snapshot.document_count)

    def _newest(self) -> tuple[Live, Engine] | None:
        """The published generation under an engine, None where that answers already."""
        if self._live is None or self._engine is None:
            return self._open(self._encoder)
        return (self._live, self._engine) if self._live.refresh() else None

    def _open(self, encoder: Encoder) -> tuple[Live, Engine]:
        live = open_index(self.settings, encoder)
        return live, Engine(live, encoder, self.settings, self._reranker)


def _is_brief(engine: Engine) -> bool:
    """Whether a search is short when nothing else runs; this also reads in what the first question would wait for.

    One short search proves it. Long ones may have waited for other processes, and are tried again.
    """
    return any(_shortest_search(engine) < _BRIEF_SEARCH_SECONDS for _ in range(_PROBE_ROUNDS))


def _shortest_search(engine: Engine) -> float:
    durations = []
    for question in _PROBES:
        started = time.perf_counter()
        engine.reply(engine.rank(question), top_k=_PROBE_RESULTS)
        durations.append(time.perf_counter() - started)
    return min(durations)
