from pathlib import Path

import pytest

from service.errors import IndexDamagedError
from service.index import checksums


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b c").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "a").write_bytes(b"")
    (tmp_path / ".x.lock").write_bytes(b"")
    checksums.write(tmp_path)
    return tmp_path


def test_folder_as_it_was_written_is_whole(folder: Path) -> None:
    (folder / ".x.lock").unlink()
    checksums.verify(folder)


@pytest.mark.parametrize("position", [0, 1000, 2303])
def test_flipped_bit_is_found(folder: Path, position: int) -> None:
    path = folder / "below" / "b c"
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match="below/b c has the checksum"):
        checksums.verify(folder)


def test_file_of_another_size_is_found(folder: Path) -> None:
    (folder / "a").write_bytes(b"x")
    with pytest.raises(IndexDamagedError, match="a has 1 bytes, expected 0"):
        checksums.verify(folder)


def test_file_that_is_gone_is_found(folder: Path) -> None:
    (folder / "a").unlink()
    with pytest.raises(IndexDamagedError, match="a has None bytes"):
        checksums.verify(folder)


def test_file_that_may_not_be_looked_at_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    is_file = Path.is_file

    def refuse(self: Path) -> bool:
        if self.name == "b c":
            raise PermissionError(13, "Permission denied")
        return is_file(self)

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(IndexDamagedError, match="below/b c cannot be read .Permission denied"):
        checksums.verify(folder)


@pytest.mark.parametrize("content", [b"", b"0\n", b"\xff\xff\n\xff", b"ffff\nabc"])
def test_garbled_checksums_are_found(folder: Path, content: bytes) -> None:
    (folder / "checksums").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="checksums cannot be read"):
        checksums.verify(folder)


def test_file_that_was_never_written_down_is_not_whole(folder: Path) -> None:
    (folder / "new").write_bytes(b"")
    with pytest.raises(IndexDamagedError, match="does not know new"):
        checksums.verify_file(folder, "new")
