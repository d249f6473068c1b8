"""A fake service and a foreign site on loopback, and a headless browser to visit them with."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import HttpUrl
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.chrome.webdriver import WebDriver

from service.settings import Settings
from tests.web.fake_service import Log, create_fake_app, create_site

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")


class Server:
    """A web server on a port of its own, which can go away and come back."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Listen, and return once that is so."""
        config = uvicorn.Config(self.app, port=self.port, log_level="warning", ws="none", timeout_graceful_shutdown=1)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        deadline = time.monotonic() + 10
        while not self.server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)

    def stop(self) -> None:
        """Close every connection and stop listening."""
        self.server.should_exit = True
        self.thread.join(10)


@pytest.fixture(scope="session")
def log() -> Log:
    return Log(Settings(help_url=HttpUrl("https://example.com/forum")))


@pytest.fixture(scope="session")
def fake_app(log: Log) -> FastAPI:
    return create_fake_app(log)


@pytest.fixture(scope="session")
def service(fake_app: FastAPI) -> Iterator[Server]:
    server = Server(fake_app)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def site(service: Server) -> Iterator[Server]:
    server = Server(create_site(f"{service.url}/widget.js", service.url))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    if not CHROMIUM or not DRIVER:
        pytest.skip("no chromium: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile: Path = tmp_path_factory.mktemp("chromium")
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={profile}",
        "--lang=zh-CN",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options, Service(DRIVER))
    driver.set_page_load_timeout(20)
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: WebDriver, log: Log) -> Iterator[WebDriver]:
    """A new tab, hence an empty session storage, of desktop size in light colours."""
    log.asked.clear()
    log.feedback.clear()
    log.broken = False
    log.released.clear()
    home = chromium.current_window_handle
    chromium.switch_to.new_window("tab")
    chromium.execute("getLog", {"type": "browser"})
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    chromium.set_window_size(1440, 900)
    yield chromium
    chromium.close()
    chromium.switch_to.window(home)
