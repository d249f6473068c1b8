"""The generations of an index on disk: immutable folders, one of them named in the file CURRENT.

A generation is built in a folder of its own that no reader looks at, brought to disk, renamed into place and then
published by replacing CURRENT, which is one atomic rename. Whatever a killed build leaves behind is swept by the next.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from service.errors import IndexBusyError, IndexUnavailableError

_CURRENT = "CURRENT"
_BUILDING = "building-"
_KEPT = 2

log = logging.getLogger(__name__)


class Generations:
    """The folder `index` under the data folder."""

    def __init__(self, data: Path) -> None:
        self.root = data / "index"

    def current(self) -> Path | None:
        """The folder of the published generation, None before the first.

        :raises IndexUnavailableError: when nobody can tell.
        """
        try:
            name = (self.root / _CURRENT).read_text("utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise IndexUnavailableError(
                f"The index under {self.root.parent} cannot be read: {error.strerror}; let the user that this runs as "
                "read it, or name another folder with --data or EXPERT_ANSWERS_DATA."
            ) from error
        return self.root / name

    def require_current(self) -> Path:
        """The folder of the published generation.

        :raises IndexUnavailableError: before the first one is published.
        """
        folder = self.current()
        if folder is None:
            raise IndexUnavailableError(
                f"There is no index under {self.root.parent} yet; run `expert-answers index` to build it."
            )
        return folder

    def before(self, folder: Path) -> list[Path]:
        """The generations published before one that are still kept, the newest first."""
        return [path for path in reversed(self._all()) if path.name < folder.name]

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
        written.replace(self.root / _CURRENT)
        _sync_folder(self.root)
        for old in self._all()[:-_KEPT]:
            shutil.rmtree(old)
        return folder

    def _all(self) -> list[Path]:
        return sorted(path for path in self.root.glob("[0-9]*-*") if path.is_dir())

    def _sweep(self) -> None:
        current = self.current()
        unpublished = [path for path in self._all() if current is None or path.name > current.name]
        for folder in (*self.root.glob(f"{_BUILDING}*"), *unpublished):
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
