"""Measure a folder of documents: indexing, updating, starting, answering, memory, size."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from scripts.benchmarks import questions
from scripts.benchmarks.processes import COMMAND, current, places, post, serving, wait_for
from scripts.benchmarks.processes import run as run_command
from scripts.benchmarks.reporting import report
from service.answering.engine import Engine
from service.documents.collection import load
from service.embedding.opening import open_encoder
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings

ROUNDS = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which documents, which questions."""
    questions.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Copy the folder, so that it can be changed, and print one figure a line; 0."""
    with tempfile.TemporaryDirectory() as scratch:
        knowledge = Path(scratch) / "knowledge"
        questions.copy_folder(arguments.folder, knowledge)
        # Every question is to be searched, and every line logged takes time.
        settings = Settings(knowledge=knowledge, data=Path(scratch) / "data", kept_replies=0, log_level="ERROR")
        measure(settings, questions.read_questions(arguments.questions, knowledge))
    return 0


def measure(settings: Settings, asked: list[str]) -> None:
    """Measure everything in the order a new installation meets it."""
    command = (*COMMAND, "index", *places(settings))
    report("documents", str(len(load(settings.knowledge).documents)))
    report("full index", f"{best_of(lambda: run_command(*command, '--rebuild')):.2f} s, as a command")
    encoder = open_encoder(settings.model)
    indexer = Indexer(settings, encoder)
    report("full index, in process", f"{indexer.update(rebuild=True).seconds:.2f} s")
    report("update of one file", f"{update_one(settings, lambda: run_command(*command)):.2f} s, as a command")
    in_process = update_one(settings, lambda: indexer.update())
    report("update of one file, in process", f"{in_process:.3f} s")
    report("index size", f"{sum(p.stat().st_size for p in current(settings).rglob('*') if p.is_file()) / 1e6:.1f} MB")
    measure_search(Engine(LiveIndex.open(settings, encoder), encoder, settings), asked)
    ask = (*COMMAND, "ask", asked[0], *places(settings))
    report("ask, cold", f"{best_of(lambda: run_command(*ask)):.2f} s")
    measure_service(settings, asked)


def measure_search(engine: Engine, asked: list[str]) -> None:
    """Time every question alone in this process."""
    for question in asked[:20]:
        engine.ask(question)
    times = sorted(seconds(partial(engine.ask, question)) * 1000 for question in asked)
    p99 = times[int(len(times) * 0.99)]
    report("search", f"p50 {statistics.median(times):.2f} ms, p99 {p99:.2f} ms, {len(times)} questions")


def measure_service(settings: Settings, asked: list[str]) -> None:
    """Time the start of the real service, then its memory after every question."""
    started = time.perf_counter()
    with serving(settings) as server:
        wait_for(f"{server.address}/readyz")
        report("serve, ready after", f"{time.perf_counter() - started:.2f} s")
        post(f"{server.address}/ask", {"question": asked[0]})
        report("serve, first answer after", f"{time.perf_counter() - started:.2f} s")
        for question in asked:
            post(f"{server.address}/ask", {"question": question})
        report("resident memory of the service", f"{server.resident() / 1e6:.0f} MB after {len(asked)} questions")


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


def best_of(action: Callable[[], object]) -> float:
    """The least of some timings, as other processes only ever add to one."""
    return min(seconds(action) for _ in range(ROUNDS))


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started
