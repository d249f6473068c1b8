"""A throw-away Milvus server on loopback: Milvus Lite, which speaks the protocol of the real one."""

import importlib.util
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

_PATIENCE_SECONDS = 60


def require_milvus() -> None:
    """Skip the test where there is no server to be had."""
    if not all(importlib.util.find_spec(name) for name in ("pymilvus", "milvus_lite")):
        pytest.skip("pymilvus or milvus-lite is missing; pip install '.[milvus]' milvus-lite")


class MilvusServer:
    """A server over one folder, on one port, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, name: str) -> str:
        """The address of an index on it."""
        return f"milvus://127.0.0.1:{self.port}?name={name}"

    def start(self) -> None:
        """Start it and return once it answers."""
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self._folder)]
        listening = ["--host", "127.0.0.1", "--port", str(self.port)]
        with (self._folder.parent / f"{self._folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen([*command, *listening], stdout=log, stderr=log)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self._process.poll() is None, "the Milvus server ended"
                assert time.monotonic() < deadline, "the Milvus server was not ready in time"
                time.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(_PATIENCE_SECONDS)
