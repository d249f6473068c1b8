"""The server against clients that send slowly, or without end, or what is no request."""

import json
import time
from collections.abc import Iterator

import pytest

from service import connections
from tests.connections import connect, read_to_end, running_server

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server that gives a request a fifth of a second to arrive."""
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.2)
    with running_server() as server:
        yield server.port


@pytest.fixture
def patient_port() -> Iterator[int]:
    """A server that gives a request the time it has where the service runs."""
    with running_server() as server:
        yield server.port


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


@pytest.mark.parametrize("path", [b"/", b"/slow"])
def test_many_requests_at_once_are_answered_though_the_last_is_not_whole(port: int, path: bytes) -> None:
    request = b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n"
    with connect(port) as opened:
        opened.sendall(request % path + request % b"/" * 2500 + HEAD)
        received = read_to_end(opened)
    assert received.count(b"HTTP/1.1 200 ") == 2501


@pytest.mark.parametrize(("length", "status"), [(65_000, b"200"), (70_000, b"431")])
@pytest.mark.parametrize("pieces", [1, 7])
@pytest.mark.parametrize("fields", [1, 1000])
def test_head_is_measured_whole(patient_port: int, length: int, status: bytes, pieces: int, fields: int) -> None:
    field = b"X-A: ".ljust(length // fields - 2, b"b") + b"\r\n"
    sent = b"GET / HTTP/1.1\r\n" + field * fields + b"\r\n"
    size = len(sent) // pieces + 1
    with connect(patient_port) as opened:
        for start in range(0, len(sent), size):
            opened.sendall(sent[start : start + size])
            time.sleep(0.001)
        assert opened.recv(65536).startswith(b"HTTP/1.1 " + status)


def test_trailers_are_no_headers(patient_port: int) -> None:
    request = CHUNKED.replace(b"/ ", b"/headers ", 1)
    with connect(patient_port) as opened:
        for _ in range(2):
            opened.sendall(request + b"0\r\n")
            time.sleep(0.05)
            opened.sendall(b"X-Forwarded-For: 1.2.3.4\r\n\r\n")
            reply = opened.recv(65536)
            assert b"transfer-encoding" in reply
            assert b"x-forwarded-for" not in reply


@pytest.mark.parametrize("ends", [b"\r\n", b""], ids=["many", "one"])
@pytest.mark.parametrize("path", [b"/", b"/unread"], ids=["unanswered", "answered"])
def test_trailers_without_end_end_the_connection(patient_port: int, path: bytes, ends: bytes) -> None:
    with connect(patient_port) as opened:
        opened.sendall(CHUNKED.replace(b"/ ", path + b" ", 1) + b"0\r\nA: ")
        with pytest.raises(OSError):
            for _ in range(1000):
                opened.sendall(b"b" * 8000 + (ends and ends + b"A: "))
                time.sleep(0.0005)


def test_request_that_was_answered_before_it_arrived_gets_no_other_answer(port: int) -> None:
    with connect(port) as opened:
        opened.sendall(HEAD.replace(b"/ ", b"/unread ", 1) + b"\r\n")
        received = read_to_end(opened)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"\r\n\r\nok")


@pytest.mark.parametrize(
    "sent", [b"BREW / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"CONNECT a:1 HTTP/1.1\r\n\r\n"]
)
@pytest.mark.parametrize("before", [b"", HEAD.replace(b"/ ", b"/slow ", 1) + b"\r\nhi"], ids=["first", "second"])
def test_what_is_no_request_is_told_so_once_all_before_is_answered(
    patient_port: int, before: bytes, sent: bytes
) -> None:
    with connect(patient_port) as opened:
        opened.sendall(before + sent)
        received = read_to_end(opened)
    if before:
        assert received.startswith(b"HTTP/1.1 200 ")
        assert received.endswith(b"\r\n\r\nok")
        return
    head, body = received.split(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"x-content-type-options: nosniff" in head
    error = json.loads(body)["error"]
    assert error["code"] == "invalid_http"
    assert set(error) == {"code", "message", "details"}
