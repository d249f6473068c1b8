"""The parsed documents of a generation on disk, found by key and read one at a time.

Records stand one after another in numbered chunk files; a table says where each begins. An update links the chunks of
the previous generation, which never change, and appends one chunk with what is new; once more than half of the bytes
belong to no document any more, or there are too many chunks, everything is written afresh into one.
"""

import mmap
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

_TABLE = "table.npy"
_CHUNKS = "*.records"
_MOST_CHUNKS = 16
_ROW = np.dtype([("key", "<i8"), ("chunk", "<u2"), ("offset", "<u8"), ("length", "<u4")])


class RecordStore:
    """The opened records: bytes by row, rows in ascending order of key; safe to read from several threads."""

    def __init__(self, folder: Path) -> None:
        self.table = np.load(folder / _TABLE)
        self._chunks = [_map(path) for path in sorted(folder.glob(_CHUNKS))]

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """The keys of all documents, ascending."""
        keys: npt.NDArray[np.int64] = self.table["key"]
        return keys

    def __len__(self) -> int:
        return len(self.table)

    def row(self, key: int) -> int | None:
        """The row of a key, None when no document has it."""
        row = int(np.searchsorted(self.keys, key))
        return row if row < len(self) and self.keys[row] == key else None

    def read(self, row: int) -> bytes:
        """The record of a row."""
        entry = self.table[row]
        begin = int(entry["offset"])
        chunk = self._chunks[int(entry["chunk"])]
        return chunk[begin : begin + int(entry["length"])]


def build(folder: Path, records: Mapping[int, bytes]) -> None:
    """Write records by key into an empty folder."""
    folder.mkdir(parents=True)
    _write(folder, 0, np.empty(0, _ROW), records)


def update(folder: Path, previous: Path, kept: npt.NDArray[np.int64], written: Mapping[int, bytes]) -> None:
    """Write into an empty folder the kept keys' records of `previous` together with the written ones."""
    old = RecordStore(previous)
    rows = np.flatnonzero(np.isin(old.keys, kept))
    table = old.table[rows]
    chunks = sorted(previous.glob(_CHUNKS))
    stored = sum(path.stat().st_size for path in chunks)
    if len(chunks) >= _MOST_CHUNKS or int(table["length"].sum()) * 2 < stored:
        build(folder, {int(old.keys[row]): old.read(int(row)) for row in rows} | dict(written))
        return
    folder.mkdir(parents=True)
    for path in chunks:
        os.link(path, folder / path.name)
    _write(folder, len(chunks), table, written)


def _write(folder: Path, chunk: int, table: npt.NDArray[np.void], records: Mapping[int, bytes]) -> None:
    rows, offset = [], 0
    with (folder / f"{chunk:04d}.records").open("wb") as file:
        for key, record in records.items():
            file.write(record)
            rows.append((key, chunk, offset, len(record)))
            offset += len(record)
    whole = np.concatenate([table, np.array(rows, _ROW)])
    np.save(folder / _TABLE, whole[np.argsort(whole["key"])])


def _map(path: Path) -> mmap.mmap | bytes:
    with path.open("rb") as file:
        # An empty file cannot be mapped.
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if path.stat().st_size else b""
