"""How long records are kept."""

import logging
import time
from datetime import UTC, datetime, timedelta

from service.errors import RecordsUnavailableError
from service.records.store import Store

logger = logging.getLogger(__name__)

DELETE_EVERY_SECONDS = 24 * 3600.0
TRY_AGAIN_AFTER_SECONDS = 600.0
BATCH = 1000
"""Questions deleted at once: few enough that what comes to be written meanwhile does not wait for long."""


class Retention:
    """Deletes what is older than a number of days, at the first turn and daily from then on; 0 days keep everything."""

    def __init__(self, store: Store, days: int) -> None:
        self._store = store
        self._age = timedelta(days=days)
        self._next_turn = 0.0

    def take_turn(self) -> None:
        """Delete a batch of what is too old, if that is due; called every now and then, it ends with all of it."""
        if not self._age or time.monotonic() < self._next_turn:
            return
        pause = DELETE_EVERY_SECONDS
        try:
            if self._store.delete_before(datetime.now(UTC) - self._age, limit=BATCH) == BATCH:
                pause = 0.0
        except RecordsUnavailableError as error:
            logger.warning("Old records could not be deleted yet: %s", error)
            pause = TRY_AGAIN_AFTER_SECONDS
        except Exception:
            # The thread that takes these turns also writes the records, which must go on.
            logger.exception("Old records could not be deleted")
        self._next_turn = time.monotonic() + pause
