import random
from pathlib import Path

import numpy as np
import pytest

from service.index.records import RecordStore, RecordWriter


def _write(
    folder: Path, records: dict[int, bytes], previous: Path | None = None, removed: tuple[int, ...] = ()
) -> None:
    writer = RecordWriter(folder, previous)
    for key, record in records.items():
        writer.write(key, record)
    writer.close(np.array(sorted(removed), np.int64))


def _held(folder: Path) -> dict[int, bytes]:
    store = RecordStore(folder)
    return dict(zip(store.keys.tolist(), store.read_all(), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_updates_hold_what_was_written_last_in_few_chunks(tmp_path: Path, seed: int) -> None:
    chance, expected, previous = random.Random(seed), dict[int, bytes](), None
    for number in range(120):
        removed = set(chance.sample(sorted(expected), min(len(expected), chance.randrange(4))))
        written = {
            chance.randrange(300): chance.randbytes(chance.randrange(1, 200))
            for _ in range(chance.choice([0, 1, 1, 5, 60]))
        }
        removed -= written.keys()
        folder = tmp_path / str(number)
        _write(folder, written, previous, tuple(removed))
        expected = {key: record for key, record in expected.items() if key not in removed} | written
        assert _held(folder) == dict(sorted(expected.items()))
        previous = folder
        chunks = list(folder.glob("*.records"))
        assert len(chunks) <= 8
        assert sum(chunk.stat().st_size for chunk in chunks) <= 2 * sum(map(len, expected.values())) + 200


def test_update_shares_the_large_chunk_of_the_generation_before(tmp_path: Path) -> None:
    _write(tmp_path / "old", {key: b"x" * 100 for key in range(100)})
    _write(tmp_path / "new", {7: b"y"}, tmp_path / "old")
    assert (tmp_path / "old" / "0000.records").samefile(tmp_path / "new" / "0000.records")


def test_record_is_read_back_before_the_writer_is_closed(tmp_path: Path) -> None:
    writer = RecordWriter(tmp_path / "new")
    writer.write(3, b"one")
    writer.write(3, b"other")
    assert writer.written(3) == b"other"
    assert writer.written(4) is None
    writer.close(np.empty(0, np.int64))
    assert _held(tmp_path / "new") == {3: b"other"}


def test_records_written_twice_in_one_build_take_room_once(tmp_path: Path) -> None:
    writer = RecordWriter(tmp_path / "new")
    for key in (1, 2, 3, 1):
        writer.write(key, b"x" * 100)
    writer.close(np.empty(0, np.int64))
    assert sum(chunk.stat().st_size for chunk in (tmp_path / "new").glob("*.records")) == 300


def test_gather_reads_rows_of_several_chunks_as_values(tmp_path: Path) -> None:
    pair = np.dtype([("one", "<i4"), ("other", "<i4")])
    first = {key: np.array((key, 2 * key), pair).tobytes() for key in range(0, 100, 2)}
    second = {key: np.array((key, 3 * key), pair).tobytes() for key in range(1, 20, 2)}
    _write(tmp_path / "old", first)
    _write(tmp_path / "new", second, tmp_path / "old")
    store = RecordStore(tmp_path / "new")
    rows = np.array([store.row(key) for key in (98, 3, 0, 19)])
    assert store.gather(rows, pair).tolist() == [(98, 196), (3, 9), (0, 0), (19, 57)]
    assert store.row(51) is None
