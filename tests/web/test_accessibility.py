"""Every page and every state of the widget, in light and in dark, checked by axe-core."""

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.web.axe import violations
from tests.web.conftest import Server
from tests.web.fake_service import Log
from tests.web.tab import RatingTab, Tab


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _open(browser: WebDriver, url: str, theme: str) -> Tab:
    tab = Tab(browser, url)
    if theme == "dark":
        tab.set_dark()
    return tab


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("grpc", ".answer"),
        ("没有答案", ".nothing"),
        ("不确定", ".notice-unsure"),
        ("哪个", ".choices"),
        ("第二步报错了", ".step-asked"),
        ("重复", ".fold-similar"),
        ("hostile", ".answer"),
    ],
)
def test_widget_with_a_reply(browser: WebDriver, site: Server, theme: str, question: str, shown: str) -> None:
    tab = _open(browser, f"{site.url}/?open=true", theme)
    tab.ask(question)
    tab.one(shown)
    tab.script("for (const fold of root.querySelectorAll('details')) fold.open = true")
    assert violations(tab, "expert-answers") == []


@pytest.mark.parametrize("width", [360, 1440])
def test_widget_before_a_question(browser: WebDriver, site: Server, theme: str, width: int) -> None:
    tab = _open(browser, f"{site.url}/", theme)
    tab.resize(width, 740)
    assert violations(tab, "expert-answers") == []
    tab.click(".launcher")
    tab.until(lambda: tab.all(".suggestions button"))
    assert violations(tab, "expert-answers") == []


def test_widget_with_reasons_and_a_failure(browser: WebDriver, site: Server, log: Log, theme: str) -> None:
    tab = _open(browser, f"{site.url}/?open=true", theme)
    tab.ask("grpc")
    tab.click(".vote-down")
    tab.one(".reasons")
    log.broken = True
    tab.ask("再来")
    tab.one(".notice-failure")
    assert violations(tab, "expert-answers") == []


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("path", ["/chat", "/kb", "/kb?tag=grpc", "/kb/grpc-instance", "/kb/rocketmq-backlog", "/kb/x"])
def test_page(browser: WebDriver, service: Server, theme: str, path: str, width: int) -> None:
    tab = _open(browser, service.url + path, theme)
    tab.resize(width, 900)
    assert violations(tab) == []


def test_chat_with_answers(browser: WebDriver, service: Server, theme: str) -> None:
    tab = _open(browser, f"{service.url}/chat", theme)
    for number, question in enumerate(("grpc", "backlog"), 1):
        tab.ask(question)
        tab.wait_for(".answer", number)
    assert violations(tab) == []


def test_document_page_with_reasons(browser: WebDriver, service: Server, theme: str) -> None:
    tab = _open(browser, f"{service.url}/kb/grpc-instance", theme)
    rating = RatingTab(browser)
    rating.click(".vote-down")
    rating.one(".reasons")
    assert violations(tab) == []


def test_checker_sees_into_the_widget(browser: WebDriver, site: Server) -> None:
    tab = Tab(browser, f"{site.url}/?open=true")
    tab.script("root.querySelector('.hint').style.color = '#ddd'; root.querySelector('textarea').ariaLabel = ''")
    found = violations(tab, "expert-answers")
    assert any(line.startswith("color-contrast") for line in found)
