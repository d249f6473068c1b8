"""The chat as a whole page, and a document's page, in a real browser."""

from urllib.parse import parse_qs, urlsplit

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.select import Select

from tests.web.conftest import Server
from tests.web.fake_service import Log
from tests.web.tab import RatingTab, Tab


def test_address_holds_the_question(browser: WebDriver, service: Server, log: Log) -> None:
    tab = Tab(browser, f"{service.url}/chat?q=backlog&product=rocketmq")
    assert tab.one(".answer-title").text == "Consumers fall behind and messages pile up in RocketMQ"
    assert (log.asked[0].question, log.asked[0].product) == ("backlog", "rocketmq")
    Select(tab.one(".picker")).select_by_value("nacos")
    tab.ask("grpc & 下线?")
    tab.wait_for(".answer", 2)
    asked = parse_qs(urlsplit(browser.current_url).query)
    assert asked == {"q": ["grpc & 下线?"], "product": ["nacos"]}
    tab.visit(browser.current_url)
    assert len(tab.all(".answer")) == 2
    assert len(log.asked) == 2
    assert tab.complaints() == []


def test_first_questions_come_from_the_collection(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/chat")
    tab.click(".suggestions button")
    assert tab.one(".question").text
    assert tab.one(".answer")


def test_no_answer_leads_elsewhere(browser: WebDriver, service: Server, log: Log) -> None:
    tab = Tab(browser, f"{service.url}/chat?q=没有答案&product=nacos")
    assert tab.one(".elsewhere a").get_attribute("href") == "https://example.com/forum"
    tab.click(".elsewhere button")
    tab.until(lambda: len(log.asked) == 2)
    assert log.asked[1].product is None


def test_questions_of_the_tab_are_listed_and_jumped_to(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/chat")
    tab.ask("grpc")
    tab.one(".answer")
    tab.ask("没有答案")
    tab.one(".nothing")
    assert [button.text for button in tab.all(".trail button")] == ["grpc", "没有答案"]
    tab.all(".trail button")[0].click()
    assert tab.focused() == "turn"
    tab.until(lambda: tab.script("return Math.abs(root.querySelector('.turn').getBoundingClientRect().top - 68) < 30"))


def test_back_returns_to_the_question_before(browser: WebDriver, service: Server, log: Log) -> None:
    tab = Tab(browser, f"{service.url}/chat?q=backlog")
    tab.one(".answer")
    tab.ask("grpc")
    tab.wait_for(".answer", 2)
    browser.back()
    tab.until(lambda: tab.focused() == "turn")
    assert parse_qs(urlsplit(browser.current_url).query) == {"q": ["backlog"]}
    browser.refresh()
    tab.wait_for(".answer", 2)
    assert len(log.asked) == 2


def test_new_conversation_forgets_the_tab(browser: WebDriver, service: Server, log: Log) -> None:
    tab = Tab(browser, f"{service.url}/chat?q=grpc")
    tab.one(".answer")
    tab.click(".clear")
    assert tab.one(".welcome-title").text
    assert urlsplit(browser.current_url).query == ""
    tab.visit(browser.current_url)
    assert not tab.all(".turn")
    tab.ask("backlog")
    tab.until(lambda: len(log.asked) == 2)
    assert log.asked[1].conversation_id is None


def test_document_page_is_rated(browser: WebDriver, service: Server, log: Log) -> None:
    tab = Tab(browser, f"{service.url}/kb/grpc-instance")
    rating = RatingTab(browser)
    rating.click(".vote-down")
    rating.click(".reason input[value=outdated]")
    rating.click("[type=submit]")
    tab.until(lambda: "感谢" in rating.text(".feedback-said"))
    assert [sent.get("document_id") for sent in log.feedback] == ["grpc-instance", None]
    assert (log.feedback[1]["ask_id"], log.feedback[1]["reason"]) == ("reading-1", "outdated")
    tab.visit(browser.current_url)
    assert "感谢" in rating.text(".feedback-said")
    assert tab.complaints() == []


def test_document_page_fits_a_phone(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/kb/grpc-instance")
    tab.resize(360, 740)
    assert tab.script("return document.documentElement.scrollWidth") <= 360
    assert tab.complaints() == []


def test_hostile_document_page_is_harmless(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/kb/hostile")
    assert tab.script("return window.hacked ?? null") is None
    assert "window.hacked=9" in browser.title
