"""Files and folders that can no longer be read, or whose names cannot be told, met by an index that has them."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import KnowledgeError
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics


def lead_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def lead_out(path: Path) -> None:
    path.rename(path.parents[2] / "outside.md")
    path.symlink_to(path.parents[2] / "outside.md")


def become_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("lose", "code"), [(lead_nowhere, "dead-link"), (lead_out, "outside-link"), (become_a_pipe, "no-file")]
)
def test_document_goes_with_its_file_and_the_problem_is_told_at_every_update(
    lose: Callable[[Path], None],
    code: str,
    settings: Settings,
    encoder: HashingEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.documents.collection._SETTLED_NS", 0)
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    path = settings.knowledge / "nacos" / "login.md"
    written = path.read_bytes()
    lose(path)
    first, second = (Indexer(settings, encoder).update() for _ in range(2))
    assert (first.published, first.removed, first.unchanged) == (True, 1, 3)
    assert (second.published, second.unchanged) == (False, 3)
    assert [(problem.file, problem.code) for problem in first.problems] == [("nacos/login.md", code)]
    assert second.problems == first.problems
    path.unlink()
    path.write_bytes(written)
    third = Indexer(settings, encoder).update()
    assert (third.added, third.problems) == (1, ())


def test_index_stays_when_most_files_can_no_longer_be_read(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    for path in settings.knowledge.rglob("*.md"):
        lead_nowhere(path)
    with pytest.raises(KnowledgeError, match="holds no document"):
        Indexer(settings, encoder).update()
    assert LiveIndex.open(settings, encoder).current().document_count == 4


def test_file_that_is_named_as_another_is_shown_costs_no_update(
    settings: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.documents.collection._SETTLED_NS", 0)
    write_document(settings.knowledge, "bad\\xff")
    (settings.knowledge / "nacos" / os.fsdecode(b"bad\xff.md")).write_text("# Named by somebody else\n")
    first, second = (Indexer(settings, encoder).update() for _ in range(2))
    assert (first.published, first.added, second.published, second.unchanged) == (True, 1, False, 1)
    assert [(problem.file, problem.code) for problem in second.problems] == [("nacos/bad\\xff.md", "file-name")]


def test_folder_that_cannot_be_opened_for_a_while_keeps_its_documents(
    settings: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_topics(settings.knowledge)
    write_document(settings.knowledge, "login-again", document_id="nacos-login")
    Indexer(settings, encoder).update()
    open_folder = os.open

    def fail(path: str, *arguments: int) -> int:
        if str(path).endswith("/nacos/"):
            raise OSError(errno.EIO, "Input/output error")
        return open_folder(path, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        first, second = (Indexer(settings, encoder).update() for _ in range(2))
    assert (first.published, first.unchanged, second.published) == (True, 4, False)
    assert {(problem.file, problem.code) for problem in second.problems} == {
        ("nacos", "unreadable"),
        ("nacos/login.md", "duplicate-id"),
    }
    (settings.knowledge / "nacos" / "login.md").unlink()
    (settings.knowledge / "nacos" / "login-again.md").unlink()
    third = Indexer(settings, encoder).update()
    assert (third.removed, third.problems) == (1, ())
