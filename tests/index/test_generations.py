"""Generations that must outlive an update that goes wrong."""

from pathlib import Path

import pytest

from service.errors import KnowledgeError
from service.index.generations import Generations
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document


@pytest.fixture
def published(settings: Settings, encoder: HashingEncoder) -> list[Path]:
    """The folders of two generations, the older first, built from documents that are gone since."""
    folders = []
    for name in ("one", "two"):
        write_document(settings.knowledge, name)
        Indexer(settings, encoder).update()
        folders.append(Generations(settings.data).require_current())
    for path in settings.knowledge.rglob("*.md"):
        path.unlink()
    return folders


@pytest.mark.parametrize("damaged", ["products.npy", "manifest.json"])
@pytest.mark.parametrize("rebuild", [False, True])
def test_whole_generation_is_not_given_up_for_an_empty_one(
    damaged: str, rebuild: bool, published: list[Path], settings: Settings, encoder: HashingEncoder
) -> None:
    (published[1] / damaged).write_bytes(b"")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="holds no document"):
            Indexer(settings, encoder).update(rebuild=rebuild)
    live = LiveIndex.open(settings, encoder)
    assert (live.current().generation, live.current().document_count) == (published[0].name, 1)


def test_generations_stay_when_the_name_of_the_published_one_is_gone(
    published: list[Path], settings: Settings, encoder: HashingEncoder
) -> None:
    current = published[1].with_name("CURRENT")
    name = current.read_text()
    current.unlink()
    with pytest.raises(KnowledgeError, match="holds no document"):
        Indexer(settings, encoder).update()
    current.write_text(name)
    assert LiveIndex.open(settings, encoder).current().document_count == 2
    current.unlink()
    write_document(settings.knowledge, "three")
    report = Indexer(settings, encoder).update()
    assert (report.published, report.added) == (True, 1)
    assert report.generation > published[1].name
    assert LiveIndex.open(settings, encoder).current().generation == report.generation
