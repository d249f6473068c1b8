import ipaddress
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.limits import client_of
from service.settings import Settings
from tests.api.conftest import ADMIN
from tests.encoders import HashingEncoder

LIMITS = {"ask_limit": "3/hour", "admin_limit": "2/hour", "page_limit": "4/hour", "trusted_proxies": ("10.0.0.0/8",)}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update=LIMITS)


@pytest.fixture
def proxy(indexed: Settings, encoder: HashingEncoder) -> Iterator[TestClient]:
    """A client whose requests come from a trusted proxy."""
    with TestClient(create_app(indexed, encoder=encoder), client=("10.1.1.1", 1)) as client:
        yield client


def statuses(client: TestClient, path: str, times: int, forwarded: str | None = None, **options: object) -> list[int]:
    headers = {**ADMIN, **({"X-Forwarded-For": forwarded} if forwarded else {})}
    method = "POST" if path in ("/ask", "/feedback", "/reindex", "/admin/sign-in") else "GET"
    body = {"question": "登录"} if path == "/ask" else None
    return [client.request(method, path, headers=headers, json=body).status_code for _ in range(times)]


def test_client_is_refused_beyond_its_limit_and_told_when_to_come_back(client: TestClient) -> None:
    assert statuses(client, "/ask", 4) == [200, 200, 200, 429]
    response = client.post("/ask", json={"question": "登录"})
    assert 1 <= int(response.headers["Retry-After"]) <= 1200
    assert response.json()["error"]["code"] == "rate_limited"
    assert response.headers["X-Request-ID"] and response.headers["X-Content-Type-Options"]


def test_feedback_counts_with_questions(client: TestClient) -> None:
    assert statuses(client, "/ask", 3) == [200, 200, 200]
    assert statuses(client, "/feedback", 1) == [429]
    assert client.post("/documents/nacos-login/feedback", json={"rating": "up"}).status_code == 429


def test_limits_do_not_touch_each_other(client: TestClient) -> None:
    assert statuses(client, "/ask", 4)[-1] == 429
    assert statuses(client, "/documents", 5) == [200, 200, 200, 200, 429]
    assert statuses(client, "/reindex", 3) == [200, 200, 429]
    assert statuses(client, "/admin/sign-in", 1) == [429]


def test_health_and_metrics_are_not_limited(client: TestClient) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert set(statuses(client, path, 10)) == {200}


def test_refusals_are_counted(client: TestClient) -> None:
    statuses(client, "/ask", 5)
    assert 'expert_answers_limited_total{limit="ask"} 2.0' in client.get("/metrics").text


def test_forwarded_clients_have_a_limit_each(proxy: TestClient) -> None:
    assert statuses(proxy, "/ask", 4, "192.0.2.1") == [200, 200, 200, 429]
    assert statuses(proxy, "/ask", 1, "192.0.2.2") == [200]


def test_client_cannot_take_another_name_before_a_proxy(proxy: TestClient) -> None:
    for number in range(3):
        assert statuses(proxy, "/ask", 1, f"198.51.100.{number}, 192.0.2.1, 10.2.2.2") == [200]
    assert statuses(proxy, "/ask", 1, "198.51.100.9, 192.0.2.1") == [429]


def test_client_cannot_take_another_name_without_a_proxy(client: TestClient) -> None:
    for number in range(3):
        assert statuses(client, "/ask", 1, f"192.0.2.{number}") == [200]
    assert statuses(client, "/ask", 1, "10.1.1.1") == [429]


def test_proxy_itself_is_not_limited(proxy: TestClient) -> None:
    assert set(statuses(proxy, "/ask", 10)) == {200}


def test_scheme_is_taken_from_a_trusted_proxy_only(proxy: TestClient, client: TestClient) -> None:
    for browser, secure in ((proxy, True), (client, False)):
        page = browser.get("/chat", headers={"X-Forwarded-Proto": "https"}).text
        assert ('href="https://' in page) is secure


@pytest.mark.parametrize(("peer", "limited"), [("::ffff:10.1.1.1", False), ("::ffff:192.0.2.9", True)])
def test_peer_on_a_socket_for_both_protocols_is_whom_it_is_on_its_own(
    indexed: Settings, encoder: HashingEncoder, peer: str, limited: bool
) -> None:
    with TestClient(create_app(indexed, encoder=encoder), client=(peer, 1)) as both:
        assert (statuses(both, "/ask", 4)[-1] == 429) is limited
        assert (statuses(both, "/ask", 1, "192.0.2.3") == [429]) is limited
        assert statuses(both, "/ask", 4, "192.0.2.4, ::ffff:10.2.2.2")[-1] == 429


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("10.9.9.9", None),
        ("::ffff:10.9.9.9", None),
        ("::1", None),
        ("unknown", "unknown"),
    ],
)
def test_client_is_what_one_household_has(host: str, client: str | None) -> None:
    trusted = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1")]
    assert client_of(host, trusted) == client
