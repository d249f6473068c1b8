"""What the application holds between requests: made at start-up, handed to routes by `service.api.dependencies`."""

import logging
import time
from typing import TYPE_CHECKING

from service.errors import ExpertAnswersError, IndexMismatchError, IndexUnavailableError
from service.settings import Settings

if TYPE_CHECKING:
    from service.answering.engine import Engine
    from service.embedding.encoder import Encoder
    from service.index.live import LiveIndex
    from service.index.snapshot import Snapshot

logger = logging.getLogger(__name__)


class State:
    """The open index, the engine over it, and the settings they were opened with."""

    def __init__(self, settings: Settings, encoder: "Encoder") -> None:
        self.settings = settings
        self.encoder = encoder
        self.live: LiveIndex | None = None
        self.engine: Engine | None = None

    @property
    def snapshot(self) -> "Snapshot":
        """The generation that answers now.

        :raises IndexUnavailableError: while there is none.
        """
        if self.live is None:
            raise IndexUnavailableError("No index has been published yet; run `expert-answers index`.")
        return self.live.current()
