"""What became of the files of a knowledge folder, and of their documents, since a generation was built."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from service.documents.collection import Listing, ScannedFile, duplicate_id, list_files, parse_file, read_file
from service.documents.model import Document, Parsed, Problem
from service.documents.parallel import WORTH_A_PROCESS, map_on_all_cores
from service.errors import KnowledgeError
from service.index.files import Files, FileState, Stamps
from service.index.record import key_of

_FEW = 20
"""So many documents may go at once, whatever part of the collection they are."""


@dataclass(frozen=True, slots=True)
class Look:
    """A folder against a generation: the paths that were written since, and those that are gone or cannot be read now.

    `unread` has the problem with each file that was tried in vain; `is_unstamped` says that others had to be read,
    written since or not, and need not be the next time.
    """

    listing: Listing
    written: frozenset[str]
    gone: frozenset[str]
    unread: Mapping[str, Problem]
    same_problems: bool
    is_unstamped: bool

    @property
    def is_same(self) -> bool:
        """Whether the folder holds the very files that the generation was built from."""
        return self.same_problems and not self.written and not self.gone

    def to_read(self, before: Files) -> frozenset[str]:
        """The paths to read: what was written, and what gave no document, as another file may have been why."""
        return self.written | ((before.without_document & self.listing.files.keys()) - self.gone)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it is now: what was parsed, or why it could not be read, or neither where it is no document's."""

    path: str
    content_hash: str = ""
    parsed: Parsed | None = None
    problem: Problem | None = None


def look(root: Path, before: Files | None, stamps: Stamps) -> Look:
    """Find what was written since, reading only the files that may have been; without a generation, all were.

    While a folder cannot be opened, the files below it are taken to be as they were.

    :raises KnowledgeError: when the folder cannot be read.
    """
    listing = list_files(root)
    unstamped = stamps.missed(listing.files)
    if before is None:
        return Look(listing, frozenset(listing.files), frozenset(), {}, same_problems=False, is_unstamped=True)
    written: list[str] = []
    unread: dict[str, Problem] = {}
    for path in unstamped:
        read, known = read_file(root, path), before.get(path)
        if isinstance(read, Problem):
            unread[path] = read
        elif (read.content_hash if read else None) != (known.content_hash if known else None):
            written.append(path)
    unlisted = {path for path in before.paths - listing.files.keys() if not path.startswith(listing.closed)}
    return Look(
        listing,
        written=frozenset(written),
        gone=frozenset(unlisted | (unread.keys() & before.paths)),
        unread=unread,
        same_problems={*listing.problems, *unread.values()} == before.unread,
        is_unstamped=any(listing.files[path] is not None for path in unstamped if path not in unread),
    )


def read_all(root: Path, paths: Sequence[str], site_url: str | None) -> Iterator[Reading]:
    """Read and parse files, in their order."""
    return map_on_all_cores(partial(_read, root, site_url), paths, len(paths) // WORTH_A_PROCESS)


def require_plausible(knowledge: Path, found: Set[int], published: Set[int], name: str, *, rebuild: bool) -> None:
    """Refuse a folder that somebody has taken away or is still copying: its documents are not gone for good.

    `found` are the keys of its documents, `published` those of the index called `name`. A folder of quite other
    documents is another collection, whatever its size.

    :raises KnowledgeError: when there is no document, or less than half of those that are published, some of these
        among them, and `rebuild` does not say that it is meant.
    """
    if published and not found:
        raise KnowledgeError(
            f"The knowledge folder {knowledge} holds no document that can be indexed, but the published index {name} "
            "has some; it stays. Put the documents back, or delete the data folder to start anew."
        )
    count, before = len(found), len(published)
    if not rebuild and before - count > max(_FEW, before // 2) and not found.isdisjoint(published):
        raise KnowledgeError(
            f"The knowledge folder {knowledge} holds {count} documents that can be indexed, but the published index "
            f"{name} has {before}; it stays. Put the documents back, or run `expert-answers index --rebuild` if they "
            "are gone for good."
        )


class Intake:
    """Takes in readings in the order of their paths, and tells which documents they change."""

    def __init__(self, before: Files, fresh: Collection[str], look: Look) -> None:
        """`fresh` are the paths that will be read."""
        self._files = before.copy()
        self._files.drop((*fresh, *look.gone))
        self._listing_problems = look.listing.problems
        self._unread = dict(look.unread)
        self._owners = self._files.path_by_key()
        self._before = before.hash_by_key()
        self.added = self.changed = 0

    def take(self, reading: Reading) -> Document | None:
        """The document that a file brings, None where it brings none or another file has its id already."""
        path = reading.path
        if reading.problem:
            self._unread[path] = reading.problem
            return None
        if reading.parsed is None:
            return None
        document, problems = reading.parsed.document, reading.parsed.problems
        key = key_of(document.id) if document else None
        if document and key is not None:
            owner = self._owners.get(key)
            if owner is not None and owner < path:
                key, problems = None, (*problems, duplicate_id(document.id, owner, path))
            else:
                self._take_over(key, document.id, path, owner)
        self._files.put(FileState(path, reading.content_hash, key, problems))
        if document is None or key is None:
            return None
        self.added += key not in self._before
        self.changed += self._before.get(key, reading.content_hash) != reading.content_hash
        return document

    def has_same_text(self, document: Document) -> bool:
        """Whether the generation before has a document's text under its id."""
        return self._before.get(key_of(document.id)) == document.content_hash

    @property
    def keys(self) -> Set[int]:
        """The documents that there are."""
        return self._owners.keys()

    def removed(self) -> list[int]:
        """The keys of the documents that are gone, ascending."""
        return sorted(self._before.keys() - self._owners.keys())

    def files(self) -> Files:
        """The files as they are now."""
        self._files.unread = frozenset((*self._listing_problems, *self._unread.values()))
        return self._files

    @property
    def unread(self) -> Set[str]:
        """The paths of the files that cannot be read."""
        return self._unread.keys()

    def _take_over(self, key: int, document_id: str, path: str, owner: str | None) -> None:
        self._owners[key] = path
        if owner is not None:
            loser = self._files.get(owner)
            assert loser is not None
            problems = (*loser.problems, duplicate_id(document_id, path, owner))
            self._files.put(replace(loser, key=None, problems=problems))


def _read(root: Path, site_url: str | None, path: str) -> Reading:
    read = read_file(root, path)
    if isinstance(read, ScannedFile):
        return Reading(path, read.content_hash, parse_file(read, site_url))
    return Reading(path, problem=read)
