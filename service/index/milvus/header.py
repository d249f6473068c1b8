"""What the published collection holds as a whole; replacing this one note publishes a change to it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from service.errors import IndexMismatchError
from service.index.checksums import MEND
from service.index.manifest import Recipe
from service.index.milvus.connection import Connection
from service.index.milvus.notes import Notes
from service.index.milvus.schema import LAYOUT

_KIND, _NAME = "header", "header"


@dataclass(frozen=True, slots=True)
class Header:
    """A generation's description; `updating` says that the collection is being changed, or that this was broken off."""

    layout: int
    generation: str
    published_at: str
    recipe: Recipe
    document_count: int
    problem_count: int
    products: dict[str, int]
    updating: bool

    @classmethod
    def read(cls, notes: Notes) -> Self | None:
        """Read the header among a collection's notes, None where there is none.

        :raises IndexMismatchError: when another version wrote it.
        """
        raw: dict[str, Any] | None = notes.get(_KIND, [_NAME], newest=True).get(_NAME)
        if raw is None:
            return None
        if raw.get("layout") != LAYOUT:
            raise IndexMismatchError(
                f"The index in Milvus has the layout {raw.get('layout')!r}, expected {LAYOUT!r}; {MEND}."
            )
        return cls(**raw | {"recipe": Recipe(**raw["recipe"])})

    def write(self, notes: Notes) -> None:
        """Write it, which publishes the collection's state where its alias points to it."""
        notes.put(_KIND, {_NAME: self})

    @property
    def published(self) -> datetime:
        """When it was published."""
        return datetime.fromisoformat(self.published_at)


def notes_of(connection: Connection, collection: str) -> Notes:
    """The notes about a collection of documents."""
    return Notes(connection, f"{collection}_notes")


def published(connection: Connection, *, load: bool) -> tuple[str, Header] | None:
    """The collection that answers and its header, None before the first is published.

    `load` has it loaded first, as it is not on every server that was started again.

    :raises IndexMismatchError: when another version wrote it.
    """
    collection = connection.aliased(connection.address.name)
    if collection is None:
        return None
    notes = notes_of(connection, collection)
    if load:
        connection.load(collection)
        connection.load(notes.collection)
    header = Header.read(notes)
    return (collection, header) if header else None
