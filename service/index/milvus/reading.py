"""The documents of a scanned folder, of which only the files that changed are parsed, against those of an index."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.documents.collection import Collection, Scan, ScannedFile, finish
from service.documents.model import Document, Parsed, Problem
from service.documents.parallel import parse_files
from service.index.files import FileState
from service.index.progress import Progress
from service.index.record import key_of


@dataclass(frozen=True, slots=True)
class Changes:
    """Keys by what became of their documents' text; `rewritten` also holds those of which only a reference changed."""

    added: frozenset[int]
    changed: frozenset[int]
    removed: frozenset[int]
    rewritten: frozenset[int]

    @property
    def text(self) -> frozenset[int]:
        """The documents whose text is new."""
        return self.added | self.changed


def compare(documents: Mapping[int, Document], before: Mapping[int, Document]) -> Changes:
    """Tell the documents of now from those before, both by key."""
    both = documents.keys() & before.keys()
    added = frozenset(documents.keys() - before.keys())
    return Changes(
        added=added,
        changed=frozenset(key for key in both if documents[key].content_hash != before[key].content_hash),
        removed=frozenset(before.keys() - documents.keys()),
        rewritten=added | frozenset(key for key in both if documents[key] != before[key]),
    )


def same_files(scanned: Scan, files: Iterable[FileState]) -> bool:
    """Whether a folder holds the very files that an index was built from."""
    found = {file.path: file.content_hash for file in scanned.files} | {_no_path(p): "" for p in scanned.problems}
    return found == {file.path: file.content_hash for file in files}


def read_collection(
    scanned: Scan,
    before: Iterable[FileState],
    documents: Mapping[int, Document],
    *,
    site_url: str | None,
    progress: Progress,
) -> tuple[Collection, tuple[FileState, ...]]:
    """Parse the files that changed, and those that gave no document before: another file may have been why.

    `before` and `documents`, by key, are what the index holds.
    """
    stored = {file.path: file for file in before if file.key is not None}
    kept: list[Document] = []
    unchanged: dict[str, FileState] = {}
    fresh: list[ScannedFile] = []
    for file in scanned.files:
        known = stored.get(file.path)
        if known and known.content_hash == file.content_hash and known.key is not None:
            kept.append(documents[known.key])
            unchanged[file.path] = known
        else:
            fresh.append(file)
    parsed: dict[str, Parsed] = {}
    for file, one in zip(fresh, parse_files(fresh, site_url), strict=True):
        parsed[file.path] = one
        progress("parsing", len(parsed), len(fresh))
    collection = finish([*kept, *(one.document for one in parsed.values() if one.document)])
    return collection, _file_states(scanned, collection, parsed, unchanged)


def _file_states(
    scanned: Scan, collection: Collection, parsed: Mapping[str, Parsed], unchanged: Mapping[str, FileState]
) -> tuple[FileState, ...]:
    """What became of every file, by path: just parsed, or unchanged since the index was built."""
    keys = {document.path: key_of(document.id) for document in collection.documents}
    duplicates = _by_file(collection.problems)
    states = [FileState(_no_path(problem), "", None, (problem,)) for problem in scanned.problems]
    for file in scanned.files:
        before = unchanged.get(file.path)
        own = before.problems if before else parsed[file.path].problems
        problems = (*own, *duplicates.get(file.path, ()))
        states.append(FileState(file.path, file.content_hash, keys.get(file.path), problems))
    return tuple(sorted(states, key=lambda state: state.path))


def _no_path(problem: Problem) -> str:
    """What to call a file that could not be read: a name that cannot be told is shown as another file's path may be."""
    return f"/{problem.file}"


def _by_file(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    by_file: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        by_file[problem.file] = (*by_file.get(problem.file, ()), problem)
    return by_file
