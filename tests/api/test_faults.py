"""What breaks around a running service: it goes on answering, says what is wrong, and recovers by itself."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.documents.collection import Listing, list_files
from service.index import changes
from service.index.generations import Generations
from service.index.indexer import Indexer
from service.index.models import open_model
from service.records import database
from service.settings import Settings
from tests.api.conftest import ADMIN, TOKEN
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics
from tests.processes import running_service, send


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.1)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def ask(client: TestClient) -> str:
    """Ask a question; its `ask_id`."""
    response = client.post("/ask", json={"question": "登录报 403"})
    assert response.status_code == 200
    ask_id: str = response.json()["ask_id"]
    return ask_id


def measured(client: TestClient, name: str) -> float:
    found = re.search(rf"^expert_answers_{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found, name
    return float(found[1])


def recorded(settings: Settings) -> int:
    """How many questions the database holds, 0 before there is one."""
    try:
        with closing(sqlite3.connect(f"file:{settings.data}/records.db?mode=ro", uri=True)) as connection:
            count: int = connection.execute("SELECT count(*) FROM asks").fetchone()[0]
    except sqlite3.OperationalError:
        return 0
    return count


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 8
    path.unlink()
    path.write_bytes(content)


def test_locked_database_delays_records_and_no_answer(client: TestClient, indexed: Settings) -> None:
    ask(client)
    wait_for(lambda: recorded(indexed) == 1)
    with closing(sqlite3.connect(indexed.data / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        ask_ids = [ask(client) for _ in range(5)]
        wait_for(lambda: measured(client, "records_pending") == 5)
        refused = client.post("/feedback", json={"ask_id": ask_ids[0], "rating": "up"})
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "records_unavailable")
        assert refused.headers["Retry-After"]
        other.execute("ROLLBACK")
    wait_for(lambda: recorded(indexed) == 6)
    assert client.post("/feedback", json={"ask_id": ask_ids[0], "rating": "up"}).status_code == 200
    assert measured(client, 'records_lost_total{reason="queue_full"}') == 0


def test_records_beyond_the_queue_are_dropped_and_counted(
    client: TestClient, indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(client)
    wait_for(lambda: recorded(indexed) == 1)
    monkeypatch.setattr(client.app.state.service.recorder, "_capacity", 3)  # type: ignore[attr-defined]  # FastAPI's
    with closing(sqlite3.connect(indexed.data / "records.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(10):
            ask(client)
        assert measured(client, 'records_lost_total{reason="queue_full"}') >= 5
        other.execute("ROLLBACK")


def test_database_that_goes_away_is_made_anew(client: TestClient, indexed: Settings) -> None:
    ask(client)
    wait_for(lambda: recorded(indexed) == 1)
    for path in indexed.data.glob("records.db*"):
        path.unlink()
    ask(client)
    wait_for(lambda: (indexed.data / "records.db").exists() and recorded(indexed) == 1)


def test_data_folder_that_goes_away_ends_readiness_and_no_answer(client: TestClient, indexed: Settings) -> None:
    assert client.get("/readyz").status_code == 200
    away = indexed.data.rename(indexed.data.with_name("away"))
    wait_for(lambda: client.get("/readyz").status_code == 503)
    gone = client.get("/readyz")
    assert gone.json()["error"]["code"] == "index_gone"
    assert str(indexed.data) not in gone.text
    assert measured(client, "ready") == 0
    ask(client)
    assert client.get("/healthz").status_code == 200
    # The records made a folder of that name again.
    shutil.rmtree(indexed.data, ignore_errors=True)
    away.rename(indexed.data)
    wait_for(lambda: client.get("/readyz").status_code == 200)
    assert measured(client, "ready") == 1


def test_damaged_generation_is_refused_named_and_mended_by_a_reindex(
    client: TestClient, indexed: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    before = client.get("/readyz").json()["generation"]
    write_document(indexed.knowledge, "new", title="全新的问题")
    elsewhere = indexed.model_copy(update={"data": indexed.data.with_name("elsewhere")})
    Indexer(elsewhere, HashingEncoder()).update()
    damaged = Generations(elsewhere.data).require_current()
    target = indexed.data / "index" / f"00000009-{damaged.name.split('-')[1]}"
    shutil.copytree(damaged, target)
    flip(target / "records" / "0000.records")
    (indexed.data / "index" / "CURRENT").write_text(target.name)
    wait_for(lambda: measured(client, "generation_refused") == 1)
    assert f"{target.name}/records/0000.records" in caplog.text
    assert caplog.text.count("cannot be taken up") == 1
    assert client.get("/readyz").json()["generation"] == before
    ask(client)
    report = client.post("/reindex", headers=ADMIN).json()
    assert report["published"]
    assert measured(client, "generation_refused") == 0
    assert client.get("/readyz").json()["documents"] == 5
    assert Generations(indexed.data).require_current().name == report["generation"]


def test_damaged_generation_at_start_leaves_the_one_before_answering(
    indexed: Settings, encoder: HashingEncoder
) -> None:
    before = Generations(indexed.data).require_current().name
    write_document(indexed.knowledge, "new", title="全新的问题")
    Indexer(indexed, encoder).update()
    flip(Generations(indexed.data).require_current() / "vectors" / "candidates.faiss")
    with TestClient(create_app(indexed, encoder=encoder)) as client:
        assert client.get("/readyz").json()["generation"] == before
        ask(client)
        wait_for(lambda: measured(client, "generation_refused") == 1)


def test_record_that_is_damaged_while_it_is_open_is_told_without_a_trace(
    client: TestClient, indexed: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    for path in (Generations(indexed.data).require_current() / "records").glob("*.records"):
        with path.open("r+b") as file:
            file.write(b"\xff" * path.stat().st_size)
    client.app.state.service.snapshot.document_at.cache_clear()  # type: ignore[attr-defined]  # FastAPI's
    response = client.get("/documents/nacos-login")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "index_mismatch")
    assert "Traceback" not in response.text + caplog.text
    assert client.post("/reindex", headers=ADMIN, json={"rebuild": True}).status_code == 200
    assert client.get("/documents/nacos-login").status_code == 200


def test_files_that_go_while_they_are_read_are_passed_over(
    client: TestClient, indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def list_and_lose(root: Path) -> Listing:
        listing = list_files(root)
        (root / "nacos" / "login.md").unlink()
        return listing

    monkeypatch.setattr(changes, "list_files", list_and_lose)
    report = client.post("/reindex", headers=ADMIN).json()
    assert (report["removed"], report["problems"]) == (1, [])
    ask(client)


def test_folder_that_is_gone_or_empty_costs_nothing(client: TestClient, indexed: Settings) -> None:
    before = client.get("/readyz").json()["generation"]
    away = indexed.knowledge.rename(indexed.knowledge.with_name("away"))
    assert client.post("/reindex", headers=ADMIN).json()["error"]["code"] == "knowledge_unreadable"
    indexed.knowledge.mkdir()
    assert client.post("/reindex", headers=ADMIN).json()["error"]["code"] == "knowledge_unreadable"
    assert client.get("/readyz").json()["generation"] == before
    ask(client)
    indexed.knowledge.rmdir()
    away.rename(indexed.knowledge)
    assert client.post("/reindex", headers=ADMIN).json()["published"] is False


# A file system of its own for the data folder: so large, holding what lies in another folder, perhaps read-only.
_MOUNTED = """
mount -t tmpfs -o "size=$2" none "$1" && cp -r "$3/." "$1" && mount -o "remount,$4" "$1" && shift 4 && exec "$@"
"""


def mounted(settings: Settings, tmp_path: Path, size: str, option: str) -> list[str]:
    """What runs a command with the data folder of the settings on a file system of its own."""
    if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount file systems")
    built = settings.data.rename(tmp_path / "built")
    settings.data.mkdir()
    return ["unshare", "-m", "sh", "-c", _MOUNTED, "sh", str(settings.data), size, str(built), option]


@pytest.fixture
def built(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An index as the service itself builds it."""
    monkeypatch.setenv("EXPERT_ANSWERS_ADMIN_TOKEN", TOKEN)
    write_topics(settings.knowledge)
    Indexer(settings, open_model(settings)).update()
    return settings


def test_full_disk_fails_the_reindex_and_no_answer(built: Settings, tmp_path: Path) -> None:
    within, log = mounted(built, tmp_path, "4m", "rw"), tmp_path / "log"
    with running_service(cwd=tmp_path, within=within, log=log) as (address, _):
        before = send(f"{address}/readyz")
        for number in range(800):
            write_document(built.knowledge, f"d{number}", answer=f"解答 {number} {os.urandom(1500).hex()}")
        status, text = send(f"{address}/reindex", {}, ADMIN)
        assert (status, json.loads(text)["error"]["code"]) == (500, "index_not_written")
        assert str(built.data) not in text
        assert send(f"{address}/ask", {"question": "登录报 403"})[0] == 200
        assert send(f"{address}/readyz") == before
        for path in built.knowledge.rglob("d*.md"):
            path.unlink()
        write_document(built.knowledge, "one-more")
        assert json.loads(send(f"{address}/reindex", {}, ADMIN)[1])["published"]
    assert "cannot be written" in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_read_only_data_folder_fails_the_reindex_and_no_answer(built: Settings, tmp_path: Path, workers: str) -> None:
    within, log = mounted(built, tmp_path, "8m", "ro"), tmp_path / "log"
    write_document(built.knowledge, "new")
    with running_service("--workers", workers, cwd=tmp_path, within=within, log=log) as (address, _):
        assert send(f"{address}/ask", {"question": "登录报 403"})[0] == 200
        status, text = send(f"{address}/reindex", {}, ADMIN)
        assert (status, json.loads(text)["error"]["code"]) == (500, "index_not_written")
        assert str(built.data) not in text
        assert send(f"{address}/feedback", {"ask_id": "a", "rating": "up"})[0] == 503
        assert send(f"{address}/metrics")[0] == 200
        assert send(f"{address}/ask", {"question": "登录报 403"})[0] == 200
    assert "cannot be written" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_workers_count_and_limit_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_topics(tmp_path / "knowledge")
    monkeypatch.setenv("EXPERT_ANSWERS_TRUSTED_PROXIES", "192.0.2.1")
    monkeypatch.setenv("EXPERT_ANSWERS_ASK_LIMIT", "10/hour")
    monkeypatch.setenv("EXPERT_ANSWERS_KEPT_REPLIES", "0")
    with running_service("--workers", "2", cwd=tmp_path) as (address, _):
        statuses = [send(f"{address}/ask", {"question": "登录报 403"})[0] for _ in range(30)]
        text = send(f"{address}/metrics")[1]
    # Two workers that count one client at the same moment may let one more pass; these come one after another.
    assert statuses == [200] * 10 + [429] * 20
    assert 'expert_answers_limited_total{limit="ask"} 20.0' in text
    assert re.search(r'^expert_answers_stage_seconds_count\{stage="find"\} 10\.0$', text, re.MULTILINE)
    assert re.search(r"^expert_answers_records_pending \d", text, re.MULTILINE)
