"""The chat as a whole page, and a document's page, in a real browser."""

from urllib.parse import parse_qs, urlsplit

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.select import Select

from tests.web.conftest import Server
from tests.web.fake_service import Log
from tests.web.tab import Tab


def test_address_holds_the_question(browser: WebDriver, service: Server, log: Log) -> None:
    tab = Tab(browser, f"{service.url}/chat?q=backlog&product=rocketmq")
    assert tab.one(".answer-title").text == "Consumers fall behind and messages pile up in RocketMQ"
    assert (log.asked[0].question, log.asked[0].product) == ("backlog", "rocketmq")
    Select(tab.one(".picker")).select_by_value("nacos")
    tab.ask("grpc & 下线?")
    tab.until(lambda: len(tab.all(".answer")) == 2)
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


def test_answer_is_painted_within_a_tenth_of_a_second(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/chat")
    tab.script(
        "ExpertAnswers.on('ask', () => (window.begun = performance.now()));"
        "const painted = () => (window.took = performance.now() - window.begun);"
        "ExpertAnswers.on('answer', () => requestAnimationFrame(() => setTimeout(painted)))"
    )
    tab.ask("warm")
    tab.until(lambda: tab.script("return window.took"))
    tab.script("window.took = 0")
    tab.ask("grpc")
    tab.until(lambda: tab.script("return window.took"))
    assert tab.script("return window.took") < 100


def test_document_page_fits_a_phone(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/kb/grpc-instance")
    tab.resize(360, 740)
    assert tab.script("return document.documentElement.scrollWidth") <= 360
    assert tab.complaints() == []


def test_hostile_document_page_is_harmless(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/kb/hostile")
    assert tab.script("return window.hacked ?? null") is None
    assert "window.hacked=9" in browser.title
