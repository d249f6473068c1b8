import logging
import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from service.api.app import app_from_environment, create_app
from service.api.state import State
from service.index.generations import Generations
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_service_without_an_index_says_so_and_recovers(settings: Settings, encoder: HashingEncoder) -> None:
    with TestClient(create_app(settings, encoder=encoder)) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        for response in (client.get("/readyz"), client.post("/ask", json={"question": "a"}), client.get("/documents")):
            assert response.status_code == 503
            assert response.headers["Retry-After"]
            assert "expert-answers index" in response.json()["error"]["message"]
        write_topics(settings.knowledge)
        Indexer(settings, encoder).update()
        wait_for(lambda: client.get("/readyz").status_code == 200)
        assert client.post("/ask", json={"question": "登录报 403"}).status_code == 200


def test_generation_published_by_another_process_is_taken_up(client: TestClient, indexed: Settings) -> None:
    write_document(indexed.knowledge, "new", title="全新的问题")
    report = Indexer(indexed, HashingEncoder()).update()
    wait_for(lambda: client.get("/readyz").json()["generation"] == report.generation)
    assert client.get("/readyz").json()["documents"] == 5


def test_index_of_another_model_is_refused_with_the_remedy(indexed: Settings) -> None:
    with TestClient(create_app(indexed, encoder=HashingEncoder("another"))) as client:
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["error"]["code"] == "index_mismatch"
        assert "--rebuild" in response.json()["error"]["message"]
        assert str(indexed.data) not in response.text


def test_damaged_new_generation_leaves_the_old_one_answering(client: TestClient, indexed: Settings) -> None:
    before = client.get("/readyz").json()["generation"]
    root = indexed.data / "index"
    (root / "99999999-broken").mkdir()
    (root / "CURRENT").write_text("99999999-broken")
    time.sleep(1.5)
    assert client.get("/readyz").json()["generation"] == before
    assert client.post("/ask", json={"question": "登录报 403"}).status_code == 200
    (root / "CURRENT").write_text(before)
    assert Generations(indexed.data).current() == root / before


def test_slow_search_leaves_the_event_loop_free(
    indexed: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def encode_slowly(texts: list[str]) -> object:
        time.sleep(0.02)
        return HashingEncoder().encode_documents(texts)

    monkeypatch.setattr(encoder, "encode_queries", encode_slowly)
    app = create_app(indexed, encoder=encoder)
    with TestClient(app) as client:
        assert not app.state.service.search_is_brief
        assert client.post("/ask", json={"question": "登录报 403"}).json()["answer"]["document_id"] == "nacos-login"


def test_application_is_made_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EXPERT_ANSWERS_DATA", str(tmp_path))
    monkeypatch.setenv("EXPERT_ANSWERS_CORS_ORIGINS", "https://docs.example.com")
    assert app_from_environment().title == "Expert Answers"


def test_pages_of_allowed_origins_may_ask(indexed: Settings, encoder: HashingEncoder) -> None:
    allowed = indexed.model_copy(update={"cors_origins": ("https://docs.example.com",)})
    with TestClient(create_app(allowed, encoder=encoder)) as client:
        for origin, echoed in [("https://docs.example.com", "https://docs.example.com"), ("https://evil.com", None)]:
            for body in ({"question": "a"}, {}):
                response = client.post("/ask", json=body, headers={"Origin": origin})
                assert response.headers.get("Access-Control-Allow-Origin") == echoed
        preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        assert client.options("/ask", headers={"Origin": "https://docs.example.com"} | preflight).status_code == 200
        assert client.options("/ask", headers={"Origin": "https://evil.com"} | preflight).status_code == 400


def test_any_origin_may_ask_by_default(client: TestClient) -> None:
    response = client.post("/ask", json={"question": "a"}, headers={"Origin": "https://anywhere.example"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_reply_to_no_page_is_not_kept_for_one(client: TestClient) -> None:
    response = client.post("/ask", json={"question": "a"})
    assert "Origin" in response.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in response.headers


PREFLIGHT = {"Origin": "https://docs.example.com", "Access-Control-Request-Method": "POST"}


def test_preflight_is_attended_to_as_any_request(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "service"):
        response = client.options("/ask", headers=PREFLIGHT)
    assert response.status_code == 200
    assert response.headers["X-Request-ID"] and response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers.get_list("Access-Control-Allow-Origin") == ["*"]
    assert f"200 {response.headers['X-Request-ID']}" in re.sub(r"[\d.]+ ms ", "", caplog.text)
    assert 'expert_answers_requests_total{method="OPTIONS"' in client.get("/metrics").text


def test_preflights_are_limited_as_pages_are(indexed: Settings, encoder: HashingEncoder) -> None:
    limited = indexed.model_copy(update={"page_limit": "2/hour"})
    with TestClient(create_app(limited, encoder=encoder)) as client:
        replies = [client.options("/ask", headers=PREFLIGHT) for _ in range(3)]
        assert [reply.status_code for reply in replies] == [200, 200, 429]
        # A page may read why.
        assert replies[-1].headers["Access-Control-Allow-Origin"] == "*"


def test_refused_preflight_has_the_form_of_every_error(indexed: Settings, encoder: HashingEncoder) -> None:
    allowed = indexed.model_copy(update={"cors_origins": ("https://other.example.com",)})
    with TestClient(create_app(allowed, encoder=encoder)) as client:
        response = client.options("/ask", headers=PREFLIGHT)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "preflight_refused")
    assert "origin" in response.json()["error"]["message"]
    assert "Access-Control-Allow-Origin" not in response.headers


def test_error_that_nobody_foresaw_reaches_pages_of_other_origins(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(State, "published", property(lambda state: 1 / 0))
    response = client.get("/chat", headers={"Origin": "https://anywhere.example"})
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (500, "*")


@pytest.mark.parametrize(
    ("path", "page"),
    [("/chat/", "/chat"), ("/chat/?product=nacos", "/chat?product=nacos"), ("/admin/", "/admin"), ("/ask/", None)],
)
def test_slash_too_many_leads_nowhere_else(client: TestClient, path: str, page: str | None) -> None:
    response = client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
    assert "evil" not in response.headers.get("Location", "")
    assert response.status_code == (307 if page else 404)
    assert (
        page is None or urljoin(f"http://testserver{path}", response.headers["Location"]) == f"http://testserver{page}"
    )
