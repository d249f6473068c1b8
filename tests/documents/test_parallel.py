import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys

import pytest

from service.documents.collection import ScannedFile, parse_file
from service.documents.parallel import map_on_all_cores, parse_files
from tests.documents.builders import CHINESE
from tests.processes import PATIENCE_SECONDS, environment

_KILLED = """
import multiprocessing, os, signal
from service.documents.collection import ScannedFile
from service.documents.parallel import parse_files

if __name__ == "__main__":
    os.cpu_count = lambda: 2
    parsed = parse_files([ScannedFile(f"{number}.md", "", b"") for number in range(1000)])
    next(parsed)
    print(len(multiprocessing.active_children()), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def scanned(number: int) -> ScannedFile:
    raw = CHINESE.replace("\n---\n", f"\nnumber: {number}\n---\n", 1).encode()
    return ScannedFile(f"{number}.md", hashlib.sha256(raw).hexdigest(), raw)


def test_many_files_are_parsed_as_one_by_one_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    files = [scanned(number) for number in range(450)]
    assert list(parse_files(files)) == [parse_file(file) for file in files]


def _double(number: int) -> int:
    if number == 70 and multiprocessing.parent_process():
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def test_work_of_a_process_that_is_killed_is_done_by_this_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert list(map_on_all_cores(_double, iter(range(1_000)), 2)) == [2 * number for number in range(1_000)]
    assert "was killed" in caplog.text


def test_processes_end_when_the_one_that_started_them_is_killed() -> None:
    # They have its standard output, too, so waiting for the end of that is waiting for all of them.
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED],
        env=environment(),
        stdout=subprocess.PIPE,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout == b"2\n"
