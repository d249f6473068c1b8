import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from service.answering.engine import Engine
from service.answering.reply import Reply
from service.api.app import create_app
from service.api.schemas import AskResponse, ResultBody, SimilarBody
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import TOPICS, write_document, write_topics

HEARTBEAT = "实例心跳超时被摘除怎么办"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for tests that change nothing."""
    folder = tmp_path_factory.mktemp("shared")
    settings = Settings(
        knowledge=folder / "knowledge", data=folder / "data", uncertain_confidence=0, ask_limit="off", page_limit="off"
    )
    write_topics(settings.knowledge)
    encoder = HashingEncoder()
    Indexer(settings, encoder).update()
    with TestClient(create_app(settings, encoder=encoder)) as client:
        yield client


def error_of(response: Any) -> dict[str, Any]:  # noqa: ANN401 - the test client's own response type is not ours to name
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"code", "message", "details"}
    return error


def test_answer_has_every_field_of_the_contract(client: TestClient) -> None:
    response = client.post("/ask", json={"question": HEARTBEAT})
    assert response.status_code == 200
    body = response.json()
    AskResponse.model_validate_json(response.content, strict=True)
    assert body["status"] == "answered"
    answer = body["answer"]
    assert answer["document_id"] == body["results"][0]["document_id"] == "nacos-heartbeat"
    assert answer["title"] == "实例心跳超时被摘除"
    assert [(step["number"], step["title"]) for step in answer["steps"]] == [(1, "检查网络"), (2, "调整超时")]
    assert answer["url"] == "/kb/nacos-heartbeat"
    assert re.fullmatch("[0-9a-f]{32}", body["ask_id"])
    assert 0 < body["took_ms"] < 1000


def test_results_have_the_fields_that_are_described_and_no_other(client: TestClient) -> None:
    body = client.post("/ask", json={"question": HEARTBEAT}).json()
    assert {frozenset(result) for result in body["results"]} == {frozenset(ResultBody.model_fields)}


def test_results_that_say_the_same_are_folded(indexed: Settings, encoder: HashingEncoder) -> None:
    write_document(indexed.knowledge, "again", title="实例心跳超时被摘除", answer=TOPICS["heartbeat"][1])
    Indexer(indexed, encoder).update()
    with TestClient(create_app(indexed, encoder=encoder)) as client:
        response = client.post("/ask", json={"question": HEARTBEAT, "top_k": 2})
    AskResponse.model_validate_json(response.content, strict=True)
    first, second = response.json()["results"]
    assert {first["document_id"], first["similar"][0]["document_id"]} == {"nacos-heartbeat", "nacos-again"}
    assert set(first["similar"][0]) == set(SimilarBody.model_fields)
    assert second["similar"] == []


def test_results_are_best_first_and_at_most_top_k(client: TestClient) -> None:
    results = client.post("/ask", json={"question": HEARTBEAT, "top_k": 2}).json()["results"]
    assert len(results) == 2
    assert results[0]["score"] >= results[1]["score"]


def test_second_reply_holds_the_same_document_as_the_first(client: TestClient) -> None:
    first, second = (client.post("/ask", json={"question": HEARTBEAT}).json() for _ in range(2))
    assert first["answer"] == second["answer"] == client.get("/documents/nacos-heartbeat").json()
    assert first["ask_id"] != second["ask_id"]


def test_no_answer_still_lists_the_closest_documents(indexed: Settings, encoder: HashingEncoder) -> None:
    strict = indexed.model_copy(update={"answered_confidence": 1.0, "uncertain_confidence": 1.0})
    with TestClient(create_app(strict, encoder=encoder)) as client:
        body = client.post("/ask", json={"question": "How do I bake bread?"}).json()
    assert body["status"] == "no_answer"
    assert body["answer"] is None
    assert body["results"]


def test_product_narrows_the_results(client: TestClient) -> None:
    body = client.post("/ask", json={"question": HEARTBEAT, "product": "dubbo"}).json()
    assert {result["product"] for result in body["results"]} == {"dubbo"}


def test_unknown_product_is_refused_with_the_known_ones(client: TestClient) -> None:
    response = client.post("/ask", json={"question": HEARTBEAT, "product": "kafka"})
    assert response.status_code == 422
    assert "dubbo, nacos" in error_of(response)["message"]


def test_conversation_is_echoed_or_begun(client: TestClient) -> None:
    assert client.post("/ask", json={"question": "a", "conversation_id": "c-1"}).json()["conversation_id"] == "c-1"
    begun = client.post("/ask", json={"question": "a"}).json()["conversation_id"]
    assert re.fullmatch("[0-9a-f]{32}", begun)


def test_links_are_absolute_with_a_public_url(indexed: Settings, encoder: HashingEncoder) -> None:
    write_document(indexed.knowledge, "odd", document_id="a+b c&d：一", question="奇怪的编号", title="奇怪的编号")
    Indexer(indexed, encoder).update()
    public = Settings.model_validate(indexed.model_dump() | {"public_url": "https://help.example.com/"})
    with TestClient(create_app(public, encoder=encoder)) as client:
        body = client.post("/ask", json={"question": "奇怪的编号"}).json()
    assert body["answer"]["url"] == "https://help.example.com/kb/a%2Bb%20c%26d%EF%BC%9A%E4%B8%80"


def test_question_is_stripped_before_it_is_measured_and_kept(client: TestClient, indexed: Settings) -> None:
    question = "x" * 2000
    ask_id = client.post("/ask", json={"question": f" \n\t{question}\r\n "}).json()["ask_id"]
    # Feedback waits until the question is stored.
    assert client.post("/feedback", json={"ask_id": ask_id, "rating": "up"}).status_code == 200
    database = create_engine(f"sqlite:///{indexed.data}/records.db")
    with database.connect() as connection:
        kept = connection.execute(text("SELECT question FROM asks WHERE ask_id = :id"), {"id": ask_id}).scalar_one()
    database.dispose()
    assert kept == question


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "question", "is required"),
        ({"question": None}, "question", "valid string"),
        ({"question": ""}, "question", "is empty"),
        ({"question": " \n\u3000\u00a0"}, "question", "is empty"),
        ({"question": "x" * 2001}, "question", "has 2001 characters"),
        ({"question": 5}, "question", "valid string"),
        ({"question": ["a"]}, "question", "valid string"),
        ({"question": True}, "question", "valid string"),
        ({"question": "a\x00b"}, "question", "U+0000 at position 2"),
        ({"question": "\x1b[31mred"}, "question", "U+001B at position 1"),
        ({"question": "\x85a"}, "question", "U+0085 at position 1"),
        ({"question": "a\x7f"}, "question", "U+007F at position 2"),
        ({"question": "a", "top_k": 0}, "top_k", "greater than or equal to 1"),
        ({"question": "a", "top_k": 21}, "top_k", "less than or equal to 20"),
        ({"question": "a", "top_k": 10**30}, "top_k", "less than or equal to 20"),
        ({"question": "a", "top_k": "5"}, "top_k", "valid integer"),
        ({"question": "a", "top_k": 5.0}, "top_k", "valid integer"),
        ({"question": "a", "top_k": True}, "top_k", "valid integer"),
        ({"question": "a", "top_k": None}, "top_k", "valid integer"),
        ({"question": "a", "product": 7}, "product", "valid string"),
        ({"question": "a", "product": "\x00"}, "product", "U+0000"),
        ({"question": "a", "product": "x" * 201}, "product", "at most 200"),
        ({"question": "a", "conversation_id": ""}, "conversation_id", "should match"),
        ({"question": "a", "conversation_id": "a b"}, "conversation_id", "should match"),
        ({"question": "a", "conversation_id": "a\n"}, "conversation_id", "should match"),
        ({"question": "a", "conversation_id": "x" * 65}, "conversation_id", "should match"),
        ({"question": "a", "conversation_id": 1}, "conversation_id", "valid string"),
        ([], "body", "must be a JSON object"),
        ("question", "body", "must be a JSON object"),
        (None, "body", "is required"),
    ],
)
def test_invalid_request_names_the_field_and_what_is_wrong(
    shared: TestClient, body: object, field: str, message: str
) -> None:
    response = shared.post("/ask", json=body)
    assert response.status_code == 422
    error = error_of(response)
    assert error["code"] == "invalid_request"
    assert [detail["field"] for detail in error["details"]] == [field]
    assert message in error["details"][0]["message"]
    assert field in error["message"]


def test_every_wrong_field_is_named(shared: TestClient) -> None:
    response = shared.post("/ask", json={"question": " ", "top_k": 99, "product": 1})
    assert [detail["field"] for detail in error_of(response)["details"]] == ["question", "top_k", "product"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"question": "a"',
        b'{"question": "a",}',
        b'{"question": "\\ud800"}',
        b'{"question": "a", "product": "\\udfff"}',
        b'{"question": "\xff"}',
        b'{"question": "a", "top_k": ' + b"9" * 5000 + b"}",
        b"[" * 20_000,
        b'{"question": "a", "top_k": NaN}',
    ],
)
def test_broken_json_is_refused(shared: TestClient, content: bytes) -> None:
    response = shared.post("/ask", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    error = error_of(response)
    assert error["code"] == "invalid_request"
    assert error["message"] and error["details"]


def test_body_of_another_type_is_refused_with_the_type_to_send(shared: TestClient) -> None:
    response = shared.post("/ask", content=b'{"question": "a"}', headers={"Content-Type": "text/plain"})
    assert response.status_code == 422
    assert "application/json" in error_of(response)["message"]


@given(st.text(st.characters(), max_size=300))
@hypothesis_settings(max_examples=150, deadline=None)
def test_any_text_gets_an_answer_or_a_clear_refusal(shared: TestClient, question: str) -> None:
    # Escaped, because lone surrogates have no UTF-8.
    content = json.dumps({"question": question}).encode()
    response = shared.post("/ask", content=content, headers={"Content-Type": "application/json"})
    if response.status_code == 200:
        AskResponse.model_validate_json(response.content)
    else:
        assert response.status_code == 422
        assert [detail["field"] for detail in error_of(response)["details"]] == ["question"]


@pytest.mark.parametrize(
    "question",
    [
        "🤯🔥",
        "?!",
        "\u200b",
        "لماذا لا يعمل؟",
        "なぜ動かないのですか",
        "ก็",
        "AND OR NOT (field:value)~2^3 \"unclosed 'quote [1 TO *]",
        "'; DROP TABLE asks; --",
        "\tat com.alibaba.nacos.client.Worker.run(Worker.java:42)\n" * 33,
        "a" * 2000,
        "服" * 2000,
    ],
)
def test_unusual_question_gets_a_reply(shared: TestClient, question: str) -> None:
    response = shared.post("/ask", json={"question": question})
    assert response.status_code == 200
    assert response.json()["status"] in {"answered", "uncertain", "no_answer"}


def test_event_loop_gets_a_turn_between_two_searches(
    indexed: Settings, encoder: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = 0
    searched: list[int] = []
    ask = Engine.ask

    def noted(engine: Engine, question: str, *, top_k: int = 5, product: str | None = None) -> Reply:
        searched.append(turns)
        return ask(engine, question, top_k=top_k, product=product)

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def ask_together() -> None:
        app = create_app(indexed, encoder=encoder)
        async with app.router.lifespan_context(app), AsyncClient(transport=ASGITransport(app)) as client:
            searched.clear()
            counting = asyncio.create_task(count_turns())
            questions = [{"question": f"登录 {number}"} for number in range(8)]
            await asyncio.gather(*(client.post("http://test/ask", json=question) for question in questions))
            counting.cancel()

    monkeypatch.setattr(Engine, "ask", noted)
    asyncio.run(ask_together())
    assert len(set(searched)) == len(searched) == 8
