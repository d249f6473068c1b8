"""The widget against the service itself: its index, its answers, its records."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from selenium.webdriver.chrome.webdriver import WebDriver

from service.api.app import create_app
from service.embedding.opening import open_encoder
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.web.conftest import Server
from tests.web.fake_service import DATA, create_site
from tests.web.tab import RatingTab, Tab

KNOWLEDGE = Path(__file__).resolve().parents[2] / "knowledge"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = Settings(
        knowledge=DATA, data=tmp_path_factory.mktemp("data"), answered_confidence=0, uncertain_confidence=0
    )
    encoder = HashingEncoder()
    Indexer(settings, encoder).update()
    server = Server(create_app(settings, encoder=encoder))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service as it comes: its own documents, its own model."""
    settings = Settings(knowledge=KNOWLEDGE, data=tmp_path_factory.mktemp("shipped"), model="default")
    encoder = open_encoder(settings.model)
    Indexer(settings, encoder).update()
    server = Server(create_app(settings, encoder=encoder))
    yield server
    server.stop()


@pytest.fixture
def tab(browser: WebDriver, real: Server) -> Iterator[Tab]:
    site = Server(create_site(f"{real.url}/widget.js", real.url))
    yield Tab(browser, f"{site.url}/?open=true&product=nacos")
    site.stop()


def test_question_is_answered_with_steps_and_rated(tab: Tab) -> None:
    tab.ask("grpc 服务实例已经销毁，但 nacos 上服务一直不下线")
    assert tab.one(".answer-title").text == "grpc 服务实例已经销毁，但 nacos 上服务一直不下线"
    assert len(tab.all(".step")) == 3
    tab.click(".step input")
    assert "1/3" in tab.one(".steps-progress").text
    tab.click(".vote-up")
    assert "感谢" in tab.one(".feedback-said").text
    assert tab.complaints() == []


def test_reference_to_a_document_opens_it(tab: Tab) -> None:
    tab.ask("grpc 服务实例已经销毁，但 nacos 上服务一直不下线")
    tab.click(".references li:last-child a")
    assert tab.one(".opened .answer-title").text == "Nacos 的临时实例与持久化实例有什么区别"


def test_refusal_is_told_in_the_words_of_the_service(tab: Tab) -> None:
    tab.script("ExpertAnswers.ask('错'.repeat(2001))")
    assert "2001" in tab.one(".notice-failure").text


def test_first_questions_are_documents_of_the_product(tab: Tab) -> None:
    tab.until(lambda: tab.all(".suggestions button"))
    assert all("RocketMQ" not in button.text for button in tab.all(".suggestions button"))


def test_step_of_the_answer_before_is_asked_about(browser: WebDriver, shipped: Server) -> None:
    tab = Tab(browser, f"{shipped.url}/chat")
    tab.ask("Nacos 的 Raft 选不出 leader")
    before = tab.one(".answer-title").text
    tab.ask("第二步报错了")
    tab.wait_for(".answer", 2)
    assert [title.text for title in tab.all(".answer-title")] == [before] * 2
    assert tab.text(".step-asked .step-number") == "2."
    assert "第二步报错了" not in tab.text(".interpreted") and "Raft" in tab.text(".interpreted")
    assert tab.complaints() == []


def test_condition_is_added_to_the_question_before(browser: WebDriver, shipped: Server) -> None:
    tab = Tab(browser, f"{shipped.url}/chat")
    tab.ask("单机 nacos 断电后起不来 derby 报错")
    tab.one(".answer")
    tab.ask("集群模式下呢？")
    tab.wait_for(".answer", 2)
    assert "nacos" in tab.text(".interpreted") and "集群模式" in tab.text(".interpreted")


def test_choice_of_a_question_back_is_answered(browser: WebDriver, shipped: Server) -> None:
    tab = Tab(browser, f"{shipped.url}/chat")
    tab.ask("报错超时怎么办")
    tab.one(".clarify")
    choices = [choice for choice in tab.all(".choice") if "Dubbo" in choice.text]
    assert 2 <= len(tab.all(".choice")) <= 4 and len(choices) == 1
    choices[0].click()
    assert "Dubbo" in tab.one(".answer-title").text
    assert tab.complaints() == []


@pytest.mark.parametrize("path", ["/chat", "/kb", "/kb/grpc-instance", "/sitemap.xml", "/llms.txt", "/widget.js"])
def test_page_is_served(real: Server, path: str) -> None:
    assert httpx.get(real.url + path).status_code == 200


def test_related_documents_are_others_than_those_referred_to(real: Server) -> None:
    text = httpx.get(f"{real.url}/kb/grpc-instance").text
    related = text.partition('<nav class="related"')[2].partition("</nav>")[0]
    assert 'href="rocketmq-backlog"' in related
    assert "instance-kinds" not in related


def test_document_page_takes_feedback(browser: WebDriver, real: Server) -> None:
    Tab(browser, f"{real.url}/kb/instance-kinds")
    rating = RatingTab(browser)
    rating.click(".vote-down")
    rating.click(".reason input[value=unclear]")
    rating.click("[type=submit]")
    rating.until(lambda: "感谢" in rating.text(".feedback-said"))
    assert rating.complaints() == []


@pytest.mark.parametrize(
    "path", ["/chat", "/kb", "/kb/grpc-instance", "/admin", "/widget.js", "/healthz", "/documents", "/documents/x"]
)
def test_head_is_had(real: Server, path: str) -> None:
    assert httpx.head(real.url + path).status_code == httpx.get(real.url + path).status_code


def test_unknown_document_gets_a_page(real: Server) -> None:
    reply = httpx.get(f"{real.url}/kb/missing")
    assert (reply.status_code, reply.headers["content-type"]) == (404, "text/html; charset=utf-8")
