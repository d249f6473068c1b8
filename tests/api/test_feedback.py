import sqlite3
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.records.builders import damage_records


def ask(client: TestClient) -> str:
    ask_id: str = client.post("/ask", json={"question": "登录报 403"}).json()["ask_id"]
    return ask_id


def stored(settings: Settings) -> list[tuple[object, ...]]:
    database = sqlite3.connect(settings.data / "records.db")
    rows = database.execute("SELECT ask_id, rating, reason, comment FROM feedback").fetchall()
    database.close()
    return rows


def test_feedback_is_stored_before_the_reply(client: TestClient, indexed: Settings) -> None:
    ask_id = ask(client)
    sent = {"ask_id": ask_id, "rating": "down", "reason": "outdated", "comment": " 2.4 以后\n不一样了 "}
    response = client.post("/feedback", json=sent)
    assert response.status_code == 200
    assert response.json() == sent | {"comment": "2.4 以后\n不一样了"}
    assert stored(indexed) == [(ask_id, "down", "outdated", "2.4 以后\n不一样了")]


def test_last_feedback_counts(client: TestClient, indexed: Settings) -> None:
    ask_id = ask(client)
    client.post("/feedback", json={"ask_id": ask_id, "rating": "down", "comment": "no"})
    client.post("/feedback", json={"ask_id": ask_id, "rating": "up"})
    assert stored(indexed) == [(ask_id, "up", None, None)]


def test_document_is_rated_without_a_question(client: TestClient, indexed: Settings) -> None:
    document_id = client.get("/documents").json()["documents"][0]["document_id"]
    response = client.post(f"/documents/{document_id}/feedback", json={"rating": "down"})
    assert response.status_code == 200
    ask_id = response.json()["ask_id"]
    assert stored(indexed) == [(ask_id, "down", None, None)]
    reason = {"ask_id": ask_id, "rating": "down", "reason": "outdated"}
    assert client.post("/feedback", json=reason).status_code == 200
    assert stored(indexed) == [(ask_id, "down", "outdated", None)]


def test_unknown_document_is_not_rated(client: TestClient) -> None:
    response = client.post("/documents/missing/feedback", json={"rating": "up"})
    assert (response.status_code, response.json()["error"]["code"]) == (404, "document_not_found")


def test_feedback_on_a_question_of_another_process_is_stored(indexed: Settings, encoder: HashingEncoder) -> None:
    with (
        TestClient(create_app(indexed, encoder=encoder)) as one,
        TestClient(create_app(indexed, encoder=encoder)) as other,
    ):
        response = other.post("/feedback", json={"ask_id": ask(one), "rating": "up"})
    assert response.status_code == 200


def test_feedback_waits_while_another_process_waits_for_the_database(
    indexed: Settings, encoder: HashingEncoder
) -> None:
    with (
        TestClient(create_app(indexed, encoder=encoder)) as one,
        TestClient(create_app(indexed, encoder=encoder)) as other,
    ):
        known = {"ask_id": ask(one), "rating": "up"}
        assert [client.post("/feedback", json=known).status_code for client in (one, other)] == [200, 200]
        holder = sqlite3.connect(indexed.data / "records.db", isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        threading.Timer(1.7, holder.rollback).start()
        response = other.post("/feedback", json={"ask_id": ask(one), "rating": "up"})
        holder.close()
    assert response.status_code == 200


def test_feedback_into_a_damaged_database_is_not_taken(indexed: Settings, encoder: HashingEncoder) -> None:
    with TestClient(create_app(indexed, encoder=encoder)) as client:
        client.post("/feedback", json={"ask_id": ask(client), "rating": "up"})
    damage_records(indexed.data / "records.db")
    with TestClient(create_app(indexed, encoder=encoder)) as client:
        response = client.post("/feedback", json={"ask_id": ask(client), "rating": "up"})
    assert (response.status_code, response.json()["error"]["code"]) == (503, "records_unavailable")
    assert response.headers["Retry-After"]


def test_feedback_on_an_unknown_question_is_not_found(client: TestClient) -> None:
    response = client.post("/feedback", json={"ask_id": "0" * 32, "rating": "up"})
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "ask_not_found"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ask_id": ""}, "ask_id"),
        ({"ask_id": "a\x00"}, "ask_id"),
        ({"ask_id": None}, "ask_id"),
        ({"rating": "maybe"}, "rating"),
        ({"rating": 1}, "rating"),
        ({"rating": None}, "rating"),
        ({"reason": 5}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"comment": "x" * 2001}, "comment"),
        ({"comment": "\x00"}, "comment"),
        ({"comment": []}, "comment"),
    ],
)
def test_invalid_feedback_names_the_field(client: TestClient, change: dict[str, object], field: str) -> None:
    response = client.post("/feedback", json={"ask_id": "a", "rating": "up"} | change)
    assert response.status_code == 422
    assert [detail["field"] for detail in response.json()["error"]["details"]] == [field]


def test_reply_tells_whether_feedback_is_taken(client: TestClient, indexed: Settings, encoder: HashingEncoder) -> None:
    unrecorded = indexed.model_copy(update={"records": False})
    with TestClient(create_app(unrecorded, encoder=encoder)) as silent:
        taken = [one.post("/ask", json={"question": "登录报 403"}).json()["takes_feedback"] for one in (client, silent)]
    assert taken == [True, False]


def test_feedback_is_refused_without_records(indexed: Settings, encoder: HashingEncoder) -> None:
    unrecorded = indexed.model_copy(update={"records": False})
    with TestClient(create_app(unrecorded, encoder=encoder)) as client:
        response = client.post("/feedback", json={"ask_id": ask(client), "rating": "up"})
    assert response.status_code == 403
    assert "EXPERT_ANSWERS_RECORDS" in response.json()["error"]["message"]
    assert not (indexed.data / "records.db").exists()


def test_answers_go_on_without_a_database(indexed: Settings, encoder: HashingEncoder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    broken = indexed.model_copy(update={"database_url": f"sqlite:///{tmp_path}/file/records.db"})
    with TestClient(create_app(broken, encoder=encoder)) as client:
        ask_id = ask(client)
        response = client.post("/feedback", json={"ask_id": ask_id, "rating": "up"})
        metrics = client.get("/metrics").text
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert str(tmp_path) not in response.text
    assert "expert_answers_records_pending 1.0" in metrics


def test_answers_do_not_wait_for_a_locked_database(client: TestClient, indexed: Settings) -> None:
    client.post("/feedback", json={"ask_id": ask(client), "rating": "up"})
    database = sqlite3.connect(indexed.data / "records.db", isolation_level=None)
    database.execute("BEGIN EXCLUSIVE")
    took = [client.post("/ask", json={"question": "登录报 403"}).elapsed.total_seconds() for _ in range(20)]
    ask_id = ask(client)
    refused = client.post("/feedback", json={"ask_id": ask_id, "rating": "up"})
    database.execute("ROLLBACK")
    database.close()
    later = client.post("/feedback", json={"ask_id": ask_id, "rating": "up"})
    assert max(took) < 1
    assert refused.status_code == 503
    assert later.status_code == 200
    assert (ask_id, "up", None, None) in stored(indexed)


def test_addresses_are_not_kept(client: TestClient, indexed: Settings) -> None:
    client.post("/feedback", json={"ask_id": ask(client), "rating": "up"})
    database = sqlite3.connect(indexed.data / "records.db")
    columns = {row[1] for table in ("asks", "feedback") for row in database.execute(f"PRAGMA table_info({table})")}
    database.close()
    assert columns == {
        *("ask_id", "conversation_id", "asked_at", "question", "product", "status", "confidence", "document_id"),
        *(
            "generation",
            "result_ids",
            "interpreted_as",
            "step",
            "choice_ids",
            "rating",
            "reason",
            "comment",
            "given_at",
        ),
    }
