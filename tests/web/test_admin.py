"""The administrator's page against the service itself, in a browser."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from service.api.app import create_app
from service.documents.parser import parse_document
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.web.axe import violations
from tests.web.conftest import Server
from tests.web.fake_service import DATA
from tests.web.tab import Tab

TOKEN = "a-token-of-the-tests"
QUESTION = "怎么把配置导出到另一个集群"
LONG = "java.lang.IllegalStateException:" + "com.example.AVeryLongNameWithoutAnySpace" * 20


class AdminTab(Tab):
    """A tab on a page without the widget."""

    def visit(self, url: str) -> None:
        self.driver.get(url)

    def find(self, selector: str) -> list[str]:
        """The texts of the elements of a kind."""
        return [element.text for element in self.driver.find_elements(By.CSS_SELECTOR, selector)]

    def press_button(self, selector: str) -> None:
        """Click what sends a form, and wait for the page that comes."""
        before = self.driver.find_element(By.TAG_NAME, "main").id
        self.driver.find_element(By.CSS_SELECTOR, selector).click()
        self.until(lambda: [one for one in self.driver.find_elements(By.TAG_NAME, "main") if one.id != before])

    def sign_in(self, token: str = TOKEN) -> None:
        """Fill the form in and send it."""
        self.driver.find_element(By.ID, "token").send_keys(token)
        self.press_button(".sign-in button")


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        knowledge=DATA,
        data=tmp_path_factory.mktemp("data"),
        admin_token=SecretStr(TOKEN),
        answered_confidence=1,
        uncertain_confidence=1,
    )
    encoder = HashingEncoder()
    Indexer(settings, encoder).update()
    server = Server(create_app(settings, encoder=encoder))
    for question in (QUESTION, QUESTION, f"{QUESTION}呢", LONG, "<img src=x onerror='window.hacked=1'>"):
        ask_id = httpx.post(f"{server.url}/ask", json={"question": question}).json()["ask_id"]
        said = {"ask_id": ask_id, "rating": "down", "reason": "outdated", "comment": "<script>window.hacked=2</script>"}
        httpx.post(f"{server.url}/feedback", json=said)
    yield server
    server.stop()


@pytest.fixture
def tab(browser: WebDriver, admin: Server) -> Iterator[AdminTab]:
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setExtraHTTPHeaders", {"headers": {"Accept-Language": "zh-CN"}})
    # What these pages do, they do without.
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    yield AdminTab(browser, f"{admin.url}/admin")
    browser.delete_all_cookies()


def test_report_is_seen_after_signing_in(tab: AdminTab) -> None:
    assert tab.find("h3") == []
    tab.sign_in("not the token")
    assert "令牌不对" in tab.find(".wrong")[0]
    tab.sign_in()
    assert tab.driver.current_url.endswith("/admin")
    assert tab.find("h1") == ["答疑报告"]
    assert tab.find("h3")[0] == QUESTION
    assert tab.find(".group:first-child .count") == ["3 次"]
    assert "内容过时" in tab.find(".group:first-child")[0]
    assert len(tab.driver.find_elements(By.CSS_SELECTOR, ".chart rect.no_answer:not(.legend *)")) == 1
    assert tab.complaints() == []


@pytest.mark.parametrize("token", [None, "not the token"])
def test_sign_in_is_accessible(tab: AdminTab, token: str | None) -> None:
    if token:
        tab.sign_in(token)
    tab.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert violations(tab) == []


def test_report_is_gone_after_signing_out(tab: AdminTab) -> None:
    tab.sign_in()
    tab.press_button(".quiet")
    assert tab.find("#token") == [""]
    tab.visit(tab.driver.current_url)
    assert tab.find("h3") == []


def test_period_is_chosen_by_a_link(tab: AdminTab) -> None:
    tab.sign_in()
    tab.press_button(".filters a[href$='=7']")
    assert tab.find(".filters [aria-current]") == ["近 7 天"]
    assert len(tab.driver.find_elements(By.CSS_SELECTOR, ".chart title")) == 7


def test_draft_is_downloaded(tab: AdminTab, tmp_path: Path) -> None:
    behaviour = {"behavior": "allow", "downloadPath": str(tmp_path / "downloads")}
    tab.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    tab.sign_in()
    tab.driver.find_element(By.CSS_SELECTOR, ".draft").click()
    tab.until(lambda: list((tmp_path / "downloads").glob("*.md")))
    (path,) = (tmp_path / "downloads").glob("*.md")
    parsed = parse_document(path.read_bytes(), path="nacos/new.md")
    assert [problem.code for problem in parsed.problems] == ["no-answer"]
    assert QUESTION in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1440])
def test_page_fits_the_screen(tab: AdminTab, width: int, dark: bool) -> None:
    tab.resize(width, 900)
    if dark:
        tab.set_dark()
    tab.sign_in()
    tab.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert tab.script("return document.documentElement.scrollWidth <= innerWidth")
    assert tab.script("return window.hacked") is None
    tab.script("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert violations(tab) == []
    assert tab.script("return getComputedStyle(document.body).backgroundColor") == (
        "rgb(22, 25, 30)" if dark else "rgb(255, 255, 255)"
    )
    assert tab.complaints() == []
