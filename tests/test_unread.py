"""The server against clients that do not read."""

import time
from collections.abc import Iterator
from socket import SHUT_WR

import pytest

from service import unread
from tests.connections import LARGE, Server, connect, read_to_end, running_server

REQUEST = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that waits a fifth of a second for a client to read."""
    monkeypatch.setattr(unread, "UNREAD_SECONDS", 0.2)
    with running_server() as server:
        yield server


@pytest.mark.parametrize(
    "sent", [REQUEST, REQUEST * 50, REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")]
)
def test_client_that_never_reads_is_left(server: Server, sent: bytes) -> None:
    with connect(server.port) as opened:
        opened.sendall(sent)
        assert opened.recv(4).startswith(b"HTTP")
        server.wait_until_nobody_is_connected()
        assert len(read_to_end(opened)) < LARGE


def test_client_that_never_reads_nor_sends_more_is_left(server: Server) -> None:
    with connect(server.port) as opened:
        opened.sendall(REQUEST)
        assert opened.recv(4).startswith(b"HTTP")
        opened.shutdown(SHUT_WR)
        server.wait_until_nobody_is_connected()


def test_client_that_reads_slowly_gets_all(server: Server) -> None:
    received = 0
    with connect(server.port) as opened:
        opened.sendall(REQUEST.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        while chunk := opened.recv(2_000_000):
            received += len(chunk)
            time.sleep(0.03)
    assert received > LARGE
