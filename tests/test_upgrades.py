"""The server with clients that offer another protocol than HTTP/1.1."""

import logging
import shutil
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.connections import connect, read_reply, running_server

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAA\r\nUpgrade: h2c\r\n"
POST = b"POST /body HTTP/1.1\r\nHost: a\r\n" + OFFER
QUESTION = "登录后如何 upgrade: h2c\r\nUpgrade: h2c".encode()
WITH_LENGTH = POST + b"Content-Length: %d\r\n\r\n" % len(QUESTION) + QUESTION
IN_CHUNKS = POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(QUESTION), QUESTION)
WEBSOCKET = b"GET /body HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, upgrade\r\nUPGRADE: websocket\r\n\r\n"
PLAIN = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def port() -> Iterator[int]:
    with running_server() as server:
        yield server.port


@pytest.mark.parametrize("size", [1, 50, 10_000])
@pytest.mark.parametrize(("sent", "body"), [(WITH_LENGTH, QUESTION), (IN_CHUNKS, b"abc" + QUESTION), (WEBSOCKET, b"")])
def test_offer_is_passed_over(port: int, sent: bytes, body: bytes, size: int, caplog: pytest.LogCaptureFixture) -> None:
    with connect(port) as opened:
        for _ in range(2):
            for start in range(0, len(sent), size):
                opened.sendall(sent[start : start + size])
                if size > 1:
                    time.sleep(0.001)
            reply = read_reply(opened)
            assert reply.startswith(b"HTTP/1.1 200 OK\r\n")
            assert reply.endswith(b"\r\n\r\n" + body)
            assert b"connection: close" not in reply
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_offers_among_other_requests_at_once_are_passed_over(port: int) -> None:
    with connect(port) as opened:
        opened.sendall((PLAIN + WITH_LENGTH + WEBSOCKET + IN_CHUNKS) * 20 + PLAIN)
        for _ in range(20):
            for body in (b"ok", QUESTION, b"", b"abc" + QUESTION):
                assert read_reply(opened).endswith(b"\r\n\r\n" + body)
        assert read_reply(opened).endswith(b"ok")


def test_body_is_asked_for_where_the_client_waits_for_that(port: int) -> None:
    with connect(port) as opened:
        opened.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert opened.recv(25, 0x100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        opened.sendall(b"hi")
        assert read_reply(opened).endswith(b"\r\n\r\nhi")


@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
def test_connection_closes_after_the_answer_where_that_is_asked_for(port: int, version: bytes) -> None:
    sent = WITH_LENGTH.replace(b"HTTP/1.1", b"HTTP/" + version).replace(b": Upgrade,", b": Upgrade, close,")
    with connect(port) as opened:
        opened.sendall(sent)
        assert read_reply(opened).endswith(QUESTION)
        assert opened.recv(1) == b""


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_offers_http2_and_gets_its_answer(port: int) -> None:
    command = ["curl", "--silent", "--http2", "--noproxy", "*", "--data", "hello", f"http://127.0.0.1:{port}/body"]
    assert subprocess.run(command, capture_output=True, timeout=30, check=True).stdout == b"hello"
