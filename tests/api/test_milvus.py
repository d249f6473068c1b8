"""The service over an index in Milvus whose server goes and comes back."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.api.app import create_app
from service.index.opening import open_builder
from service.settings import Settings
from tests.api.conftest import ADMIN
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics
from tests.milvus import MilvusServer, require_milvus

PATIENCE_SECONDS = 60
QUESTION = {"question": "心跳超时怎么办"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MilvusServer]:
    require_milvus()
    server = MilvusServer(tmp_path / "milvus")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def remote(settings: Settings, server: MilvusServer) -> Settings:
    write_topics(settings.knowledge)
    return settings.model_copy(update={"index": SecretStr(server.url("answers"))})


def until(client: TestClient, path: str, status: int) -> None:
    """Return once a request gets this status."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (reply := client.get(path)).status_code != status:
        assert time.monotonic() < deadline, reply.text
        time.sleep(0.05)


def test_service_outlives_its_index_server(remote: Settings, encoder: HashingEncoder, server: MilvusServer) -> None:
    open_builder(remote, encoder).update()
    with TestClient(create_app(remote, encoder=encoder)) as client:
        answered = client.post("/ask", json=QUESTION)
        assert answered.json()["answer"]["document_id"] == "nacos-heartbeat"
        server.stop()
        assert client.post("/ask", json=QUESTION).json()["answer"] == answered.json()["answer"]
        refused = client.post("/ask", json={"question": "naming server stopped"})
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert refused.json()["error"]["code"] == "index_unreachable"
        assert "127.0.0.1" not in refused.text
        until(client, "/readyz", 503)
        assert client.get("/readyz").headers["Retry-After"]
        assert client.get("/documents/nacos-login").status_code == 503
        assert "expert_answers_ready 0.0" in client.get("/metrics").text
        assert client.get("/healthz").status_code == 200
        server.start()
        until(client, "/readyz", 200)
        assert client.get("/readyz").json()["documents"] == 4
        again = client.post("/ask", json=QUESTION).json()
        assert again["answer"] == answered.json()["answer"]


def test_service_starts_before_its_index_server(
    remote: Settings, encoder: HashingEncoder, server: MilvusServer
) -> None:
    open_builder(remote, encoder).update()
    server.stop()
    with TestClient(create_app(remote, encoder=encoder)) as client:
        refused = client.get("/readyz")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "index_unreachable")
        server.start()
        until(client, "/readyz", 200)
        assert client.post("/ask", json=QUESTION).json()["answer"]["document_id"] == "nacos-heartbeat"


def test_reindex_by_one_replica_is_answered_from_by_another(remote: Settings, encoder: HashingEncoder) -> None:
    with (
        TestClient(create_app(remote, encoder=encoder)) as one,
        TestClient(create_app(remote, encoder=HashingEncoder())) as other,
    ):
        assert one.get("/readyz").json()["error"]["code"] == "index_unavailable"
        assert one.post("/reindex", headers=ADMIN).json()["added"] == 4
        until(other, "/readyz", 200)
        write_document(remote.knowledge, "new", title="全新的一篇")
        assert one.post("/reindex", headers=ADMIN).json()["added"] == 1
        until(other, "/documents/nacos-new", 200)
        found = other.post("/ask", json={"question": "全新的一篇"}).json()
        assert found["answer"]["document_id"] == "nacos-new"
