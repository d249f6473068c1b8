"""Byte records of a generation on disk, found by key and read one at a time.

Records stand one after another in numbered chunk files that never change; a table says where each begins. An update
links the chunks of the previous generation and appends one with what is new. That one also takes in what lives in the
chunks before it that are hardly larger, so that their sizes fall by halves and their number grows with the logarithm
of the collection, and in any chunk of which less than half is still in use.
"""

import mmap
import os
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.int64]

_TABLE = "table.npy"
_CHUNKS = "*.records"
_HARDLY_LARGER = 2
_ROW = np.dtype([("key", "<i8"), ("chunk", "<u2"), ("offset", "<u8"), ("length", "<u4")])


class RecordStore:
    """The opened records: bytes by row, rows in ascending order of key; safe to read from several threads."""

    def __init__(self, folder: Path) -> None:
        table = np.load(folder / _TABLE)
        # Columns by themselves: a search in a column of a table would copy it first.
        self.keys: Keys = np.ascontiguousarray(table["key"])
        self._chunk_of = np.ascontiguousarray(table["chunk"])
        self._offsets = np.ascontiguousarray(table["offset"])
        self._lengths = np.ascontiguousarray(table["length"])
        self._chunks = {int(path.stem): _map(path) for path in sorted(folder.glob(_CHUNKS))}

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, key: int) -> int | None:
        """The row of a key, None when no record has it."""
        row = int(self.keys.searchsorted(key))
        return row if row < len(self) and self.keys[row] == key else None

    def read(self, row: int) -> bytes:
        """The record of a row."""
        begin = int(self._offsets[row])
        return self._chunks[int(self._chunk_of[row])][begin : begin + int(self._lengths[row])]

    def read_all(self) -> Iterator[bytes]:
        """Every record, by ascending key."""
        return map(self.read, range(len(self)))

    def gather(self, rows: Keys, dtype: np.dtype[np.void]) -> npt.NDArray[np.void]:
        """The records of some rows as values of a type that every record is one of."""
        found = np.empty(len(rows), dtype)
        chunk_of = self._chunk_of[rows]
        for number, chunk in self._chunks.items():
            if len(self._chunks) == 1:
                here: slice | npt.NDArray[np.bool_] = slice(None)
            elif not (here := chunk_of == number).any():
                continue
            values = np.frombuffer(chunk, dtype)
            found[here] = values[self._offsets[rows[here]] // dtype.itemsize]
        return found

    def table(self) -> npt.NDArray[np.void]:
        """Where every record lies: key, chunk, offset, length."""
        table = np.empty(len(self), _ROW)
        columns = (self.keys, self._chunk_of, self._offsets, self._lengths)
        for name, column in zip(_ROW.names or (), columns, strict=True):
            table[name] = column
        return table


class RecordWriter:
    """Writes records into an empty folder, beginning with those of a previous one; the last of a key counts."""

    def __init__(self, folder: Path, previous: Path | None = None) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._table = np.empty(0, _ROW)
        if previous is not None:
            self._table = RecordStore(previous).table()
            for path in previous.glob(_CHUNKS):
                os.link(path, folder / path.name)
        taken = {int(path.stem) for path in folder.glob(_CHUNKS)}
        self._number = _free_number(taken)
        self._file = _chunk_path(folder, self._number).open("w+b")
        # A build that fails leaves it open.
        weakref.finalize(self, _abandon, self._file)
        self._end = 0
        self._written: dict[int, tuple[int, int]] = {}

    def write(self, key: int, record: bytes) -> None:
        """Add a record, or put it in the place of the key's earlier one."""
        self._file.write(record)
        self._written[key] = (self._end, len(record))
        self._end += len(record)

    def written(self, key: int) -> bytes | None:
        """What `write` was given for a key, None without it."""
        if key not in self._written:
            return None
        offset, length = self._written[key]
        self._file.flush()
        return os.pread(self._file.fileno(), length, offset)

    def close(self, removed: Keys) -> Keys:
        """Finish without the removed keys; returns all keys there are, ascending."""
        ours = np.array([(key, self._number, *place) for key, place in self._written.items()], _ROW)
        kept = self._table[~np.isin(self._table["key"], ours["key"])]
        self._file.close()
        table = np.concatenate([kept, ours])
        table = table[~np.isin(table["key"], removed)]
        table = table[np.argsort(table["key"])]
        table = _compact(self._folder, table, self._number)
        np.save(self._folder / _TABLE, table)
        return np.ascontiguousarray(table["key"])


def _abandon(file: IO[bytes]) -> None:
    # Nothing of it is wanted any more, so a disk too full for what was not written yet is none of its matters.
    with suppress(OSError):
        file.close()


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk's number, its size in bytes and how many of them are in use."""

    number: int
    size: int
    used: int


def _compact(folder: Path, table: npt.NDArray[np.void], newest: int) -> npt.NDArray[np.void]:
    """Move what lives in chunks that are not worth keeping into one of its own, and drop them."""
    sizes = {int(path.stem): path.stat().st_size for path in folder.glob(_CHUNKS)}
    used = np.bincount(table["chunk"], table["length"], max(sizes) + 1)
    chunks = {number: _Chunk(number, size, int(used[number])) for number, size in sizes.items()}
    new = chunks.pop(newest)
    merged = [new] if new.used * 2 < new.size or not new.size else []
    total = new.used
    for chunk in sorted(chunks.values(), key=lambda chunk: chunk.used):
        if chunk.used * 2 < chunk.size or chunk.used <= total * _HARDLY_LARGER:
            merged.append(chunk)
            total += chunk.used
    if not merged:
        return table
    return _merge(folder, table, sorted({newest, *(chunk.number for chunk in merged)}), _free_number(set(sizes)))


def _merge(folder: Path, table: npt.NDArray[np.void], numbers: list[int], target: int) -> npt.NDArray[np.void]:
    moved = np.flatnonzero(np.isin(table["chunk"], numbers))
    moved = moved[np.lexsort((table["offset"][moved], table["chunk"][moved]))]
    chunks = {number: _map(_chunk_path(folder, number)) for number in numbers}
    table = table.copy()
    with _chunk_path(folder, target).open("wb") as file:
        for begin, end, chunk in _stretches(table[moved]):
            file.write(memoryview(chunks[chunk])[begin:end])
    if not len(moved):
        _chunk_path(folder, target).unlink()
    lengths = table["length"][moved].astype(np.uint64)
    table["offset"][moved] = np.cumsum(lengths) - lengths
    table["chunk"][moved] = target
    for number in numbers:
        _chunk_path(folder, number).unlink()
    return table


def _stretches(rows: npt.NDArray[np.void]) -> Iterator[tuple[int, int, int]]:
    """Begin, end and chunk of records that follow one another, as few as there are."""
    begins = rows["offset"].astype(np.int64)
    ends = begins + rows["length"]
    breaks = np.flatnonzero((ends[:-1] != begins[1:]) | (rows["chunk"][:-1] != rows["chunk"][1:])) + 1
    for first, after in pairwise([0, *breaks.tolist(), len(rows)] if len(rows) else []):
        yield int(begins[first]), int(ends[after - 1]), int(rows["chunk"][first])


def _free_number(taken: set[int]) -> int:
    return next(number for number in count() if number not in taken)


def _chunk_path(folder: Path, number: int) -> Path:
    return folder / f"{number:04d}.records"


def _map(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        # An empty file cannot be mapped.
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
