"""The sizes and checksums of a generation's files, so that damage on disk is told from an answer.

They are XXH3, which reads as fast as memory gives and finds every accident; against who means harm, nothing helps that
lies in the same folder. Of a file that is large, only some blocks are read and compared when an index is opened. What a
process has read once, or written, it does not read again under another generation's name. The first line of the list
is the checksum of the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import xxhash

from service.errors import IndexDamagedError

MEND = "run `expert-answers index --rebuild` to build it again"
"""What to do about an index that cannot be used."""

_NAME = "checksums"
# tantivy makes and removes these as it pleases.
_LOCK = ".lock"
_BLOCK = 1 << 20
_BLOCKS_OF_LARGE = 64
_REMEMBERED = 4_096


@dataclass(frozen=True, slots=True)
class Sum:
    """What a file must be: its size in bytes and the checksum of its content, in hex."""

    size: int
    content: str


def write(folder: Path) -> None:
    """Write down what every file below a folder is now."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_LOCK))
    lines = [f"{_content_of(path)} {path.stat().st_size} {path.relative_to(folder).as_posix()}\n" for path in paths]
    listed = "".join(lines).encode()
    (folder / _NAME).write_bytes(_digest(listed) + b"\n" + listed)


def verify(folder: Path) -> None:
    """Compare every file below a folder with what was written down.

    :raises IndexDamagedError: naming the first file that is another.
    """
    sums = _read(folder)
    # Sizes first: they cost nothing, and most damage shows in them.
    for name, known in sums.items():
        _require_size(folder, name, known)
    for name in sums:
        verify_file(folder, name, sums)


def verify_file(folder: Path, name: str, sums: Mapping[str, Sum] | None = None) -> None:
    """Read one file and compare it.

    :raises IndexDamagedError: when it is another, or nothing was written down of it.
    """
    known = (sums if sums is not None else _read(folder)).get(name)
    if known is None:
        raise damaged(folder, f"{_NAME} does not know {name}")
    _require_size(folder, name, known)
    try:
        found = _content_of(folder / name)
    except OSError as error:
        raise damaged(folder, f"{name} cannot be read ({error.strerror})") from error
    if found != known.content:
        raise damaged(folder, f"{name} has the checksum {found}, expected {known.content}")


def damaged(folder: Path, why: str) -> IndexDamagedError:
    """The error of an index of which a file, named first in the reason, is not what was written."""
    return IndexDamagedError(f"{folder.name}/{why}: the index is damaged; {MEND}.")


def _require_size(folder: Path, name: str, known: Sum) -> None:
    path = folder / name
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise damaged(folder, f"{name} cannot be read ({error.strerror})") from error
    if size != known.size:
        raise damaged(folder, f"{name} has {size} bytes, expected {known.size}")


def _read(folder: Path) -> dict[str, Sum]:
    try:
        own, _, listed = (folder / _NAME).read_bytes().partition(b"\n")
        if own != _digest(listed):
            raise ValueError("its own checksum is another")
        lines = [line.split(" ", 2) for line in listed.decode().splitlines()]
        return {name: Sum(int(size), content) for content, size, name in lines}
    except (OSError, ValueError) as error:
        raise damaged(folder, f"{_NAME} cannot be read ({error})") from error


@dataclass(frozen=True, slots=True)
class _File:
    """A file's content as far as it can be told without reading: links to it are equal."""

    device: int
    inode: int
    size: int
    modified_ns: int
    path: Path = field(compare=False)


def _content_of(path: Path) -> str:
    found = path.stat()
    return _content(_File(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, path))


@lru_cache(_REMEMBERED)
def _content(file: _File) -> str:
    digest = xxhash.xxh3_64()
    with file.path.open("rb", buffering=0) as opened:
        for begin in _blocks(file.size):
            opened.seek(begin)
            digest.update(opened.read(_BLOCK))
    return digest.hexdigest()


def _blocks(size: int) -> Iterable[int]:
    """Where to read blocks: all of a file, or of a large one as many as are read in a moment, the last among them."""
    if size <= _BLOCKS_OF_LARGE * _BLOCK:
        return range(0, size, _BLOCK)
    return (number * (size - _BLOCK) // (_BLOCKS_OF_LARGE - 1) for number in range(_BLOCKS_OF_LARGE))


def _digest(raw: bytes) -> bytes:
    return xxhash.xxh3_64_hexdigest(raw).encode()
