"""The server under load: told to stop, and answering from a new index."""

import http.client
import json
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.knowledge import write_document, write_topics
from tests.processes import run_command, running_service, send

QUESTION = json.dumps({"question": "控制台登录报 403"}).encode()
CLIENTS = 8
WARM_UP = 200
"""Answers after which the test begins to change something."""


class Load:
    """Clients that ask without a pause, each on a connection of its own, until the server takes leave of it."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address).netloc
        self._clients = [threading.Thread(target=self._ask_on_and_on) for _ in range(CLIENTS)]
        self._enough = threading.Event()
        self._running = threading.Event()
        self.outcomes: Counter[str] = Counter()
        for client in self._clients:
            client.start()

    def wait_until_it_runs(self) -> None:
        """Return once there were some answers."""
        assert self._running.wait(30), dict(self.outcomes)

    def stop(self) -> None:
        """Ask no more."""
        self._enough.set()
        self.wait_until_told_to_leave()

    def wait_until_told_to_leave(self) -> None:
        """Return once every client has had its last answer."""
        for client in self._clients:
            client.join(30)

    def _ask_on_and_on(self) -> None:
        told_to_leave = False
        with closing(http.client.HTTPConnection(self._host, timeout=30)) as connection:
            while not told_to_leave and not self._enough.is_set():
                outcome, told_to_leave = _ask(connection)
                self.outcomes[outcome] += 1
                if self.outcomes["200"] >= WARM_UP:
                    self._running.set()


def _ask(connection: http.client.HTTPConnection) -> tuple[str, bool]:
    """What came of a question, and whether it is the last on its connection."""
    try:
        connection.request("POST", "/ask", QUESTION, {"Content-Type": "application/json"})
        response = connection.getresponse()
        outcome = str(response.status) if json.loads(response.read())["results"] else "empty"
        return outcome, response.getheader("Connection") == "close"
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        return type(error).__name__, True


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an index and the documents that it was made from."""
    write_topics(tmp_path / "knowledge")
    assert run_command("index", cwd=tmp_path).returncode == 0
    return tmp_path


@pytest.mark.parametrize("workers", ["1", "2"])
def test_stopping_under_load_loses_no_request(folder: Path, workers: str) -> None:
    with running_service("--workers", workers, cwd=folder) as (address, process):
        load = Load(address)
        load.wait_until_it_runs()
        process.terminate()
        load.wait_until_told_to_leave()
        process.wait(30)
    assert set(load.outcomes) == {"200"}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_clients_of_both_protocols_are_let_in_and_limited(
    folder: Path, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPERT_ANSWERS_ASK_LIMIT", "2/hour")
    with running_service("--workers", workers, "--host", "::", cwd=folder) as (address, _):
        assert send(address.replace("127.0.0.1", "[::1]") + "/readyz")[0] == 200
        forwarded = {"X-Forwarded-For": "192.0.2.1"}
        asked = [send(f"{address}/ask", {"question": "登录"}, forwarded)[0] for _ in range(3)]
    assert asked == [200, 200, 429]


def test_workers_move_to_a_new_index_without_losing_a_request(folder: Path) -> None:
    with running_service("--workers", "2", cwd=folder) as (address, _):
        load = Load(address)
        load.wait_until_it_runs()
        for number in range(2):
            write_document(folder / "knowledge", f"new{number}")
            assert run_command("index", cwd=folder).returncode == 0
        load.stop()
    assert set(load.outcomes) == {"200"}
