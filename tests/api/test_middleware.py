import logging
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.middleware import Middleware

from service.api.errors import register_handlers
from service.api.metrics import Metrics
from service.api.middleware import AnswerHead, Attend, LimitBody


@pytest.fixture
def client() -> Iterator[TestClient]:
    layers = [Middleware(Attend, metrics=Metrics()), Middleware(LimitBody, limit=100), Middleware(AnswerHead)]
    app = FastAPI(middleware=layers)
    register_handlers(app)

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("secret of /etc/passwd")

    @app.get("/fail-late")
    async def fail_late() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError("too late")

        return StreamingResponse(parts())

    @app.get("/framed")
    async def framed() -> StreamingResponse:
        return StreamingResponse(iter([b""]), headers={"X-Frame-Options": "DENY"})

    @app.get("/parts/{name}")
    async def part(name: str) -> str:
        return name

    @app.post("/read")
    async def read(request: Request) -> int:
        return len(await request.body())

    with TestClient(app) as client:
        yield client


def test_reply_has_security_headers_and_an_id(client: TestClient) -> None:
    headers = client.get("/nowhere").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"]
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert re.fullmatch("[0-9a-f]{32}", headers["X-Request-ID"])


def test_route_may_set_its_own_security_headers(client: TestClient) -> None:
    assert client.get("/framed").headers.get_list("X-Frame-Options") == ["DENY"]


@pytest.mark.parametrize(
    ("given", "taken"), [("trace-1.a_B", True), ("a b", False), ("x" * 129, False), ("", False), ("é", False)]
)
def test_request_id_is_taken_over_when_it_is_harmless(client: TestClient, given: str, taken: bool) -> None:
    request_id = client.get("/nowhere", headers={b"X-Request-ID": given.encode()}).headers["X-Request-ID"]
    assert (request_id == given) is taken


def test_unforeseen_error_is_logged_and_not_told(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    response = client.get("/fail", headers={"X-Request-ID": "r-1"})
    assert response.status_code == 500
    assert response.json()["error"]["code"] == "internal_error"
    assert "secret" not in response.text
    assert response.headers["X-Request-ID"] == "r-1"
    failures = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "r-1" in failures[0].getMessage()
    assert failures[0].exc_info


def test_reply_that_breaks_off_is_not_patched_up(client: TestClient) -> None:
    with pytest.raises(RuntimeError, match="too late"):
        client.get("/fail-late")


def test_request_is_one_line_in_the_log_without_its_address(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "service")
    client.get("/parts/a%0Ab?q=secret", headers={"X-Request-ID": "r-2"})
    client.get("/a%0Ab%20c?q=secret", headers={"X-Request-ID": "r-3"})
    lines = [record for record in caplog.records if record.name == "service.api.middleware"]
    assert re.fullmatch(r"GET /parts/\{name\} 200 \d+\.\d ms r-2", lines[0].getMessage())
    assert re.fullmatch(r"GET unmatched 404 \d+\.\d ms r-3", lines[1].getMessage())
    facts = lines[0].__dict__["facts"]
    assert (facts["method"], facts["route"], facts["status"]) == ("GET", "/parts/{name}", 200)


@pytest.mark.parametrize(("path", "inline"), [("/docs", True), ("/framed", False), ("/nowhere", False)])
def test_reply_runs_nothing_unless_it_is_the_description(client: TestClient, path: str, inline: bool) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy
    assert ("'unsafe-inline'" in policy) is inline


@pytest.mark.parametrize("size", [0, 100])
def test_small_body_is_read(client: TestClient, size: int) -> None:
    assert client.post("/read", content=b"x" * size).json() == size


def test_body_announced_too_large_is_refused(client: TestClient) -> None:
    response = client.post("/read", content=b"x" * 101)
    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"


def test_body_that_grows_too_large_is_refused(client: TestClient) -> None:
    response = client.post("/read", content=(b"x" * 10 for _ in range(11)))
    assert response.status_code == 413
    assert "100 bytes" in response.json()["error"]["message"]


@pytest.mark.parametrize(("length", "status"), [("0" * 5000 + "2", 200), ("0" * 9, 200), ("9" * 5000, 413)])
def test_length_of_many_digits_is_read(client: TestClient, length: str, status: int) -> None:
    content = b"x" * int(length[-1]) if status == 200 else b""
    assert client.post("/read", content=content, headers={"Content-Length": length}).status_code == status


@pytest.mark.parametrize(("coding", "status"), [("gzip", 415), ("br", 415), ("Identity", 200), ("", 200)])
def test_packed_body_is_refused_and_told_why(client: TestClient, coding: str, status: int) -> None:
    response = client.post("/read", content=b"x", headers={"Content-Encoding": coding})
    assert response.status_code == status
    if status == 415:
        assert "Content-Encoding" in response.json()["error"]["message"]
        assert response.headers["Accept-Encoding"] == "identity"


def test_head_is_answered_like_get_without_a_body(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        head = client.head("/parts/one")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "5", b"")
    assert "HEAD /parts/{name} 200" in caplog.text


def test_head_of_what_only_takes_posts_is_refused(client: TestClient) -> None:
    refused = client.head("/read")
    assert (refused.status_code, refused.headers["Allow"], refused.content) == (405, "POST", b"")


def test_404_and_405_have_the_form_of_every_error(client: TestClient) -> None:
    missing, wrong = client.get("/nowhere"), client.get("/read")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "POST"
