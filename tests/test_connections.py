"""The server against clients that send slowly, or without end."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from service import connections

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(0.3 if scope["path"] == "/slow" else 0)
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.disconnect":
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that gives a request a fifth of a second to arrive."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.2)
    config = uvicorn.Config(
        _echo, port=0, lifespan="off", log_config=None, ws="none", http=connections.PatientForAWhile
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


def connect(port: int) -> "closing[socket.socket]":
    opened = socket.create_connection(("127.0.0.1", port), timeout=30)
    return closing(opened)


def read_to_end(opened: socket.socket) -> bytes:
    """All that the server sends before it closes the connection."""
    received = b""
    try:
        while chunk := opened.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize("sent", [b"", b"GET /", HEAD, HEAD + b"\r\nx"])
def test_request_that_does_not_arrive_ends_the_connection(port: int, sent: bytes) -> None:
    with connect(port) as opened:
        opened.sendall(sent)
        reply = read_to_end(opened)
    # Who asked nothing gets no answer.
    assert reply.startswith(b"HTTP/1.1 408 ") if sent else reply == b""
    assert b'"code":"request_timeout"' in reply or not sent


def test_request_that_trickles_in_ends_the_connection(port: int) -> None:
    with connect(port) as opened, pytest.raises(OSError):
        opened.sendall(HEAD)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            opened.sendall(b"X-A: b\r\n")
            time.sleep(0.05)


def test_head_without_end_ends_the_connection(port: int) -> None:
    with connect(port) as opened, pytest.raises(OSError):
        opened.sendall(HEAD)
        for _ in range(1000):
            opened.sendall(b"X-A: " + b"b" * 8000 + b"\r\n")
            time.sleep(0.0005)


def test_head_that_is_too_long_is_told_so(port: int) -> None:
    with connect(port) as opened:
        opened.sendall(HEAD + b"X-A: " + b"b" * connections.LONGEST_HEAD)
        assert read_to_end(opened).startswith(b"HTTP/1.1 431 ")


def test_body_that_stops_after_another_request_is_refused(port: int) -> None:
    with connect(port) as opened:
        opened.sendall(HEAD + b"\r\nhi")
        assert opened.recv(65536).startswith(b"HTTP/1.1 200 ")
        opened.sendall(HEAD + b"\r\nh")
        assert read_to_end(opened).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", [b"/", b"/slow"])
def test_request_that_arrives_in_time_is_answered_however_long_that_takes(port: int, path: bytes) -> None:
    with connect(port) as opened:
        for _ in range(3):
            opened.sendall(HEAD.replace(b"/ ", path + b" ", 1) + b"\r\nhi")
            assert opened.recv(65536).startswith(b"HTTP/1.1 200")
            time.sleep(0.05)


def test_requests_one_after_another_at_once_are_answered(port: int) -> None:
    with connect(port) as opened:
        opened.sendall((HEAD + b"\r\nhi") * 3)
        received = b""
        while received.count(b"HTTP/1.1 200") < 3:
            received += opened.recv(65536)
