"""Measure a folder of documents: indexing, updating, starting, answering, memory, size.

    scripts/benchmark.py [FOLDER] [--questions FILE]

Questions come from a file with a `question` a line of JSON, or are the documents' own titles.
"""

import argparse
import json
import logging
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil

from service.answering.engine import Engine
from service.documents.collection import load
from service.embedding.opening import open_encoder
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings

COMMAND = (sys.executable, "-m", "service")
ROUNDS = 3
TIMEOUT_SECONDS = 60

log = logging.getLogger("benchmark")


def main() -> None:
    """Copy the folder, so that it can be changed, and print one figure a line."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("knowledge"))
    parser.add_argument("--questions", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        knowledge = Path(scratch) / "knowledge"
        shutil.copytree(arguments.folder, knowledge)
        # Copies of read-only files are read-only, too, but for their owner's change below.
        subprocess.run(["chmod", "-R", "u+w", str(knowledge)], check=True)
        settings = Settings(knowledge=knowledge, data=Path(scratch) / "data")
        measure(settings, read_questions(arguments.questions, knowledge))


def measure(settings: Settings, questions: list[str]) -> None:
    """Measure everything in the order a new installation meets it."""
    command = (*COMMAND, "index", "--knowledge", str(settings.knowledge), "--data", str(settings.data))
    report("documents", str(len(load(settings.knowledge).documents)))
    report("full index", f"{best_of(lambda: run(*command, '--rebuild')):.2f} s, as a command")
    encoder = open_encoder(settings.model)
    indexer = Indexer(settings, encoder)
    report("full index, in process", f"{indexer.update(rebuild=True).seconds:.2f} s")
    report("update of one file", f"{update_one(settings, lambda: run(*command)):.2f} s, as a command")
    in_process = update_one(settings, lambda: indexer.update())
    report("update of one file, in process", f"{in_process:.3f} s")
    report("index size", f"{sum(p.stat().st_size for p in current(settings).rglob('*') if p.is_file()) / 1e6:.1f} MB")
    measure_search(Engine(LiveIndex.open(settings, encoder), encoder, settings), questions)
    ask = (*COMMAND, "ask", questions[0], "--knowledge", str(settings.knowledge), "--data", str(settings.data))
    report("ask, cold", f"{best_of(lambda: run(*ask)):.2f} s")
    measure_service(settings, questions)


def measure_search(engine: Engine, questions: list[str]) -> None:
    """Time every question alone in this process."""
    for question in questions[:20]:
        engine.ask(question)
    times = sorted(seconds(partial(engine.ask, question)) * 1000 for question in questions)
    p99 = times[int(len(times) * 0.99)]
    report("search", f"p50 {statistics.median(times):.2f} ms, p99 {p99:.2f} ms, {len(times)} questions")


def measure_service(settings: Settings, questions: list[str]) -> None:
    """Time the start of the real service, then its memory after every question."""
    started = time.perf_counter()
    with serving(settings) as (process, address):
        wait_for(f"{address}/readyz")
        report("serve, ready after", f"{time.perf_counter() - started:.2f} s")
        post(f"{address}/ask", questions[0])
        report("serve, first answer after", f"{time.perf_counter() - started:.2f} s")
        for question in questions:
            post(f"{address}/ask", question)
        family = [process, *process.children(recursive=True)]
        resident = sum(member.memory_info().rss for member in family)
        report("resident memory of the service", f"{resident / 1e6:.0f} MB after {len(questions)} questions")


@contextmanager
def serving(settings: Settings) -> Iterator[tuple[psutil.Process, str]]:
    """The service as a process of its own, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    places = ("--knowledge", str(settings.knowledge), "--data", str(settings.data), "--port", str(port))
    environment = os.environ | {"EXPERT_ANSWERS_LOG_LEVEL": "ERROR"}
    process = subprocess.Popen((*COMMAND, "serve", *places), env=environment, stderr=subprocess.DEVNULL)
    try:
        yield psutil.Process(process.pid), f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def update_one(settings: Settings, update: Callable[[], object]) -> float:
    """Seconds that an update takes once one document has a further line, the best of some rounds."""
    path = next(settings.knowledge.rglob("*.md"))
    original = path.read_text("utf-8")
    times = []
    for number in range(ROUNDS):
        marker = "\n## 参考链接 ："
        path.write_text(original.replace(marker, f"\n补充说明 {number}。\n{marker}", 1), "utf-8")
        times.append(seconds(update))
    path.write_text(original, "utf-8")
    update()
    return min(times)


def read_questions(path: Path | None, knowledge: Path) -> list[str]:
    """What to ask."""
    if path is None:
        return [document.title for document in load(knowledge).documents][:500]
    return [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines() if line.strip()]


def current(settings: Settings) -> Path:
    """The folder of the published generation."""
    return settings.data / "index" / (settings.data / "index" / "CURRENT").read_text("utf-8").strip()


def best_of(action: Callable[[], object]) -> float:
    """The least of some timings, as other processes only ever add to one."""
    return min(seconds(action) for _ in range(ROUNDS))


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def run(*command: str) -> None:
    """Run a command to its end; 3 is how `ask` says that there is no answer."""
    status = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
    if status not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with status {status}; run it by hand to see why")


def wait_for(address: str) -> None:
    """Return once the address answers with success."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.01)
    raise TimeoutError(f"{address} did not answer with success within {TIMEOUT_SECONDS} s")


def post(address: str, question: str) -> None:
    """Ask the service."""
    body = json.dumps({"question": question}).encode()
    with urllib.request.urlopen(
        urllib.request.Request(address, body, {"Content-Type": "application/json"}), timeout=TIMEOUT_SECONDS
    ) as response:
        response.read()


def report(name: str, figure: str) -> None:
    """Print one figure."""
    log.info("%-32s %s", name, figure)


if __name__ == "__main__":
    main()
