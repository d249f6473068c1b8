"""The application over a small index of its own."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.api.app import create_app
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_topics

TOKEN = "a-token-of-the-tests"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings with a token and without limits, under which the closest document is always an answer."""
    changes = {"admin_token": SecretStr(TOKEN), "answered_confidence": 0.0, "uncertain_confidence": 0.0}
    unlimited = {"ask_limit": "off", "admin_limit": "off", "page_limit": "off"}
    return settings.model_copy(update=changes | unlimited)


@pytest.fixture
def indexed(settings: Settings, encoder: HashingEncoder) -> Settings:
    """The settings of a service whose index has a few documents."""
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    return settings


@pytest.fixture
def client(indexed: Settings, encoder: HashingEncoder) -> Iterator[TestClient]:
    with TestClient(create_app(indexed, encoder=encoder)) as client:
        yield client
