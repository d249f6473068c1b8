"""What operators load knows the service: every metric that is asked for exists, and the image holds no tools."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_topics
from tests.processes import running_service, send

TOKEN = "a-token-of-the-tests"
ROOT = Path(__file__).resolve().parents[1]
DASHBOARD = ROOT / "deploy" / "grafana.json"
ALERTS = ROOT / "deploy" / "alerts.yaml"


@pytest.fixture
def exposed(settings: Settings, encoder: HashingEncoder) -> str:
    """What the service tells Prometheus after a question."""
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    with TestClient(create_app(settings, encoder=encoder)) as client:
        client.post("/ask", json={"question": "登录报 403"})
        return client.get("/metrics").text


def dashboard_queries() -> list[str]:
    dashboard: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    variables = [variable["query"] for variable in dashboard["templating"]["list"]]
    asked = [query["query"] if isinstance(query, dict) else query for query in variables]
    return asked + [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


def alert_queries() -> list[str]:
    groups: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("queries", [dashboard_queries, alert_queries])
def test_queries_name_metrics_labels_and_values_that_exist(exposed: str, queries: Callable[[], list[str]]) -> None:
    told = set(re.findall(r"^(expert_answers_\w+)", exposed, re.MULTILINE))
    asked = queries()
    assert asked
    for query in asked:
        for name, selector in re.findall(r"(expert_answers_\w+)(\{[^}]*\})?", query):
            assert name in told, query
            for label, value in re.findall(r"(\w+)=\"(\w+)\"", selector):
                samples = re.findall(rf"^{name}\{{[^}}]*{label}=\"([^\"]*)\"", exposed, re.MULTILINE)
                assert value in samples or label == "status", query
        for label in re.findall(r"by \(([^)]*)\)", query):
            for one in label.replace(" ", "").split(","):
                assert re.search(rf"[{{,]{one}=\"", exposed), query


def test_every_metric_is_on_the_dashboard(exposed: str) -> None:
    families = set(re.findall(r"^# TYPE (expert_answers_\w+) ", exposed, re.MULTILINE))
    shown = " ".join(dashboard_queries())
    ours = {name for name in families if "_process_" not in name}
    # Counters and histograms have a moment of creation each.
    assert {name for name in ours if name not in shown and not name.endswith("_created")} == set()


def test_panels_stand_beside_each_other() -> None:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


# All file systems read-only but one for the data folder.
_READ_ONLY = """
mount -t tmpfs -o size=32m none "$1" && mount -o remount,bind,ro / && ! touch /tmp/x 2>/dev/null && shift && exec "$@"
"""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_service_writes_nothing_but_its_data_folder(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    if subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount file systems")
    write_topics(settings.knowledge)
    settings.data.mkdir()
    monkeypatch.setenv("EXPERT_ANSWERS_ADMIN_TOKEN", TOKEN)
    monkeypatch.setenv("TMPDIR", str(settings.data))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    within, log = ["unshare", "-m", "sh", "-c", _READ_ONLY, "sh", str(settings.data)], tmp_path / "log"
    with running_service("--workers", workers, cwd=tmp_path, within=within, log=log) as (address, _):
        ask_id = json.loads(send(f"{address}/ask", {"question": "登录报 403"})[1])["ask_id"]
        assert send(f"{address}/feedback", {"ask_id": ask_id, "rating": "up"})[0] == 200
        assert send(f"{address}/reindex", {"rebuild": True}, {"Authorization": f"Bearer {TOKEN}"})[0] == 200
        assert send(f"{address}/metrics")[0] == 200
    assert "Traceback" not in log.read_text() and "WARNING" not in log.read_text()


def test_image_runs_as_nobody_in_particular_and_without_tools() -> None:
    final = (ROOT / "Dockerfile").read_text("utf-8").split("\nFROM ")[-1]
    assert re.search(r"^USER \d+$", final, re.MULTILINE)
    assert "pip uninstall" in final
    assert not re.search(r"apt-get|pip install|build-essential|curl|wget", final)
    assert "VOLUME /var/lib/expert-answers" in final and "HEALTHCHECK" in final


def test_build_sees_what_is_copied_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    copied = {source for sources in copies for source in sources.split()}
    assert "*" in ignored
    assert {line.removeprefix("!") for line in ignored if line.startswith("!")} == copied
    assert all((ROOT / source).exists() for source in copied)
