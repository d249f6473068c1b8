"""A small collection with something to learn, indexed with a small model."""

from pathlib import Path

import pytest

from service.index.indexer import Indexer
from service.index.models import open_model
from service.settings import Settings
from tests.adaptation.language import write_collection, write_model


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with the small model."""
    return settings.model_copy(update={"model": str(write_model(tmp_path / "base"))})


@pytest.fixture
def indexed(settings: Settings) -> Settings:
    """The settings of an index of documents that can be learned from."""
    write_collection(settings.knowledge)
    Indexer(settings, open_model(settings)).update()
    return settings
