"""What a conversation shows: how a question was understood, the step it was about, the question back."""

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.keys import Keys

from tests.web.conftest import Server
from tests.web.fake_service import Log
from tests.web.tab import Tab

QUESTION = "grpc 服务实例一直不下线"


@pytest.fixture
def tab(browser: WebDriver, site: Server) -> Tab:
    return Tab(browser, f"{site.url}/?open=true")


def _ask_twice(tab: Tab, second: str) -> None:
    tab.ask(QUESTION)
    tab.one(".answer")
    tab.ask(second)
    tab.wait_for(".answer", 2)


def _is_in_sight(tab: Tab, selector: str) -> bool:
    box = "const box = (node) => node.getBoundingClientRect(); const log = box(root.querySelector('.log'));"
    last = "const last = box([...root.querySelectorAll(arguments[0])].at(-1));"
    return bool(tab.script(box + last + "return last.top >= log.top && last.bottom <= log.bottom", selector))


def test_question_is_shown_as_it_was_searched(tab: Tab) -> None:
    _ask_twice(tab, "第二步报错了")
    assert [line.text for line in tab.all(".interpreted")] == ["按此查找: grpc 实例不下线 第二步报错了"]
    tab.visit(tab.driver.current_url)
    assert len(tab.all(".interpreted")) == 1


def test_step_that_was_asked_about_is_marked_and_in_sight(tab: Tab) -> None:
    _ask_twice(tab, "第二步报错了")
    assert [step.text for step in tab.all(".step-asked .step-title")] == ["改为临时实例"]
    assert tab.text(".step-asked-mark") == "您问的是这一步"
    assert "第 2 步：改为临时实例" in tab.text("[role=status]")
    assert not tab.all(".turn:last-child .answer-summary")
    assert _is_in_sight(tab, ".step-asked-mark")


def test_step_is_seen_with_the_question_where_both_fit(browser: WebDriver, service: Server) -> None:
    tab = Tab(browser, f"{service.url}/chat")
    _ask_twice(tab, "第二步报错了")
    assert _is_in_sight(tab, ".question") and _is_in_sight(tab, ".step-asked-mark")


def test_step_far_down_is_scrolled_to(tab: Tab) -> None:
    tab.resize(360, 420)
    _ask_twice(tab, "第二步报错了")
    assert _is_in_sight(tab, ".step-asked-mark") and not _is_in_sight(tab, ".question")


def test_step_that_was_asked_about_is_open_though_it_is_ticked(tab: Tab) -> None:
    tab.ask(QUESTION)
    tab.one(".answer")
    tab.all(".step input")[1].click()
    tab.ask("第二步报错了")
    tab.wait_for(".answer", 2)
    assert tab.all(".step-asked input")[0].is_selected()
    assert tab.one(".step-asked .prose").is_displayed()
    assert tab.text(".steps-progress") == "已完成 1/3"


def test_choice_is_asked_in_the_same_conversation(tab: Tab, log: Log) -> None:
    tab.ask("哪个")
    assert tab.one(".clarify h3").text == "您用的是哪个产品？"
    assert "nacos: grpc" in tab.text("[role=status]")
    assert len(tab.all(".choice")) == 2
    tab.all(".choice")[0].click()
    assert tab.one(".answer")
    assert log.asked[1].question == "nacos grpc 服务实例已经销毁，但 nacos 上服务一直不下线"
    assert log.asked[1].conversation_id == "conversation-1"
    assert tab.complaints() == []


def test_choice_is_picked_with_the_keyboard(tab: Tab, log: Log) -> None:
    tab.ask("哪个")
    tab.one(".choice")
    while tab.focused() != "choice":
        tab.press(Keys.TAB, holding=Keys.SHIFT)
    tab.press(Keys.ENTER)
    tab.one(".answer")
    assert len(log.asked) == 2


def test_question_back_keeps_the_product(browser: WebDriver, site: Server, log: Log) -> None:
    tab = Tab(browser, f"{site.url}/?open=true&product=nacos")
    tab.ask("哪个")
    tab.click(".choice")
    tab.until(lambda: len(log.asked) == 2)
    assert [asked.product for asked in log.asked] == ["nacos", "nacos"]


def test_other_documents_of_a_question_back_are_at_hand(tab: Tab) -> None:
    tab.ask("哪个")
    tab.click(".fold-rivals summary")
    tab.click(".fold-rivals .results a")
    assert tab.one(".opened .answer-title").text


def test_no_vote_is_asked_for_without_records(tab: Tab, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "settings", log.settings.model_copy(update={"records": False}))
    tab.ask(QUESTION)
    tab.one(".answer-tools")
    assert tab.all(".votes") == []
