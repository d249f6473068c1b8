"""Measure the chat page in headless Chromium: from Enter to the painted answer, and what the page weighs.

Needs chromium and its driver.
"""

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from scripts.benchmarks import questions
from scripts.benchmarks.processes import index, serving, wait_for
from scripts.benchmarks.reporting import report
from service.settings import Settings

FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900")
# From the browser's own time stamp of the key to the first task after the frame that shows the answer.
WATCH = """
    window.painted = [];
    let begun = 0;
    addEventListener('keydown', (event) => { if (event.key === 'Enter') begun = event.timeStamp; }, true);
    ExpertAnswers.on('answer', () => requestAnimationFrame(() => {
      const {port1, port2} = new MessageChannel();
      port1.onmessage = () => painted.push(performance.now() - begun);
      port2.postMessage(null);
    }));"""
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
    parser.add_argument("--rounds", type=int, default=50, help="how many questions are asked")


def run(arguments: argparse.Namespace) -> int:
    """Serve the folder, ask in the browser, and print one figure a line; 0."""
    asked = questions.read_questions(arguments.questions, arguments.folder)[: arguments.rounds]
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(knowledge=arguments.folder, data=Path(scratch), log_level="ERROR")
        index(settings)
        with serving(settings) as server, _browser() as driver:
            wait_for(f"{server.address}/readyz")
            driver.get(f"{server.address}/chat")
            _report_weight(driver)
            _report_painting(driver, asked)
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
    try:
        yield driver
    finally:
        driver.quit()


def _report_weight(driver: WebDriver) -> None:
    WebDriverWait(driver, 10).until(lambda found: found.execute_script("return Boolean(window.ExpertAnswers)"))
    entries: list[tuple[str, int, int]] = driver.execute_script(WEIGHT)
    for path, sent, decoded in entries:
        report(path, f"{sent / 1024:.1f} KB sent, {decoded / 1024:.1f} KB plain")
    report("page weight", f"{sum(sent for _, sent, _ in entries) / 1024:.1f} KB sent in {len(entries)} files")


def _report_painting(driver: WebDriver, asked: list[str]) -> None:
    driver.execute_script(WATCH)
    field: Any = driver.execute_script("return document.querySelector('expert-answers').shadowRoot")
    for count, question in enumerate(asked, 1):
        field.find_element(By.CSS_SELECTOR, ".composer textarea").send_keys(" ".join(question.split()) + "\n")
        WebDriverWait(driver, 20, 0.01).until(_painted(count))
    times: list[float] = driver.execute_script("return painted")
    report("Enter to painted, first", f"{times[0]:.0f} ms")
    replies: list[float] = driver.execute_script(REPLIES)
    report("reply of the service", f"p50 {statistics.median(replies):.0f} ms, of the above")
    later = sorted(times)
    p95 = later[int(len(later) * 0.95)]
    report(
        "Enter to painted, all",
        f"p50 {statistics.median(later):.0f} ms, p95 {p95:.0f} ms, most {later[-1]:.0f} ms, {len(later)} questions",
    )


def _painted(count: int) -> Any:  # noqa: ANN401 - a condition as Selenium takes it
    return lambda driver: driver.execute_script("return painted.length") >= count
