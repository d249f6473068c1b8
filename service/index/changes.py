"""What became of the files and documents of a folder since a generation was built."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.documents.collection import Collection, Scan
from service.documents.model import Document, Parsed, Problem
from service.errors import KnowledgeError
from service.index.manifest import FileState, Manifest
from service.index.record import key_of

_FEW = 20
"""So many documents may go at once, whatever part of the collection they are."""


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


def same_files(scanned: Scan, manifest: Manifest) -> bool:
    """Whether a folder holds the very files that a generation was built from."""
    found = {file.path: file.content_hash for file in scanned.files} | {p.file: "" for p in scanned.problems}
    return found == {file.path: file.content_hash for file in manifest.files}


def require_plausible(knowledge: Path, count: int, published: Manifest, *, rebuild: bool) -> None:
    """Refuse a folder that somebody has taken away or is still copying: its documents are not gone for good.

    :raises KnowledgeError: when there is none left of the published ones, or less than half of them and `rebuild` does
        not say that it is meant.
    """
    before, name = published.document_count, published.generation
    if before and not count:
        raise KnowledgeError(
            f"The knowledge folder {knowledge} holds no document that can be indexed, but the published index {name} "
            "has some; it stays. Put the documents back, or delete the data folder to start anew."
        )
    if not rebuild and before - count > max(_FEW, before // 2):
        raise KnowledgeError(
            f"The knowledge folder {knowledge} holds {count} documents that can be indexed, but the published index "
            f"{name} has {before}; it stays. Put the documents back, or run `expert-answers index --rebuild` if they "
            "are gone for good."
        )


def file_states(
    scanned: Scan, collection: Collection, parsed: Mapping[str, Parsed], unchanged: Mapping[str, FileState]
) -> tuple[FileState, ...]:
    """What became of every file, by path: just parsed, or unchanged since the generation before."""
    keys = {document.path: key_of(document.id) for document in collection.documents}
    duplicates = _by_file(collection.problems)
    states = [FileState(problem.file, "", None, (problem,)) for problem in scanned.problems]
    for file in scanned.files:
        before = unchanged.get(file.path)
        own = before.problems if before else parsed[file.path].problems
        problems = (*own, *duplicates.get(file.path, ()))
        states.append(FileState(file.path, file.content_hash, keys.get(file.path), problems))
    return tuple(sorted(states, key=lambda state: state.path))


def _by_file(problems: Iterable[Problem]) -> dict[str, tuple[Problem, ...]]:
    by_file: dict[str, tuple[Problem, ...]] = {}
    for problem in problems:
        by_file[problem.file] = (*by_file.get(problem.file, ()), problem)
    return by_file
