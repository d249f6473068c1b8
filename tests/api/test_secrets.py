"""Nothing that a caller may not know is in a reply, and no secret is in the log."""

import logging
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.state import State
from service.settings import Settings
from tests.api.conftest import ADMIN, TOKEN
from tests.encoders import HashingEncoder

QUESTION = "登录报 403 的机密项目"
PASSWORD = "pass-word-of-the-database"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"database_url": f"postgresql+psycopg://u:{PASSWORD}@127.0.0.1:1/none"})


@pytest.fixture
def client(indexed: Settings, encoder: HashingEncoder) -> Iterator[TestClient]:
    with TestClient(create_app(indexed, encoder=encoder), raise_server_exceptions=False) as client:
        yield client


def everything_asked(client: TestClient) -> list[str]:
    """Every kind of request, well-formed and not; what was answered, headers with it."""
    asked = [
        ("POST", "/ask", {"json": {"question": QUESTION}}),
        ("POST", "/ask", {"json": {"question": QUESTION, "product": "none"}}),
        ("POST", "/ask", {"content": b"{"}),
        ("POST", "/ask", {"content": b"\xff"}),
        ("POST", "/feedback", {"json": {"ask_id": "a", "rating": "up"}}),
        ("POST", "/reindex", {"headers": ADMIN}),
        ("POST", "/reindex", {"headers": {"Authorization": "Bearer wrong"}}),
        ("POST", "/reindex", {}),
        ("POST", "/admin/sign-in", {"data": {"token": TOKEN}, "follow_redirects": False}),
        ("POST", "/admin/sign-in", {"data": {"token": "wrong"}}),
        ("POST", "/admin/sign-out", {"follow_redirects": False}),
        ("GET", "/admin", {}),
        ("GET", "/admin/report.json", {"headers": ADMIN}),
        ("GET", "/admin/drafts/0", {"headers": ADMIN}),
        *(("GET", path, {}) for path in ("/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/kb", "/chat")),
        *(("GET", path, {}) for path in ("/documents", "/documents/none", "/documents/nacos-login", "/kb/none")),
        *(("GET", f"/{path}", {}) for path in ("static-offline-docs/../../../etc/passwd", "static/%2e%2e/secret")),
        *(("GET", f"/static-offline-docs/{path}", {}) for path in ("%2e%2e/%2e%2e/etc/passwd", "none", "..%5c..")),
        ("TRACE", "/ask", {}),
        ("PUT", "/documents/nacos-login", {"content": b"x"}),
    ]
    told = []
    for method, path, options in asked:
        response = client.request(method, path, **options)  # type: ignore[arg-type]
        told.append(f"{method} {path}: {response.headers} {response.text}")
    return told


def test_replies_name_no_path_no_trace_and_no_secret(client: TestClient, indexed: Settings) -> None:
    for told in everything_asked(client):
        for hidden in (str(indexed.data), str(indexed.knowledge), "Traceback", ".py", TOKEN, PASSWORD, "root:"):
            assert hidden not in told, told


def test_log_names_no_secret_and_no_question(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    everything_asked(client)
    client.app.state.service.recorder.close()  # type: ignore[attr-defined]  # FastAPI's
    said = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    for hidden in (TOKEN, PASSWORD, QUESTION, "机密"):
        assert hidden not in said
    lines = [record.__dict__["facts"] for record in caplog.records if "facts" in record.__dict__]
    asked = [line for line in lines if line["route"] == "/ask" and line["status"] == 200]
    assert asked[0]["answer"] == "answered" and 0 <= asked[0]["confidence"] <= 1


def test_question_is_logged_where_that_is_set(
    indexed: Settings, encoder: HashingEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "service")
    with TestClient(create_app(indexed.model_copy(update={"log_questions": True}), encoder=encoder)) as client:
        client.post("/ask", json={"question": QUESTION})
    assert any(record.__dict__.get("facts", {}).get("question") == QUESTION for record in caplog.records)


@pytest.mark.parametrize("path", ["/ask", "/reindex", "/documents", "/kb", "/readyz", "/admin", "/chat"])
def test_whatever_nobody_foresaw_is_not_told(
    client: TestClient, path: str, monkeypatch: pytest.MonkeyPatch, indexed: Settings
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"{TOKEN} in {indexed.data}")

    for name in ("snapshot", "engine", "published", "require_ready"):
        monkeypatch.setattr(State, name, property(fail))
    for name in ("reindex", "require_reporter"):
        monkeypatch.setattr(State, name, fail)
    client.post("/admin/sign-in", data={"token": TOKEN}, follow_redirects=False)
    method = "POST" if path in ("/ask", "/reindex") else "GET"
    response = client.request(method, path, headers=ADMIN, json={"question": "a"} if path == "/ask" else None)
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal_error"
    for hidden in (TOKEN, str(indexed.data), "Traceback", "RuntimeError"):
        assert hidden not in response.text


def test_settings_do_not_show_their_secrets(indexed: Settings) -> None:
    assert TOKEN not in repr(indexed) + str(indexed)
    assert PASSWORD not in repr(indexed) + str(indexed)
