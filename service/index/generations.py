"""The generations of an index on disk: immutable folders, one of them named in the file CURRENT.

A generation is built in a folder of its own that no reader looks at, brought to disk, renamed into place and then
published by replacing CURRENT, which is one atomic rename. Whatever a killed build leaves behind is swept by the next.
"""

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from service.errors import IndexBusyError, IndexDamagedError, IndexUnavailableError
from service.index import checksums

_CURRENT = "CURRENT"
_NAME = re.compile("[0-9]{8,}-[0-9a-z]+")
_BUILDING = "building-"
_KEPT = 2

log = logging.getLogger(__name__)


class Generations:
    """The folder `index` under the data folder."""

    def __init__(self, data: Path) -> None:
        self.root = data / "index"

    def current(self) -> Path | None:
        """The folder of the published generation, None before the first.

        :raises IndexDamagedError: when CURRENT names none.
        :raises IndexUnavailableError: when it may not be read.
        """
        path = self.root / _CURRENT
        try:
            name = path.read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except PermissionError as error:
            raise IndexUnavailableError(
                f"The index under {self.root.parent} cannot be read: {error.strerror}; let the user that this runs as "
                "read it, or name another folder with --data or EXPERT_ANSWERS_DATA."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise checksums.damaged(self.root, f"{_CURRENT} cannot be read ({error})") from error
        if not _NAME.fullmatch(name):
            raise checksums.damaged(self.root, f"{_CURRENT} names no generation")
        return self.root / name

    @property
    def has_published(self) -> bool:
        """Whether a generation was published, even if CURRENT is damaged now."""
        try:
            return self.current() is not None
        except IndexDamagedError:
            return True

    def require_current(self) -> Path:
        """The folder of the published generation.

        :raises IndexUnavailableError: before the first one is published.
        :raises IndexDamagedError: when it cannot be told which one is.
        """
        folder = self.current()
        if folder is None:
            raise IndexUnavailableError(
                f"There is no index under {self.root.parent} yet; run `expert-answers index` to build it."
            )
        return folder

    def kept(self) -> list[Path]:
        """The generations that are there, the newest first."""
        return self._all()[::-1]

    def earlier(self) -> list[Path]:
        """Those to answer from when the published one is damaged, the newest first."""
        try:
            current = self.current()
        except IndexDamagedError:
            return self.kept()
        return [path for path in self.kept() if current is None or path.name < current.name]

    @contextmanager
    def lock(self, *, wait: bool) -> Iterator[None]:
        """Let one process at a time build; sweeps what a killed one left.

        :raises IndexBusyError: when another builds and `wait` is false.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.root / "lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            if not wait:
                raise IndexBusyError("Another process is building the index; try again when it is done.") from error
            log.warning("another process is building the index; waiting until it is done")
            lock.acquire()
        try:
            self._sweep()
            yield
        finally:
            lock.release()

    def building(self) -> Path:
        """A new folder to build in; call it under the lock."""
        folder = self.root / f"{_BUILDING}{os.getpid()}"
        folder.mkdir()
        return folder

    def next_name(self, digest: str) -> str:
        """The name of the generation after the newest one, ending in what tells its content."""
        newest = max((int(path.name.split("-")[0]) for path in self._all()), default=0)
        return f"{newest + 1:08d}-{digest[:12]}"

    def publish(self, building: Path, name: str) -> Path:
        """Make a finished folder the current generation and forget all but the newest few."""
        sync_tree(building)
        folder = self.root / name
        building.rename(folder)
        _sync_folder(self.root)
        written = self.root / f"{_CURRENT}.new"
        with written.open("w", encoding="utf-8") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        if (self.root / _CURRENT).is_dir():
            # Whoever made it, no file can take its place.
            shutil.rmtree(self.root / _CURRENT)
        written.replace(self.root / _CURRENT)
        _sync_folder(self.root)
        for old in self._all()[:-_KEPT]:
            shutil.rmtree(old)
        return folder

    def _all(self) -> list[Path]:
        return sorted(path for path in self.root.glob("[0-9]*-*") if _NAME.fullmatch(path.name) and path.is_dir())

    def _unpublished(self) -> list[Path]:
        """Those that a build left before it published them; none where CURRENT does not tell them from the others."""
        try:
            current = self.current()
        except IndexDamagedError:
            return []
        if current is None or not current.is_dir():
            return []
        return [path for path in self._all() if path.name > current.name]

    def _sweep(self) -> None:
        for folder in (*self.root.glob(f"{_BUILDING}*"), *self._unpublished()):
            log.warning("removing %s, left by a build that did not finish", folder.name)
            shutil.rmtree(folder)


def sync_tree(folder: Path) -> None:
    """Bring a folder and everything below it to disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
