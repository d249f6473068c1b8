"""The widget in a real browser, on a page of another origin with a strict Content-Security-Policy."""

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.web.conftest import Server
from tests.web.fake_service import Log
from tests.web.tab import Tab

QUESTION = "grpc 服务实例一直不下线"


@pytest.fixture
def tab(browser: WebDriver, site: Server) -> Tab:
    return Tab(browser, f"{site.url}/?open=true")


def test_answer_shows_every_part(tab: Tab, log: Log) -> None:
    tab.ask(QUESTION)
    assert tab.one(".answer-title").text == "grpc 服务实例已经销毁，但 nacos 上服务一直不下线"
    assert tab.one(".answer-facts").text.split() == ["nacos", "2024-09-26"]
    assert tab.one(".answer-summary").text.startswith("实例一直不下线，多半是")
    assert [title.text for title in tab.all(".step-title")] == ["确认实例类型", "改为临时实例", "注销残留的持久化实例"]
    assert not tab.all(".fold-causes[open]")
    tab.click(".fold-causes summary")
    assert "注册为持久化实例" in tab.one(".causes").text
    tab.click(".fold-whole summary")
    assert "服务端探测" in tab.one(".fold-whole table").text
    assert tab.one(".references a").get_attribute("href") == "https://nacos.io/docs/latest/overview/"
    assert tab.one(".highlight .nt").value_of_css_property("color") != tab.one(".prose").value_of_css_property("color")
    assert log.asked[0].question == QUESTION
    assert "3" in tab.script("return root.querySelector('[role=status]').textContent")
    assert tab.complaints() == []


def test_steps_stay_ticked_after_a_reload(tab: Tab, site: Server, log: Log) -> None:
    tab.ask(QUESTION)
    tab.click(".step input")
    assert "1/3" in tab.one(".steps-progress").text
    tab.visit(f"{site.url}/?open=true")
    assert "1/3" in tab.one(".steps-progress").text
    assert len(tab.all(".step-done")) == 1
    assert len(log.asked) == 1


def test_document_without_steps_is_shown_whole(tab: Tab) -> None:
    tab.ask("临时实例与持久化实例的区别")
    assert "后者适合 DNS 一类的基础设施" in tab.one(".answer > .prose").text
    assert not tab.all(".answer-summary")
    assert not tab.all(".fold-whole")


def test_conversation_goes_on(tab: Tab, log: Log) -> None:
    tab.ask(QUESTION)
    tab.one(".answer")
    tab.ask("集群模式下呢")
    tab.wait_for(".answer", 2)
    assert [asked.conversation_id for asked in log.asked] == [None, "conversation-1"]


def test_uncertain_answer_says_so_and_offers_others(tab: Tab) -> None:
    tab.ask("不确定的问题")
    assert "不确定" in tab.one(".notice-unsure").text
    assert tab.one(".fold-rivals .results").is_displayed()


def test_alternative_is_fetched_and_shown(tab: Tab) -> None:
    tab.ask(QUESTION)
    tab.click(".fold-rivals summary")
    tab.one(".fold-rivals .results")
    tab.all(".fold-rivals .results a")[0].click()
    assert tab.one(".opened .answer-title").text == "Nacos 的临时实例与持久化实例有什么区别"
    assert "picked" in str(tab.one(".opened .answer").get_attribute("innerHTML"))


def test_documents_that_say_the_same_are_folded_under_the_one_that_stands_for_them(tab: Tab) -> None:
    tab.ask("重复的问题")
    tab.click(".answer-block > .fold-similar > summary")
    assert len(tab.all(".answer-block > .fold-similar .results a")) == 1
    tab.click(".fold-rivals summary")
    tab.one(".fold-rivals .results")
    assert len(tab.all(".fold-rivals > .results > li")) == 1
    tab.click(".fold-rivals .fold-similar summary")
    tab.one(".fold-rivals .fold-similar .results a").click()
    assert tab.one(".opened .answer-title").text


def test_no_answer_shows_the_closest_documents(tab: Tab) -> None:
    tab.ask("没有答案的问题")
    assert "没有找到" in tab.one(".nothing h3").text
    assert len(tab.all(".nothing .results li")) == 3


def test_downvote_asks_why(tab: Tab, log: Log) -> None:
    tab.ask(QUESTION)
    tab.click(".vote-down")
    tab.click(".reason input[value=outdated]")
    tab.one(".reasons textarea").send_keys("2.x 不一样")
    tab.click(".reasons [type=submit]")
    tab.until(lambda: len(log.feedback) == 2)
    assert [sent["reason"] for sent in log.feedback] == [None, "outdated"]
    sent = log.feedback[1]
    assert sent["ask_id"].startswith("ask-")
    assert (sent["rating"], sent["reason"], sent["comment"]) == ("down", "outdated", "2.x 不一样")
    assert "感谢" in tab.one(".feedback-said").text


def test_upvote_is_sent_once(tab: Tab, log: Log) -> None:
    tab.ask(QUESTION)
    tab.click(".vote-up")
    assert "感谢" in tab.one(".feedback-said").text
    assert [sent["rating"] for sent in log.feedback] == ["up"]


def test_code_and_markdown_are_copied(tab: Tab, site: Server) -> None:
    grant = {"origin": site.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    tab.driver.execute_cdp_cmd("Browser.grantPermissions", grant)
    tab.ask(QUESTION)
    tab.one(".answer")
    read = "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)))"
    tab.script("root.querySelector('.code-copy').click()")
    tab.until(lambda: tab.driver.execute_async_script(read).startswith("curl "))
    tab.script("root.querySelector('.answer-tools button').click()")
    tab.until(lambda: tab.driver.execute_async_script(read).startswith("# grpc 服务实例"))


def test_keyboard_opens_sends_and_closes(browser: WebDriver, site: Server, log: Log) -> None:
    tab = Tab(browser, f"{site.url}/?shortcut=alt%2Bk")
    before = browser.find_element(By.ID, "before")
    tab.script("arguments[0].focus()", before)
    tab.press(Keys.TAB)
    assert tab.focused() == "launcher"
    tab.press(Keys.ENTER)
    assert tab.focused() == "textarea"
    tab.one(".composer textarea").send_keys("第一行", Keys.SHIFT + Keys.ENTER + Keys.NULL, "第二行", Keys.ENTER)
    tab.until(lambda: log.asked)
    assert log.asked[0].question == "第一行\n第二行"
    tab.press(Keys.ESCAPE)
    assert tab.focused() == "launcher"
    tab.script("arguments[0].focus()", before)
    tab.press("k", holding=Keys.ALT)
    assert tab.focused() == "textarea"
    tab.press(Keys.ESCAPE)
    assert tab.driver.switch_to.active_element == before


def test_focus_stays_in_the_panel(tab: Tab) -> None:
    tab.script("root.querySelector('.send-button').focus()")
    tab.press(Keys.TAB)
    assert tab.focused() == "icon-button"
    tab.press(Keys.TAB, holding=Keys.SHIFT)
    assert tab.focused() == "send-button"


def test_enter_that_picks_a_character_sends_nothing(tab: Tab, log: Log) -> None:
    tab.script(
        "const input = root.querySelector('.composer textarea'); input.value = 'nihao';"
        "input.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    assert not tab.all(".question")
    tab.press(Keys.ENTER)
    # Read in the page: the turn is drawn anew when its answer comes, and an element held here may be gone by then.
    tab.until(lambda: tab.text(".question").endswith("nihao"))


def test_typing_does_not_reach_the_shortcuts_of_the_page(tab: Tab) -> None:
    tab.script("window.keys = 0; document.addEventListener('keydown', () => window.keys++)")
    tab.one(".composer textarea").send_keys("/s")
    assert tab.script("return window.keys") == 0


def test_service_goes_away_and_comes_back(tab: Tab, service: Server, log: Log) -> None:
    service.stop()
    try:
        tab.ask(QUESTION)
        assert "连不上" in tab.one(".notice-failure").text
        assert tab.one(".question").text.endswith(QUESTION)
    finally:
        service.start()
    tab.click(".notice-failure .solid-button")
    assert tab.one(".answer-title").text.startswith("grpc")
    assert len(log.asked) == 1


def test_error_of_the_service_is_told_and_the_question_kept(tab: Tab, log: Log) -> None:
    log.broken = True
    tab.ask(QUESTION)
    assert "出错" in tab.one(".notice-failure").text
    tab.click(".notice-failure .plain-button")
    assert tab.one(".composer textarea").get_property("value") == QUESTION
    assert not tab.all(".turn")


def test_refused_question_shows_why_and_can_be_edited(tab: Tab) -> None:
    tab.script("ExpertAnswers.ask('错'.repeat(2001))")
    assert "2001" in tab.one(".notice-failure").text
    tab.click(".notice-failure .plain-button")
    assert "2001 / 2000" in tab.one(".counter").text


def test_slow_service_can_be_stopped(tab: Tab, log: Log) -> None:
    tab.ask("慢的问题")
    tab.one(".composer textarea").send_keys("下一个问题\n")
    assert tab.one(".composer textarea").get_property("value") == "下一个问题"
    tab.click(".waiting .plain-button")
    log.released.set()
    assert "已停止" in tab.one(".notice-failure").text


def test_silent_service_times_out(browser: WebDriver, site: Server, log: Log) -> None:
    tab = Tab(browser, f"{site.url}/?open=true&timeout=0.3")
    tab.ask("慢的问题")
    assert "没有在规定时间内回复" in tab.one(".notice-failure").text
    log.released.set()


def test_hostile_answer_is_harmless(tab: Tab) -> None:
    tab.ask("hostile")
    tab.one(".answer")
    counted = """
        const nodes = [...root.querySelectorAll('.answer .prose, .answer .prose *')];
        const bad = 'script, style, iframe, form, input, base, math, .panel, [style], [href^="javascript"]';
        const live = (node) => [...node.attributes].some((attribute) => attribute.name.startsWith('on'));
        return nodes.filter((node) => node.matches(bad) || live(node)).length"""
    assert tab.script(counted) == 0
    assert "the end" in tab.one(".step .prose").text
    assert tab.one(".step-title").text == "<b onclick=alert(1)>步骤</b>"
    assert tab.script("return window.hacked ?? null") is None


@pytest.mark.parametrize("width", [360, 1440])
def test_panel_fits_the_screen(tab: Tab, width: int) -> None:
    tab.resize(width, 740)
    tab.ask(QUESTION)
    tab.one(".answer")
    tab.click(".fold-whole summary")
    box = tab.script("return root.querySelector('.panel').getBoundingClientRect().toJSON()")
    assert box["left"] >= 0 and box["right"] <= width and box["top"] >= 0 and box["bottom"] <= 740
    assert (box["width"] == 360) == (width == 360)
    assert tab.script("const log = root.querySelector('.log'); return log.scrollWidth - log.clientWidth") <= 0


def test_colours_follow_the_reader(tab: Tab) -> None:
    light = tab.one(".panel").value_of_css_property("background-color")
    tab.set_dark()
    tab.until(lambda: tab.one(".panel").value_of_css_property("background-color") != light)


@pytest.mark.parametrize("accent", ["%23ffee00", "%23001133", "tomato"])
def test_accent_stays_readable(browser: WebDriver, site: Server, accent: str) -> None:
    tab = Tab(browser, f"{site.url}/?open=true&accent={accent}")
    contrast = """
        const share = (value) => (value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4);
        const [dark, light] = arguments[0].map((text) => {
          const [red, green, blue] = text.match(/[\\d.]+/g).map((value) => share(value / 255));
          return .2126 * red + .7152 * green + .0722 * blue;
        }).sort((one, other) => one - other);
        return (light + .05) / (dark + .05);"""
    style = tab.one(".send-button").value_of_css_property
    assert tab.script(contrast, [style("color"), style("background-color")]) >= 4.5
    tab.ask(QUESTION)
    link = tab.one(".references a").value_of_css_property("color")
    assert tab.script(contrast, [link, tab.one(".panel").value_of_css_property("background-color")]) >= 4.5


def test_settings_and_interface_of_the_page(browser: WebDriver, site: Server, log: Log) -> None:
    tab = Tab(browser, f"{site.url}/?language=en&title=Help&product=nacos&questions=One|Two&position=left")
    assert tab.one(".launcher").text == "Help"
    assert tab.script("return root.querySelector('.launcher').getBoundingClientRect().left") < 100
    tab.script(
        "window.seen = []; const names = ['open', 'ask', 'answer', 'close'];"
        "for (const name of names) ExpertAnswers.on(name, () => seen.push(name))"
    )
    tab.script("ExpertAnswers.open()")
    assert [button.text for button in tab.all(".suggestions button")] == ["One", "Two"]
    tab.click(".suggestions button")
    tab.one(".answer")
    tab.script("ExpertAnswers.close()")
    assert tab.script("return window.seen") == ["open", "ask", "answer", "close"]
    assert (log.asked[0].question, log.asked[0].product) == ("Two", "nacos")


def test_hundred_turns_hold(tab: Tab) -> None:
    tab.ask(QUESTION)
    tab.one(".answer")
    tab.until(lambda: tab.script("return JSON.parse(Object.values(sessionStorage)[0]).turns[0]?.reply"))
    tab.script(
        "const key = Object.keys(sessionStorage)[0]; const kept = JSON.parse(sessionStorage[key]);"
        "kept.turns = Array.from({length: 100}, (_, id) => ({...kept.turns[0], id: id + 1}));"
        "sessionStorage[key] = JSON.stringify(kept)"
    )
    tab.visit(tab.driver.current_url)
    assert len(tab.all(".turn")) == 100
    tab.ask("再问一个")
    tab.wait_for(".answer", 101)
    assert tab.complaints() == []
