"""The index published in Milvus, followed from one generation to the next, and through times when no server answers."""

from typing import Self

from service.embedding.encoder import Encoder
from service.errors import ExpertAnswersError, IndexUnavailableError, IndexUnreachableError
from service.index.manifest import Recipe
from service.index.milvus.address import MilvusAddress
from service.index.milvus.connection import Connection
from service.index.milvus.header import Header, published
from service.index.milvus.snapshot import MilvusSnapshot
from service.settings import Settings


class MilvusIndex:
    """The snapshot to answer from; while the server does not answer there is none."""

    is_behind = False
    is_on_disk = True

    def __init__(self, connection: Connection, recipe: Recipe) -> None:
        self._connection = connection
        self._recipe = recipe
        self._fault: IndexUnreachableError | None = None
        self._snapshot = self._open(published(connection, load=True))

    @classmethod
    def open(cls, address: MilvusAddress, settings: Settings, encoder: Encoder) -> Self:
        """Open the index that is published there.

        :raises IndexUnreachableError: when the server does not answer.
        :raises IndexUnavailableError: when none is published.
        :raises IndexMismatchError: when it was built by another recipe.
        """
        connection = Connection(address)
        try:
            return cls(connection, Recipe.of(encoder, settings))
        except ExpertAnswersError:
            # Whoever waits for an index tries this every second.
            connection.close()
            raise

    def current(self) -> MilvusSnapshot:
        """See `Live`."""
        if self._fault is not None:
            raise IndexUnreachableError(str(self._fault))
        return self._snapshot

    def refresh(self) -> bool:
        """See `Live`; also true when the server answers again."""
        was_gone = self._fault is not None
        try:
            found = published(self._connection, load=was_gone)
            same = found is None or (found[0], found[1].generation) == self._in_use
            if not same:
                self._snapshot = self._open(found)
        except IndexUnreachableError as error:
            self._fault = error
            raise
        self._fault = None
        return was_gone or not same

    @property
    def _in_use(self) -> tuple[str, str]:
        return self._snapshot.collection, self._snapshot.generation

    def _open(self, found: tuple[str, Header] | None) -> MilvusSnapshot:
        if found is None:
            raise IndexUnavailableError(
                f"There is no index in Milvus at {self._connection.address} yet; run `expert-answers index` "
                "to build it."
            )
        collection, header = found
        self._recipe.require(header.recipe, header.generation)
        return MilvusSnapshot(self._connection, collection, header)
