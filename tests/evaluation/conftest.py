"""A small engine to evaluate, and the real documents with their judged questions where they are at hand."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from service.answering.engine import Engine
from service.embedding.opening import open_encoder
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.snapshot import Snapshot
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.evaluation.opened import Opened
from tests.knowledge import write_topics

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture
def opened(settings: Settings, encoder: HashingEncoder) -> Opened:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    return Opened(Engine(live, encoder, settings), live.current())


@pytest.fixture
def snapshot(opened: Opened) -> Snapshot:
    return opened.snapshot


@pytest.fixture(scope="session")
def bench_folder() -> Path:
    folder = SHARED / "bench"
    if not folder.is_dir():
        pytest.skip(f"the judged questions are missing: {folder}")
    return folder


@pytest.fixture(scope="session")
def bench(bench_folder: Path) -> ModuleType:
    """An independent implementation of the same measures."""
    spec = importlib.util.spec_from_file_location("evaluate", bench_folder / "evaluate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The real documents, indexed with the model that is shipped."""
    corpus = SHARED / "corpus" / "nacos"
    if not corpus.is_dir():
        pytest.skip(f"the real documents are missing: {corpus}")
    settings = Settings(knowledge=corpus, data=tmp_path_factory.mktemp("real"), model="default")
    encoder = open_encoder(settings.model)
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    return Opened(Engine(live, encoder, settings), live.current())
