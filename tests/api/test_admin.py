import csv
import io
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from pydantic import HttpUrl

from service.api import session
from service.api.app import create_app
from service.api.report_schemas import ReportBody
from service.documents.parser import parse_document
from service.settings import Settings
from tests.api.conftest import ADMIN, TOKEN
from tests.encoders import HashingEncoder

ADDRESSES = ("/admin/report.json", "/admin/report.csv", "/admin/drafts/0123456789")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings under which nothing is ever answered."""
    return settings.model_copy(update={"answered_confidence": 1.0, "uncertain_confidence": 1.0})


@pytest.fixture
def browser(client: TestClient) -> TestClient:
    """A client that signed in as a browser does."""
    sign_in(client)
    return client


@pytest.fixture
def closed(indexed: Settings, encoder: HashingEncoder) -> Iterator[TestClient]:
    """A service without a token."""
    with TestClient(create_app(indexed.model_copy(update={"admin_token": None}), encoder=encoder)) as client:
        yield client


def sign_in(client: TestClient, token: str = TOKEN, **headers: str) -> str:
    """Sign in; the cookie as it was sent."""
    response = client.post("/admin/sign-in", data={"token": token}, headers=headers, follow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (303, "../admin")
    return response.headers["set-cookie"]


def ask(client: TestClient, question: str, times: int = 1, rating: str | None = None, **feedback: str) -> None:
    for _ in range(times):
        ask_id = client.post("/ask", json={"question": question}).json()["ask_id"]
        # It waits until it is stored, and so is what was asked before.
        sent = {"ask_id": ask_id, "rating": rating or "up"} | feedback
        assert client.post("/feedback", json=sent).status_code == 200


def read_report(client: TestClient) -> ReportBody:
    response = client.get("/admin/report.json", headers=ADMIN)
    assert response.status_code == 200
    return ReportBody.model_validate_json(response.content)


def test_report_groups_questions_with_the_closest_documents(client: TestClient) -> None:
    ask(client, "怎么把配置导出到另一个集群", 2)
    ask(client, "怎么把配置导出到另一个集群呢", 1, "down", reason="outdated", comment="旧了")
    ask(client, "消息堆积")
    report = read_report(client)
    assert (report.days, len(report.daily)) == (30, 30)
    assert (report.figures.questions, report.figures.no_answer) == (4, 4)
    assert (report.figures.up, report.figures.down) == (3, 1)
    first, second = report.groups
    assert (first.question, first.count, first.daily[-1], first.down) == ("怎么把配置导出到另一个集群", 3, 3, 1)
    assert [wording.text for wording in first.wordings] == ["怎么把配置导出到另一个集群呢"]
    assert [(remark.reason, remark.comment) for remark in first.remarks] == [("outdated", "旧了")]
    assert second.documents[0].document_id == "nacos-backlog"
    assert second.status_now == "no_answer"


def test_report_has_as_many_days_as_asked_for(client: TestClient) -> None:
    response = client.get("/admin/report.json?days=7", headers=ADMIN)
    assert len(response.json()["daily"]) == 7
    for days in ("0", "367", "x"):
        refused = client.get(f"/admin/report.json?days={days}", headers=ADMIN)
        assert (refused.status_code, refused.json()["error"]["details"][0]["field"]) == (422, "days")


def test_csv_opens_as_a_table_without_formulas(client: TestClient) -> None:
    ask(client, '=HYPERLINK("https://evil.example", "配置")', 1, "down", comment="a, b")
    response = client.get("/admin/report.csv", headers=ADMIN)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row["question"] == '\'=HYPERLINK("https://evil.example", "配置")'
    assert (row["count"], row["previous"], row["down"], row["remarks"]) == ("1", "", "1", "a, b")


def test_draft_is_a_document_without_an_answer(client: TestClient) -> None:
    ask(client, "控制台登录报 403 之后怎么办")
    (group,) = read_report(client).groups
    response = client.get(f"/admin/drafts/{group.id}", headers=ADMIN)
    assert response.status_code == 200
    assert response.headers["content-disposition"] == f"attachment; filename*=UTF-8''question-{group.id}.md"
    parsed = parse_document(response.content, path="nacos/new.md")
    assert [problem.code for problem in parsed.problems] == ["no-answer"]
    assert "* 专家经验：控制台登录报 403" in response.text


def test_draft_of_an_unknown_group_is_not_found(client: TestClient) -> None:
    response = client.get("/admin/drafts/0123456789", headers=ADMIN)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "group_not_found"


@pytest.mark.parametrize("address", ADDRESSES)
def test_reading_needs_the_token_or_a_session(client: TestClient, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "unauthorized"
    assert client.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 401
    client.cookies.set(session.COOKIE, session.issue(b"another token", 2e9))
    assert client.get(address).status_code == 401
    client.cookies.clear()
    sign_in(client)
    assert client.get(address).status_code in (200, 404)


@pytest.mark.parametrize("address", ["/admin", *ADDRESSES])
def test_what_people_typed_is_not_cached(browser: TestClient, address: str) -> None:
    response = browser.get(address)
    assert response.status_code == 404 or response.headers["cache-control"] == "no-store"


def test_without_a_token_administration_is_off_and_says_how_to_set_one(closed: TestClient) -> None:
    for response in (closed.get("/admin"), closed.post("/admin/sign-in", data={"token": ""})):
        assert response.status_code == 403
        assert response.headers["content-type"].startswith("text/html")
        assert "EXPERT_ANSWERS_ADMIN_TOKEN" in response.text
        assert "<form" not in response.text.split("<main", 1)[1]
    for address in ADDRESSES:
        refused = closed.get(address, headers=ADMIN)
        assert refused.status_code == 403
        assert "EXPERT_ANSWERS_ADMIN_TOKEN" in refused.json()["error"]["message"]


def test_page_asks_for_the_token_first(client: TestClient) -> None:
    ask(client, "不该看见的问题")
    response = client.get("/admin")
    assert response.status_code == 401
    assert 'type="password"' in response.text
    assert "不该看见的问题" not in response.text


@pytest.mark.parametrize("given", ["", "wrong", TOKEN + "x", TOKEN.upper(), "密码", "\x00", "a" * 60_000])
def test_wrong_token_gives_no_session(client: TestClient, given: str) -> None:
    response = client.post("/admin/sign-in", data={"token": given}, follow_redirects=False)
    assert response.status_code == 401
    assert "set-cookie" not in response.headers
    assert 'role="alert"' in response.text


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"token", b"token=%FF", b"&" * 5000])
def test_strange_form_gives_no_session(client: TestClient, body: bytes) -> None:
    assert client.post("/admin/sign-in", content=body).status_code == 401


def test_session_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    attributes = sign_in(client).lower()
    assert "httponly" in attributes
    assert "samesite=strict" in attributes
    assert "secure" not in attributes
    # Without a path, a browser sends it below /admin only.
    assert "path" not in attributes
    assert TOKEN not in attributes


def test_session_keeps_to_tls_where_the_browser_speaks_it(
    client: TestClient, indexed: Settings, encoder: HashingEncoder
) -> None:
    assert "; secure" in sign_in(client, **{"X-Forwarded-Proto": "https"}).lower()
    public = indexed.model_copy(update={"public_url": HttpUrl("https://answers.example.com")})
    with TestClient(create_app(public, encoder=encoder)) as other:
        assert "; secure" in sign_in(other).lower()


def test_session_ends(client: TestClient) -> None:
    now = 2_000_000_000.0
    value = session.issue(TOKEN.encode(), now)
    assert session.is_valid(value, TOKEN.encode(), now + session.LIFETIME_SECONDS - 1)
    assert not session.is_valid(value, TOKEN.encode(), now + session.LIFETIME_SECONDS)


@pytest.mark.parametrize("change", [("2", "3"), (".", ""), (".", ".0"), ("", "")])
def test_session_is_not_forged(change: tuple[str, str]) -> None:
    value = session.issue(TOKEN.encode(), 2_000_000_000.0)
    forged = value.replace(*change, 1) if change[0] else f".{value}"
    assert forged != value
    assert not session.is_valid(forged, TOKEN.encode(), 2_000_000_000.0)


def test_session_changes_nothing(browser: TestClient) -> None:
    assert browser.get("/admin").status_code == 200
    assert browser.post("/reindex").status_code == 401


def test_sign_out_ends_the_session(browser: TestClient) -> None:
    assert browser.post("/admin/sign-out").status_code == 401
    assert browser.get("/admin").status_code == 401


def test_page_shows_what_people_typed_as_text(browser: TestClient) -> None:
    ask(browser, "<script>window.hacked=1</script>", 1, "down", comment='<img src=x onerror="window.hacked=2">')
    text = browser.get("/admin").text
    assert "&lt;script&gt;window.hacked=1" in text
    assert "<script" not in text
    assert "<img" not in text


def test_page_runs_nothing_and_styles_nothing_inline(browser: TestClient) -> None:
    ask(browser, "怎么把配置导出到另一个集群")
    response = browser.get("/admin")
    assert "unsafe" not in response.headers["content-security-policy"]
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", response.text)


def test_page_speaks_the_language_of_the_reader(browser: TestClient) -> None:
    assert "答疑报告" in browser.get("/admin").text
    assert "What was not answered well" in browser.get("/admin", headers={"Accept-Language": "en-GB,en"}).text


def test_page_of_nothing_says_so(browser: TestClient) -> None:
    assert "这段时间没有人提问" in browser.get("/admin").text


def test_page_without_records_says_so(indexed: Settings, encoder: HashingEncoder) -> None:
    with TestClient(create_app(indexed.model_copy(update={"records": False}), encoder=encoder)) as client:
        sign_in(client)
        page, refused = client.get("/admin"), client.get("/admin/report.json", headers=ADMIN)
    assert page.status_code == refused.status_code == 403
    assert "EXPERT_ANSWERS_RECORDS" in page.text
    assert refused.json()["error"]["code"] == "records_off"


def test_page_without_a_database_says_so(indexed: Settings, encoder: HashingEncoder) -> None:
    (indexed.data / "file").write_text("not a folder")
    broken = indexed.model_copy(update={"database_url": f"sqlite:///{indexed.data}/file/records.db"})
    with TestClient(create_app(broken, encoder=encoder)) as client:
        sign_in(client)
        page, refused = client.get("/admin"), client.get("/admin/report.json", headers=ADMIN)
        assert client.post("/ask", json={"question": "登录"}).status_code == 200
    assert page.status_code == refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert str(indexed.data) not in page.text + refused.text


def test_report_without_an_index_lists_no_documents(settings: Settings, encoder: HashingEncoder) -> None:
    with TestClient(create_app(settings, encoder=encoder)) as client:
        assert read_report(client).groups == []
        sign_in(client)
        assert client.get("/admin").status_code == 200
