"""Whatever a program makes of the description, the service answers as described."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.knowledge import write_topics
from tests.processes import running_service

TOKEN = "a-token-of-the-tests"
EXAMPLES = 12


def test_schemathesis_finds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_topics(tmp_path / "knowledge")
    monkeypatch.setenv("EXPERT_ANSWERS_ADMIN_TOKEN", TOKEN)
    with running_service(cwd=tmp_path) as (address, _):
        config = str(Path(__file__).with_name("schemathesis.toml"))
        program = str(Path(sys.executable).with_name("schemathesis"))
        command = [program, "--config-file", config, "run", f"{address}/openapi.json", "--no-color"]
        bounds = ["--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic"]
        found = subprocess.run(
            [*command, "-H", f"Authorization: Bearer {TOKEN}", *bounds],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-2000:]
    assert "No issues found" in found.stdout
