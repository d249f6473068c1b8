"""What is known of the files of a knowledge folder: in a generation, and when each was last seen as it was then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from service.documents.collection import ListedFile, Stamp
from service.documents.model import Problem, Severity

_FILES, _STAMPS = "files.json", "stamps.json"

_SETTLED_NS = 2_000_000_000
"""Age from which a file's time of change tells it from a later one; clocks of file systems tick slowly."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What became of one file of the knowledge folder.

    `key` is its document's, None when it holds none; `path` is relative, `content_hash` its SHA-256 in hex, empty when
    it could not be read.
    """

    path: str
    content_hash: str
    key: int | None
    problems: tuple[Problem, ...] = ()


class Files:
    """The files that a generation was built from, by path."""

    def __init__(self, states: Iterable[FileState]) -> None:
        self._states = {state.path: state for state in states}

    def __iter__(self) -> Iterator[FileState]:
        return iter(self._states.values())

    def get(self, path: str) -> FileState | None:
        """The state of a file, None when it is not known."""
        return self._states.get(path)

    @property
    def known(self) -> bool:
        """Whether there is any."""
        return bool(self._states)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files, in the order of their paths."""
        told = sorted(path for path, state in self._states.items() if state.problems)
        return tuple(problem for path in told for problem in self._states[path].problems)

    def write(self, folder: Path) -> bytes:
        """Write them into a generation's folder, and return what was written."""
        states = [self._states[path] for path in sorted(self._states)]
        # Columns are read in half the time that records take.
        raw = orjson.dumps(
            {
                "paths": [state.path for state in states],
                "hashes": [state.content_hash for state in states],
                "keys": [state.key for state in states],
                "problems": {state.path: state.problems for state in states if state.problems},
            }
        )
        (folder / _FILES).write_bytes(raw)
        return raw

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what `write` wrote.

        :raises ValueError: when it is something else.
        """
        raw = orjson.loads((folder / _FILES).read_bytes())
        problems = {path: tuple(map(_problem, found)) for path, found in raw["problems"].items()}
        columns = zip(raw["paths"], raw["hashes"], raw["keys"], strict=True)
        return cls(FileState(path, hashed, key, problems.get(path, ())) for path, hashed, key in columns)


class Stamps:
    """The stamps that files had when they were read for a generation: one with its stamp need not be read again.

    They lie beside the generations, as looking at a file that was touched changes them and no generation. What cannot
    be read is as good as empty.
    """

    def __init__(self, stamps: Mapping[str, Stamp]) -> None:
        self._stamps = dict(stamps)

    @classmethod
    def read(cls, root: Path, generation: str) -> Self:
        """Those that belong to a generation."""
        try:
            raw = orjson.loads((root / _STAMPS).read_bytes())
            if raw["generation"] != generation:
                return cls({})
            return cls(dict(zip(raw["paths"], map(tuple, raw["stamps"]), strict=True)))
        except (OSError, ValueError, LookupError, TypeError):
            return cls({})

    def has(self, file: ListedFile) -> bool:
        """Whether a file is as it was."""
        return file.stamp is not None and self._stamps.get(file.path) == file.stamp

    @staticmethod
    def write(root: Path, generation: str, files: Iterable[ListedFile], listed_at_ns: int) -> None:
        """Keep the stamps of files that were read since they were listed, but for those that were just written."""
        settled = listed_at_ns - _SETTLED_NS
        kept = [file for file in files if file.stamp is not None and file.stamp[0] < settled]
        paths, stamps = [file.path for file in kept], [file.stamp for file in kept]
        new = root / f"{_STAMPS}.new"
        new.write_bytes(orjson.dumps({"generation": generation, "paths": paths, "stamps": stamps}))
        new.replace(root / _STAMPS)


def file_state(raw: dict[str, Any]) -> FileState:
    """Read what became of a file from its JSON."""
    problems = raw["problems"]
    if not isinstance(problems, list):
        raise TypeError(f"problems of {raw['path']!r} are {problems!r}, expected a list")
    return FileState(**raw | {"problems": tuple(map(_problem, problems))})


def _problem(raw: dict[str, object]) -> Problem:
    return Problem(**raw | {"severity": Severity(str(raw["severity"]))})  # type: ignore[arg-type]
