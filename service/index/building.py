"""One generation in the making: documents go in, one after another, and a folder of files comes out."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from service.documents.model import Document
from service.documents.parallel import map_on_all_cores
from service.embedding.encoder import Encoder
from service.index import record
from service.index.fields import Fields
from service.index.lexical import LexicalEntry, LexicalWriter
from service.index.progress import Progress
from service.index.records import Keys, RecordStore, RecordWriter
from service.index.register import Register, RegisterWriter
from service.index.titles import Titles
from service.index.vectors import VectorIndex, VectorWriter

LEXICAL, VECTORS, RECORDS, PIECES, TITLES, REGISTER = "lexical", "vectors", "records", "pieces", "titles", "register"
PRODUCTS = "products.npy"
"""What a generation's folder holds."""

NO_PRODUCT = -1
"""The code of a document without a product."""

_BATCH = 256
_WORTH_A_PROCESS = 1_000
"""Documents whose analysis takes about as long as starting a process does."""


@dataclass(frozen=True, slots=True)
class Base:
    """A generation to begin with: its folder and its products in the order of their codes."""

    folder: Path
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """How many documents there are, how many of each product in the order of their codes, and how vectors are found."""

    document_count: int
    products: Mapping[str, int]
    search: str


class Builder:
    """Writes a generation's documents into an empty folder; those of `base` are in it unless replaced or removed."""

    def __init__(self, folder: Path, encoder: Encoder, base: Base | None = None, *, same_model: bool = True) -> None:
        """`same_model` says that the vectors of `base` are those of `encoder`."""
        self._folder = folder
        self._encoder = encoder
        self._base = base
        self._same_model = same_model
        self._before = RecordStore(base.folder / RECORDS) if base else None
        self._records = RecordWriter(folder / RECORDS, base.folder / RECORDS if base else None)
        self._lexical = LexicalWriter(folder / LEXICAL, base.folder / LEXICAL if base else None)
        encoded_before = base.folder if base and same_model else None
        self._vectors = VectorWriter(
            folder / VECTORS, encoder.dimension, encoded_before / VECTORS if encoded_before else None
        )
        self._pieces = RecordWriter(folder / PIECES, encoded_before / PIECES if encoded_before else None)
        self._titles = Titles.open(base.folder / TITLES) if base else Titles.empty()
        self._register = RegisterWriter(Register.open(base.folder / REGISTER) if base else Register.empty())
        self._products: dict[int, str | None] = {}

    def write(self, documents: Iterable[Document], expected: int, progress: Progress) -> None:
        """Add documents, or put them in the place of the earlier ones of their ids; no id comes twice."""
        analyzed, done = _analyzed(documents, expected // _WORTH_A_PROCESS), 0
        while batch := list(islice(analyzed, _BATCH)):
            for document, entry in batch:
                self.rewrite(document)
                self._lexical.write(entry)
            self._encode([document for document, _ in batch])
            done += len(batch)
            progress("indexing", done, max(done, expected))

    def has_product(self, document: Document) -> bool:
        """Whether the earlier document of this one's id is of the same product."""
        if self._base is None or self._before is None or (row := self._before.row(record.key_of(document.id))) is None:
            return False
        code = int(np.load(self._base.folder / PRODUCTS, mmap_mode="r")[row])
        return (self._base.products[code] if code != NO_PRODUCT else None) == document.product

    def rewrite(self, document: Document) -> None:
        """Put a document of the same text and product in the place of the earlier one."""
        key = record.key_of(document.id)
        self._records.write(key, record.dump(document))
        self._titles.write(document)
        self._register.write(document)
        self._products[key] = document.product

    def finish(self, removed: Keys, progress: Progress) -> Built:
        """Finish without the removed keys."""
        for document in self._titles.resolve(removed, self._read):
            self._records.write(record.key_of(document.id), record.dump(document))
        self._register.finish(removed, self._read).save(self._folder / REGISTER)
        keys = self._records.close(removed)
        (self._folder / TITLES).mkdir()
        self._titles.save(self._folder / TITLES)
        self._lexical.close(removed.tolist())
        if self._base and not self._same_model:
            self._encode_again(progress)
        self._vectors.close(removed)
        self._pieces.close(removed)
        return Built(len(keys), self._write_products(keys), VectorIndex.open(self._folder / VECTORS).kind)

    def _read(self, key: int) -> Document:
        written = self._records.written(key)
        if written is None:
            assert self._before is not None
            row = self._before.row(key)
            assert row is not None
            written = self._before.read(row)
        return record.load(written)

    def _encode(self, documents: list[Document]) -> None:
        texts = [Fields.of(document).whole for document in documents]
        keys = np.array([record.key_of(document.id) for document in documents], np.int64)
        self._vectors.write(keys, self._encoder.encode_documents(texts))
        for key, pieces in zip(keys.tolist(), self._encoder.pieces(texts), strict=True):
            self._pieces.write(key, pieces)

    def _encode_again(self, progress: Progress) -> None:
        store = RecordStore(self._folder / RECORDS)
        documents, done = map(record.load, store.read_all()), 0
        while batch := list(islice(documents, _BATCH)):
            self._encode(batch)
            done += len(batch)
            progress("encoding", done, len(store))

    def _write_products(self, keys: Keys) -> Mapping[str, int]:
        """The code of every row's product, codes being the places of the products that there are, in their order."""
        # An object array of names would take long to sort.
        known = list(self._base.products if self._base else ())
        known += sorted({product for product in self._products.values() if product is not None} - set(known))
        places = {name: place for place, name in enumerate(known)}
        rows = np.full(len(keys), NO_PRODUCT, np.int32)
        if self._base and self._before is not None:
            stays = np.isin(keys, self._before.keys, assume_unique=True)
            codes = np.load(self._base.folder / PRODUCTS)
            rows[stays] = codes[np.searchsorted(self._before.keys, keys[stays])]
        if self._products:
            written = np.fromiter(self._products, np.int64, len(self._products))
            found = [NO_PRODUCT if product is None else places[product] for product in self._products.values()]
            rows[np.searchsorted(keys, written)] = found
        counts = np.bincount(rows[rows != NO_PRODUCT], minlength=len(known))
        products = {name: int(count) for name, count in sorted(zip(known, counts, strict=True)) if count}
        final = {name: code for code, name in enumerate(products)}
        translated = np.array([*(final.get(name, NO_PRODUCT) for name in known), NO_PRODUCT], np.int32)
        np.save(self._folder / PRODUCTS, translated[rows])
        return products


def _analyzed(documents: Iterable[Document], processes: int) -> Iterator[tuple[Document, LexicalEntry]]:
    waiting = deque[Document]()

    def passing() -> Iterator[Document]:
        for document in documents:
            waiting.append(document)
            yield document

    for entry in map_on_all_cores(_analyze, passing(), processes):
        yield waiting.popleft(), entry


def _analyze(document: Document) -> LexicalEntry:
    return LexicalEntry.of(record.key_of(document.id), Fields.of(document), document.product)
