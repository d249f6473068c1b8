"""Ask at full load for minutes, while a document changes every second and is taken in: no error, nothing grows.

Memory and file handles are compared between the second quarter of the time and the last: the first is for warming up.
"""

import argparse
import secrets
import statistics
import subprocess
import tempfile
import time
import urllib.error
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from scripts.benchmarks import questions
from scripts.benchmarks.load import Load, start, write_bodies
from scripts.benchmarks.processes import Running, index, post, serving, wait_for
from scripts.benchmarks.reporting import log, report
from service.settings import Settings

CONNECTIONS = 16
REINDEX_EVERY_SECONDS = 1.0

_MOST_GROWTH = 0.05
"""Share by which memory may grow: the caches fill up for as long as there are questions."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes in memory and open file handles, of all the service's processes together."""

    memory: int
    files: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to ask, how long, of how many processes."""
    questions.add_arguments(parser)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--workers", type=int, default=1, help="processes of the service")


def run(arguments: argparse.Namespace) -> int:
    """Measure; 1 when there was an error, or something grew."""
    with tempfile.TemporaryDirectory() as scratch:
        knowledge, bodies = Path(scratch) / "knowledge", Path(scratch) / "bodies"
        questions.copy_folder(arguments.folder, knowledge)
        write_bodies(bodies, questions.read_questions(arguments.questions, knowledge))
        settings = Settings(
            knowledge=knowledge,
            data=Path(scratch) / "data",
            workers=arguments.workers,
            admin_token=SecretStr(secrets.token_hex()),
            log_level="ERROR",
        )
        index(settings)
        with serving(settings) as server:
            wait_for(f"{server.address}/readyz")
            load = start(f"{server.address}/ask", bodies, CONNECTIONS, round(arguments.minutes * 60))
            samples, problems = _change_until(load, server, settings)
            output, _ = load.communicate()
    return _tell(Load.read(output), samples, problems)


def _change_until(load: "subprocess.Popen[str]", server: Running, settings: Settings) -> tuple[list[Sample], list[str]]:
    """Change a document and take it in, every second while the load lasts."""
    path = next(settings.knowledge.rglob("*.md"))
    original = path.read_text("utf-8")
    samples: list[Sample] = []
    problems: list[str] = []
    while load.poll() is None:
        begun = time.monotonic()
        path.write_text(f"{original}\n\n{len(samples)}\n", "utf-8")
        if problem := _reindex(server, settings):
            problems.append(problem)
        samples.append(Sample(server.memory(), server.files()))
        time.sleep(max(0.0, begun + REINDEX_EVERY_SECONDS - time.monotonic()))
    return samples, problems


def _reindex(server: Running, settings: Settings) -> str | None:
    """Have the service take in what changed; what went wrong."""
    assert settings.admin_token is not None
    token = {"Authorization": f"Bearer {settings.admin_token.get_secret_value()}"}
    try:
        post(f"{server.address}/reindex", {}, token)
    except (urllib.error.URLError, OSError) as error:
        return str(error)
    return None


def _tell(load: Load, samples: Sequence[Sample], problems: Sequence[str]) -> int:
    report("requests", f"{load.requests_per_second:.0f} a second, p99 {load.p99_ms:.1f} ms, {load.errors} errors")
    report("reindexes", f"{len(samples)}, {len(problems)} errors")
    for problem in problems[:3]:
        log.info("  %s", problem)
    before, after = _quarters(samples)
    report("memory", f"{before.memory / 1e6:.0f} MB, in the last quarter {after.memory / 1e6:.0f} MB")
    report("file handles", f"{before.files}, in the last quarter {after.files}")
    return 1 if load.errors or problems or grown(samples) else 0


def grown(samples: Sequence[Sample]) -> bool:
    """Whether memory or file handles grew."""
    before, after = _quarters(samples)
    return after.memory > before.memory * (1 + _MOST_GROWTH) or after.files > before.files


def _quarters(samples: Sequence[Sample]) -> tuple[Sample, Sample]:
    """The medians of the second and of the last quarter."""
    quarter = max(len(samples) // 4, 1)
    return _median(samples[quarter : 2 * quarter] or samples), _median(samples[-quarter:])


def _median(samples: Sequence[Sample]) -> Sample:
    return Sample(
        statistics.median_low(sample.memory for sample in samples),
        statistics.median_low(sample.files for sample in samples),
    )
