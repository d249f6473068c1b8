import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from service.answering.candidates import NAMES
from service.answering.engine import Engine
from service.answering.query import LONGEST_QUESTION
from service.answering.reply import Status
from service.errors import InvalidQuestionError
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import TOPICS, write_document, write_topics


@pytest.fixture
def engine(settings: Settings, encoder: HashingEncoder) -> Engine:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    return Engine(LiveIndex.open(settings, encoder), encoder, settings)


def test_ask_finds_the_document_and_brings_its_steps(engine: Engine) -> None:
    reply = engine.ask("登录控制台 403 了")
    assert reply.hits[0].document_id == "nacos-login"
    assert reply.document is not None
    assert [step.title for step in reply.document.steps] == ["生成密钥", "重启服务"]


def test_ask_for_a_product_lists_only_its_documents(engine: Engine) -> None:
    assert {hit.product for hit in engine.ask("超时 timeout", product="dubbo").hits} == {"dubbo"}


def test_ask_for_an_unknown_product_names_the_known(engine: Engine) -> None:
    with pytest.raises(InvalidQuestionError, match="dubbo, nacos"):
        engine.ask("超时", product="kafka")


def test_ask_lists_at_most_top_k_best_first(engine: Engine) -> None:
    hits = engine.ask("实例心跳超时", top_k=2).hits
    assert len(hits) == 2
    assert hits[0].score >= hits[1].score


def test_hits_have_the_measure_of_each_ranking(engine: Engine) -> None:
    first, *others = engine.ask("实例心跳超时").hits
    assert tuple(first.scores) == NAMES
    assert all(first.scores[name] >= hit.scores[name] for name in NAMES for hit in others)
    assert first.scores["words"] > 0


def test_snippet_is_about_the_rarest_words(settings: Settings, encoder: HashingEncoder) -> None:
    common, rare = (" ".join(f"{name}{number:02}" for number in range(count)) for name, count in (("c", 40), ("r", 12)))
    for number in range(4):
        answer = f"{common}.\n\n{rare}." if number == 0 else common
        write_document(settings.knowledge, f"list-{number}", answer=answer)
    Indexer(settings, encoder).update()
    engine = Engine(LiveIndex.open(settings, encoder), encoder, settings)
    snippets = {hit.document_id: hit.snippet for hit in engine.ask(f"{common} {rare}").hits}
    assert snippets["nacos-list-0"].startswith("r00")


def test_ask_what_nothing_answers_gets_no_answer_but_the_closest(engine: Engine) -> None:
    reply = engine.ask("zzz qqq")
    assert reply.status is Status.NO_ANSWER
    assert reply.document is None
    assert reply.hits


@pytest.mark.parametrize("question", ["", " \n\t ", "a\x00b", "a\x85b", "\ud800", "x" * (LONGEST_QUESTION + 1)])
def test_ask_refuses_what_is_no_question(engine: Engine, question: str) -> None:
    with pytest.raises(InvalidQuestionError):
        engine.ask(question)


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=LONGEST_QUESTION))
@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ask_anything_gets_a_reply(engine: Engine, question: str) -> None:
    if not question.strip():
        return
    reply = engine.ask(question)
    assert 0 <= reply.confidence <= 1
    assert (reply.document is None) == (reply.status is Status.NO_ANSWER)


def test_ask_before_and_after_an_update_without_reopening(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    engine = Engine(live, encoder, settings)
    write_document(settings.knowledge, "new", title="仲裁丢失 quorum")
    Indexer(settings, encoder).update()
    assert engine.ask("quorum 仲裁").hits[0].document_id != "nacos-new"
    assert live.refresh()
    assert engine.ask("quorum 仲裁").hits[0].document_id == "nacos-new"


def test_reply_is_kept_until_the_index_changes(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    live = LiveIndex.open(settings, encoder)
    engine = Engine(live, encoder, settings)
    assert engine.kept("quorum 仲裁") is None
    reply = engine.ask("quorum 仲裁")
    assert engine.kept("quorum 仲裁") is engine.ask("quorum 仲裁") is reply
    write_document(settings.knowledge, "new", title="仲裁丢失 quorum")
    Indexer(settings, encoder).update()
    assert live.refresh()
    assert engine.kept("quorum 仲裁") is None


def test_ask_folds_what_says_the_same_and_fills_the_list(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    for name in ("login-a", "login-b"):
        write_document(settings.knowledge, name, title="控制台登录报 403", answer=TOPICS["login"][1])
    Indexer(settings, encoder).update()
    engine = Engine(LiveIndex.open(settings, encoder), encoder, settings)
    first, second = engine.ask("登录控制台 403 了", top_k=2).hits
    assert {first.document_id, *(hit.document_id for hit in first.similar)} == {
        "nacos-login",
        "nacos-login-a",
        "nacos-login-b",
    }
    assert [hit.similar for hit in (*first.similar, second)] == [(), (), ()]
    assert first.score >= first.similar[0].score >= first.similar[1].score
    everything = engine.ask("登录控制台 403 了", top_k=6).hits
    assert len(everything) == 4
    assert sum(1 + len(hit.similar) for hit in everything) == 6
