"""Keeps records without making anybody wait.

Whoever answers a question leaves its record in a bounded queue and goes on: no lock, no wake-up of another thread, no
database. One thread looks into the queue twice a second and writes what it finds in one transaction. While the
database does not answer, records wait in the queue; what no longer fits in is dropped and counted, because an answer is
worth more than its record.

Feedback is the other way round: its sender is told that it was stored, so it waits for the writer. It takes its place
behind the question it is about, which may still be in the queue.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from enum import StrEnum

from service.errors import ExpertAnswersError, RecordsUnavailableError
from service.records.retention import Retention
from service.records.store import Store
from service.records.values import AskRecord, FeedbackRecord

logger = logging.getLogger(__name__)

CAPACITY = 10_000
BATCH = 250
"""Records written at a time: making them ready takes a millisecond, for which the answering thread waits."""

WRITE_EVERY_SECONDS = 0.5
COMPLAIN_EVERY_SECONDS = 60.0
CLOSE_WITHIN_SECONDS = 5.0


class Loss(StrEnum):
    """Why a record was dropped."""

    QUEUE_FULL = "queue_full"
    REFUSED = "refused"
    CLOSED = "closed"


class Recorder:
    """Writes records in the background, in the order they came; `on_loss` hears of every one that was dropped.

    The same thread deletes what is older than `keep_days`, a batch at a time between two writes; 0 keeps everything.
    """

    def __init__(
        self,
        store: Store,
        *,
        keep_days: int = 0,
        capacity: int = CAPACITY,
        on_loss: Callable[[Loss, int], None] = lambda loss, count: None,
    ) -> None:
        self._store = store
        self._retention = Retention(store, keep_days)
        self._capacity = capacity
        self._on_loss = on_loss
        self._asks: deque[AskRecord] = deque()
        self._feedback: deque[tuple[FeedbackRecord, Future[None]]] = deque()
        self._wake = threading.Event()
        self._closing = False
        self._next_complaint = 0.0
        self._thread = threading.Thread(target=self._run, name="records", daemon=True)
        self._thread.start()

    @property
    def pending(self) -> int:
        """How many records wait to be written."""
        return len(self._asks) + len(self._feedback)

    def add(self, ask: AskRecord) -> None:
        """Leave a record to be written soon; returns at once and never raises."""
        if self._closing or len(self._asks) >= self._capacity:
            self._on_loss(Loss.QUEUE_FULL, 1)
            self._complain("the queue is full, and records are being dropped")
        else:
            self._asks.append(ask)

    def store_feedback(self, feedback: FeedbackRecord) -> Future[None]:
        """Have feedback written now; the future ends when it is stored.

        It ends in an AskNotFoundError when no such question is recorded, in a RecordsUnavailableError when the
        database does not take it.
        """
        future: Future[None] = Future()
        if self._closing or len(self._feedback) >= self._capacity:
            future.set_exception(RecordsUnavailableError("Too much feedback waits to be stored; try again in a minute"))
            return future
        self._feedback.append((feedback, future))
        self._wake.set()
        return future

    def close(self) -> None:
        """Write what is waiting, as far as that takes a few seconds, and stop."""
        self._closing = True
        self._wake.set()
        self._thread.join(CLOSE_WITHIN_SECONDS)
        if self._asks:
            logger.error("%d records were not written before the end", len(self._asks))
            self._on_loss(Loss.CLOSED, len(self._asks))
        self._store.close()

    def _run(self) -> None:
        closing = False
        while not closing:
            self._wake.wait(WRITE_EVERY_SECONDS)
            self._wake.clear()
            # Read before writing: what is left in the queue after this is what came before closing.
            closing = self._closing
            self._write_waiting()
            if not closing:
                self._retention.take_turn()

    def _write_waiting(self) -> None:
        # Feedback is taken first and written last, so that the question it is about was taken too.
        feedback = [self._feedback.popleft() for _ in range(len(self._feedback))]
        try:
            while self._asks:
                # They are counted as waiting until they are written. Only this thread takes any out; others add some
                # meanwhile, which an iterator would not bear.
                asks = [self._asks[place] for place in range(min(BATCH, len(self._asks)))]
                self._write_asks(asks)
                for _ in asks:
                    self._asks.popleft()
        except RecordsUnavailableError as error:
            self._complain(str(error))
            for _, future in feedback:
                future.set_exception(error)
            return
        for record, future in feedback:
            self._write_feedback(record, future)

    def _write_asks(self, asks: list[AskRecord]) -> None:
        try:
            self._store.add_asks(asks)
        except RecordsUnavailableError:
            raise
        except Exception:
            # Nobody above this thread would hear of it. Kept, the same records would fail for ever.
            logger.exception("%d records could not be written", len(asks))
            self._on_loss(Loss.REFUSED, len(asks))

    def _write_feedback(self, feedback: FeedbackRecord, future: "Future[None]") -> None:
        try:
            self._store.put_feedback(feedback)
        except ExpertAnswersError as error:
            future.set_exception(error)
        except Exception as error:
            logger.exception("Feedback could not be written")
            future.set_exception(error)
        else:
            future.set_result(None)

    def _complain(self, reason: str) -> None:
        now = time.monotonic()
        if now >= self._next_complaint:
            self._next_complaint = now + COMPLAIN_EVERY_SECONDS
            logger.warning("Records are not being written, %d wait: %s", self.pending, reason)
