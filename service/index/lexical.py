"""The lexical index: BM25 over words and over bigrams, kept by tantivy.

tantivy counts a deleted document in its statistics until the segment that held it is rewritten. An update therefore
appends to the segments of the previous generation as long as nothing was taken out of them, and rewrites them from
their own stored terms otherwise, so that an index has the same scores however it came about.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np
import numpy.typing as npt
import tantivy

from service.index import analyzer
from service.index.fields import Fields

WORDS, BIGRAMS, QUESTION = "words", "bigrams", "question"
FIELDS = (WORDS, BIGRAMS, QUESTION)

_KEY = "key"
_HEAP_BYTES = 64 << 20
_LOCK = ".lock"
_KEPT_FREQUENCIES = 16_384
# tantivy replaces these in place; the segments themselves never change once written and can be shared by links.
_MUTABLE = {"meta.json", ".managed.json"}


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """The terms of one document under its key."""

    key: int
    words: str
    bigrams: str
    question: str

    @classmethod
    def of(cls, key: int, fields: Fields) -> Self:
        """Analyze a document's fields."""
        asked = "\n".join((fields.title, fields.question))
        return cls(
            key,
            words=" ".join(analyzer.words(fields.whole)),
            bigrams=" ".join(analyzer.bigrams(fields.whole)),
            question=" ".join(analyzer.words(asked)),
        )


@dataclass(frozen=True, slots=True)
class Ranking:
    """Documents by one measure, best first: `keys` int64 and `scores` float32, of one length."""

    keys: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


class LexicalIndex:
    """An opened lexical index; never changes, safe to search from several threads."""

    def __init__(self, index: tantivy.Index) -> None:
        self._schema = index.schema
        self._searcher = index.searcher()
        self._document_frequency = lru_cache(_KEPT_FREQUENCIES)(partial(self._searcher.doc_freq, WORDS))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open what `build` or `update` wrote."""
        with _lockable(folder) as place:
            index = tantivy.Index.open(str(place))
            index.reload()
            return cls(index)

    @property
    def document_count(self) -> int:
        """How many documents can be found."""
        return self._searcher.num_docs

    def document_frequency(self, term: str) -> int:
        """How many documents hold a word."""
        return self._document_frequency(term)

    def search(self, field: str, terms: Sequence[str], limit: int) -> Ranking:
        """The `limit` best documents for the terms in a field, by BM25 (k1 1.2, b 0.75); ties in order of indexing."""
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, field, term, "freq")) for term in terms
        ]
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        keys = self._searcher.fast_field_values(_KEY, [address for _, address in hits])
        return Ranking(np.array(keys, np.int64), np.array([score for score, _ in hits], np.float32))

    def entries(self) -> Iterable[LexicalEntry]:
        """Every document's terms, as they were stored."""
        everything = self._searcher.search(tantivy.Query.all_query(), max(self.document_count, 1), count=False)
        for _, address in everything.hits:
            stored = self._searcher.doc(address).to_dict()
            yield LexicalEntry(stored[_KEY][0], *(stored[field][0] for field in FIELDS))


def build(folder: Path, entries: Iterable[LexicalEntry]) -> None:
    """Write a new index into an empty folder."""
    folder.mkdir(parents=True)
    _add(tantivy.Index(_schema(), path=str(folder)), entries)


def update(folder: Path, previous: Path, removed: Collection[int], added: Sequence[LexicalEntry]) -> None:
    """Write into an empty folder the index of `previous` without the removed keys and with the added entries."""
    if removed:
        kept = [entry for entry in LexicalIndex.open(previous).entries() if entry.key not in removed]
        build(folder, sorted((*kept, *added), key=lambda entry: entry.key))
        return
    folder.mkdir(parents=True)
    for file in previous.iterdir():
        if file.name in _MUTABLE:
            shutil.copy2(file, folder)
        elif not file.name.endswith(_LOCK):
            os.link(file, folder / file.name)
    _add(tantivy.Index.open(str(folder)), added)


def _add(index: tantivy.Index, entries: Iterable[LexicalEntry]) -> None:
    # One thread gives one segment and so the same order of ties every time.
    writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)
    try:
        for entry in entries:
            document = tantivy.Document()
            document.add_integer(_KEY, entry.key)
            for field in FIELDS:
                document.add_text(field, getattr(entry, field))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:
        # So tantivy tells of a full disk.
        raise OSError(f"tantivy cannot write the index: {error}") from error


@contextmanager
def _lockable(folder: Path) -> Iterator[Path]:
    """The folder, or one of links to its files where it cannot be written: tantivy makes a lock file even to read."""
    if os.access(folder, os.W_OK):
        yield folder
        return
    with TemporaryDirectory() as place:
        for file in folder.iterdir():
            if not file.name.endswith(_LOCK):
                (Path(place) / file.name).symlink_to(file.resolve())
        yield Path(place)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(_KEY, stored=True, indexed=True, fast=True)
    for field in FIELDS:
        builder.add_text_field(field, stored=True, tokenizer_name="whitespace", index_option="freq")
    return builder.build()
