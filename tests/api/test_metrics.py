import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api import sharing
from service.index.generations import Generations
from service.settings import Settings
from tests.api.conftest import ADMIN
from tests.knowledge import write_topics
from tests.processes import running_service, send

QUESTION = {"question": "登录报 403"}


MARGIN = 0.1
"""Processor seconds by which the system's own count, in steps, may be off."""


def processor_seconds(address: str) -> float:
    found = re.search(r"^expert_answers_process_cpu_seconds_total (\S+)$", send(f"{address}/metrics")[1], re.MULTILINE)
    return float(found[1]) if found else 0.0


def used(process: str) -> float:
    """The processor seconds that a process has had."""
    parts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def value(client: TestClient, name: str) -> float:
    found = re.search(rf"^expert_answers_{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found, name
    return float(found[1])


def test_question_is_counted_by_status_confidence_and_stage(client: TestClient) -> None:
    # Each is another question: what was asked before is not searched.
    for top_k in (1, 2, 3):
        client.post("/ask", json={**QUESTION, "top_k": top_k})
    assert value(client, 'answers_total{status="answered"}') == 3
    assert value(client, "confidence_count") == 3
    assert value(client, "ask_seconds_count") == 3
    for stage in ("receive", "wait", "understand", "find", "rank", "compose", "write"):
        assert value(client, f'stage_seconds_count{{stage="{stage}"}}') == 3
    stages = re.findall(r"^expert_answers_stage_seconds_sum\S* (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert sum(map(float, stages)) <= value(client, "ask_seconds_sum")


def test_request_is_counted_by_its_pattern(client: TestClient) -> None:
    client.get("/documents/nacos-login")
    client.get("/documents/nacos-backlog")
    client.get("/nowhere/at/all")
    assert value(client, 'requests_total{method="GET",route="/documents/{document_id:path}",status="200"}') == 2
    assert value(client, 'requests_total{method="GET",route="unmatched",status="404"}') == 1


def test_document_is_a_hit_once_it_is_ready(client: TestClient) -> None:
    for _ in range(3):
        client.get("/documents/nacos-login")
    assert value(client, 'document_cache_total{outcome="miss"}') == 1
    assert value(client, 'document_cache_total{outcome="hit"}') == 2


def test_reindex_is_counted_by_outcome(client: TestClient, indexed: Settings) -> None:
    client.post("/reindex", headers=ADMIN)
    client.post("/reindex", headers=ADMIN, json={"rebuild": True})
    with Generations(indexed.data).lock(wait=True):
        client.post("/reindex", headers=ADMIN)
    indexed.knowledge.rename(indexed.knowledge.with_name("away"))
    client.post("/reindex", headers=ADMIN)
    for outcome in ("unchanged", "published", "busy", "failed"):
        assert value(client, f'reindexes_total{{outcome="{outcome}"}}') == 1
    assert value(client, "reindex_seconds_count") == 4


def test_index_and_process_are_measured(client: TestClient) -> None:
    assert value(client, "ready") == 1
    assert value(client, "documents") == 4
    assert value(client, "problems") >= 0
    assert value(client, "generation_age_seconds") >= 0
    assert value(client, "generation_refused") == 0
    assert value(client, 'product_documents{product="nacos"}') == 3
    assert value(client, "process_resident_memory_bytes") > 0
    assert value(client, "process_cpu_seconds_total") > 0
    assert client.get("/metrics").text.count("\nexpert_answers_process_cpu_seconds_total ") == 1


def test_processor_time_is_that_of_all_workers(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_topics(settings.knowledge)
    with running_service("--workers", "2", "--knowledge", str(settings.knowledge), cwd=tmp_path) as (address, process):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        workers = [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        assert len(workers) == 2
        wait_until(lambda: processor_seconds(address) >= sum(map(used, workers)) - MARGIN)
        assert processor_seconds(address) <= sum(map(used, workers)) + MARGIN


def test_counts_of_what_goes_on_in_dead_workers_are_forgotten(tmp_path: Path) -> None:
    names = ("gauge_livesum_999999999.db", "counter_999999999.db", "gauge_livesum_1.db")
    for name in names:
        (tmp_path / name).write_bytes(b"")
    sharing.forget_the_dead(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["counter_999999999.db", "gauge_livesum_1.db"]


def test_workers_begin_from_zero(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    old = settings.data / "metrics" / "8000" / "counter_1.db"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    sharing.share_between_workers(settings)
    assert sharing.shared_folder() == old.parent
    assert not old.exists()
