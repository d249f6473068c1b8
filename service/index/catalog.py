"""The list of the documents of an index, newest first."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from service.documents.model import Document


@dataclass(frozen=True, slots=True)
class Entry:
    """A document in a list of documents."""

    id: str
    title: str
    product: str | None
    tags: tuple[str, ...]
    date: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list's entries: `page` counts from 1, `total` is the length of the whole list."""

    total: int
    page: int
    page_size: int
    entries: tuple[Entry, ...]


class Catalog:
    """Every document's entry, newest first and by id within a day."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        by_id = sorted(entries, key=lambda entry: entry.id)
        self._entries = sorted(by_id, key=lambda entry: entry.date or "", reverse=True)
        self.tags: Mapping[str, int] = dict(Counter(tag for entry in by_id for tag in entry.tags).most_common())

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Self:
        """List documents."""
        return cls(Entry(d.id, d.title, d.product, d.tags, d.date, d.summary) for d in documents)

    def page(self, *, product: str | None, tag: str | None, page: int, page_size: int) -> Page:
        """Some of the documents of a product, with a tag."""
        found = [
            entry
            for entry in self._entries
            if (product is None or entry.product == product) and (tag is None or tag in entry.tags)
        ]
        begin = (page - 1) * page_size
        return Page(len(found), page, page_size, tuple(found[begin : begin + page_size]))
