"""A folder of documents: which files it holds, what they say, and what only the whole of them can tell.

`load` does all of it. An index that takes in changes calls `list_files`, then `read_file` and `parse_file` for what was
written since.
"""

import errno
import hashlib
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.documents.model import Document, Parsed, Problem, Severity
from service.documents.parser import LARGEST_FILE, has_document_form, parse_document
from service.documents.references import resolve_references
from service.errors import KnowledgeError

_SUFFIXES = (".md", ".markdown")
# Lone surrogates are how Python shows bytes that are not UTF-8; neither they nor controls can be told to anybody.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_GONE = (FileNotFoundError, NotADirectoryError)


Stamp = int
"""What tells a file that was written since without reading it: a hash of its time of change, its size and its inode."""

_SETTLED_NS = 2_000_000_000
"""Age from which a file's time of change tells it from a later one; clocks of file systems tick slowly."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds: each file's stamp by its path, and what could not be listed.

    A path is relative to the root, with "/"; its stamp is None where it cannot be told, or not yet, as it was written a
    moment ago. What lies below the folders `closed`, given with "/" at their ends, is not known.
    """

    files: Mapping[str, Stamp | None]
    problems: tuple[Problem, ...]
    closed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file of documents: `path` is relative to the root, with "/"; `content_hash` is the SHA-256 of `raw`, in hex."""

    path: str
    content_hash: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of a folder in the order of their paths, and those that could not be read."""

    files: tuple[ScannedFile, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents of a folder in the order of their paths, their references resolved, and all problems met."""

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]


def list_files(root: Path) -> Listing:
    """Find the Markdown files below `root` without reading them; hidden ones are passed over.

    :raises KnowledgeError: if `root` is not a folder that can be read.
    """
    settled_ns = time.time_ns() - _SETTLED_NS
    found = _Found()
    while found.folders:
        _list_folder(root, found.folders.pop(), settled_ns, found)
    return Listing(found.files, tuple(found.problems), tuple(found.closed))


def read_file(root: Path, path: str) -> ScannedFile | Problem | None:
    """Read a listed file: what it holds, the problem with it, or None when it is gone or a README that is no document.

    A file whose name cannot be told to anybody is a problem, too.
    """
    read = _read(root, path)
    if isinstance(read, ScannedFile) and _is_readme(path) and not has_document_form(read.raw):
        return None
    return read


def scan(root: Path) -> Scan:
    """Read every Markdown file below `root` that `list_files` and `read_file` find.

    :raises KnowledgeError: if `root` is not a folder that can be read.
    """
    listing = list_files(root)
    files: list[ScannedFile] = []
    problems = list(listing.problems)
    for path in sorted(listing.files):
        read = read_file(root, path)
        if isinstance(read, Problem):
            problems.append(read)
        elif read is not None:
            files.append(read)
    return Scan(tuple(files), tuple(problems))


def parse_file(file: ScannedFile, site_url: str | None = None) -> Parsed:
    """Parse one scanned file."""
    return parse_document(file.raw, path=file.path, site_url=site_url)


def finish(documents: Iterable[Document]) -> Collection:
    """Keep one document for every id, that of the first path, and resolve the references between those kept."""
    kept: dict[str, Document] = {}
    problems: list[Problem] = []
    for document in sorted(documents, key=lambda document: document.path):
        first = kept.setdefault(document.id, document)
        if first is not document:
            problems.append(duplicate_id(document.id, first.path, document.path))
    return Collection(resolve_references(tuple(kept.values())), tuple(problems))


def duplicate_id(document_id: str, kept: str, left_out: str) -> Problem:
    """The problem with a file whose document's id is that of another file's."""
    message = f'The id "{document_id}" is that of {kept} already; this file is left out.'
    remedy = f"Give {left_out} an id of its own, or delete one of the two files."
    return Problem(left_out, 1, "duplicate-id", Severity.ERROR, message, remedy)


def load(root: Path, site_url: str | None = None) -> Collection:
    """Scan, parse and finish a folder.

    :raises KnowledgeError: if `root` is not a folder that can be read.
    """
    return assemble(scanned := scan(root), [parse_file(file, site_url) for file in scanned.files])


def assemble(scanned: Scan, parsed: Sequence[Parsed]) -> Collection:
    """Finish what was scanned and parsed, with the problems of all stages in the order of files and lines."""
    finished = finish(one.document for one in parsed if one.document)
    problems = [*scanned.problems, *(problem for one in parsed for problem in one.problems), *finished.problems]
    return Collection(finished.documents, tuple(sorted(problems, key=lambda p: (p.file, p.line, p.code))))


@dataclass(frozen=True, slots=True)
class _Found:
    """What has been listed so far; `folders` are those still to be looked into, at first the root."""

    files: dict[str, Stamp | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    folders: list[str] = field(default_factory=lambda: [""])
    closed: list[str] = field(default_factory=list)


def _list_folder(root: Path, folder: str, settled_ns: int, found: _Found) -> None:
    """Add the Markdown files in a folder below `root`, given with "/" at its end, and the folders right below it."""
    files, problems, folders = found.files, found.problems, found.folders
    try:
        # Names and no Path objects, and looked up in the open folder: all else would take longer than the disk.
        with _opened(f"{root}/{folder}") as opened, os.scandir(opened) as entries:
            for entry in entries:
                name = entry.name
                if name.startswith("."):
                    continue
                if _is_folder(entry):
                    if entry.is_symlink():
                        problems.append(_linked_folder(folder + name))
                    else:
                        folders.append(f"{folder}{name}/")
                elif name.lower().endswith(_SUFFIXES):
                    path = folder + name
                    # What cannot be told cannot be written down either, and is looked at again.
                    files[path] = _stamp(entry, settled_ns) if path.isprintable() else None
    except OSError as error:
        if not folder:
            raise _unreadable_root(root, error) from error
        if not isinstance(error, _GONE):
            found.closed.append(folder)
            problems.append(_unreadable(folder.removesuffix("/"), error))


@contextmanager
def _opened(folder: str) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        # A link in a circle, which is told as the file that it looks like.
        return False


def _stamp(entry: os.DirEntry[str], settled_ns: int) -> Stamp | None:
    try:
        found = entry.stat()
    except OSError:
        return None
    changed_ns = found.st_ctime_ns
    # Of numbers, the hash is the same in every process.
    return hash((changed_ns, found.st_size, found.st_ino)) if changed_ns < settled_ns else None


def _linked_folder(path: str) -> Problem:
    message = "The folder is a symbolic link, which is not followed; its documents are not found."
    return _problem(path, "folder-link", message, "Put the folder itself in its place.", Severity.WARNING)


def _read(root: Path, path: str) -> ScannedFile | Problem | None:
    """The file, the problem with it, or None when it is gone by now."""
    if _UNSPEAKABLE.search(path):
        message = "The name of the file or of its folder holds control characters or is not UTF-8."
        return _problem(path, "file-name", message, "Rename it.")
    full = root / path
    try:
        if full.is_symlink() and (problem := _astray(root, path)):
            return problem
        mode = full.stat().st_mode
        if stat.S_ISDIR(mode):
            return None
        if not stat.S_ISREG(mode):
            return _no_file(path)
        with full.open("rb") as stream:
            # One byte more than is allowed tells a file that is too large without reading all of it.
            raw = stream.read(LARGEST_FILE + 1)
    except _GONE:
        return None
    except OSError as error:
        return _unreadable(path, error)
    return ScannedFile(path, hashlib.sha256(raw).hexdigest(), raw)


def _astray(root: Path, path: str) -> Problem | None:
    """The problem with a symbolic link that leads to no file below `root`."""
    remedy = "Put a copy of the file in its place."
    try:
        target = (root / path).resolve(strict=True)
    except (OSError, RuntimeError):
        # A link in a circle is a RuntimeError before Python 3.13, an OSError from then on.
        return _problem(path, "dead-link", "The file is a symbolic link that leads nowhere.", remedy)
    if target.is_relative_to(root.resolve()):
        return None
    message = "The file is a symbolic link that leads out of the knowledge folder."
    return _problem(path, "outside-link", message, remedy)


def _no_file(path: str) -> Problem:
    message = "It is a pipe, a socket or a device, which holds no document."
    return _problem(path, "no-file", message, "Put a file in its place, or remove it.", Severity.WARNING)


def _is_readme(path: str) -> bool:
    return path.rsplit("/", 1)[-1].lower().startswith("readme")


def _unreadable(path: str, error: OSError) -> Problem:
    message = f"It cannot be read: {error.strerror or error}."
    remedy = "Let the user that this service runs as read it."
    if error.errno == errno.ENAMETOOLONG:
        remedy = "Give it, or the folders that it lies in, shorter names."
    return _problem(path, "unreadable", message, remedy)


def _problem(path: str, code: str, message: str, remedy: str, severity: Severity = Severity.ERROR) -> Problem:
    """A problem with a file as a whole, whatever characters its name has."""
    shown = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    shown = _UNSPEAKABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", shown)
    return Problem(shown, 1, code, severity, message, remedy)


def _unreadable_root(root: Path, error: OSError) -> KnowledgeError:
    cause = error.strerror or str(error)
    return KnowledgeError(
        f"The knowledge folder {root} cannot be read: {cause}. "
        "Create it, or name another with --knowledge or EXPERT_ANSWERS_KNOWLEDGE."
    )
