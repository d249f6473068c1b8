"""The measurements run, and tell what they measured; what they measure is not judged here."""

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.benchmarks.composing import Composer
from scripts.benchmarks.load import Load
from scripts.benchmarks.soak import Sample, grown
from tests.knowledge import write_topics
from tests.processes import environment

ROOT = Path(__file__).resolve().parents[2]

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed; make test installs it")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of documents."""
    (tmp_path / "knowledge").mkdir()
    write_topics(tmp_path / "knowledge")
    return tmp_path / "knowledge"


def run_benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.benchmark", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=300, check=False
    )


def test_load_is_read_from_the_last_line() -> None:
    told = json.dumps({"requests": 300, "microseconds": 2_000_000, "p50": 1500, "p99": 9000, "errors": 2})
    assert Load.read(f"Running 2s test\n  300 requests in 2.00s\n\n{told}\n") == Load(150.0, 1.5, 9.0, 2)


def test_growth_is_told_from_warming_up() -> None:
    warm = [Sample(memory, 20) for memory in (100, 200, 200, 200)]
    assert not grown(warm)
    assert grown([*warm[:3], Sample(300, 20)])
    assert grown([*warm[:3], Sample(200, 21)])


@needs_wrk
def test_serve_compares_with_the_bare_endpoint(folder: Path) -> None:
    done = run_benchmark("serve", str(folder), "--seconds", "1", "--rounds", "1")
    assert done.returncode == 0, done.stderr
    assert all(f"{name} " in done.stdout for name in ("bare endpoint", "service", "service, replies kept"))


@needs_wrk
@pytest.mark.parametrize("workers", ["1", "2"])
def test_soak_of_some_seconds_has_no_error(folder: Path, workers: str) -> None:
    done = run_benchmark("soak", str(folder), "--minutes", "0.1", "--workers", workers)
    assert ", 0 errors" in done.stdout.splitlines()[0], done.stdout + done.stderr
    assert ", 0 errors" in done.stdout.splitlines()[1], done.stdout


@pytest.fixture
def sections(tmp_path: Path) -> Path:
    """Thirty sections of documentation, ten to a project."""
    path = tmp_path / "sections.jsonl.gz"
    texts = [f"Heading {number}. 第 {number} 节说明如何配置超时，并且给出第 {number} 个例子。" for number in range(30)]
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for number, text in enumerate(texts):
            section = {"heading": f"Topic {number}", "path": [], "text": text, "source": f"owner/p{number // 10}"}
            lines.write(f"{json.dumps(section)}\n")
    return path


@pytest.mark.parametrize("most_files", ["100", "0"])
def test_scale_measures_composed_documents(sections: Path, most_files: str) -> None:
    done = run_benchmark("scale", "40", "--sections", str(sections), "--most-files", most_files)
    assert done.returncode == 0, done.stderr
    names = (
        "full index",
        "right document",
        "the same, every word sought",
        "recall@10",
        "update of one document",
        "resident memory",
    )
    assert all(f"\n{name} " in done.stdout for name in names)


def test_answers_begin_with_what_is_asked_about(sections: Path) -> None:
    composer = Composer(sections)
    for question, answers in zip(composer.questions(40, 20), composer.answers(40, 20), strict=True):
        section = re.findall(r"\d+", question)[0]
        assert answers
        assert all(composer.document(number).title.startswith(f"Topic {section} ") for number in answers)


def test_composed_documents_are_the_same_every_time(sections: Path) -> None:
    one, other = (list(Composer(sections).documents(3)) for _ in range(2))
    assert one == other
    assert [document.path for document in one] == [Composer(sections).path(number) for number in range(3)]
