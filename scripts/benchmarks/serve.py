"""Drive the running service over loopback, beside a bare FastAPI endpoint that returns the same bytes.

The service is asked with no reply kept, so that every question is searched, and with replies kept, as it runs by
default. Endpoints take turns in rounds, and the median of the rounds is told, as other processes come and go.
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from scripts.benchmarks import questions
from scripts.benchmarks.load import Load, drive, write_bodies
from scripts.benchmarks.processes import Running, free_port, index, post, running, serving, wait_for
from scripts.benchmarks.reporting import log, report
from service.settings import Settings

CONNECTIONS = (1, 16, 64)
_BARE, _SEARCHED, _KEPT = "bare endpoint", "service", "service, replies kept"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to ask, how long, of how many processes."""
    questions.add_arguments(parser)
    parser.add_argument("--seconds", type=int, default=4, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="processes of the service")


def run(arguments: argparse.Namespace) -> int:
    """Measure; 0."""
    asked = questions.read_questions(arguments.questions, arguments.folder)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        bodies, replies = Path(scratch) / "bodies", Path(scratch) / "replies"
        write_bodies(bodies, asked)
        settings = Settings(
            knowledge=arguments.folder, data=Path(scratch) / "data", workers=arguments.workers, log_level="ERROR"
        )
        index(settings)
        servers = {
            _SEARCHED: stack.enter_context(serving(settings.model_copy(update={"kept_replies": 0}))),
            _KEPT: stack.enter_context(serving(settings)),
        }
        for server in servers.values():
            wait_for(f"{server.address}/readyz")
        recorded = [post(f"{servers[_SEARCHED].address}/ask", {"question": question}) for question in asked]
        replies.write_bytes(b"\n".join(recorded))
        servers = {_BARE: stack.enter_context(_bare(replies, settings)), **servers}
        wait_for(f"{servers[_BARE].address}/readyz")
        log.info("%d questions, replies of %.1f kB", len(asked), statistics.mean(map(len, recorded)) / 1e3)
        _measure(servers, bodies, arguments.seconds, arguments.rounds)
        report("memory of the service", _memory(servers[_SEARCHED]))
    return 0


def _bare(replies: Path, settings: Settings) -> AbstractContextManager[Running]:
    single = settings.model_copy(update={"port": free_port(), "workers": 1})
    command = (sys.executable, "-m", "scripts.benchmarks.bare", str(replies))
    return running(command, f"http://127.0.0.1:{single.port}", single)


def _measure(servers: dict[str, Running], bodies: Path, seconds: int, rounds: int) -> None:
    heads = ("endpoint", "requests/s", "of bare", "p50 ms", "p99 ms", "of bare", "errors")
    log.info("%11s  %-22s %10s %8s %8s %8s %8s %7s", "connections", *heads)
    for server in servers.values():
        drive(f"{server.address}/ask", bodies, 1, 1)
    for connections in CONNECTIONS:
        loads: dict[str, list[Load]] = {name: [] for name in servers}
        for _ in range(rounds):
            for name, server in servers.items():
                loads[name].append(drive(f"{server.address}/ask", bodies, connections, seconds))
        bare = _median(loads[_BARE])
        for name in servers:
            load = _median(loads[name])
            log.info(
                "%11d  %-22s %10.0f %7.0f%% %8.2f %8.2f %7.1fx %7d",
                connections,
                name,
                load.requests_per_second,
                100 * load.requests_per_second / bare.requests_per_second,
                load.p50_ms,
                load.p99_ms,
                load.p99_ms / bare.p99_ms,
                load.errors,
            )


def _median(loads: Sequence[Load]) -> Load:
    """The median of each figure; all the errors."""
    return Load(
        statistics.median(load.requests_per_second for load in loads),
        statistics.median(load.p50_ms for load in loads),
        statistics.median(load.p99_ms for load in loads),
        sum(load.errors for load in loads),
    )


def _memory(server: Running) -> str:
    family = server.family()
    return f"{server.memory() / 1e6:.0f} MB in {len(family)} processes, {server.resident() / 1e6:.0f} MB if unshared"
