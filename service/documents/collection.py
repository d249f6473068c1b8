"""A folder of documents: which files it holds, what they say, and what only the whole of them can tell.

An index that takes in changes calls `scan`, `parse_file` for the files whose hash changed, then `finish` on everything.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.documents.model import Document, Parsed, Problem, Severity
from service.documents.parser import LARGEST_FILE, has_document_form, parse_document
from service.documents.references import resolve_references
from service.errors import KnowledgeError

_SUFFIXES = (".md", ".markdown")
# Lone surrogates are how Python shows bytes that are not UTF-8; neither they nor controls can be told to anybody.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


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


def scan(root: Path) -> Scan:
    """Read every Markdown file below `root`; hidden ones and a README that is no document are passed over.

    :raises KnowledgeError: if `root` is not a folder that can be read.
    """
    files: list[ScannedFile] = []
    problems: list[Problem] = []
    for path in sorted(_markdown_files(root, problems)):
        read = _read(root, path)
        if isinstance(read, Problem):
            problems.append(read)
        elif read is not None and not (_is_readme(path) and not has_document_form(read.raw)):
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
            message = f'The id "{document.id}" is that of {first.path} already; this file is left out.'
            remedy = f"Give {document.path} an id of its own, or delete one of the two files."
            problems.append(Problem(document.path, 1, "duplicate-id", Severity.ERROR, message, remedy))
    return Collection(resolve_references(tuple(kept.values())), tuple(problems))


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


def _markdown_files(root: Path, problems: list[Problem]) -> Iterator[str]:
    """The paths, relative to `root`, of its Markdown files and of links that look like one."""

    def refuse(error: OSError) -> None:
        if error.filename is None or Path(error.filename) == root:
            raise _unreadable_root(root, error) from error
        problems.append(_unreadable(_relative(Path(error.filename), root), error))

    for folder, folders, names in os.walk(root, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(folder) / name for name in folders):
            if path.is_symlink():
                message = "The folder is a symbolic link, which is not followed; its documents are not found."
                remedy = "Put the folder itself in its place."
                problems.append(_problem(_relative(path, root), "folder-link", message, remedy, Severity.WARNING))
        for path in (Path(folder) / name for name in names):
            if path.suffix.lower() in _SUFFIXES and not path.name.startswith("."):
                yield _relative(path, root)


def _read(root: Path, path: str) -> ScannedFile | Problem | None:
    """The file, the problem with it, or None when it is gone by now."""
    if _UNSPEAKABLE.search(path):
        message = "The name of the file or of its folder holds control characters or is not UTF-8."
        return _problem(path, "file-name", message, "Rename it.")
    full = root / path
    if full.is_symlink() and (problem := _astray(root, path)):
        return problem
    try:
        if not full.is_file():
            return None
        with full.open("rb") as stream:
            # One byte more than is allowed tells a file that is too large without reading all of it.
            raw = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
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


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _is_readme(path: str) -> bool:
    return path.rsplit("/", 1)[-1].lower().startswith("readme")


def _unreadable(path: str, error: OSError) -> Problem:
    message = f"It cannot be read: {error.strerror or error}."
    return _problem(path, "unreadable", message, "Let the user that this service runs as read it.")


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
