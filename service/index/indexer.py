"""From the knowledge folder to a published generation, at the cost of what changed."""

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson

from service.documents.collection import scan
from service.documents.model import Document, Problem
from service.embedding.encoder import Encoder
from service.errors import IndexMismatchError, IndexUnavailableError, IndexWriteError
from service.index import checksums, lexical, record, records, snapshot, vectors
from service.index.changes import Changes, compare, require_plausible, same_files
from service.index.encoding import encode_fields
from service.index.fields import Fields
from service.index.generations import Generations
from service.index.manifest import FileState, Manifest, Recipe
from service.index.models import follow_model
from service.index.progress import Progress, untold
from service.index.reading import read_collection
from service.index.snapshot import Snapshot
from service.settings import Settings

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
class _Published:
    """The published generation as far as its manifest tells."""

    folder: Path
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class _Previous:
    """The generation an update starts from: documents by key, their embeddings in ascending order of key."""

    folder: Path
    manifest: Manifest
    documents: Mapping[int, Document]
    embeddings: vectors.FieldEmbeddings


class Indexer:
    """Builds generations of the index of one knowledge folder."""

    def __init__(self, settings: Settings, encoder: Encoder) -> None:
        self._settings = settings
        self._knowledge = settings.knowledge
        self._generations = Generations(settings.data)
        # Who looks for changes every few seconds does not read the whole index every time.
        self._verified = ""
        self._use(encoder)

    def _use(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.recipe = Recipe.of(encoder, self._settings)

    def update(self, *, rebuild: bool = False, wait: bool = True, progress: Progress = untold) -> IndexReport:
        """Take in what changed in the knowledge folder since the published generation, and publish the result.

        An index of another recipe, or a damaged one, is built from nothing, as with `rebuild`. Where another process
        has published with an adapted model, or without it again, since `encoder` was opened, that moves along.

        :raises KnowledgeError: when the folder cannot be read, or lacks documents as `require_plausible` says.
        :raises IndexBusyError: when another process builds and `wait` is false.
        :raises IndexWriteError: when the data folder cannot be written.
        :raises ModelError: when the adapted model in use cannot be opened.
        """
        try:
            with self._generations.lock(wait=wait):
                return self._update(rebuild, progress)
        except OSError as error:
            raise IndexWriteError(
                f"The index under {self._settings.data} cannot be written: {error}. The published one, if any, stays. "
                "Make room on the disk, or let the user that this runs as write there."
            ) from error

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

    def change_model(self, encoder: Encoder, progress: Progress = untold) -> None:
        """Publish the documents of the published generation with another model's vectors, and use that from now on.

        Raises as `documents` does.
        """
        with self._generations.lock(wait=True):
            previous = self._load_published()
            self._use(encoder)
            nothing = compare(previous.documents, previous.documents)
            self._build(previous.documents, nothing, previous.manifest.files, previous, progress)

    def publish(self, documents: Iterable[Document]) -> None:
        """Publish an index of documents that lie in no folder."""
        by_key = {record.key_of(document.id): document for document in documents}
        with self._generations.lock(wait=True):
            self._build(by_key, compare(by_key, {}), (), None, untold)

    def _load_published(self) -> _Previous:
        folder = self._generations.require_current()
        manifest = Manifest.read(folder)
        return _load(folder, manifest, self.recipe.with_model_of(manifest.recipe))

    def _update(self, rebuild: bool, progress: Progress) -> IndexReport:
        started = time.perf_counter()
        encoder = follow_model(self._settings, self.encoder)
        if encoder is not self.encoder:
            self._use(encoder)
        scanned = scan(self._knowledge)
        published = self._published()
        current = published if published and not rebuild and self._fits(published) else None
        if current and same_files(scanned, current.manifest):
            return _unchanged(current.manifest, time.perf_counter() - started)
        previous = self._load(current) if current else None
        collection, files = read_collection(
            scanned,
            previous.manifest.files if previous else (),
            previous.documents if previous else {},
            site_url=self.recipe.site_url,
            progress=progress,
        )
        if published:
            require_plausible(self._knowledge, len(collection.documents), published.manifest, rebuild=rebuild)
        documents = {record.key_of(document.id): document for document in collection.documents}
        changes = compare(documents, previous.documents if previous else {})
        manifest = self._build(documents, changes, files, previous, progress)
        return IndexReport(
            generation=manifest.generation,
            published=True,
            added=len(changes.added),
            changed=len(changes.changed),
            removed=len(changes.removed),
            unchanged=len(documents) - len(changes.text),
            problems=manifest.problems,
            seconds=time.perf_counter() - started,
        )

    def _published(self) -> _Published | None:
        folder = self._generations.current()
        if folder is None:
            return None
        try:
            published = _Published(folder, Manifest.read(folder))
            if folder.name != self._verified:
                checksums.verify(folder)
                self._verified = folder.name
            return published
        except IndexMismatchError as error:
            log.warning("building everything again: %s", error)
            return None

    def _fits(self, published: _Published) -> bool:
        try:
            self.recipe.require(published.manifest.recipe, published.folder.name)
        except IndexMismatchError as error:
            log.warning("building everything again: %s", error)
            return False
        return True

    def _load(self, published: _Published) -> _Previous | None:
        try:
            return _load(published.folder, published.manifest, self.recipe)
        except (IndexMismatchError, IndexUnavailableError, ValueError) as error:
            log.warning("building everything again: %s", error)
            return None

    def _build(
        self,
        documents: Mapping[int, Document],
        changes: Changes,
        files: tuple[FileState, ...],
        previous: _Previous | None,
        progress: Progress,
    ) -> Manifest:
        folder = self._generations.building()
        keys = np.array(sorted(documents), np.int64)
        fields = {key: Fields.of(documents[key]) for key in sorted(changes.text)}
        self._write_records(folder, documents, changes, previous)
        self._write_lexical(folder, fields, changes, previous, progress)
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
        manifest = Manifest(name, now, self.recipe, len(documents), products, files)
        manifest.write(folder)
        checksums.write(folder)
        self._generations.publish(folder, name)
        self._verified = name
        return manifest

    def _write_records(
        self, folder: Path, documents: Mapping[int, Document], changes: Changes, previous: _Previous | None
    ) -> None:
        written = {key: record.dump(documents[key]) for key in sorted(changes.rewritten)}
        if previous is None:
            records.build(folder / snapshot.RECORDS, written)
            return
        kept = np.array([key for key in documents if key not in changes.rewritten], np.int64)
        records.update(folder / snapshot.RECORDS, previous.folder / snapshot.RECORDS, kept, written)

    def _write_lexical(
        self,
        folder: Path,
        fields: Mapping[int, Fields],
        changes: Changes,
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
        gone = changes.removed | changes.changed
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
            embeddings[~fresh] = previous.embeddings[np.searchsorted(old_keys, keys[~fresh])]
        embeddings[fresh] = encode_fields(self.encoder, [fields[int(key)] for key in keys[fresh]], progress)
        vectors.build(folder / snapshot.VECTORS, embeddings)


def _unchanged(manifest: Manifest, seconds: float) -> IndexReport:
    return IndexReport(manifest.generation, False, 0, 0, 0, manifest.document_count, manifest.problems, seconds)


def _load(folder: Path, manifest: Manifest, recipe: Recipe) -> _Previous:
    """Open a generation whole, so that one that is damaged anywhere is not built upon."""
    opened = Snapshot.open(folder, recipe)
    documents = {int(key): opened.document_at(row) for row, key in enumerate(opened.keys)}
    return _Previous(folder, manifest, documents, opened.vectors.embeddings)
