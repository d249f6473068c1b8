"""The sizes and checksums of a generation's files, so that damage on disk is told from an answer.

They are XXH3, which reads as fast as memory gives and finds every accident; against who means harm, nothing helps that
lies in the same folder. The first line is the checksum of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xxhash

from service.errors import IndexDamagedError

MEND = "run `expert-answers index --rebuild` to build it again"
"""What to do about an index that cannot be used."""

_NAME = "checksums"
# tantivy makes and removes these as it pleases.
_LOCK = ".lock"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Sum:
    """What a file must be: its size in bytes and the checksum of its content, in hex."""

    size: int
    content: str


def write(folder: Path) -> None:
    """Write down what every file below a folder is now."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(_LOCK))
    lines = [f"{_content(path)} {path.stat().st_size} {path.relative_to(folder).as_posix()}\n" for path in paths]
    listed = "".join(lines).encode()
    (folder / _NAME).write_bytes(_digest(listed) + b"\n" + listed)


def verify(folder: Path) -> None:
    """Read every file below a folder and compare it with what was written down.

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
        raise IndexDamagedError(f"{folder.name}/{_NAME} does not know {name}: the index is damaged; {MEND}.")
    _require_size(folder, name, known)
    try:
        found = _content(folder / name)
    except OSError as error:
        raise IndexDamagedError(
            f"{folder.name}/{name} cannot be read ({error.strerror}): the index is damaged; {MEND}."
        ) from error
    if found != known.content:
        raise IndexDamagedError(
            f"{folder.name}/{name} has the checksum {found}, expected {known.content}: the index is damaged; {MEND}."
        )


def _require_size(folder: Path, name: str, known: Sum) -> None:
    path = folder / name
    size = path.stat().st_size if path.is_file() else None
    if size != known.size:
        raise IndexDamagedError(
            f"{folder.name}/{name} has {size} bytes, expected {known.size}: the index is damaged; {MEND}."
        )


def _read(folder: Path) -> dict[str, Sum]:
    try:
        own, _, listed = (folder / _NAME).read_bytes().partition(b"\n")
        if own != _digest(listed):
            raise ValueError("its own checksum is another")
        lines = [line.split(" ", 2) for line in listed.decode().splitlines()]
        return {name: Sum(int(size), content) for content, size, name in lines}
    except (OSError, ValueError) as error:
        raise IndexDamagedError(
            f"{folder.name}/{_NAME} cannot be read ({error}): the index is damaged; {MEND}."
        ) from error


def _content(path: Path) -> str:
    digest = xxhash.xxh3_64()
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _digest(raw: bytes) -> bytes:
    return xxhash.xxh3_64_hexdigest(raw).encode()
