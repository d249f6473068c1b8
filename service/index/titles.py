"""Which documents a reference by title may mean, kept so that a change finds the documents it concerns.

Titles are kept as hashes of what `references.title_key` makes of them; the documents that a hash leads to are then read
and compared as `references.resolve_references` does.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from service.documents.model import Document
from service.documents.references import MIN_CUT_TITLE, resolve_references, title_key
from service.index.record import key_of
from service.index.records import Keys

_TITLES, _MENTIONS = "titles.npy", "mentions.npy"
_TITLE = np.dtype([("key", "<i8"), ("title", "<u8"), ("question", "<u8"), ("beginning", "<u8")])
_MENTION = np.dtype([("key", "<i8"), ("title", "<u8"), ("beginning", "<u8")])
_NONE = 0
_AT_ONCE = 1_000

_Hashes = npt.NDArray[np.uint64]


class Titles:
    """The titles of all documents, and the titles that their references name."""

    def __init__(self, titles: npt.NDArray[np.void], mentions: npt.NDArray[np.void]) -> None:
        self._titles = titles
        self._mentions = mentions
        self._new_titles: list[tuple[int, ...]] = []
        self._new_mentions: list[tuple[int, ...]] = []
        self._touched: set[int] = set()

    @classmethod
    def empty(cls) -> Self:
        """Those of no documents."""
        return cls(np.empty(0, _TITLE), np.empty(0, _MENTION))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Those that `save` wrote."""
        return cls(np.load(folder / _TITLES), np.load(folder / _MENTIONS))

    def write(self, document: Document) -> None:
        """Add a document, or put it in the place of the key's earlier one; no key comes twice."""
        key, title = key_of(document.id), title_key(document.title)
        self._touched.add(key)
        self._new_titles.append((key, _hash(title), _hash(title_key(document.question)), _beginning(title)))
        for reference in document.references:
            if not reference.url and (name := title_key(reference.title)):
                self._new_mentions.append((key, _hash(name), _beginning(name)))

    def resolve(self, removed: Keys, read: Callable[[int], Document]) -> Iterator[Document]:
        """Take in what was written and removed; the documents whose references mean another document by that.

        `read` gives a document by its key.
        """
        gone = np.concatenate([removed, np.fromiter(self._touched, np.int64, len(self._touched))])
        titles, mentions = np.array(self._new_titles, _TITLE), np.array(self._new_mentions, _MENTION)
        leaving = np.isin(self._titles["key"], gone)
        changed = np.concatenate([self._titles[leaving], titles])
        self._titles = np.concatenate([self._titles[~leaving], titles])
        self._mentions = np.concatenate([self._mentions[~np.isin(self._mentions["key"], gone)], mentions])
        concerned = _may_mean(self._mentions, changed)
        asking = np.unique(np.concatenate([self._mentions["key"][concerned], mentions["key"]]))
        for begin in range(0, len(asking), _AT_ONCE):
            yield from self._resolve(asking[begin : begin + _AT_ONCE], read)

    def save(self, folder: Path) -> None:
        """Write them into a folder."""
        np.save(folder / _TITLES, self._titles)
        np.save(folder / _MENTIONS, self._mentions)

    def _resolve(self, asking: Keys, read: Callable[[int], Document]) -> Iterator[Document]:
        named = self._mentions[np.isin(self._mentions["key"], asking)]
        meant = self._titles["key"][_may_be_meant(self._titles, named)]
        before = [read(key) for key in asking.tolist()]
        others = [read(key) for key in np.setdiff1d(meant, asking).tolist()]
        resolved = resolve_references((*before, *others))[: len(before)]
        yield from (document for document, old in zip(resolved, before, strict=True) if document is not old)


def _may_mean(mentions: npt.NDArray[np.void], titles: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    """Which mentions may mean one of the titles."""
    names = np.concatenate([titles["title"], titles["question"]])
    begun = titles["beginning"][titles["beginning"] != _NONE]
    concerned: npt.NDArray[np.bool_] = np.isin(mentions["title"], names) | np.isin(mentions["beginning"], begun)
    return concerned


def _may_be_meant(titles: npt.NDArray[np.void], mentions: npt.NDArray[np.void]) -> npt.NDArray[np.bool_]:
    """Which titles one of the mentions may mean."""
    begun = mentions["beginning"][mentions["beginning"] != _NONE]
    names = mentions["title"]
    meant: npt.NDArray[np.bool_] = (
        np.isin(titles["title"], names) | np.isin(titles["question"], names) | np.isin(titles["beginning"], begun)
    )
    return meant


def _beginning(key: str) -> int:
    """The hash of what is left of a title wherever it is cut, _NONE of one too short to be cut."""
    return _hash(key[:MIN_CUT_TITLE]) if len(key) >= MIN_CUT_TITLE else _NONE


def _hash(key: str) -> int:
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") or 1
