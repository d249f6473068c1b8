"""The published generation, followed from one to the next while questions are answered."""

import logging
from typing import Self

from service.embedding.encoder import Encoder
from service.errors import IndexDamagedError, IndexMismatchError, IndexUnavailableError
from service.index.generations import Generations
from service.index.manifest import Recipe
from service.index.snapshot import Snapshot
from service.settings import Settings

logger = logging.getLogger(__name__)


class LiveIndex:
    """The snapshot to answer from; readers take it once a question and keep it to the question's end."""

    def __init__(self, generations: Generations, recipe: Recipe, snapshot: Snapshot) -> None:
        self._generations = generations
        self._recipe = recipe
        self._snapshot = snapshot
        self._damaged_generation, self._damage = "", ""

    @classmethod
    def open(cls, settings: Settings, encoder: Encoder) -> Self:
        """Open the generation published under the data folder, or the one before where that is damaged.

        :raises IndexUnavailableError: when none is published.
        :raises IndexMismatchError: when it was built by another recipe, or is damaged as is every other one.
        """
        generations = Generations(settings.data)
        recipe = Recipe.of(encoder, settings)
        try:
            return cls(generations, recipe, _open_current(generations, recipe))
        except IndexDamagedError as error:
            live = cls(generations, recipe, _open_earlier(generations, recipe, error))
            live._damaged_generation, live._damage = _published_name(generations) or "", str(error)
            return live

    def current(self) -> Snapshot:
        """The snapshot in use."""
        return self._snapshot

    @property
    def is_on_disk(self) -> bool:
        """Whether a published generation lies where this one was opened from."""
        try:
            current = self._generations.current()
            return current is not None and current.is_dir()
        except IndexDamagedError:
            return (self._generations.root / self._snapshot.generation).is_dir()
        except (IndexUnavailableError, PermissionError):
            return False

    @property
    def is_behind(self) -> bool:
        """Whether it answers from an earlier generation because the published one is damaged."""
        return _published_name(self._generations) == self._damaged_generation

    def refresh(self) -> bool:
        """Move to the published generation if it is another one; true when it did.

        :raises IndexMismatchError: when that one cannot be used; the snapshot in use stays.
        """
        folder = self._generations.current()
        if folder is None or folder.name == self._snapshot.generation:
            return False
        # A generation never changes, so one that is damaged need not be read whole every time it is looked at.
        if folder.name == self._damaged_generation:
            raise IndexDamagedError(self._damage)
        try:
            self._snapshot = _open_current(self._generations, self._recipe)
        except IndexDamagedError as error:
            self._damaged_generation, self._damage = folder.name, str(error)
            raise
        return True


def _published_name(generations: Generations) -> str | None:
    """The name of the published generation, empty when it cannot be told, None before the first."""
    try:
        current = generations.current()
    except IndexDamagedError:
        return ""
    return current.name if current else None


def _open_current(generations: Generations, recipe: Recipe) -> Snapshot:
    folder = generations.require_current()
    try:
        return Snapshot.open(folder, recipe)
    except (IndexMismatchError, IndexUnavailableError):
        # A newer generation may have been published, and this one cleared away, since its name was read.
        newer = generations.require_current()
        if newer == folder:
            raise
        return Snapshot.open(newer, recipe)


def _open_earlier(generations: Generations, recipe: Recipe, damage: IndexDamagedError) -> Snapshot:
    for folder in generations.earlier():
        try:
            snapshot = Snapshot.open(folder, recipe)
        except (IndexMismatchError, IndexUnavailableError) as error:
            logger.warning("%s", error)
            continue
        logger.error("Answering from the generation %s, because: %s", snapshot.generation, damage)
        return snapshot
    raise damage
