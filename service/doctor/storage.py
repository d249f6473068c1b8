"""The folders and the database: are they there, may they be read and written, is there room."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

from service.doctor.finding import Finding, doubtful, fine, wrong
from service.documents.checks import survey
from service.documents.model import Severity
from service.errors import KnowledgeError, RecordsUnavailableError, SettingsError
from service.index.indexer import require_accepted
from service.records import schema
from service.records.database import MEND, Database
from service.settings import Settings

_MEGABYTE = 1 << 20
LEAST_FREE = 64 * _MEGABYTE
AMPLE_FREE = 512 * _MEGABYTE
BUILDS = 3
"""A build needs room for itself beside the two generations that are kept."""


def examine_knowledge(settings: Settings) -> Iterator[Finding]:
    """Can the documents be read, what is wrong with them, and would the index take them in?"""
    try:
        surveyed = survey(settings.knowledge, str(settings.site_url) if settings.site_url else None)
    except KnowledgeError as error:
        yield wrong("knowledge", str(error), "Name the folder of the documents with EXPERT_ANSWERS_KNOWLEDGE.")
        return
    problems = surveyed.problems
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        first = errors[0]
        yield doubtful(
            "knowledge",
            f"{len(errors)} files under {settings.knowledge} cannot be used; the first is {first.file}, line "
            f"{first.line}: {first.message}",
            "Run `expert-answers check` for all of them and what to do about each.",
        )
    else:
        yield fine("knowledge", f"The documents under {settings.knowledge} can be used; {len(problems)} warnings.")
    # To compare with an index on a server, all it holds would have to be fetched.
    if settings.index is None:
        try:
            require_accepted(settings, surveyed.documents)
        except KnowledgeError as error:
            yield wrong("intake", str(error), "Questions are answered meanwhile; no change is taken in before that.")


def examine_data(settings: Settings) -> Iterator[Finding]:
    """Can the data folder be written, and is there room in it?"""
    folder = _nearest(settings.data)
    if not os.path.exists(folder):
        told = f"The data folder {settings.data} cannot be made: {folder} is a link to {os.readlink(folder)}, which"
        yield wrong("data", f"{told} is not there or out of reach.", "Make that folder, or take the link away.")
        return
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(b"\0" * 4096)
            file.flush()
    except OSError as error:
        yield wrong(
            "data",
            f"The data folder {settings.data} cannot be written: {error.strerror}.",
            "Let the user that the service runs as write there, make room on the disk, or name another folder with "
            "EXPERT_ANSWERS_DATA.",
        )
    else:
        yield fine("data", f"The data folder {settings.data} can be written.")
    yield _examine_room(settings, folder)


def _examine_room(settings: Settings, folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    index = _size(settings.data / "index")
    told = f"{free // _MEGABYTE:,} MB are free beside an index of {index // _MEGABYTE:,} MB"
    remedy = "Make room on the disk of the data folder, or move the folder to a larger one."
    if free < max(LEAST_FREE, index):
        return wrong("disk", f"{told}; the next build may not fit.", remedy)
    if free < max(AMPLE_FREE, BUILDS * index):
        return doubtful("disk", f"{told}; it gets tight.", remedy)
    return fine("disk", f"{told}.")


def examine_database(settings: Settings) -> Iterator[Finding]:
    """Does the records' database answer, and does it have the tables of this release?"""
    if not settings.records:
        yield fine("database", "No records are kept (EXPERT_ANSWERS_RECORDS is off).")
        return
    try:
        database = Database.from_settings(settings)
    except SettingsError as error:
        yield wrong("database", str(error), "Mend EXPERT_ANSWERS_DATABASE_URL.")
        return
    if database.missing_file:
        yield fine("database", f"{database.missing_file} is made when the first question is asked.")
        return
    try:
        damage, version = database.damage(), database.version()
    except RecordsUnavailableError as error:
        remedy = "Start the database and see that this machine reaches it; questions are answered meanwhile."
        if database.file is not None:
            remedy = f"Let the user that the service runs as read and write {database.file}, and the folder it is in."
        yield wrong("database", str(error), remedy)
        return
    finally:
        database.close()
    if damage:
        yield wrong("database", f"The database of the records, {database.file}, is damaged: {damage}.", MEND)
        return
    newest = schema.known_versions()[-1]
    if version == newest:
        yield fine("database", f"The database of the records answers; its tables have version {version}.")
    elif version is None or version in schema.known_versions():
        told = f"The tables of the records have version {version or 'none'}, this release works with {newest}."
        yield fine("database", f"{told} The service migrates them when it first writes.")
    else:
        told = f"The tables of the records have version {version}, which this release does not know ({newest})."
        yield wrong("database", told, "Run the newer release, or set EXPERT_ANSWERS_DATABASE_URL to another database.")


def _nearest(folder: Path) -> Path:
    """The folder, or what is there of the way to it."""
    return next(path for path in (folder, *folder.absolute().parents) if os.path.lexists(path))


def _size(folder: Path) -> int:
    """The bytes of the files below a folder, as far as it may be looked into."""
    size = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += os.stat(os.path.join(where, name)).st_size
    return size
