"""From the knowledge folder to a published generation, at the cost of what changed."""

import hashlib
import logging
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import orjson

from service.documents.model import Document, Problem
from service.embedding.encoder import Encoder
from service.errors import IndexMismatchError, IndexUnavailableError, IndexWriteError
from service.index import checksums, record
from service.index.building import Base, Builder
from service.index.changes import Intake, Look, look, read_all, require_plausible
from service.index.files import Files, Stamps
from service.index.generations import Generations
from service.index.manifest import Manifest, Recipe
from service.index.models import follow_model
from service.index.progress import Progress, untold
from service.index.snapshot import Snapshot
from service.memory import uncollected
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
    """The published generation: its description and the files it was built from."""

    folder: Path
    manifest: Manifest
    files: Files

    @property
    def base(self) -> Base:
        return Base(self.folder, tuple(self.manifest.products))

    def require_plausible(self, knowledge: Path, found: Set[int], *, rebuild: bool = False) -> None:
        require_plausible(knowledge, found, self.files.keys, self.folder.name, rebuild=rebuild)


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
        :raises IndexUnavailableError: when what is published cannot be told, as that may not be read.
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
        published = self._require_published()
        recipe = self.recipe.with_model_of(published.manifest.recipe)
        return tuple(Snapshot.open(published.folder, recipe).read_all())

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
            published = self._require_published()
            self.recipe.with_model_of(published.manifest.recipe).require(
                published.manifest.recipe, published.folder.name
            )
            checksums.verify(published.folder)
            self._use(encoder)
            with self._building() as folder:
                builder = Builder(folder, encoder, published.base, same_model=False)
                self._finish(folder, builder, [], published.files, progress)

    def publish(self, documents: Iterable[Document], expected: int = 0, progress: Progress = untold) -> None:
        """Publish an index of documents that lie in no folder, about so many."""
        with self._generations.lock(wait=True), self._building() as folder:
            builder = Builder(folder, self.encoder)
            builder.write(documents, expected, progress)
            self._finish(folder, builder, [], Files(), progress)

    def change(self, documents: Iterable[Document], removed: Collection[str] = ()) -> None:
        """Publish the documents of the published generation with some added or replaced, and some ids removed.

        Raises as `documents` does.
        """
        with self._generations.lock(wait=True), self._building() as folder:
            published = self._require_published()
            builder = Builder(folder, self.encoder, published.base)
            builder.write(documents, 0, untold)
            keys = sorted(map(record.key_of, removed))
            self._finish(folder, builder, keys, published.files, untold)

    def _require_published(self) -> _Published:
        folder = self._generations.require_current()
        return _read(folder)

    def _update(self, rebuild: bool, progress: Progress) -> IndexReport:
        started = time.perf_counter()
        encoder = follow_model(self._settings, self.encoder)
        if encoder is not self.encoder:
            self._use(encoder)
        with uncollected():
            published = self._published()
            current = published if published and not rebuild and self._fits(published) else None
            before = current.files if current else Files()
            stamps = Stamps.read(self._generations.root, current.folder.name) if current else Stamps({})
            found = look(self._knowledge, before if current else None, stamps)
        if current and found.is_same:
            if found.is_unstamped:
                self._keep_stamps(current.folder.name, found, found.unread.keys())
            return _unchanged(current, time.perf_counter() - started)
        fresh = found.to_read(before)
        intake = Intake(before, fresh, found)
        with self._building() as folder:
            builder = Builder(folder, self.encoder, current.base if current else None)
            builder.write(self._take(intake, sorted(fresh), builder), len(fresh), progress)
            if known := published or self._newest():
                known.require_plausible(self._knowledge, intake.keys, rebuild=rebuild)
            files, removed = intake.files(), intake.removed()
            manifest = self._finish(folder, builder, removed, files, progress)
        self._keep_stamps(manifest.generation, found, intake.unread)
        return IndexReport(
            generation=manifest.generation,
            published=True,
            added=intake.added,
            changed=intake.changed,
            removed=len(removed),
            unchanged=len(intake.keys) - intake.added - intake.changed,
            problems=files.problems,
            seconds=time.perf_counter() - started,
        )

    def _take(self, intake: Intake, paths: list[str], builder: Builder) -> Iterator[Document]:
        """Read files, and put into the builder by itself whatever needs no analysis again."""
        for reading in read_all(self._knowledge, paths, self.recipe.site_url):
            document = intake.take(reading)
            if document is None:
                continue
            if intake.has_same_text(document) and builder.has_product(document):
                builder.rewrite(document)
            else:
                yield document

    def _keep_stamps(self, generation: str, found: Look, unread: Set[str]) -> None:
        try:
            Stamps.write(self._generations.root, generation, found.listing.files, unread)
        except OSError as error:
            # Without them, the next update reads every file, and finds the same.
            log.warning("the next update takes longer: what the files looked like cannot be kept (%s)", error)

    def _newest(self) -> _Published | None:
        """The newest generation that still tells what it was built from, published or not, whole or not."""
        for folder in self._generations.kept():
            with suppress(IndexMismatchError):
                return _read(folder)
        return None

    def _published(self) -> _Published | None:
        try:
            folder = self._generations.current()
            if folder is None:
                return None
            published = _read(folder)
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

    @contextmanager
    def _building(self) -> Iterator[Path]:
        folder = self._generations.building()
        try:
            yield folder
        except BaseException:
            # What is built takes as much room as the index; on a full disk that is needed.
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _finish(
        self,
        folder: Path,
        builder: Builder,
        removed: list[int],
        files: Files,
        progress: Progress,
    ) -> Manifest:
        built = builder.finish(np.array(removed, np.int64), progress)
        described = orjson.dumps(self.recipe) + files.write(folder)
        manifest = Manifest(
            generation=self._generations.next_name(hashlib.sha256(described).hexdigest()),
            published_at=datetime.now(UTC).isoformat(timespec="seconds"),
            recipe=self.recipe,
            document_count=built.document_count,
            products=dict(built.products),
            problem_count=len(files.problems),
            search=built.search,
        )
        manifest.write(folder)
        checksums.write(folder)
        self._generations.publish(folder, manifest.generation)
        self._verified = manifest.generation
        return manifest


def require_accepted(settings: Settings, documents: Iterable[Document]) -> None:
    """Tell, changing nothing, whether an update would take in these documents of the knowledge folder.

    :raises KnowledgeError: when the folder lacks documents as `require_plausible` says.
    """
    try:
        folder = Generations(settings.data).current()
        published = _read(folder) if folder else None
    except (IndexMismatchError, IndexUnavailableError):
        # What is wrong with the index comes first.
        return
    if published:
        published.require_plausible(settings.knowledge, {record.key_of(document.id) for document in documents})


def _read(folder: Path) -> _Published:
    manifest = Manifest.read(folder)
    try:
        return _Published(folder, manifest, Files.read(folder))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise checksums.damaged(folder, f"files.json cannot be read ({error})") from error


def _unchanged(published: _Published, seconds: float) -> IndexReport:
    manifest = published.manifest
    return IndexReport(manifest.generation, False, 0, 0, 0, manifest.document_count, published.files.problems, seconds)
