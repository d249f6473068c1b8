"""Measure how costs grow with the number of documents, on documents composed for it."""

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from unittest import mock

import numpy as np

from scripts.benchmarks.composing import Composer, document_id
from scripts.benchmarks.processes import current, post, serving, wait_for
from scripts.benchmarks.reporting import report
from scripts.benchmarks.search import ROUNDS, best_of, seconds
from service.answering.candidates import DEPTH
from service.answering.engine import Engine
from service.embedding.encoder import Embeddings, Encoder
from service.embedding.opening import open_encoder
from service.index import lexical
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.neighbors import Rows
from service.index.record import key_of
from service.index.snapshot import Snapshot
from service.settings import Settings

SIZES = (1_000, 10_000, 100_000, 1_000_000)
QUESTIONS = 500
_JUDGED = 200
_NEAREST = 10
_BLOCK = 1 << 14


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many documents, and where their text comes from."""
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="numbers of documents")
    parser.add_argument("--sections", type=Path, default=Path("../shared/train/sections.jsonl.gz"))
    parser.add_argument(
        "--most-files",
        type=int,
        default=100_000,
        help="documents up to which files are written and parsed; beyond, parsed documents go into the index",
    )
    parser.add_argument("--scratch", type=Path, help="folder for files of several GB that are deleted afterwards")


def run(arguments: argparse.Namespace) -> int:
    """Measure one number of documents after another; 0."""
    composer = Composer(arguments.sections)
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory(dir=arguments.scratch) as scratch:
            settings = Settings(
                knowledge=Path(scratch) / "knowledge",
                data=Path(scratch) / "data",
                kept_replies=0,
                records=False,
                log_level="ERROR",
            )
            settings.knowledge.mkdir()
            measure(settings, composer, size, has_files=size <= arguments.most_files)
    return 0


def measure(settings: Settings, composer: Composer, size: int, *, has_files: bool) -> None:
    """Build, search, compare with an exact search, update and serve."""
    embeddings = np.memmap(settings.data.parent / "embeddings", np.float32, "w+", shape=(size, 256))
    encoder = _Remembering(open_encoder(settings.model), embeddings)
    asked = composer.questions(size, QUESTIONS)
    report("documents", f"{size:,}")
    indexer = Indexer(settings, encoder)
    if has_files:
        _build_of_files(indexer, settings, composer, size)
    else:
        _build(indexer, composer, size)
    folder = current(settings)
    stored = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    report("size on disk", f"{stored / 1e6:,.0f} MB, {stored / size:,.0f} bytes a document")
    live = LiveIndex.open(settings, encoder)
    report("vectors are searched by", live.current().vectors.kind)
    _search(settings, encoder, asked)
    keys = np.array([key_of(document_id(number)) for number in range(size)], np.int64)
    rows = live.current().keys.searchsorted(keys)
    _find(Engine(live, encoder, settings), asked, [rows[answers] for answers in composer.answers(size, len(asked))])
    # In the order in which they were encoded.
    numbers = sorted(range(size), key=composer.path) if has_files else range(size)
    _judge(live.current(), encoder, asked[:_JUDGED], embeddings, rows[numbers])
    change = _changing_file(indexer, settings, composer, size) if has_files else _changing(indexer, composer, size)
    report(
        "update of one document", f"{best_of(change):.2f} s, {'with' if has_files else 'without'} a look at the files"
    )
    report("taken up by a reader in", f"{seconds(live.refresh) * 1000:.0f} ms")
    _serve(settings, asked)


class _Remembering:
    """An encoder that keeps, for an exact search, the embeddings of the documents it encodes first."""

    def __init__(self, encoder: Encoder, kept: Embeddings) -> None:
        self.name, self.model_hash, self.dimension = encoder.name, encoder.model_hash, encoder.dimension
        self.encode_queries, self.pieces, self.match = encoder.encode_queries, encoder.pieces, encoder.match
        self._encoder = encoder
        self._kept = kept
        self._count = 0

    def encode_documents(self, texts: Sequence[str]) -> Embeddings:
        embeddings = self._encoder.encode_documents(texts)
        room = self._kept[self._count : self._count + len(embeddings)]
        room[:] = embeddings[: len(room)]
        self._count += len(room)
        return embeddings


def _build_of_files(indexer: Indexer, settings: Settings, composer: Composer, size: int) -> None:
    for number in range(size):
        composer.write(settings.knowledge, number)
    report("full index", f"{seconds(indexer.update):.1f} s, of files")
    _report_peak()


def _build(indexer: Indexer, composer: Composer, size: int) -> None:
    publish = partial(indexer.publish, composer.documents(size), size)
    report("full index", f"{seconds(publish):.1f} s, of parsed documents, composing them included")
    _report_peak()


def _report_peak() -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report("memory while indexing", f"{peak / 1e3:,.0f} MB at most, with what an exact search needs")


def _search(settings: Settings, encoder: Encoder, asked: list[str]) -> None:
    """Time every question alone, in rounds that each open the index anew; as in `best_of`, the quickest counts."""
    walls, processor = min((_round(settings, encoder, asked) for _ in range(ROUNDS)), key=lambda times: sum(times[0]))
    told = f"{len(asked)} questions, one after another, the best of {ROUNDS} rounds"
    report("search", f"{_percentiles(walls)}, {told}")
    report("search, processor's time alone", _percentiles(processor))


def _round(settings: Settings, encoder: Encoder, asked: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds that every question takes, and of them those of the processor."""
    engine = Engine(LiveIndex.open(settings, encoder), encoder, settings)
    for question in asked[:20]:
        engine.ask(question)
    walls, processor = [], []
    for question in asked:
        begun = time.thread_time()
        walls.append(seconds(partial(engine.ask, question)) * 1000)
        processor.append((time.thread_time() - begun) * 1000)
    return walls, processor


def _percentiles(times: list[float]) -> str:
    ordered = sorted(times)
    return f"p50 {statistics.median(ordered):.2f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.2f} ms"


def _find(engine: Engine, asked: list[str], answers: list[Rows]) -> None:
    """How often the right document is found, also with the words that a search of so many documents leaves out."""
    report("right document", _found(engine, asked, answers))
    with mock.patch.object(lexical, "EVERY_TERM_LIMIT", sys.maxsize):
        report("the same, every word sought", _found(engine, asked, answers))


def _found(engine: Engine, asked: list[str], answers: list[Rows]) -> str:
    """How often a document of the section that a question was made of comes first, and among the first five."""
    places = [
        np.flatnonzero(np.isin(_ranked(engine, question), right))
        for question, right in zip(asked, answers, strict=True)
    ]
    first, among_five = (statistics.fmean(bool((found < depth).any()) for found in places) for depth in (1, 5))
    return f"{first:.3f} first, {among_five:.3f} among the first five"


def _ranked(engine: Engine, question: str) -> Rows:
    ranked = engine.rank(question)
    return ranked.candidates.rows[ranked.best]


def _judge(snapshot: Snapshot, encoder: _Remembering, asked: list[str], embeddings: Embeddings, rows: Rows) -> None:
    """How many of the nearest documents by an exact search are the nearest of those that are found."""
    queries = encoder.encode_queries(asked)
    shares = []
    for query, exact in zip(queries, _exact(embeddings, queries), strict=True):
        nearest = snapshot.vectors.search(query[None], DEPTH)[:_NEAREST]
        shares.append(len(set(nearest.tolist()) & set(rows[exact].tolist())) / len(exact))
    report("recall@10", f"{statistics.fmean(shares):.4f} of what an exact search finds, {len(asked)} questions")


def _exact(embeddings: Embeddings, queries: Embeddings) -> Iterator[Rows]:
    """The places of the nearest of all embeddings to each query, best first."""
    best = np.empty((len(queries), 0), np.float32)
    places = np.empty((len(queries), 0), np.int64)
    for begin in range(0, len(embeddings), _BLOCK):
        block = embeddings[begin : begin + _BLOCK]
        best = np.hstack([best, queries @ block.T])
        places = np.hstack([places, np.tile(np.arange(begin, begin + len(block)), (len(queries), 1))])
        kept = np.argsort(-best, axis=1, kind="stable")[:, :_NEAREST]
        best, places = np.take_along_axis(best, kept, 1), np.take_along_axis(places, kept, 1)
    return iter(places)


def _changing_file(indexer: Indexer, settings: Settings, composer: Composer, size: int) -> Callable[[], None]:
    notes = count()

    def change() -> None:
        composer.write(settings.knowledge, size // 2, f"附注 {next(notes)}。")
        indexer.update()

    return change


def _changing(indexer: Indexer, composer: Composer, size: int) -> Callable[[], None]:
    notes = count()
    return lambda: indexer.change([composer.document(size // 2, f"附注 {next(notes)}。")])


def _serve(settings: Settings, asked: list[str]) -> None:
    """The memory of the real service once it has answered."""
    started = time.perf_counter()
    with serving(settings) as server:
        wait_for(f"{server.address}/readyz")
        report("serve, ready after", f"{time.perf_counter() - started:.2f} s")
        for question in asked:
            post(f"{server.address}/ask", {"question": question})
        report("resident memory of the service", f"{server.resident() / 1e6:,.0f} MB after {len(asked)} questions")
