"""What a visitor does with the widget, and sees of it, through its shadow root."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

PATIENCE_S = 8


class Tab:
    """A tab with the widget on its page."""

    host = "expert-answers"

    def __init__(self, driver: WebDriver, url: str) -> None:
        self.driver = driver
        self.visit(url)

    def visit(self, url: str) -> None:
        """Load a page and wait for the widget on it."""
        self.driver.get(url)
        self.until(lambda: self.script("return Boolean(window.ExpertAnswers)"))

    def script(self, text: str, *values: object) -> Any:  # noqa: ANN401 - whatever JavaScript returns
        """Run JavaScript, where `root` is the shadow root."""
        begin = f"const root = document.querySelector('{self.host}')?.shadowRoot;"
        return self.driver.execute_script(begin + text, *values)

    def all(self, selector: str) -> list[WebElement]:
        """The elements inside the widget."""
        root = self.driver.find_element(By.CSS_SELECTOR, self.host).shadow_root
        return root.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The last visible element of this kind, waited for."""
        found: list[WebElement] = []

        def look() -> bool:
            with suppress(StaleElementReferenceException):
                # What is drawn anew between two looks is looked for again.
                found[:] = [element for element in self.all(selector) if element.is_displayed()]
            return bool(found)

        self.until(look, f"no visible {selector}")
        return found[-1]

    def text(self, selector: str) -> str:
        """The text of the last element of this kind as it is at this moment, empty when there is none."""
        return str(self.script("return [...root.querySelectorAll(arguments[0])].at(-1)?.innerText ?? ''", selector))

    def wait_for(self, selector: str, count: int) -> None:
        """Wait until there are this many elements of a kind."""
        self.until(lambda: len(self.all(selector)) == count, f"there are not {count} {selector}")

    def click(self, selector: str) -> None:
        """Scroll to an element and click it."""
        element = self.one(selector)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def press(self, key: str, holding: str = "") -> None:
        """Press a key, with another one held down or none, wherever the focus is."""
        actions = ActionChains(self.driver, duration=0)
        if holding:
            actions.key_down(holding).send_keys(key).key_up(holding).perform()
        else:
            actions.send_keys(key).perform()

    def ask(self, question: str) -> None:
        """Type a question and press Enter."""
        self.one(".composer textarea").send_keys(question + "\n")

    def focused(self) -> str:
        """The class, or else the tag, of what has the focus inside the widget."""
        text = "const at = root.activeElement; return at ? at.className || at.localName : ''"
        return str(self.script(text))

    def until(self, condition: Callable[[], object], message: str = "it did not happen") -> None:
        """Wait for a condition."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, message
            time.sleep(0.02)

    def complaints(self) -> list[str]:
        """What the browser's console holds of violations and uncaught errors."""
        entries = self.driver.execute("getLog", {"type": "browser"})["value"]
        return [entry["message"] for entry in entries if "Failed to load resource" not in entry["message"]]

    def resize(self, width: int, height: int) -> None:
        """Show the page in a viewport of this size."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def set_dark(self) -> None:
        """Prefer dark colours."""
        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


class RatingTab(Tab):
    """A tab that a document's page is open in, seen through the shadow root of its feedback."""

    host = "expert-answers-feedback"

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver
