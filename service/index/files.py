"""What is known of the files of a knowledge folder: in a generation, and when each was last seen as it was then."""

from collections.abc import Iterable, Iterator, KeysView, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from service.documents.collection import Stamp
from service.documents.model import Problem, Severity

_FILES, _STAMPS = "files.json", "stamps.json"


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
    """The files that a generation was built from, by path.

    They are columns, and a state is made of them when it is asked for: of a hundred thousand files, an update asks for
    hardly any. Files and folders that could not be read are none of them: their problems are all that is known, as a
    name that cannot be told is shown as another file's may be.
    """

    def __init__(self, states: Iterable[FileState] = (), unread: Iterable[Problem] = ()) -> None:
        self.unread = frozenset(unread)
        self._hashes: dict[str, str] = {}
        self._keys: dict[str, int] = {}
        self._problems: dict[str, tuple[Problem, ...]] = {}
        for state in states:
            self.put(state)

    def __iter__(self) -> Iterator[FileState]:
        return map(self._state, self._hashes)

    def get(self, path: str) -> FileState | None:
        """The state of a file, None when it is not known."""
        return self._state(path) if path in self._hashes else None

    def put(self, state: FileState) -> None:
        """Add what became of a file, or put it in the place of what was known."""
        self.drop((state.path,))
        self._hashes[state.path] = state.content_hash
        if state.key is not None:
            self._keys[state.path] = state.key
        if state.problems:
            self._problems[state.path] = state.problems

    def drop(self, paths: Iterable[str]) -> None:
        """Forget some files, known or not."""
        for path in paths:
            for column in (self._hashes, self._keys, self._problems):
                column.pop(path, None)

    def copy(self) -> Self:
        """The same files, to be changed by themselves."""
        files = type(self)(unread=self.unread)
        files._hashes, files._keys, files._problems = self._hashes.copy(), self._keys.copy(), self._problems.copy()
        return files

    @property
    def paths(self) -> KeysView[str]:
        """Where they are, in no order."""
        return self._hashes.keys()

    @property
    def keys(self) -> Set[int]:
        """The documents that they hold."""
        return frozenset(self._keys.values())

    @property
    def without_document(self) -> Set[str]:
        """The paths of those that gave no document."""
        return self._hashes.keys() - self._keys.keys()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the files, and why others could not be read, in the order of their paths."""
        found = [*self.unread, *(problem for problems in self._problems.values() for problem in problems)]
        return tuple(sorted(found, key=_place))

    def path_by_key(self) -> dict[int, str]:
        """Where each document is."""
        return dict(zip(self._keys.values(), self._keys, strict=True))

    def hash_by_key(self) -> dict[int, str]:
        """What each document's file holds."""
        return dict(zip(self._keys.values(), map(self._hashes.__getitem__, self._keys), strict=True))

    def write(self, folder: Path) -> bytes:
        """Write them into a generation's folder, and return what was written."""
        paths = sorted(self._hashes)
        raw = orjson.dumps(
            {
                "paths": paths,
                "hashes": [self._hashes[path] for path in paths],
                "keys": [self._keys.get(path) for path in paths],
                "problems": self._problems,
                "unread": sorted(self.unread, key=_place),
            },
            option=orjson.OPT_SORT_KEYS,
        )
        (folder / _FILES).write_bytes(raw)
        return raw

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read what `write` wrote.

        :raises ValueError: when it is something else.
        """
        raw = orjson.loads((folder / _FILES).read_bytes())
        files, paths = cls(unread=map(_problem, raw.get("unread", ()))), raw["paths"]
        files._hashes = dict(zip(paths, raw["hashes"], strict=True))
        files._keys = {path: key for path, key in zip(paths, raw["keys"], strict=True) if key is not None}
        files._problems = {path: tuple(map(_problem, found)) for path, found in raw["problems"].items()}
        return files

    def _state(self, path: str) -> FileState:
        return FileState(path, self._hashes[path], self._keys.get(path), self._problems.get(path, ()))


class Stamps:
    """The stamps that files had when they were read for a generation: one with its stamp need not be read again.

    They lie beside the generations, as looking at a file that was touched changes them and no generation. What cannot
    be read is as good as empty.
    """

    def __init__(self, stamps: Mapping[str, Stamp]) -> None:
        self._stamps = stamps

    @classmethod
    def read(cls, root: Path, generation: str) -> Self:
        """Those that belong to a generation."""
        try:
            raw = orjson.loads((root / _STAMPS).read_bytes())
            if raw["generation"] != generation:
                return cls({})
            return cls(dict(zip(raw["paths"], raw["stamps"], strict=True)))
        except (OSError, ValueError, LookupError, TypeError):
            return cls({})

    def missed(self, found: Mapping[str, Stamp | None]) -> list[str]:
        """The paths of files that may not be as they were."""
        return [path for path, stamp in found.items() if stamp is None or self._stamps.get(path) != stamp]

    @staticmethod
    def write(root: Path, generation: str, found: Mapping[str, Stamp | None], unread: Set[str]) -> None:
        """Keep the stamps of files that were found, and read since but for those `unread`."""
        kept = {path: stamp for path, stamp in found.items() if stamp is not None and path not in unread}
        new = root / f"{_STAMPS}.new"
        new.write_bytes(orjson.dumps({"generation": generation, "paths": list(kept), "stamps": list(kept.values())}))
        new.replace(root / _STAMPS)


def file_state(raw: dict[str, Any]) -> FileState:
    """Read what became of a file from its JSON."""
    problems = raw["problems"]
    if not isinstance(problems, list):
        raise TypeError(f"problems of {raw['path']!r} are {problems!r}, expected a list")
    return FileState(**raw | {"problems": tuple(map(_problem, problems))})


def _place(problem: Problem) -> tuple[str, int, str, str]:
    return problem.file, problem.line, problem.code, problem.message


def _problem(raw: dict[str, object]) -> Problem:
    return Problem(**raw | {"severity": Severity(str(raw["severity"]))})  # type: ignore[arg-type]
