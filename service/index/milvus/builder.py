"""From the knowledge folder to the index in Milvus, at the cost of what changed.

An index of another recipe, and one that a killed process left half changed, is built anew in a collection of its own,
which the alias then points to: that publishes everything at one moment. Any other is changed in place, a document at a
time, and published as a whole by its header.
"""

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from service.documents.collection import scan
from service.documents.model import Document, Problem
from service.embedding.encoder import Encoder
from service.errors import IndexMismatchError
from service.index import record
from service.index.changes import require_plausible
from service.index.files import FileState
from service.index.indexer import IndexReport
from service.index.manifest import Recipe
from service.index.milvus.address import MilvusAddress
from service.index.milvus.connection import Connection
from service.index.milvus.header import Header, published
from service.index.milvus.lease import Lease, leased
from service.index.milvus.reading import Changes, compare, read_collection, same_files
from service.index.milvus.schema import LAYOUT
from service.index.milvus.store import Store, clear_away, new_store
from service.index.progress import Progress, untold
from service.settings import Settings

GRACE_SECONDS = 5.0
"""How long a collection that was replaced is kept for those who are answering from it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Published:
    """The published collection as far as its notes tell."""

    store: Store
    header: Header
    files: tuple[FileState, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files, in their order."""
        return tuple(problem for file in self.files for problem in file.problems)

    @property
    def keys(self) -> Set[int]:
        """The documents that it holds."""
        return {file.key for file in self.files if file.key is not None}


@dataclass(frozen=True, slots=True)
class _Content:
    """What the next generation is made of: documents by key, and what became of every file."""

    documents: Mapping[int, Document]
    files: tuple[FileState, ...]


class MilvusBuilder:
    """Builds the index of one knowledge folder in Milvus."""

    def __init__(self, address: MilvusAddress, settings: Settings, encoder: Encoder) -> None:
        self._address = address
        self._knowledge = settings.knowledge
        self._encoder = encoder
        self._recipe = Recipe.of(encoder, settings)

    def update(self, *, rebuild: bool = False, wait: bool = True, progress: Progress = untold) -> IndexReport:
        """Take in what changed in the knowledge folder, and publish the result.

        :raises IndexUnreachableError: when the server does not answer.
        :raises IndexBusyError: when another process builds and `wait` is false.
        :raises KnowledgeError: when the folder cannot be read, or lacks documents as `require_plausible` says.
        """
        connection = Connection(self._address)
        try:
            with leased(connection, wait=wait) as lease:
                return self._update(connection, lease, rebuild, progress)
        finally:
            connection.close()

    def _update(self, connection: Connection, lease: Lease, rebuild: bool, progress: Progress) -> IndexReport:
        started = time.perf_counter()
        scanned = scan(self._knowledge)
        current = self._published(connection)
        base = current if current and not rebuild and self._fits(current) else None
        if base and same_files(scanned, base.files):
            return _unchanged(base, time.perf_counter() - started)
        stored = base.store.documents(progress) if base else {}
        collection, files = read_collection(
            scanned, base.files if base else (), stored, site_url=self._recipe.site_url, progress=progress
        )
        content = _Content({record.key_of(document.id): document for document in collection.documents}, files)
        if current:
            found, name = content.documents.keys(), current.header.generation
            require_plausible(self._knowledge, found, current.keys, name, rebuild=rebuild)
        changes = compare(content.documents, stored)
        header = self._header(content, current)
        lease.require()
        if base:
            _change(base, stored, content, changes, self._encoder, progress)
            lease.require()
            header.write(base.store.notes)
        else:
            store = self._build(connection, content, header, progress)
            lease.require()
            _publish(connection, store)
        return IndexReport(
            generation=header.generation,
            published=True,
            added=len(changes.added),
            changed=len(changes.changed),
            removed=len(changes.removed),
            unchanged=len(content.documents) - len(changes.text),
            problems=tuple(problem for file in files for problem in file.problems),
            seconds=time.perf_counter() - started,
        )

    def _published(self, connection: Connection) -> _Published | None:
        try:
            found = published(connection, load=True)
        except IndexMismatchError as error:
            log.warning("building everything again: %s", error)
            return None
        if found is None:
            return None
        store = Store(connection, found[0])
        return _Published(store, found[1], store.files())

    def _fits(self, current: _Published) -> bool:
        if current.header.updating:
            log.warning("building everything again: a process that changed %s broke off", current.header.generation)
            return False
        try:
            self._recipe.require(current.header.recipe, current.header.generation)
        except IndexMismatchError as error:
            log.warning("building everything again: %s", error)
            return False
        return True

    def _build(self, connection: Connection, content: _Content, header: Header, progress: Progress) -> Store:
        """Build a collection that nobody knows of yet."""
        clear_away(connection)
        store = new_store(connection, self._encoder.dimension)
        store.write(content.documents, self._encoder, progress)
        store.put_files(content.files)
        header.write(store.notes)
        store.seal()
        return store

    def _header(self, content: _Content, current: _Published | None) -> Header:
        number = int(current.header.generation.split("-")[0]) + 1 if current else 1
        digest = hashlib.sha256(orjson.dumps((self._recipe, content.files))).hexdigest()
        products = Counter(d.product for d in content.documents.values() if d.product is not None)
        return Header(
            layout=LAYOUT,
            generation=f"{number:08d}-{digest[:12]}",
            published_at=datetime.now(UTC).isoformat(timespec="seconds"),
            recipe=self._recipe,
            document_count=len(content.documents),
            problem_count=sum(len(file.problems) for file in content.files),
            products=dict(sorted(products.items())),
            updating=False,
        )


def _change(
    base: _Published,
    stored: Mapping[int, Document],
    content: _Content,
    changes: Changes,
    encoder: Encoder,
    progress: Progress,
) -> None:
    """Change the published collection in place; its header has to follow."""
    store = base.store
    replace(base.header, updating=True).write(store.notes)
    rewritten = changes.rewritten - changes.added
    store.forget({key: stored[key] for key in changes.removed | rewritten}, keep_rows=rewritten)
    store.write({key: content.documents[key] for key in sorted(changes.rewritten)}, encoder, progress)
    store.put_files(content.files, before=base.files)


def _publish(connection: Connection, store: Store) -> None:
    """Let the alias point to a collection, and delete the one before once nobody answers from it."""
    name = connection.address.name
    before = connection.aliased(name)
    connection.point(name, store.collection)
    if before is not None:
        time.sleep(GRACE_SECONDS)
        clear_away(connection)


def _unchanged(current: _Published, seconds: float) -> IndexReport:
    head = current.header
    return IndexReport(head.generation, False, 0, 0, 0, head.document_count, current.problems, seconds)
