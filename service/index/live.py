"""The published generation, followed from one to the next while questions are answered."""

from typing import Self

from service.embedding.encoder import Encoder
from service.errors import IndexMismatchError, IndexUnavailableError
from service.index.generations import Generations
from service.index.manifest import Recipe
from service.index.snapshot import Snapshot
from service.settings import Settings


class LiveIndex:
    """The snapshot to answer from; readers take it once a question and keep it to the question's end."""

    def __init__(self, generations: Generations, recipe: Recipe, snapshot: Snapshot) -> None:
        self._generations = generations
        self._recipe = recipe
        self._snapshot = snapshot

    @classmethod
    def open(cls, settings: Settings, encoder: Encoder) -> Self:
        """Open the generation published under the data folder.

        :raises IndexUnavailableError: when none is published.
        :raises IndexMismatchError: when it was built by another recipe, or is damaged.
        """
        generations = Generations(settings.data)
        recipe = Recipe.of(encoder, settings)
        return cls(generations, recipe, _open_current(generations, recipe))

    def current(self) -> Snapshot:
        """The snapshot in use."""
        return self._snapshot

    def refresh(self) -> bool:
        """Move to the published generation if it is another one; true when it did.

        :raises IndexMismatchError: when that one cannot be used; the snapshot in use stays.
        """
        folder = self._generations.current()
        if folder is None or folder.name == self._snapshot.generation:
            return False
        self._snapshot = _open_current(self._generations, self._recipe)
        return True


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
