"""The documents of a scanned folder, of which only the files that changed are parsed."""

from collections.abc import Iterable, Mapping

from service.documents.collection import Collection, Scan, ScannedFile, finish
from service.documents.model import Document, Parsed
from service.documents.parallel import parse_files
from service.index.changes import file_states
from service.index.manifest import FileState
from service.index.progress import Progress


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
    return collection, file_states(scanned, collection, parsed, unchanged)
