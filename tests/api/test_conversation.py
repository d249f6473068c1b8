from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.schemas import AskResponse, ChoiceBody
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document

LOGIN = "控制台登录报 403"
RULES = "重启之后规则丢失"


@pytest.fixture
def alike(settings: Settings, encoder: HashingEncoder) -> Iterator[TestClient]:
    """A service whose documents about two products fit alike."""
    for product in ("sentinel", "seata"):
        write_document(settings.knowledge, "restart", title=RULES, product=product)
    Indexer(settings, encoder).update()
    with TestClient(create_app(settings, encoder=encoder)) as client:
        yield client


def ask(client: TestClient, question: str, conversation_id: str | None = None) -> dict[str, Any]:
    response = client.post("/ask", json={"question": question, "conversation_id": conversation_id})
    assert response.status_code == 200
    AskResponse.model_validate_json(response.content, strict=True)
    body: dict[str, Any] = response.json()
    return body


def test_first_question_has_nothing_to_be_understood_with(client: TestClient) -> None:
    body = ask(client, LOGIN)
    assert [body[name] for name in ("interpreted_as", "clarification", "step")] == [None] * 3
    assert body["choices"] == []


def test_follow_up_is_understood_with_what_came_before(client: TestClient) -> None:
    first = ask(client, LOGIN)
    second = ask(client, "第二步报错了", first["conversation_id"])
    assert second["conversation_id"] == first["conversation_id"]
    assert second["answer"] == first["answer"]
    assert second["answer"]["steps"][second["step"] - 1]["title"] == "重启服务"
    assert second["interpreted_as"] == f"{LOGIN} 重启服务"


def test_another_conversation_knows_nothing_of_it(client: TestClient) -> None:
    ask(client, LOGIN)
    for conversation_id in (None, "unknown"):
        assert ask(client, "第二步报错了", conversation_id)["interpreted_as"] is None


def test_another_process_goes_on_with_it(client: TestClient, indexed: Settings, encoder: HashingEncoder) -> None:
    first = ask(client, LOGIN)
    # Feedback waits until the question is stored.
    assert client.post("/feedback", json={"ask_id": first["ask_id"], "rating": "up"}).status_code == 200
    with TestClient(create_app(indexed, encoder=encoder)) as other:
        assert ask(other, "第二步报错了", first["conversation_id"])["step"] == 2


def test_records_that_are_off_leave_the_memory(indexed: Settings, encoder: HashingEncoder) -> None:
    with TestClient(create_app(indexed.model_copy(update={"records": False}), encoder=encoder)) as client:
        assert ask(client, "第二步报错了", ask(client, LOGIN)["conversation_id"])["step"] == 2


def test_zero_minutes_let_each_question_stand_by_itself(indexed: Settings, encoder: HashingEncoder) -> None:
    with TestClient(create_app(indexed.model_copy(update={"conversation_minutes": 0}), encoder=encoder)) as client:
        assert ask(client, "第二步报错了", ask(client, LOGIN)["conversation_id"])["interpreted_as"] is None


def test_question_that_leaves_out_the_product_is_asked_back(alike: TestClient) -> None:
    body = ask(alike, RULES)
    assert (body["status"], body["answer"]) == ("clarify", None)
    assert body["clarification"] and len(body["results"]) == len(body["choices"]) == 2
    assert {frozenset(choice) for choice in body["choices"]} == {frozenset(ChoiceBody.model_fields)}
    for choice in body["choices"]:
        answered = ask(alike, choice["question"], body["conversation_id"])
        assert answered["answer"]["document_id"] == choice["document_id"]
        assert answered["interpreted_as"] is None
        body = ask(alike, RULES, None)


def test_product_that_is_set_is_not_asked_for(alike: TestClient) -> None:
    body = alike.post("/ask", json={"question": RULES, "product": "seata"}).json()
    assert body["status"] == "answered"
