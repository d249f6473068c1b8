"""The commands and the service as processes of their own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from service.settings import Settings

COMMAND = (sys.executable, "-m", "service")
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A server: the first of its processes, and its address."""

    process: psutil.Process
    address: str

    def family(self) -> list[psutil.Process]:
        """All its processes."""
        return [self.process, *self.process.children(recursive=True)]

    def resident(self) -> int:
        """Bytes in memory, counting what processes share once for each."""
        return sum(process.memory_info().rss for process in self.family())

    def memory(self) -> int:
        """Bytes in memory, what processes share counted once."""
        return sum(process.memory_full_info().pss for process in self.family())

    def files(self) -> int:
        """Open file handles."""
        return sum(process.num_fds() for process in self.family())


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(settings: Settings) -> Iterator[Running]:
    """The service; it may not be ready yet."""
    settings = settings.model_copy(update={"port": free_port()})
    with running((*COMMAND, "serve"), f"http://127.0.0.1:{settings.port}", settings) as server:
        yield server


@contextmanager
def running(command: tuple[str, ...], address: str, settings: Settings) -> Iterator[Running]:
    """A command that serves at an address under these settings, ended afterwards."""
    environment = os.environ | settings.environment()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield Running(psutil.Process(process.pid), address)
    finally:
        process.terminate()
        process.wait()


def run(*command: str) -> None:
    """Run a command to its end; 3 is how `ask` says that there is no answer."""
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
    if status not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with status {status}; run it by hand to see why")


def places(settings: Settings) -> tuple[str, ...]:
    """The options that name the folders."""
    return ("--knowledge", str(settings.knowledge), "--data", str(settings.data))


def wait_for(address: str) -> None:
    """Return once the address answers with success."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
    raise TimeoutError(f"{address} did not answer with success within {TIMEOUT_SECONDS} s")


def post(address: str, body: object, headers: dict[str, str] | None = None) -> bytes:
    """The reply to a JSON request."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(address, json.dumps(body).encode(), sent)
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
        reply: bytes = response.read()
    return reply


def index(settings: Settings) -> None:
    """Build the index."""
    run(*COMMAND, "index", *places(settings))


def current(settings: Settings) -> Path:
    """The folder of the published generation."""
    return settings.data / "index" / (settings.data / "index" / "CURRENT").read_text("utf-8").strip()
