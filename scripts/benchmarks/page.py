"""Measure the chat page in headless Chromium: from Enter to the answer on the screen, and what the page weighs.

Needs chromium and its driver.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from scripts.benchmarks import questions
from scripts.benchmarks.processes import index, serving, wait_for
from scripts.benchmarks.reporting import report
from service.settings import Settings

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900")
# From the browser's own time stamp of the key to the one of the screen showing the answer, which is the first frame
# painted after the answer was laid out in which what the key has brought about shows larger contents than before.
WATCH = """
    if (!PerformanceObserver.supportedEntryTypes.includes('interaction-contentful-paint')) return false;
    window.shown = [];
    let built = null;
    ExpertAnswers.on('answer', () => { built = performance.now(); });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (built === null || entry.paintTime < built) continue;
        built = null;
        shown.push(entry.presentationTime - entry.startTime);
        window.whenShown();
      }
    }).observe({type: 'interaction-contentful-paint'});
    return true;"""
# Asked every few milliseconds, the browser would be late with the frame: it calls back instead.
WAIT = """
    const [count, done] = arguments;
    window.whenShown = () => { if (shown.length >= count) done(); };
    whenShown();"""
# Long enough for what typing sets off to be over, so that the time from Enter holds no more than Enter sets off.
PAUSE_SECONDS = 0.3
WEIGHT = """
    const kinds = ['navigation', 'resource'];
    return kinds.flatMap((kind) => performance.getEntriesByType(kind))
      .filter((entry) => !/\\/(ask|documents)/.test(entry.name))
      .map((entry) => [new URL(entry.name).pathname, entry.transferSize, entry.decodedBodySize]);"""
REPLIES = """
    return performance.getEntriesByType('resource').filter((entry) => entry.name.endsWith('/ask'))
      .map((entry) => entry.duration);"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to ask, and how much of it."""
    questions.add_arguments(parser)
    parser.add_argument("--rounds", type=int, default=50, help="how many questions are asked in a conversation")
    parser.add_argument("--pages", type=int, default=20, help="how many pages are opened for a first question")


def run(arguments: argparse.Namespace) -> int:
    """Serve the folder, ask in the browser, and print one figure a line; 0."""
    asked = questions.read_questions(arguments.questions, arguments.folder)[: arguments.rounds]
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(knowledge=arguments.folder, data=Path(scratch), log_level="ERROR")
        index(settings)
        with serving(settings) as server, _browser() as driver:
            wait_for(f"{server.address}/readyz")
            _report_weight(driver, f"{server.address}/chat")
            _report_painting(driver, f"{server.address}/chat", asked, arguments.pages)
    return 0


@contextmanager
def _browser() -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        raise FileNotFoundError("There is no chromium on the PATH: apt-get install chromium chromium-driver")
    options.binary_location = found
    for flag in FLAGS:
        options.add_argument(flag)
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    driver.set_script_timeout(20)
    try:
        yield driver
    finally:
        driver.quit()


def _report_weight(driver: WebDriver, address: str) -> None:
    _visit(driver, address)
    entries: list[tuple[str, int, int]] = driver.execute_script(WEIGHT)
    for path, sent, decoded in entries:
        report(path, f"{sent / 1024:.1f} KB sent, {decoded / 1024:.1f} KB plain")
    report("page weight", f"{sum(sent for _, sent, _ in entries) / 1024:.1f} KB sent in {len(entries)} files")


def _report_painting(driver: WebDriver, address: str, asked: list[str], pages: int) -> None:
    """Questions of a conversation, and the first one of pages that were just opened."""
    for name, rounds in (
        ("first question of a page", [_ask(driver, address, [question]) for question in asked[:pages]]),
        ("questions of a conversation", [_ask(driver, address, asked)]),
    ):
        report(name, f"Enter to shown {_distribution([one for times, _ in rounds for one in times])}")
        report("", f"of that the reply {_distribution([one for _, replies in rounds for one in replies])}")


def _ask(driver: WebDriver, address: str, asked: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds from Enter to the shown answer, and from request to reply, of questions typed in a new tab."""
    home = driver.current_window_handle
    driver.switch_to.new_window("tab")
    _visit(driver, address)
    if not driver.execute_script(WATCH):
        raise RuntimeError("This chromium does not tell when contents are shown; take one that is newer")
    root: Any = driver.execute_script("return document.querySelector('expert-answers').shadowRoot")
    field = root.find_element(By.CSS_SELECTOR, ".composer textarea")
    for count, question in enumerate(asked, 1):
        field.send_keys(" ".join(question.split()))
        time.sleep(PAUSE_SECONDS)
        field.send_keys(Keys.ENTER)
        driver.execute_async_script(WAIT, count)
    times: list[float] = driver.execute_script("return shown")
    replies: list[float] = driver.execute_script(REPLIES)
    driver.close()
    driver.switch_to.window(home)
    return times, replies


def _visit(driver: WebDriver, address: str) -> None:
    driver.get(address)
    WebDriverWait(driver, 10).until(lambda found: found.execute_script("return Boolean(window.ExpertAnswers)"))


def _distribution(times: list[float]) -> str:
    ordered = sorted(times)
    p95 = ordered[int(len(ordered) * 0.95)]
    return f"p50 {statistics.median(ordered):.0f} ms, p95 {p95:.0f} ms, most {ordered[-1]:.0f} ms, {len(ordered)} times"
