"""A service that runs while its model is adapted beside it."""

import time
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.adaptation.adapting import adapt, undo
from service.api.app import create_app
from service.index.models import published_model
from service.settings import Settings
from tests.adaptation.language import EXPERTS, USERS
from tests.knowledge import write_document

TOKEN = "a-token-of-the-tests"
PATIENCE_SECONDS = 10


@pytest.fixture
def indexed(indexed: Settings) -> Settings:
    """Settings with a token, under which the closest document is always an answer."""
    changes = {"admin_token": SecretStr(TOKEN), "answered_confidence": 0.0, "uncertain_confidence": 0.0}
    return indexed.model_copy(update=changes)


@pytest.fixture
def client(indexed: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(indexed)) as client:
        yield client


def _wait_for(client: TestClient, generation: str | None) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while client.get("/readyz").json()["generation"] != generation:
        assert client.post("/ask", json={"question": USERS[0]}).status_code == 200
        assert time.monotonic() < deadline, f"the service did not move to {generation}"
        time.sleep(0.05)


def _titles(client: TestClient) -> list[str]:
    """What is found for a word of users that no document holds but the model, once adapted, has learned."""
    reply = client.post("/ask", json={"question": f"{USERS[0]} {USERS[0]}", "product": "other"})
    return [result["title"] for result in reply.json()["results"]]


def test_running_service_moves_to_the_adapted_model_and_back(client: TestClient, indexed: Settings) -> None:
    report = adapt(indexed)
    _wait_for(client, report.generation)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for number in (0, 1, 2):
        write_document(indexed.knowledge, f"n{number}", title=EXPERTS[number], answer=EXPERTS[number], product="other")
    assert client.post("/reindex", headers=headers).json()["added"] == 3
    assert published_model(indexed) == report.model
    assert _titles(client)[0] == EXPERTS[0]
    _wait_for(client, undo(indexed).generation)
    assert client.post("/ask", json={"question": USERS[0]}).json()["results"]


def test_reindex_that_comes_before_the_service_has_moved_keeps_the_adapted_model(
    client: TestClient, indexed: Settings
) -> None:
    model = adapt(indexed).model
    write_document(indexed.knowledge, "new", title=EXPERTS[3])
    response = client.post("/reindex", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.json()["added"] == 1
    assert published_model(indexed) == model
    assert client.get("/readyz").json()["generation"] == response.json()["generation"]


def test_reindex_with_an_adapted_model_that_is_damaged_says_so(client: TestClient, indexed: Settings) -> None:
    before = client.get("/readyz").json()["generation"]
    folder = indexed.data / "models" / adapt(indexed).model[:16]
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    response = client.post("/reindex", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "model_unusable"
    assert client.get("/readyz").json()["generation"] == before
