"""The server and clients that leave before they have their replies: no fault of the service, and counted as such."""

import re
import socket
import struct
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.knowledge import write_topics
from tests.processes import running_service, send

BODY = b"Host: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\ntoken="


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def address(tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("EXPERT_ANSWERS_ADMIN_TOKEN", "a-token-of-the-tests")
    write_topics(tmp_path / "knowledge")
    with running_service("--knowledge", str(tmp_path / "knowledge"), cwd=tmp_path, log=log) as (address, _):
        yield address


def send_and_leave(address: str, sent: bytes) -> None:
    """Send something, read nothing, and break the connection off."""
    host = urlsplit(address)
    with socket.create_connection((host.hostname, host.port), timeout=30) as opened:
        opened.sendall(sent)
        time.sleep(0.5)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def wait_for_departure(address: str, route: str) -> None:
    """Return once a request whose client left has been counted."""
    deadline = time.monotonic() + 30
    pattern = rf'^expert_answers_requests_total\{{.*route="{route}",status="499"\}}'
    while not re.search(pattern, send(f"{address}/metrics")[1], re.MULTILINE):
        assert time.monotonic() < deadline, "it was not counted"
        time.sleep(0.05)


@pytest.mark.parametrize("route", ["/admin/sign-in", "/feedback", "/ask"])
def test_client_that_leaves_while_it_sends_is_no_failure(address: str, log: Path, route: str) -> None:
    send_and_leave(address, b"POST " + route.encode() + b" HTTP/1.1\r\n" + BODY)
    wait_for_departure(address, route)
    assert "ERROR" not in log.read_text() and "Traceback" not in log.read_text()


def test_client_that_asks_for_much_at_once_and_reads_nothing_is_no_failure(address: str, log: Path) -> None:
    send_and_leave(address, b"GET /widget.js HTTP/1.1\r\nHost: a\r\n\r\n" * 500)
    wait_for_departure(address, "/widget.js")
    assert "ERROR" not in log.read_text() and "Traceback" not in log.read_text()
