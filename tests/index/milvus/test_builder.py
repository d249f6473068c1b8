import pytest
from pydantic import SecretStr

from service.answering.engine import Engine
from service.errors import IndexBusyError, IndexUnreachableError, KnowledgeError
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.index.milvus import store
from service.index.milvus.builder import MilvusBuilder
from service.index.milvus.connection import Connection
from service.index.milvus.lease import leased
from service.index.milvus.live import MilvusIndex
from service.index.opening import open_builder, open_index
from service.index.searchable import Live, Searchable
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics

QUESTIONS = ("心跳超时怎么办", "dubbo provider is slow", "403 密钥", "消息堆积")
WORDS = ["心跳", "密钥", "dubbo", "timeout", "nothing-has-this"]


def answers(live: Live, encoder: HashingEncoder, settings: Settings) -> list[list[tuple[str, float]]]:
    """What comes back for each question, best first."""
    engine = Engine(live, encoder, settings)
    return [[(hit.document_id, hit.score) for hit in engine.ask(question).hits] for question in QUESTIONS]


def content(snapshot: Searchable) -> list[object]:
    """What there is besides the rankings."""
    entries = [snapshot.document(entry.id) for entry in snapshot.documents().entries]
    near = [document.id for document in snapshot.nearest("nacos-heartbeat", 2)]
    frequencies = list(snapshot.document_frequencies(WORDS))
    return [
        entries,
        near,
        frequencies,
        snapshot.products,
        snapshot.tags,
        snapshot.document_count,
        snapshot.problem_count,
    ]


def require_same(remote: Settings, encoder: HashingEncoder) -> None:
    """Compare the index in Milvus with an embedded one of the same folder."""
    embedded = remote.model_copy(update={"index": None})
    Indexer(embedded, encoder).update()
    here, there = LiveIndex.open(embedded, encoder), open_index(remote, encoder)
    assert content(there.current()) == content(here.current())
    for mine, theirs in zip(answers(here, encoder, remote), answers(there, encoder, remote), strict=True):
        assert mine[0][0] == theirs[0][0]
        assert dict(theirs) == pytest.approx(dict(mine), abs=0.02)


def test_index_answers_as_embedded_one_does(remote: Settings, encoder: HashingEncoder) -> None:
    report = open_builder(remote, encoder).update()
    assert (report.published, report.added, report.problems) == (True, 4, ())
    require_same(remote, encoder)


def test_update_of_nothing_publishes_nothing(remote: Settings, encoder: HashingEncoder) -> None:
    first = open_builder(remote, encoder).update()
    second = open_builder(remote, encoder).update()
    assert (second.published, second.unchanged, second.generation) == (False, 4, first.generation)


def test_update_in_place_takes_in_every_kind_of_change(
    remote: Settings, encoder: HashingEncoder, connection: Connection
) -> None:
    open_builder(remote, encoder).update()
    collection = connection.aliased(connection.address.name)
    write_document(remote.knowledge, "new", reference="控制台登录报 403")
    write_document(remote.knowledge, "heartbeat", answer="心跳改由 timeout 决定。")
    write_document(remote.knowledge, "backlog", reference="new 的问题")
    (remote.knowledge / "nacos" / "login.md").unlink()
    (remote.knowledge / "nacos" / "bad.md").write_text("no document", encoding="utf-8")
    report = open_builder(remote, encoder).update()
    assert (report.added, report.changed, report.removed) == (1, 2, 1)
    assert {problem.file for problem in report.problems} == {"nacos/bad.md"}
    assert connection.aliased(connection.address.name) == collection
    require_same(remote, encoder)
    assert not open_builder(remote, encoder).update().published


def test_rebuild_replaces_collection_behind_alias(
    remote: Settings, encoder: HashingEncoder, connection: Connection
) -> None:
    open_builder(remote, encoder).update()
    before = connection.aliased(connection.address.name)
    open_builder(remote, encoder).update(rebuild=True)
    after = connection.aliased(connection.address.name)
    assert before != after
    ours = {one for one in connection.collections() if one.startswith(connection.address.name)}
    assert ours == {after, f"{after}_notes", f"{connection.address.name}_lease"}
    require_same(remote, encoder)


def test_index_of_another_model_is_built_anew(remote: Settings, encoder: HashingEncoder) -> None:
    open_builder(remote, encoder).update()
    other = HashingEncoder("hashing-2")
    assert open_builder(remote, other).update().published
    assert open_index(remote, other).current().document_count == 4


@pytest.mark.parametrize("seam", ["put_files", "forget"])
def test_update_that_broke_off_is_made_good(
    remote: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch, seam: str
) -> None:
    open_builder(remote, encoder).update()
    write_document(remote.knowledge, "heartbeat", answer="心跳改由 timeout 决定。")

    def break_off(*arguments: object, **named: object) -> None:
        raise IndexUnreachableError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(store.Store, seam, break_off)
        with pytest.raises(IndexUnreachableError, match="gone"):
            open_builder(remote, encoder).update()
    assert open_builder(remote, encoder).update().published
    require_same(remote, encoder)


def test_build_that_broke_off_leaves_published_index(
    remote: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch, connection: Connection
) -> None:
    published = open_builder(remote, encoder).update().generation

    def break_off(*arguments: object, **named: object) -> None:
        raise IndexUnreachableError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(store.Store, "seal", break_off)
        with pytest.raises(IndexUnreachableError, match="gone"):
            open_builder(remote, encoder).update(rebuild=True)
    assert open_index(remote, encoder).current().generation == published
    open_builder(remote, encoder).update(rebuild=True)
    assert len([one for one in connection.collections() if one.startswith(connection.address.name)]) == 3


def test_folder_that_was_taken_away_leaves_published_index(remote: Settings, encoder: HashingEncoder) -> None:
    published = open_builder(remote, encoder).update().generation
    for path in remote.knowledge.rglob("*.md"):
        path.unlink()
    with pytest.raises(KnowledgeError, match="no document"):
        open_builder(remote, encoder).update()
    assert open_index(remote, encoder).current().generation == published


def test_few_of_many_documents_are_refused_and_others_taken_in(remote: Settings, encoder: HashingEncoder) -> None:
    for number in range(25):
        write_document(remote.knowledge, f"d{number:02}")
    published = open_builder(remote, encoder).update().generation
    kept = write_document(remote.knowledge, "d07")
    for path in set(remote.knowledge.rglob("*.md")) - {kept}:
        path.unlink()
    with pytest.raises(KnowledgeError, match=f"holds 1 documents .* {published} has 29; it stays"):
        open_builder(remote, encoder).update()
    kept.unlink()
    write_document(remote.knowledge, "other")
    report = open_builder(remote, encoder).update()
    assert (report.published, report.added, report.removed) == (True, 1, 29)
    assert [entry.id for entry in open_index(remote, encoder).current().documents().entries] == ["nacos-other"]


def test_second_writer_is_refused(remote: Settings, encoder: HashingEncoder, connection: Connection) -> None:
    with leased(connection, wait=False), pytest.raises(IndexBusyError, match="Another process"):
        open_builder(remote, encoder).update(wait=False)
    assert open_builder(remote, encoder).update(wait=False).published


def test_writer_that_died_is_waited_for_no_longer_than_its_lease(
    remote: Settings, encoder: HashingEncoder, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.index.milvus.lease.LEASE_SECONDS", -1.0)
    with leased(connection, wait=False):
        assert open_builder(remote, encoder).update(wait=False).published


def test_builder_without_server_says_where_it_looked(settings: Settings, encoder: HashingEncoder) -> None:
    pytest.importorskip("pymilvus")
    write_topics(settings.knowledge)
    nowhere = settings.model_copy(update={"index": SecretStr("milvus://root:hidden@127.0.0.1:9")})
    with pytest.raises(IndexUnreachableError, match=r"127\.0\.0\.1:9") as raised:
        open_builder(nowhere, encoder).update()
    assert "hidden" not in str(raised.value)


def test_opening_names_what_settings_do(remote: Settings, encoder: HashingEncoder) -> None:
    assert isinstance(open_builder(remote, encoder), MilvusBuilder)
    open_builder(remote, encoder).update()
    assert isinstance(open_index(remote, encoder), MilvusIndex)
    assert isinstance(open_builder(remote.model_copy(update={"index": None}), encoder), Indexer)
