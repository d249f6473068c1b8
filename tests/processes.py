"""The command and the service as processes of their own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60
OBEDIENT = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--")
"""Runs a command that may not do what the modes of files forbid, which root otherwise may."""


def run_command(
    *arguments: str, cwd: Path, stdin: str = "", within: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run `expert-answers` to its end; `within` is a command that runs another one."""
    return subprocess.run(
        [*within, sys.executable, "-m", "service", *arguments],
        cwd=cwd,
        env=environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextmanager
def running_service(
    *arguments: str, cwd: Path, within: Sequence[str] = (), log: Path | None = None
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """`expert-answers serve` on a free port: its address and its process, ended afterwards.

    `within` is a command that runs another one, `log` the file for what the service says.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*within, sys.executable, "-m", "service", "serve", "--port", str(port), *arguments]
    with (log or Path(os.devnull)).open("wb") as said:
        process = subprocess.Popen(command, cwd=cwd, env=environment(), stderr=said)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def wait_until_ready(address: str, process: "subprocess.Popen[bytes]") -> None:
    """Return once the service answers questions."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the service ended with status {process.returncode}"
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError("the service was not ready in time")


def post(address: str, body: object, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The reply to a JSON request."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(address, json.dumps(body).encode(), sent)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
        reply: dict[str, Any] = json.load(response)
    return reply


def send(address: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    """The status and the text of a reply, an error or not; a request without a body is a GET."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    content = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address, content, sent), timeout=PATIENCE_SECONDS) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def environment() -> dict[str, str]:
    """The environment in which a process runs this code, whatever is installed."""
    root = Path(__file__).resolve().parent.parent
    return os.environ | {"PYTHONPATH": str(root), "EXPERT_ANSWERS_LOG_LEVEL": "WARNING", "COLUMNS": "100"}
