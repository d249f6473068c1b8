"""From the knowledge folder to a published generation, at the cost of what changed."""

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson

from service.documents.collection import Collection, Scan, ScannedFile, finish, scan
from service.documents.model import Document, Parsed, Problem
from service.documents.parallel import parse_files
from service.embedding.encoder import Encoder
from service.errors import IndexMismatchError, KnowledgeError
from service.index import lexical, record, records, snapshot, vectors
from service.index.fields import Fields
from service.index.generations import Generations
from service.index.manifest import FileState, Manifest, Recipe, sizes_of
from service.index.models import follow_model
from service.settings import Settings

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""

_BATCH = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an update found and did; counts are of documents. `published` is false when nothing had changed."""

    generation: str
    published: bool
    added: int
    changed: int
    removed: int
    unchanged: int
    problems: tuple[Problem, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Previous:
    """The generation an update starts from, with its documents by key."""

    folder: Path
    manifest: Manifest
    documents: Mapping[int, Document]


@dataclass(frozen=True, slots=True)
class _Change:
    """Keys by what became of their documents' text; `rewritten` also holds those of which only a reference changed."""

    added: frozenset[int]
    changed: frozenset[int]
    removed: frozenset[int]
    rewritten: frozenset[int]

    @property
    def text(self) -> frozenset[int]:
        return self.added | self.changed


class Indexer:
    """Builds generations of the index of one knowledge folder."""

    def __init__(self, settings: Settings, encoder: Encoder) -> None:
        self._settings = settings
        self._knowledge = settings.knowledge
        self._generations = Generations(settings.data)
        self._use(encoder)

    def _use(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.recipe = Recipe.of(encoder, self._settings)

    def update(
        self, *, rebuild: bool = False, wait: bool = True, progress: Progress = lambda stage, done, total: None
    ) -> IndexReport:
        """Take in what changed in the knowledge folder since the published generation, and publish the result.

        An index of another recipe, or a damaged one, is built from nothing, as with `rebuild`. Where another process
        has published with an adapted model, or without it again, since `encoder` was opened, that moves along.

        :raises KnowledgeError: when the folder cannot be read, or holds no document though the index does.
        :raises IndexBusyError: when another process builds and `wait` is false.
        :raises ModelError: when the adapted model in use cannot be opened.
        """
        with self._generations.lock(wait=wait):
            started = time.perf_counter()
            encoder = follow_model(self._settings, self.encoder)
            if encoder is not self.encoder:
                self._use(encoder)
            scanned = scan(self._knowledge)
            published = None if rebuild else self._published()
            if published and _same_files(scanned, published[1]):
                return _unchanged(published[1], time.perf_counter() - started)
            previous = _load(*published) if published else None
            collection, files = self._read(scanned, previous, progress)
            self._refuse_sudden_emptiness(collection)
            documents = {record.key_of(document.id): document for document in collection.documents}
            change = _compare(documents, previous.documents if previous else {})
            manifest = self._build(documents, change, files, previous, progress)
            return IndexReport(
                generation=manifest.generation,
                published=True,
                added=len(change.added),
                changed=len(change.changed),
                removed=len(change.removed),
                unchanged=len(documents) - len(change.text),
                problems=manifest.problems,
                seconds=time.perf_counter() - started,
            )

    def documents(self) -> tuple[Document, ...]:
        """The documents of the published generation, whatever model it was built with.

        :raises IndexUnavailableError: when none is published.
        :raises IndexMismatchError: when it was built by a recipe that differs in more than the model, or is damaged.
        """
        return tuple(self._load_published().documents.values())

    @property
    def generation(self) -> str | None:
        """The name of the published generation, None before the first."""
        folder = self._generations.current()
        return folder.name if folder else None

    def change_model(self, encoder: Encoder, progress: Progress = lambda stage, done, total: None) -> None:
        """Publish the documents of the published generation with another model's vectors, and use that from now on.

        Raises as `documents` does.
        """
        with self._generations.lock(wait=True):
            previous = self._load_published()
            self._use(encoder)
            nothing = _compare(previous.documents, previous.documents)
            self._build(previous.documents, nothing, previous.manifest.files, previous, progress)

    def publish(self, documents: Iterable[Document]) -> None:
        """Publish an index of documents that lie in no folder."""
        by_key = {record.key_of(document.id): document for document in documents}
        with self._generations.lock(wait=True):
            self._build(by_key, _compare(by_key, {}), (), None, lambda stage, done, total: None)

    def _load_published(self) -> _Previous:
        folder = self._generations.require_current()
        manifest = Manifest.read(folder)
        self.recipe.with_model_of(manifest.recipe).require(manifest.recipe, folder)
        return _load(folder, manifest)

    def _published(self) -> tuple[Path, Manifest] | None:
        folder = self._generations.current()
        if folder is None:
            return None
        try:
            manifest = Manifest.read(folder)
            self.recipe.require(manifest.recipe, folder)
        except IndexMismatchError as error:
            log.warning("building everything again: %s", error)
            return None
        return folder, manifest

    def _read(
        self, scanned: Scan, previous: _Previous | None, progress: Progress
    ) -> tuple[Collection, tuple[FileState, ...]]:
        """Parse the files that changed, and those that gave no document before: another file may have been why."""
        stored = {file.path: file for file in previous.manifest.files if file.key is not None} if previous else {}
        kept: list[Document] = []
        unchanged: dict[str, FileState] = {}
        fresh: list[ScannedFile] = []
        for file in scanned.files:
            before = stored.get(file.path)
            if previous and before and before.content_hash == file.content_hash and before.key is not None:
                kept.append(previous.documents[before.key])
                unchanged[file.path] = before
            else:
                fresh.append(file)
        parsed: dict[str, Parsed] = {}
        for file, one in zip(fresh, parse_files(fresh, self.recipe.site_url), strict=True):
            parsed[file.path] = one
            progress("parsing", len(parsed), len(fresh))
        collection = finish([*kept, *(one.document for one in parsed.values() if one.document)])
        return collection, _file_states(scanned, collection, parsed, unchanged)

    def _refuse_sudden_emptiness(self, collection: Collection) -> None:
        current = self._generations.current()
        if collection.documents or current is None:
            return
        raise KnowledgeError(
            f"The knowledge folder {self._knowledge} holds no document that can be indexed, but the published index "
            f"{current.name} has some; it stays. Put the documents back, or delete the data folder to start anew."
        )

    def _build(
        self,
        documents: Mapping[int, Document],
        change: _Change,
        files: tuple[FileState, ...],
        previous: _Previous | None,
        progress: Progress,
    ) -> Manifest:
        folder = self._generations.building()
        keys = np.array(sorted(documents), np.int64)
        fields = {key: Fields.of(documents[key]) for key in sorted(change.text)}
        self._write_records(folder, documents, change, previous)
        self._write_lexical(folder, fields, change, previous, progress)
        if previous and previous.manifest.recipe.model_hash != self.recipe.model_hash:
            fields = {key: Fields.of(document) for key, document in documents.items()}
        self._write_vectors(folder, keys, fields, previous, progress)
        products = dict(sorted(Counter(d.product for d in documents.values() if d.product is not None).items()))
        codes = {name: code for code, name in enumerate(products)}
        np.save(
            folder / snapshot.PRODUCTS,
            np.array([codes.get(documents[int(key)].product or "", -1) for key in keys], np.int32),
        )
        name = self._generations.next_name(hashlib.sha256(orjson.dumps((self.recipe, files))).hexdigest())
        now = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(name, now, self.recipe, len(documents), products, files, sizes_of(folder))
        manifest.write(folder)
        self._generations.publish(folder, name)
        return manifest

    def _write_records(
        self, folder: Path, documents: Mapping[int, Document], change: _Change, previous: _Previous | None
    ) -> None:
        written = {key: record.dump(documents[key]) for key in sorted(change.rewritten)}
        if previous is None:
            records.build(folder / snapshot.RECORDS, written)
            return
        kept = np.array([key for key in documents if key not in change.rewritten], np.int64)
        records.update(folder / snapshot.RECORDS, previous.folder / snapshot.RECORDS, kept, written)

    def _write_lexical(
        self,
        folder: Path,
        fields: Mapping[int, Fields],
        change: _Change,
        previous: _Previous | None,
        progress: Progress,
    ) -> None:
        entries = []
        for number, (key, texts) in enumerate(fields.items()):
            entries.append(lexical.LexicalEntry.of(key, texts))
            progress("analyzing", number + 1, len(fields))
        if previous is None:
            lexical.build(folder / snapshot.LEXICAL, entries)
            return
        gone = change.removed | change.changed
        lexical.update(folder / snapshot.LEXICAL, previous.folder / snapshot.LEXICAL, gone, entries)

    def _write_vectors(
        self,
        folder: Path,
        keys: np.ndarray,
        fields: Mapping[int, Fields],
        previous: _Previous | None,
        progress: Progress,
    ) -> None:
        embeddings = np.empty((len(keys), len(vectors.FIELDS), self.encoder.dimension), np.float32)
        fresh = np.isin(keys, np.fromiter(fields, np.int64, len(fields)))
        if previous is not None and not fresh.all():
            old_keys = np.array(sorted(previous.documents), np.int64)
            old = vectors.VectorIndex.open(previous.folder / snapshot.VECTORS).embeddings
            embeddings[~fresh] = old[np.searchsorted(old_keys, keys[~fresh])]
        embeddings[fresh] = self._encode([fields[int(key)] for key in keys[fresh]], progress)
        vectors.build(folder / snapshot.VECTORS, embeddings)

    def _encode(self, fields: Sequence[Fields], progress: Progress) -> vectors.FieldEmbeddings:
        encoded = np.empty((len(fields), len(vectors.FIELDS), self.encoder.dimension), np.float32)
        for begin in range(0, len(fields), _BATCH):
            batch = fields[begin : begin + _BATCH]
            texts = [text for one in batch for text in one.embedded()]
            encoded[begin : begin + len(batch)] = self.encoder.encode_documents(texts).reshape(
                len(batch), len(vectors.FIELDS), -1
            )
            progress("encoding", begin + len(batch), len(fields))
        return encoded


def _same_files(scanned: Scan, manifest: Manifest) -> bool:
    found = {file.path: file.content_hash for file in scanned.files} | {p.file: "" for p in scanned.problems}
    return found == {file.path: file.content_hash for file in manifest.files}


def _unchanged(manifest: Manifest, seconds: float) -> IndexReport:
    return IndexReport(manifest.generation, False, 0, 0, 0, manifest.document_count, manifest.problems, seconds)


def _load(folder: Path, manifest: Manifest) -> _Previous:
    store = records.RecordStore(folder / snapshot.RECORDS)
    documents = {int(key): record.load(store.read(row)) for row, key in enumerate(store.keys)}
    return _Previous(folder, manifest, documents)


def _compare(documents: Mapping[int, Document], before: Mapping[int, Document]) -> _Change:
    both = documents.keys() & before.keys()
    changed = frozenset(key for key in both if documents[key].content_hash != before[key].content_hash)
    added = frozenset(documents.keys() - before.keys())
    return _Change(
        added=added,
        changed=changed,
        removed=frozenset(before.keys() - documents.keys()),
        rewritten=added | frozenset(key for key in both if documents[key] != before[key]),
    )


def _file_states(
    scanned: Scan, collection: Collection, parsed: Mapping[str, Parsed], unchanged: Mapping[str, FileState]
) -> tuple[FileState, ...]:
    keys = {document.path: record.key_of(document.id) for document in collection.documents}
    duplicates = _by_file(collection.problems)
    states = [FileState(problem.file, "", None, (problem,)) for problem in scanned.problems]
    for file in scanned.files:
        if file.path in unchanged:
            problems = unchanged[file.path].problems
        else:
            problems = parsed[file.path].problems
        states.append(_state(file, keys.get(file.path), (*problems, *duplicates.get(file.path, ()))))
    return tuple(sorted(states, key=lambda state: state.path))


def _state(file: ScannedFile, key: int | None, problems: tuple[Problem, ...]) -> FileState:
    return FileState(file.path, file.content_hash, key, problems)


def _by_file(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    by_file: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        by_file[problem.file] = (*by_file.get(problem.file, ()), problem)
    return by_file
