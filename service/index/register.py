"""The list of all documents, newest first and by id within a day, and which of them carry each tag."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import orjson

from service.documents.model import Document
from service.index.record import key_of
from service.index.records import Keys

_ORDER, _TAGS, _TAGGED = "order.npy", "tags.json", "tagged.npy"
_TAGGED_ROW = np.dtype([("tag", "<i4"), ("key", "<i8")])


@dataclass(frozen=True, slots=True)
class Register:
    """The keys of all documents in the order of the list; a tag's place in `tags` is its code in `tagged`."""

    order: Keys
    tags: tuple[str, ...]
    tagged: npt.NDArray[np.void]

    @classmethod
    def empty(cls) -> Self:
        """That of no documents."""
        return cls(np.empty(0, np.int64), (), np.empty(0, _TAGGED_ROW))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open what `save` wrote, memory-mapped."""
        order, tagged = (np.load(folder / name, mmap_mode="r") for name in (_ORDER, _TAGGED))
        return cls(order, tuple(orjson.loads((folder / _TAGS).read_bytes())), tagged)

    def save(self, folder: Path) -> None:
        """Write it into an empty folder."""
        folder.mkdir()
        np.save(folder / _ORDER, self.order)
        np.save(folder / _TAGGED, self.tagged)
        (folder / _TAGS).write_bytes(orjson.dumps(self.tags))

    def keys_with(self, tag: str) -> Keys:
        """The documents that carry a tag, in no order."""
        if tag not in self.tags:
            return np.empty(0, np.int64)
        keys: Keys = self.tagged["key"][self.tagged["tag"] == self.tags.index(tag)]
        return keys

    def counts(self) -> dict[str, int]:
        """How many documents carry each tag, the most frequent first."""
        counts = zip(self.tags, np.bincount(self.tagged["tag"], minlength=len(self.tags)).tolist(), strict=True)
        return dict(sorted((pair for pair in counts if pair[1]), key=lambda pair: -pair[1]))


class RegisterWriter:
    """Makes a register of a previous one and what becomes of its documents."""

    def __init__(self, previous: Register) -> None:
        self._previous = previous
        self._codes = {tag: code for code, tag in enumerate(previous.tags)}
        self._tagged: list[tuple[int, int]] = []
        self._written: dict[int, _Place] = {}

    def write(self, document: Document) -> None:
        """Add a document, or put it in the place of the key's earlier one; no key comes twice."""
        key = key_of(document.id)
        self._written[key] = _Place.of(document)
        for tag in dict.fromkeys(document.tags):
            self._tagged.append((self._codes.setdefault(tag, len(self._codes)), key))

    def finish(self, removed: Keys, read: Callable[[int], Document]) -> Register:
        """The register without the removed keys; `read` gives a document by its key."""
        gone = np.concatenate([removed, np.fromiter(self._written, np.int64, len(self._written))])
        order = self._previous.order[~np.isin(self._previous.order, gone)]
        tagged = self._previous.tagged[~np.isin(self._previous.tagged["key"], gone)]
        added = sorted(self._written, key=lambda key: self._written[key].id)
        added.sort(key=lambda key: self._written[key].date, reverse=True)
        # Each is put before the first that comes after it; few documents are read to find that.
        places = [
            bisect_left(order, self._written[key], key=lambda other: _Place.of(read(int(other)))) for key in added
        ]
        return Register(
            np.insert(order, places, added).astype(np.int64),
            tuple(self._codes),
            np.concatenate([tagged, np.array(self._tagged, _TAGGED_ROW)]),
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document stands in the list."""

    date: str
    id: str

    @classmethod
    def of(cls, document: Document) -> Self:
        return cls(document.date or "", document.id)

    def __lt__(self, other: "_Place") -> bool:
        return self.id < other.id if self.date == other.date else self.date > other.date
