"""The widget with hasty users, long texts and bad networks."""

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.web.conftest import Server
from tests.web.fake_service import Log
from tests.web.tab import Tab

QUESTION = "grpc 服务实例一直不下线"


@pytest.fixture
def tab(browser: WebDriver, site: Server) -> Tab:
    return Tab(browser, f"{site.url}/?open=true")


def _set_network(browser: WebDriver, *, offline: bool) -> None:
    """For this tab only, which ends with the test."""
    conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)


def test_double_click_asks_once(tab: Tab, log: Log) -> None:
    tab.until(lambda: tab.all(".suggestions button"))
    ActionChains(tab.driver, duration=0).double_click(tab.all(".suggestions button")[0]).perform()
    tab.one(".answer")
    tab.one(".composer textarea").send_keys(QUESTION)
    ActionChains(tab.driver, duration=0).double_click(tab.one(".send-button")).perform()
    tab.wait_for(".answer", 2)
    assert len(log.asked) == 2


def test_double_click_votes_once(tab: Tab, log: Log) -> None:
    tab.ask(QUESTION)
    vote = tab.one(".vote-up")
    tab.script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].click(); arguments[0].click()", vote)
    tab.one(".feedback-said")
    assert [sent["rating"] for sent in log.feedback] == ["up"]


def test_double_click_opens_a_document_once(tab: Tab) -> None:
    tab.ask(QUESTION)
    tab.click(".fold-rivals summary")
    link = tab.one(".fold-rivals .results a")
    tab.script("arguments[0].click(); arguments[0].click()", link)
    tab.one(".opened .answer")
    tab.press(Keys.ESCAPE)
    assert len(tab.all(".opened .answer")) == 1


def test_what_is_typed_while_an_answer_is_on_its_way_is_kept(tab: Tab, log: Log) -> None:
    tab.ask("慢的问题")
    tab.one(".composer textarea").send_keys("下一个\n", "问题\n")
    log.released.set()
    tab.one(".answer")
    assert tab.one(".composer textarea").get_property("value") == "下一个问题"
    assert len(log.asked) == 1


def test_slow_service_is_told_about(tab: Tab, log: Log) -> None:
    tab.ask("慢的问题")
    tab.until(lambda: "慢一些" in tab.text(".waiting"))
    assert "慢一些" in tab.text("[role=status]")
    log.released.set()
    tab.one(".answer")


def test_question_of_somebody_offline_is_kept_and_asked_later(tab: Tab, log: Log) -> None:
    _set_network(tab.driver, offline=True)
    tab.ask(QUESTION)
    assert "连不上" in tab.one(".notice-failure").text
    assert "连不上" in tab.text("[role=status]")
    _set_network(tab.driver, offline=False)
    tab.visit(tab.driver.current_url)
    assert tab.text(".question").endswith(QUESTION)
    tab.click(".notice-failure .solid-button")
    assert tab.one(".answer")
    assert [asked.question for asked in log.asked] == [QUESTION]


def test_vote_that_did_not_arrive_can_be_cast_again(tab: Tab, log: Log) -> None:
    tab.ask(QUESTION)
    tab.one(".answer")
    _set_network(tab.driver, offline=True)
    tab.click(".vote-up")
    assert "没有送达" in tab.one(".feedback-said").text
    _set_network(tab.driver, offline=False)
    tab.click(".vote-up")
    tab.until(lambda: "感谢" in tab.text(".feedback-said"))
    assert len(log.feedback) == 1


def test_document_that_cannot_be_fetched_is_tried_again(tab: Tab) -> None:
    tab.ask(QUESTION)
    tab.click(".fold-rivals summary")
    link = tab.one(".fold-rivals .results a")
    _set_network(tab.driver, offline=True)
    tab.script("arguments[0].click()", link)
    tab.one(".opened .notice-failure")
    _set_network(tab.driver, offline=False)
    tab.click(".opened .solid-button")
    assert tab.one(".opened .answer-title").text


@pytest.mark.parametrize("width", [360, 1440])
def test_very_long_answer_holds(tab: Tab, width: int) -> None:
    tab.resize(width, 740)
    tab.ask("很长的答案")
    tab.one(".answer")
    assert len(tab.all(".step")) == 200
    tab.click(".fold-whole summary")
    assert tab.script("const log = root.querySelector('.log'); return log.scrollWidth - log.clientWidth") <= 0
    tab.script("root.querySelectorAll('.step input')[199].click()")
    tab.visit(tab.driver.current_url)
    assert tab.text(".steps-progress") == "已完成 1/200"


def test_many_long_answers_outgrow_the_memory_of_the_tab_without_harm(tab: Tab) -> None:
    for number in range(1, 9):
        tab.script("ExpertAnswers.ask('很长的答案')")
        tab.wait_for(".answer", number)
    tab.visit(tab.driver.current_url)
    assert 0 < len(tab.all(".answer")) <= 8
    assert tab.complaints() == []


def test_question_over_the_limit_stays_in_the_box(tab: Tab, log: Log) -> None:
    tab.script("root.querySelector('.composer textarea').value = '错'.repeat(2001)")
    tab.one(".composer textarea").send_keys("\n")
    assert "2000" in tab.text("[role=status]")
    assert not tab.all(".turn") and not log.asked
    assert len(str(tab.one(".composer textarea").get_property("value"))) == 2001


def test_same_answer_is_announced_again(tab: Tab) -> None:
    tab.ask(QUESTION)
    tab.one(".answer")
    heard = tab.script("return root.querySelector('[role=status]').textContent")
    tab.ask(QUESTION)
    tab.wait_for(".answer", 2)
    assert tab.script("return root.querySelector('[role=status]').textContent") != heard


def test_keyboard_alone_reaches_everything(tab: Tab, log: Log) -> None:
    tab.one(".composer textarea").send_keys(QUESTION, Keys.ENTER)
    tab.one(".answer")
    seen: list[str] = []
    while not seen or tab.focused() != "textarea":
        tab.press(Keys.TAB, holding=Keys.SHIFT)
        seen.append(tab.focused())
    kinds = ("vote-down", "vote-up", "plain-button", "summary", "input", "code-copy", "icon-button")
    assert [kind for kind in kinds if not any(kind in name for name in seen)] == []
    while "vote-down" not in tab.focused():
        tab.press(Keys.TAB, holding=Keys.SHIFT)
    tab.press(Keys.ENTER)
    tab.until(lambda: tab.focused() == "input")
    tab.press(Keys.SPACE)
    tab.press(Keys.ENTER)
    tab.until(lambda: len(log.feedback) == 2)
    assert log.feedback[1]["reason"] == "wrong_answer"
    tab.until(lambda: tab.focused() == "feedback-said")


def test_question_on_its_way_outlives_a_reload(tab: Tab, log: Log) -> None:
    tab.ask("慢的问题")
    tab.one(".waiting")
    tab.visit(tab.driver.current_url)
    log.released.set()
    assert "已停止" in tab.one(".notice-failure").text
    tab.click(".notice-failure .solid-button")
    assert tab.one(".answer")
