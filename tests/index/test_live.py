"""Generations that are damaged on disk, met at start and on the way."""

from pathlib import Path

import pytest

from service.errors import IndexDamagedError, IndexUnavailableError
from service.index.generations import Generations
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics


def flip(path: Path) -> None:
    """Turn one bit in the middle of a file, and keep the file that other generations share."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.unlink()
    path.write_bytes(content)


@pytest.fixture
def published(settings: Settings, encoder: HashingEncoder) -> list[Path]:
    """The folders of two generations, the older first."""
    write_topics(settings.knowledge)
    folders = []
    for name in ("one", "two"):
        write_document(settings.knowledge, name)
        Indexer(settings, encoder).update()
        folders.append(Generations(settings.data).require_current())
    return folders


FILES = ("manifest.json", "checksums", "products.npy", "records/table.npy", "records/0000.records", "lexical/meta.json")


@pytest.mark.parametrize("name", [*FILES, "vectors/embeddings.npy", "vectors/candidates.faiss"])
def test_damaged_generation_is_refused_and_the_one_before_answers(
    name: str, published: list[Path], settings: Settings, encoder: HashingEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    flip(published[1] / name)
    live = LiveIndex.open(settings, encoder)
    assert live.current().generation == published[0].name
    assert live.current().document("nacos-one").title
    assert f"{published[1].name}/{name}" in caplog.text
    with pytest.raises(IndexDamagedError, match=published[1].name):
        live.refresh()
    mended = Indexer(settings, encoder).update()
    assert mended.published and live.refresh()
    assert live.current().generation == mended.generation


@pytest.mark.parametrize("content", [b"", bytes(22), b"\xff\xfe", b"../index", None])
def test_newest_generation_answers_when_nothing_tells_which_is_published(
    content: bytes | None,
    published: list[Path],
    settings: Settings,
    encoder: HashingEncoder,
    caplog: pytest.LogCaptureFixture,
) -> None:
    current = published[1].with_name("CURRENT")
    current.unlink()
    if content is None:
        current.mkdir()
    else:
        current.write_bytes(content)
    live = LiveIndex.open(settings, encoder)
    assert live.current().generation == published[1].name
    assert (live.is_behind, live.is_on_disk) == (True, True)
    assert "index/CURRENT" in caplog.text
    with pytest.raises(IndexDamagedError, match=r"index/CURRENT .* --rebuild"):
        live.refresh()
    mended = Indexer(settings, encoder).update()
    assert mended.published and live.refresh()
    assert (live.current().generation, live.is_behind) == (mended.generation, False)


def test_current_that_may_not_be_read_says_so(
    published: list[Path], settings: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = LiveIndex.open(settings, encoder)

    def refuse(self: Path, *arguments: str) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_text", refuse)
    for use in (LiveIndex.open, lambda *arguments: Indexer(*arguments).update()):
        with pytest.raises(IndexUnavailableError, match="cannot be read: Permission denied; let the user"):
            use(settings, encoder)
    assert not live.is_on_disk


def test_damage_found_on_the_way_leaves_the_generation_in_use(
    published: list[Path], settings: Settings, encoder: HashingEncoder
) -> None:
    live = LiveIndex.open(settings, encoder)
    write_document(settings.knowledge, "three")
    Indexer(settings, encoder).update()
    flip(Generations(settings.data).require_current() / "vectors" / "embeddings.npy")
    for _ in range(2):
        with pytest.raises(IndexDamagedError, match=r"embeddings\.npy"):
            live.refresh()
    assert live.current().generation == published[1].name


def test_no_generation_that_is_whole_names_the_damage(
    published: list[Path], settings: Settings, encoder: HashingEncoder
) -> None:
    for folder in published:
        flip(folder / "products.npy")
    with pytest.raises(IndexDamagedError, match=rf"{published[1].name}/products\.npy"):
        LiveIndex.open(settings, encoder)


def test_unchanged_documents_of_a_damaged_index_are_built_again(
    published: list[Path], settings: Settings, encoder: HashingEncoder
) -> None:
    flip(published[1] / "records" / "0000.records")
    assert Indexer(settings, encoder).update().published
    assert LiveIndex.open(settings, encoder).current().document_count == 6


def test_record_that_is_damaged_under_an_open_index_is_told(
    published: list[Path], settings: Settings, encoder: HashingEncoder
) -> None:
    live = LiveIndex.open(settings, encoder)
    for path in (published[1] / "records").glob("*.records"):
        with path.open("r+b") as file:
            file.write(b"\xff" * path.stat().st_size)
    with pytest.raises(IndexDamagedError, match="record in row"):
        live.current().document("nacos-login")
