"""The lexical index: BM25 over words and over bigrams, kept by tantivy.

tantivy counts a deleted document in its statistics until the segment that held it is rewritten. Up to `REWRITE_LIMIT`
documents an update therefore appends to the segments of the previous generation as long as nothing was taken out of
them, and rewrites them from their own stored terms otherwise, so that an index has the same scores however it came
about. Beyond, where rewriting takes longer than the statistics of many documents are worth, documents are deleted in
place, until a part of the index is of such documents.

Terms that many documents hold take most of a search's time and tell least. Beyond `EVERY_TERM_LIMIT` documents those
are left out of a search that has rarer ones: of questions about 100,000 and a million composed documents, no fewer find
the right one, while those about some hundred need every word.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np
import numpy.typing as npt
import orjson
import tantivy

from service.index import analyzer
from service.index.fields import Fields

WORDS, BIGRAMS, QUESTION = "words", "bigrams", "question"
FIELDS = (WORDS, BIGRAMS, QUESTION)

REWRITE_LIMIT = 4_000
"""Documents up to which nothing is deleted in place: rewriting them takes about a second."""

MOST_DELETED = 0.2
"""Share of deleted documents from which the index is rewritten all the same."""

EVERY_TERM_LIMIT = 20_000
"""Documents up to which every term is sought."""

_FREQUENT = 0.01
"""Share of the documents from which a term is left out."""

_FEWEST_TERMS = 6
"""How many terms of the index are sought, however frequent they are."""

_KEY, _PRODUCT = "key", "product"
_HEAP_BYTES = 128 << 20
_LOCK = ".lock"
_KEPT_FREQUENCIES = 16_384
_META = "meta.json"
# tantivy replaces these in place; the segments themselves never change once written and can be shared by links.
_MUTABLE = {_META, ".managed.json"}


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """The terms of one document under its key."""

    key: int
    words: str
    bigrams: str
    question: str
    product: str = ""

    @classmethod
    def of(cls, key: int, fields: Fields, product: str | None = None) -> Self:
        """Analyze a document's fields."""
        return cls(
            key,
            words=" ".join(analyzer.words(fields.whole)),
            bigrams=" ".join(analyzer.bigrams(fields.whole)),
            question=" ".join(analyzer.words(fields.asked)),
            product=product or "",
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
        self._document_frequency = lru_cache(_KEPT_FREQUENCIES)(self._searcher.doc_freq)

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

    def count_of(self, keys: Collection[int]) -> int:
        """How many of some documents can be found."""
        terms = [tantivy.Query.term_query(self._schema, _KEY, key) for key in keys]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        return len(self._searcher.search(query, max(len(keys), 1), count=False).hits)

    def document_frequencies(self, words: Sequence[str]) -> list[int]:
        """How many documents hold each word."""
        frequency_of = self._document_frequency
        return [frequency_of(WORDS, word) for word in words]

    def search(self, field: str, terms: Sequence[str], limit: int, product: str | None = None) -> Ranking:
        """The `limit` best documents for the terms in a field, of one product if named.

        Scores are those of BM25 (k1 1.2, b 0.75), whatever the product; ties in order of indexing.
        """
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, field, term, "freq"))
                for term in self._sought(field, terms)
            ]
        )
        if product is not None:
            only = tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, _PRODUCT, product), 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, only), (tantivy.Occur.Must, query)])
        hits = self._searcher.search(query, limit, count=False).hits
        keys = self._searcher.fast_field_values(_KEY, [address for _, address in hits])
        return Ranking(np.array(keys, np.int64), np.array([score for score, _ in hits], np.float32))

    def _sought(self, field: str, terms: Sequence[str]) -> Sequence[str]:
        """The terms that are searched for, in their order."""
        if self.document_count <= EVERY_TERM_LIMIT:
            return terms
        frequencies = {term: self._document_frequency(field, term) for term in terms}
        known = sorted(frequency for frequency in frequencies.values() if frequency)
        most = max([_FREQUENT * self.document_count, *known[:_FEWEST_TERMS]])
        return [term for term in terms if frequencies[term] <= most]

    def entries(self) -> Iterable[LexicalEntry]:
        """Every document's terms, as they were stored."""
        everything = self._searcher.search(tantivy.Query.all_query(), max(self.document_count, 1), count=False)
        for _, address in everything.hits:
            stored = self._searcher.doc(address).to_dict()
            texts = {field: stored[field][0] for field in (*FIELDS, _PRODUCT)}
            yield LexicalEntry(stored[_KEY][0], **texts)


class LexicalWriter:
    """Writes a lexical index into an empty folder, beginning with a previous one."""

    def __init__(self, folder: Path, previous: Path | None = None) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._previous = previous
        self._live, self._deleted = _counts(previous) if previous else (0, 0)
        self._entries: list[LexicalEntry] = []
        self._appending: _Appending | None = None

    def write(self, entry: LexicalEntry) -> None:
        """Add a document, or put it in the place of the key's earlier one; no key comes twice."""
        if self._appending is not None:
            self._appending.write(entry)
            return
        self._entries.append(entry)
        if len(self._entries) > REWRITE_LIMIT:
            self._append()

    def close(self, removed: Collection[int]) -> None:
        """Finish without the removed keys."""
        if self._appending is None:
            if self._is_worth_rewriting(removed):
                self._rewrite(removed)
                return
            self._append()
        assert self._appending is not None
        self._appending.close(removed)

    def _append(self) -> None:
        if self._previous is not None:
            _link(self._previous, self._folder)
        self._appending = _Appending(self._folder, replaces=self._previous is not None)
        # The order of keys, so that documents of one score come in the same order every time.
        for entry in sorted(self._entries, key=lambda entry: entry.key):
            self._appending.write(entry)
        self._entries.clear()

    def _is_worth_rewriting(self, removed: Collection[int]) -> bool:
        if self._previous is None:
            return False
        keys = [*removed, *(entry.key for entry in self._entries)]
        gone = LexicalIndex.open(self._previous).count_of(keys)
        if not gone + self._deleted:
            return False
        return self._live <= REWRITE_LIMIT or gone + self._deleted > MOST_DELETED * self._live

    def _rewrite(self, removed: Collection[int]) -> None:
        assert self._previous is not None
        gone = {*removed, *(entry.key for entry in self._entries)}
        kept: Iterable[LexicalEntry] = (
            entry for entry in LexicalIndex.open(self._previous).entries() if entry.key not in gone
        )
        writer = _Appending(self._folder, replaces=False)
        if self._live <= REWRITE_LIMIT:
            kept = sorted((*kept, *self._entries), key=lambda entry: entry.key)
            self._entries.clear()
        for entry in chain(kept, self._entries):
            writer.write(entry)
        writer.close(())


class _Appending:
    """Adds documents to what lies in a folder, if anything does."""

    def __init__(self, folder: Path, *, replaces: bool) -> None:
        exists = tantivy.Index.exists(str(folder))
        index = tantivy.Index.open(str(folder)) if exists else tantivy.Index(_schema(), path=str(folder))
        self._replaces = replaces
        # One thread gives one segment after another and so the same order of ties every time.
        self._writer = index.writer(heap_size=_HEAP_BYTES, num_threads=1)

    def write(self, entry: LexicalEntry) -> None:
        document = tantivy.Document()
        document.add_integer(_KEY, entry.key)
        for field in (*FIELDS, _PRODUCT):
            document.add_text(field, getattr(entry, field))
        with _told():
            if self._replaces:
                self._writer.delete_documents_by_term(_KEY, entry.key)
            self._writer.add_document(document)

    def close(self, removed: Collection[int]) -> None:
        with _told():
            for key in removed:
                self._writer.delete_documents_by_term(_KEY, key)
            self._writer.commit()
            self._writer.wait_merging_threads()


def _counts(folder: Path) -> tuple[int, int]:
    """How many documents an index holds, and how many of them are deleted, the first without the second."""
    segments = orjson.loads((folder / _META).read_bytes())["segments"]
    deleted = sum(segment["deletes"]["num_deleted_docs"] for segment in segments if segment["deletes"])
    return sum(segment["max_doc"] for segment in segments) - deleted, deleted


def _link(previous: Path, folder: Path) -> None:
    for file in previous.iterdir():
        if file.name in _MUTABLE:
            shutil.copy2(file, folder)
        elif not file.name.endswith(_LOCK):
            os.link(file, folder / file.name)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
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
    builder.add_text_field(_PRODUCT, stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()
