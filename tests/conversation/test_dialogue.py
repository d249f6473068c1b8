from datetime import UTC, datetime

import pytest

from service.answering.engine import Engine
from service.answering.reply import Reply, Status
from service.conversation.dialogue import Dialogue
from service.conversation.turn import Conversation, Turn
from service.index.indexer import Indexer
from service.index.live import LiveIndex
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document, write_topics

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LOGIN = "控制台登录报 403"


class Talk:
    """A conversation that goes on."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._turns: list[Turn] = []

    def ask(self, question: str, product: str | None = None) -> Reply:
        reply = self._dialogue.ask(question, Conversation(tuple(self._turns)), product=product)
        self._turns.append(Turn.of(question, reply, NOW))
        return reply


@pytest.fixture
def talk(settings: Settings, encoder: HashingEncoder) -> Talk:
    write_topics(settings.knowledge)
    # Two products' documents that fit alike whatever the rest of the question says.
    for product in ("sentinel", "seata"):
        write_document(settings.knowledge, "restart", title="重启之后规则丢失", product=product)
    Indexer(settings, encoder).update()
    return Talk(Dialogue(Engine(LiveIndex.open(settings, encoder), encoder, settings)))


def test_first_question_is_searched_as_typed(talk: Talk) -> None:
    reply = talk.ask(LOGIN)
    assert (reply.interpreted_as, reply.step, reply.hits[0].document_id) == (None, None, "nacos-login")


def test_step_keeps_the_document_and_is_pointed_at(talk: Talk) -> None:
    talk.ask(LOGIN)
    reply = talk.ask("第二步报错了")
    assert reply.document is not None and reply.document.id == "nacos-login"
    assert reply.step == 2
    assert reply.interpreted_as == f"{LOGIN} 重启服务"
    assert talk.ask("上一步呢").step == 1


def test_step_that_is_not_there_keeps_the_document(talk: Talk) -> None:
    talk.ask(LOGIN)
    reply = talk.ask("第九步呢")
    assert (reply.hits[0].document_id, reply.step, reply.interpreted_as) == ("nacos-login", None, LOGIN)


def test_follow_up_is_searched_with_the_topic(talk: Talk) -> None:
    talk.ask(LOGIN)
    reply = talk.ask("集群模式下呢？")
    assert reply.interpreted_as == f"{LOGIN} 集群模式下"
    assert reply.hits[0].document_id == "nacos-login"


def test_new_topic_drops_what_came_before(talk: Talk) -> None:
    talk.ask(LOGIN)
    reply = talk.ask("消息堆积怎么办")
    assert (reply.interpreted_as, reply.hits[0].document_id) == (None, "nacos-backlog")


def test_sentence_about_another_product_drops_what_came_before(talk: Talk) -> None:
    talk.ask(LOGIN)
    reply = talk.ask("Dubbo 控制台 call times out 登录")
    assert (reply.interpreted_as, reply.hits[0].document_id) == (None, "dubbo-timeout")


def test_product_by_itself_is_asked_the_same_and_kept_to(talk: Talk) -> None:
    talk.ask(LOGIN)
    reply = talk.ask("我说的是 dubbo")
    assert (reply.interpreted_as, {hit.product for hit in reply.hits}) == (f"{LOGIN} dubbo", {"dubbo"})


def test_another_answer_skips_those_shown(talk: Talk) -> None:
    shown = {talk.ask(LOGIN).hits[0].document_id}
    for _ in range(2):
        reply = talk.ask("还有别的办法吗")
        assert reply.interpreted_as == LOGIN
        assert shown.isdisjoint(hit.document_id for hit in reply.hits)
        shown |= {reply.document.id} if reply.document else set()


def test_asking_back_offers_choices_that_answer(talk: Talk) -> None:
    reply = talk.ask("重启之后规则丢失")
    assert reply.status is Status.CLARIFY
    assert reply.document is None
    assert reply.clarification
    assert {choice.product for choice in reply.choices} == {"sentinel", "seata"}
    choice = reply.choices[1]
    picked = talk.ask(choice.question)
    assert picked.document is not None and picked.document.id == choice.document_id
    assert picked.interpreted_as is None


@pytest.mark.parametrize("answer", ["1", "第一个"])
def test_choice_is_picked_by_number(talk: Talk, answer: str) -> None:
    choice = talk.ask("重启之后规则丢失").choices[0]
    picked = talk.ask(answer)
    assert picked.document is not None and picked.document.id == choice.document_id
    assert picked.interpreted_as == choice.question


def test_choice_is_picked_by_product(talk: Talk) -> None:
    talk.ask("重启之后规则丢失")
    picked = talk.ask("是 seata 的")
    assert picked.document is not None and picked.document.id == "seata-restart"


def test_product_that_is_set_is_never_left(talk: Talk) -> None:
    assert talk.ask("重启之后规则丢失", product="seata").status is not Status.CLARIFY
    reply = talk.ask("那 sentinel 呢", product="seata")
    assert {hit.product for hit in reply.hits} == {"seata"}


def test_document_that_is_gone_does_not_matter(settings: Settings, encoder: HashingEncoder) -> None:
    write_topics(settings.knowledge)
    Indexer(settings, encoder).update()
    dialogue = Dialogue(Engine(LiveIndex.open(settings, encoder), encoder, settings))
    gone = Turn(NOW, LOGIN, None, Status.ANSWERED, "nacos-gone", None, ("nacos-gone",))
    for question in ("第二步", "1", "还有别的办法吗", "集群模式下呢"):
        assert dialogue.ask(question, Conversation((gone,))).hits
