import shutil

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.schemas import ReindexResponse
from service.index.generations import Generations
from service.settings import Settings
from tests.api.conftest import ADMIN
from tests.encoders import HashingEncoder
from tests.knowledge import write_document


def test_new_document_is_found_as_soon_as_the_reply_comes(client: TestClient, indexed: Settings) -> None:
    write_document(indexed.knowledge, "arthas", title="火焰图采不到数据", product="arthas")
    (indexed.knowledge / "broken.md").write_bytes(b"\xff\xfe")
    response = client.post("/reindex", headers=ADMIN)
    assert response.status_code == 200
    report = ReindexResponse.model_validate_json(response.content)
    assert (report.published, report.added, report.unchanged) == (True, 1, 4)
    assert [problem.file for problem in report.problems] == ["broken.md"]
    assert client.post("/ask", json={"question": "火焰图采不到数据"}).json()["answer"]["document_id"] == "arthas-arthas"
    assert client.get("/readyz").json()["generation"] == report.generation


def test_nothing_changed_publishes_nothing(client: TestClient) -> None:
    body = client.post("/reindex", headers=ADMIN, json={}).json()
    assert (body["published"], body["unchanged"]) == (False, 4)


def test_rebuild_reads_everything_again(client: TestClient) -> None:
    body = client.post("/reindex", headers=ADMIN, json={"rebuild": True}).json()
    assert (body["published"], body["added"]) == (True, 4)


def test_changed_document_is_answered_anew(client: TestClient, indexed: Settings) -> None:
    before = client.get("/documents/nacos-login").json()
    write_document(indexed.knowledge, "login", answer="全新的解答。")
    client.post("/reindex", headers=ADMIN)
    after = client.get("/documents/nacos-login").json()
    assert after["summary"] == "全新的解答。" != before["summary"]
    assert client.post("/ask", json={"question": "控制台登录报 403"}).json()["answer"] == after


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
        {"Authorization": ADMIN["Authorization"] + "x"},
        {"Authorization": ADMIN["Authorization"].lower()[:-1] + "S"},
    ],
)
def test_reindex_needs_the_token(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/reindex", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["error"]["code"] == "unauthorized"


def test_token_outside_ascii_is_refused(client: TestClient) -> None:
    response = client.post("/reindex", headers={b"Authorization": "Bearer 密码".encode()})
    assert response.status_code == 401


def test_reindex_without_a_configured_token_says_how_to_set_one(indexed: Settings, encoder: HashingEncoder) -> None:
    closed = indexed.model_copy(update={"admin_token": None})
    with TestClient(create_app(closed, encoder=encoder)) as client:
        response = client.post("/reindex", headers=ADMIN)
    assert response.status_code == 403
    assert "EXPERT_ANSWERS_ADMIN_TOKEN" in response.json()["error"]["message"]


def test_second_reindex_is_refused_while_one_runs(client: TestClient, indexed: Settings) -> None:
    with Generations(indexed.data).lock(wait=True):
        response = client.post("/reindex", headers=ADMIN)
        assert client.post("/ask", json={"question": "登录"}).status_code == 200
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "reindex_running"
    assert client.post("/reindex", headers=ADMIN).status_code == 200


def test_knowledge_folder_gone_leaves_the_index_answering(client: TestClient, indexed: Settings) -> None:
    shutil.rmtree(indexed.knowledge)
    response = client.post("/reindex", headers=ADMIN)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "knowledge_unreadable"
    assert str(indexed.knowledge) not in response.text
    assert client.post("/ask", json={"question": "登录"}).status_code == 200


@pytest.mark.parametrize("body", [{"rebuild": "yes"}, {"rebuild": 1}, []])
def test_invalid_reindex_is_refused(client: TestClient, body: object) -> None:
    assert client.post("/reindex", headers=ADMIN, json=body).status_code == 422
