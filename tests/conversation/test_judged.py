"""The judged conversations over the shipped documents with the shipped model.

Those held out were written before anything was asked, and nothing was chosen by how they fare.
"""

from pathlib import Path

import pytest

from service.answering.engine import Engine
from service.embedding.opening import open_encoder
from service.evaluation.conversations import ConversationResult, converse, figures_of, read_conversations
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings

LEAST_RESOLVED, LEAST_HELD_OUT = 0.87, 0.85
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[ConversationResult, ...]:
    settings = Settings(knowledge=ROOT / "knowledge", data=tmp_path_factory.mktemp("judged"), model="default")
    encoder = open_encoder(settings.model)
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    conversations = read_conversations(Path(__file__).with_name("conversations.jsonl"), live.current())
    return converse(Engine(live, encoder, settings), conversations, lambda stage, done, total: None)


def test_conversations_are_resolved(results: tuple[ConversationResult, ...]) -> None:
    resolved = figures_of(results).resolved
    assert len(results) >= 120
    assert resolved is not None and resolved >= LEAST_RESOLVED


def test_conversations_held_out_are_resolved(results: tuple[ConversationResult, ...]) -> None:
    held_out = [result for result in results if result.conversation.held_out]
    resolved = figures_of(held_out).resolved
    assert 2 * len(held_out) >= len(results)
    assert resolved is not None and resolved >= LEAST_HELD_OUT
