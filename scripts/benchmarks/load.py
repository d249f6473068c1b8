"""Load on a server, made by wrk, which itself takes little of the processors that are measured."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it; an error is a status from 400 up, a connection that broke, or no reply within the time limit."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    errors: int

    @classmethod
    def read(cls, output: str) -> Self:
        """Read what the script printed last."""
        told = json.loads(output.strip().rsplit("\n", 1)[-1])
        return cls(told["requests"] / told["microseconds"] * 1e6, told["p50"] / 1e3, told["p99"] / 1e3, told["errors"])


def write_bodies(path: Path, questions: Iterable[str]) -> None:
    """Write a request a question, as `command` sends them."""
    path.write_text("".join(json.dumps({"question": question}) + "\n" for question in questions), "utf-8")


def command(address: str, connections: int, seconds: int) -> list[str]:
    """The command that asks without a pause over so many connections.

    :raises SystemExit: when wrk is not installed.
    """
    if shutil.which("wrk") is None:
        raise SystemExit("The load comes from wrk, which is not installed; run scripts/system_packages.sh wrk")
    return [
        "wrk",
        "--threads=1",
        f"--connections={connections}",
        f"--duration={seconds}s",
        "--timeout=10s",
        f"--script={_SCRIPT}",
        address,
    ]


def start(address: str, bodies: Path, connections: int, seconds: int) -> "subprocess.Popen[str]":
    """Begin to ask."""
    environment = os.environ | {"BENCHMARK_BODIES": str(bodies)}
    return subprocess.Popen(
        command(address, connections, seconds), env=environment, stdout=subprocess.PIPE, encoding="utf-8"
    )


def drive(address: str, bodies: Path, connections: int, seconds: int) -> Load:
    """Ask for some time."""
    output, _ = start(address, bodies, connections, seconds).communicate()
    return Load.read(output)
