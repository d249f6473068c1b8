"""A server on loopback with the service's own end of connections, and clients that say byte for byte what they send."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

from service.departure import NoticesDeparture

LARGE = 32_000_000
"""How many bytes the answer from `/large` has: more than any system keeps for a client that does not read."""
_PATIENCE_SECONDS = 30


class Server:
    """A running server."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self.port: int = server.servers[0].sockets[0].getsockname()[1]

    def wait_until_nobody_is_connected(self) -> None:
        """Return once the server has closed every connection."""
        _wait(lambda: not self._server.server_state.connections)


@contextmanager
def running_server() -> Iterator[Server]:
    """A server that answers with `ok` once it has read the request, on a free port."""
    config = uvicorn.Config(_answer, port=0, lifespan="off", log_config=None, ws="none", http=NoticesDeparture)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    _wait(lambda: server.started)
    yield Server(server)
    server.should_exit = True
    thread.join()


def connect(port: int) -> "closing[socket.socket]":
    """A client's end of a new connection."""
    return closing(socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_SECONDS))


def read_to_end(opened: socket.socket) -> bytes:
    """All that the server sends before it closes the connection."""
    received = b""
    try:
        while chunk := opened.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def read_reply(opened: socket.socket) -> bytes:
    """The next reply, which has a length; the bytes after it stay where they are."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        assert (byte := opened.recv(1)), head
        head += byte
    length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
    return head + opened.recv(length, socket.MSG_WAITALL)


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.sleep(0.3 if scope["path"] == "/slow" else 0)
    read, more = b"", scope["path"] != "/unread"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        read += message.get("body", b"")
        more = message.get("more_body", False)
    body = _body(scope, read)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def _body(scope: Scope, read: bytes) -> bytes:
    match scope["path"]:
        case "/large":
            return bytes(LARGE)
        case "/body":
            return read
        case "/headers":
            return orjson.dumps([name.decode() for name, _ in scope["headers"]])
        case _:
            return b"ok"
