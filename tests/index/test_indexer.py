import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from service.answering.engine import Engine
from service.documents.collection import read_file
from service.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexUnavailableError,
    IndexWriteError,
    KnowledgeError,
)
from service.index import lexical, neighbors
from service.index.generations import Generations
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.documents.builders import answer
from tests.encoders import HashingEncoder
from tests.knowledge import TOPICS, write_document, write_topics


def test_update_counts_what_became_of_the_documents(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    first = Indexer(settings, encoder).update()
    assert (first.added, first.changed, first.removed, first.unchanged) == (4, 0, 0, 0)
    write_document(settings.knowledge, "login", answer="换一个密钥。")
    write_document(settings.knowledge, "new")
    (settings.knowledge / "nacos" / "backlog.md").unlink()
    second = Indexer(settings, encoder).update()
    assert (second.added, second.changed, second.removed, second.unchanged) == (1, 1, 1, 2)


def test_update_without_a_change_publishes_nothing(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    first = Indexer(settings, encoder).update()
    second = Indexer(settings, encoder).update()
    assert not second.published
    assert second.generation == first.generation
    assert second.unchanged == 4


def test_update_encodes_only_what_changed(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    encoder.encoded = 0
    write_document(settings.knowledge, "login", answer="换一个密钥。")
    Indexer(settings, encoder).update()
    assert encoder.encoded == 1


def test_update_with_one_bad_file_keeps_the_others_and_names_it(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    (settings.knowledge / "nacos" / "broken.md").write_bytes(b"---\nid: [\n---\n")
    report = Indexer(settings, encoder).update()
    assert report.added == 4
    assert [problem.file for problem in report.problems] == ["nacos/broken.md"]
    assert not Indexer(settings, encoder).update().published


def test_update_revives_a_duplicate_when_the_first_goes(settings: Settings, encoder: HashingEncoder) -> None:
    first = write_document(settings.knowledge, "a", document_id="same")
    write_document(settings.knowledge, "b", document_id="same")
    assert Indexer(settings, encoder).update().problems[0].code == "duplicate-id"
    first.unlink()
    assert Indexer(settings, encoder).update().problems == ()
    assert LiveIndex.open(settings, encoder).current().document("same").path == "nacos/b.md"


def test_update_resolves_a_reference_once_its_document_comes(settings: Settings, encoder: HashingEncoder) -> None:
    write_document(settings.knowledge, "login", reference="后来的文档")
    Indexer(settings, encoder).update()
    later = write_document(settings.knowledge, "later", title="后来的文档")
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    assert live.current().document("nacos-login").references[0].document_id == "nacos-later"
    later.unlink()
    Indexer(settings, encoder).update()
    assert live.refresh()
    assert live.current().document("nacos-login").references[0].document_id is None


def test_update_refuses_to_empty_a_published_index(settings: Settings, encoder: HashingEncoder) -> None:
    path = write_document(settings.knowledge, "login")
    Indexer(settings, encoder).update()
    path.unlink()
    with pytest.raises(KnowledgeError, match="holds no document"):
        Indexer(settings, encoder).update()
    assert LiveIndex.open(settings, encoder).current().document_count == 1


def test_update_while_another_builds_says_so(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    with Generations(settings.data).lock(wait=False), pytest.raises(IndexBusyError):
        Indexer(settings, encoder).update(wait=False)


def test_open_without_an_index_names_the_command(settings: Settings, encoder: HashingEncoder) -> None:
    with pytest.raises(IndexUnavailableError, match="expert-answers index"):
        LiveIndex.open(settings, encoder)


def test_open_with_another_model_is_refused_and_an_update_mends_it(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    other = HashingEncoder("hashing-2")
    with pytest.raises(IndexMismatchError, match="--rebuild"):
        LiveIndex.open(settings, other)
    assert Indexer(settings, other).update().published
    assert LiveIndex.open(settings, other).current().document_count == 4


def test_open_of_a_truncated_generation_is_refused_and_an_update_mends_it(
    settings: Settings, encoder: HashingEncoder
) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    folder = Generations(settings.data).require_current()
    os.truncate(folder / "vectors" / "embeddings.npy", 100)
    with pytest.raises(IndexDamagedError, match="damaged"):
        LiveIndex.open(settings, encoder)
    assert Indexer(settings, encoder).update().published
    assert LiveIndex.open(settings, encoder).current().document_count == 4


@pytest.mark.parametrize(
    "damaged", ["products.npy", "vectors/*.faiss", "vectors/embeddings.npy", "records/*.records", "lexical/*.term"]
)
def test_open_of_a_garbled_generation_is_refused_and_an_update_mends_it(
    damaged: str, settings: Settings, encoder: HashingEncoder
) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    (path,) = Generations(settings.data).require_current().glob(damaged)
    path.write_bytes(bytes(path.stat().st_size))
    with pytest.raises(IndexDamagedError, match=path.name):
        LiveIndex.open(settings, encoder)
    write_document(settings.knowledge, "new")
    assert Indexer(settings, encoder).update().published
    assert LiveIndex.open(settings, encoder).current().document_count == 5


def test_update_of_a_data_folder_that_cannot_be_written_says_so(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    settings.data.write_text("not a folder")
    with pytest.raises(IndexWriteError, match="cannot be written"):
        Indexer(settings, encoder).update()


def test_update_of_an_index_without_documents_may_find_none_again(settings: Settings, encoder: HashingEncoder) -> None:
    assert Indexer(settings, encoder).update().published
    (settings.knowledge / "draft.md").write_text("# A draft\n")
    report = Indexer(settings, encoder).update()
    assert report.published
    assert {problem.file for problem in report.problems} == {"draft.md"}
    assert Engine(LiveIndex.open(settings, encoder), encoder, settings).ask("什么").hits == ()


def test_update_reads_only_files_that_were_written_since(
    settings: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_topics(settings.knowledge)
    monkeypatch.setattr("service.documents.collection._SETTLED_NS", 0)
    Indexer(settings, encoder).update()
    read: list[str] = []

    def reading(root: Path, path: str) -> object:
        read.append(path)
        return read_file(root, path)

    monkeypatch.setattr("service.index.changes.read_file", reading)
    assert not Indexer(settings, encoder).update().published
    assert read == []
    (settings.knowledge / "nacos" / "login.md").touch()
    assert not Indexer(settings, encoder).update().published
    assert set(read) == {"nacos/login.md"}
    write_document(settings.knowledge, "login", answer="换一个密钥。")
    assert Indexer(settings, encoder).update().changed == 1
    assert set(read) == {"nacos/login.md"}


def test_file_whose_name_cannot_be_told_is_named_at_every_update(
    settings: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_topics(settings.knowledge)
    monkeypatch.setattr("service.documents.collection._SETTLED_NS", 0)
    (settings.knowledge / os.fsdecode(b"\xff.md")).write_text("# Named by somebody else\n")
    first, second = (Indexer(settings, encoder).update() for _ in range(2))
    assert (first.published, second.published) == (True, False)
    assert [problem.code for problem in first.problems] == ["file-name"]
    assert second.problems == first.problems


def test_stamps_that_cannot_be_written_cost_no_update(
    settings: Settings, encoder: HashingEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.data / "index" / "stamps.json").mkdir(parents=True)
    write_topics(settings.knowledge)
    report = Indexer(settings, encoder).update()
    assert (report.published, report.added) == (True, 4)
    assert "the next update takes longer" in caplog.text
    assert not Indexer(settings, encoder).update().published
    assert LiveIndex.open(settings, encoder).current().generation == report.generation


def test_renamed_file_is_not_encoded_again(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    encoder.encoded = 0
    (settings.knowledge / "nacos" / "login.md").rename(settings.knowledge / "nacos" / "z.md")
    report = Indexer(settings, encoder).update()
    assert (report.added, report.changed, report.removed, encoder.encoded) == (0, 0, 0, 0)
    assert LiveIndex.open(settings, encoder).current().document("nacos-login").path == "nacos/z.md"


def test_file_moved_to_another_product_is_found_under_it(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    (settings.knowledge / "seata").mkdir()
    (settings.knowledge / "nacos" / "login.md").rename(settings.knowledge / "seata" / "login.md")
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    assert live.current().products == {"dubbo": 1, "nacos": 2, "seata": 1}
    found = Engine(live, encoder, settings).ask("登录 403", product="seata").hits
    assert [hit.document_id for hit in found] == ["nacos-login"]


def test_file_that_comes_before_takes_the_id_over(settings: Settings, encoder: HashingEncoder) -> None:
    write_document(settings.knowledge, "b", document_id="same")
    write_document(settings.knowledge, "c")
    Indexer(settings, encoder).update()
    first = write_document(settings.knowledge, "a", document_id="same")
    report = Indexer(settings, encoder).update()
    assert [(problem.file, problem.code) for problem in report.problems] == [("nacos/b.md", "duplicate-id")]
    live = LiveIndex.open(settings, encoder)
    assert live.current().document("same").path == "nacos/a.md"
    first.unlink()
    assert Indexer(settings, encoder).update().problems == ()
    assert live.refresh()
    assert live.current().document("same").path == "nacos/b.md"


def test_updates_of_many_documents_find_what_a_full_build_finds(
    settings: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbors, "EXACT_LIMIT", 30)
    monkeypatch.setattr(neighbors, "MOST_RECENT", 10)
    monkeypatch.setattr(lexical, "REWRITE_LIMIT", 20)
    kinds = []
    for begin in (0, 20, 40, 60):
        for number in range(begin, begin + 25):
            write_document(settings.knowledge, f"n{number}", title=f"第 {number} 种超时", answer=f"{begin} 改配置。")
        Indexer(settings, encoder).update()
        (settings.knowledge / "nacos" / f"n{begin}.md").unlink()
        Indexer(settings, encoder).update()
        full = settings.model_copy(update={"data": settings.data / f"full-{begin}"})
        Indexer(full, encoder).update()
        updated, built = (LiveIndex.open(each, encoder) for each in (settings, full))
        assert updated.current().document_count == built.current().document_count
        assert updated.current().keys.tolist() == built.current().keys.tolist()
        engines = [Engine(live, encoder, settings) for live in (updated, built)]
        for number in range(begin + 1, begin + 25):
            one, other = (engine.ask(f"第 {number} 种超时").hits[0] for engine in engines)
            assert one.document_id == other.document_id == f"nacos-n{number}"
            assert one.confidence == pytest.approx(other.confidence, abs=0.03)
        kinds.append(updated.current().vectors.kind)
    assert kinds[0] == "flat"
    assert kinds[-1].endswith("inverted lists of 4-bit codes")


def test_change_replaces_and_removes_documents_without_files(settings: Settings, encoder: HashingEncoder) -> None:
    documents = {name: replace(answer("看日志。", title=name), id=name) for name in ("a", "b", "c")}
    indexer = Indexer(settings, encoder)
    indexer.publish(documents.values())
    indexer.change([replace(documents["b"], title="新的")], removed=["c"])
    snapshot = LiveIndex.open(settings, encoder).current()
    assert sorted(document.title for document in snapshot.read_all()) == ["a", "新的"]


_CRASHING = """
import os, signal, sys
from pathlib import Path
from service.index.indexer import Indexer
from service.settings import Settings
from tests.documents.builders import answer
from tests.encoders import HashingEncoder

folder, function, line = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def trace(frame, event, argument):
    global line
    if "service/index/" in frame.f_code.co_filename and frame.f_code.co_name == function:
        line -= 1
        if line <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return trace

indexer = Indexer(Settings(knowledge=folder / "knowledge", data=folder / "data"), HashingEncoder())
sys.settrace(trace)
indexer.update()
"""

_STAGES = [
    *(("_sweep", 1), ("_read", 2), ("rewrite", 3), ("_encode", 2), ("resolve", 4), ("_append", 2), ("_all_exact", 3)),
    *(("close", 3), ("close", 12), ("_compact", 5), ("_write_recent", 3), ("_write_products", 5), ("save", 1)),
    *(("_finish", 5), ("_content", 3), ("sync_tree", 5), ("_keep_stamps", 2)),
    *(("publish", line) for line in range(1, 16)),
]


@pytest.mark.parametrize(("function", "line"), _STAGES)
def test_kill_during_an_update_leaves_an_index_that_answers(
    function: str, line: int, settings: Settings, encoder: HashingEncoder, tmp_path: Path
) -> None:
    write_topics(settings.knowledge)
    published = Indexer(settings, encoder).update().generation
    write_document(settings.knowledge, "new", title="新的问题 quorum")
    arguments = [str(tmp_path), function, str(line)]
    killed = subprocess.run([sys.executable, "-c", _CRASHING, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    live = LiveIndex.open(settings, encoder)
    survived = live.current().generation == published
    assert live.current().document_count == (4 if survived else 5)
    assert Engine(live, encoder, settings).ask("登录 403").hits[0].document_id == "nacos-login"
    report = Indexer(settings, encoder).update()
    assert (report.published, report.added) == (survived, 1 if survived else 0)
    left = {path.name for path in (settings.data / "index").iterdir()} - {"CURRENT", "lock", "stamps.json", published}
    assert left == {report.generation}
    live.refresh()
    assert Engine(live, encoder, settings).ask("quorum").hits[0].document_id == "nacos-new"


def _described(settings: Settings, encoder: HashingEncoder) -> object:
    """Everything that answers depend on."""
    live = LiveIndex.open(settings, encoder)
    snapshot = live.current()
    documents = [snapshot.document_at(row) for row in range(snapshot.document_count)]
    engine = Engine(live, encoder, settings)
    questions = [title for title, _ in TOPICS.values()] + ["新的问题", "quorum lost", "密钥"]
    answers = [
        [(hit.document_id, round(hit.score, 4), round(hit.confidence, 4)) for hit in engine.ask(text).hits]
        for text in questions
    ]
    return (
        documents,
        snapshot.products,
        snapshot.vectors.embeddings_at(np.arange(len(documents))).tolist(),
        snapshot.problem_count,
        answers,
    )


_NAMES = st.sampled_from(["heartbeat", "login", "backlog", "a", "b", "c"])
_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["write", "remove", "rename", "break", "lose"]),
        _NAMES,
        st.sampled_from(["一", "quorum 丢失", "密钥"]),
    ),
    min_size=1,
    max_size=6,
)


@given(st.lists(_CHANGES, min_size=1, max_size=3))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_updates_give_the_index_that_a_full_build_gives(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, str, str]]]
) -> None:
    root = tmp_path_factory.mktemp("updates")
    encoder = HashingEncoder()
    updated = Settings(knowledge=root / "knowledge", data=root / "updated")
    write_document(updated.knowledge, "timeout", product="dubbo")
    Indexer(updated, encoder).update()
    for changes in rounds:
        for change in changes:
            _apply(updated.knowledge, *change)
        Indexer(updated, encoder).update()
    full = updated.model_copy(update={"data": root / "full"})
    built = Indexer(full, encoder).update()
    assert _described(updated, encoder) == _described(full, encoder)
    again = Indexer(updated, encoder).update()
    assert (again.published, again.problems) == (False, built.problems)


def _apply(knowledge: Path, action: str, name: str, text: str) -> None:
    path = knowledge / "nacos" / f"{name}.md"
    if action == "write":
        write_document(knowledge, name, answer=text, reference=TOPICS["login"][0])
    elif action == "remove":
        path.unlink(missing_ok=True)
    elif action == "rename" and path.exists():
        path.rename(path.with_name(f"{name}-renamed.md"))
    elif action == "break" and path.exists():
        path.write_bytes(b"\xff\xfe")
    elif action == "lose":
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        path.symlink_to("nowhere")


def test_half_copied_folder_is_not_taken_for_the_whole(
    settings: Settings, encoder: HashingEncoder, tmp_path: Path
) -> None:
    for number in range(50):
        write_document(settings.knowledge, f"d{number:02}", title=f"第 {number} 号问题")
    published = Indexer(settings, encoder).update().generation
    whole = settings.knowledge.rename(tmp_path / "whole")
    (settings.knowledge / "nacos").mkdir(parents=True)
    for number, path in enumerate(sorted((whole / "nacos").iterdir())):
        if number == 20:
            # What `cp` has written of the file that it is at.
            (settings.knowledge / "nacos" / path.name).write_bytes(path.read_bytes()[:150])
            break
        shutil.copy(path, settings.knowledge / "nacos")
    with pytest.raises(KnowledgeError, match=f"holds 20 documents .* {published} has 50"):
        Indexer(settings, encoder).update()
    assert LiveIndex.open(settings, encoder).current().generation == published
    shutil.copytree(whole, settings.knowledge, dirs_exist_ok=True)
    assert not Indexer(settings, encoder).update().published


def test_rebuild_takes_a_collection_that_shrank_for_the_truth(settings: Settings, encoder: HashingEncoder) -> None:
    for number in range(45):
        write_document(settings.knowledge, f"d{number:02}")
    Indexer(settings, encoder).update()
    for number in range(5, 45):
        (settings.knowledge / "nacos" / f"d{number:02}.md").unlink()
    with pytest.raises(KnowledgeError, match="--rebuild"):
        Indexer(settings, encoder).update()
    report = Indexer(settings, encoder).update(rebuild=True)
    assert (report.published, report.added) == (True, 5)


def test_folder_of_other_documents_is_taken_in_however_few(settings: Settings, encoder: HashingEncoder) -> None:
    for number in range(45):
        write_document(settings.knowledge, f"d{number:02}")
    Indexer(settings, encoder).update()
    shutil.rmtree(settings.knowledge)
    write_topics(settings.knowledge)
    report = Indexer(settings, encoder).update()
    assert (report.published, report.added, report.removed) == (True, 4, 45)
    snapshot = LiveIndex.open(settings, encoder).current()
    assert (snapshot.document_count, snapshot.document("nacos-login").title) == (4, TOPICS["login"][0])


def test_folder_with_one_of_many_published_documents_is_refused(settings: Settings, encoder: HashingEncoder) -> None:
    for number in range(45):
        write_document(settings.knowledge, f"d{number:02}")
    published = Indexer(settings, encoder).update().generation
    shutil.rmtree(settings.knowledge)
    write_topics(settings.knowledge)
    write_document(settings.knowledge, "d07")
    with pytest.raises(KnowledgeError, match=f"holds 5 documents .* {published} has 45; it stays"):
        Indexer(settings, encoder).update()
