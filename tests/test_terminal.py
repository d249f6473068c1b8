from io import StringIO
from typing import Any

from rich.console import Console

from service.terminal import picked, show_reply


def result(name: str, *similar: dict[str, Any]) -> dict[str, Any]:
    found = {"document_id": f"id-{name}", "title": f"Title {name}", "confidence": 0.5}
    return found | {"similar": list(similar)} if similar or name.isupper() else found


def shown(reply: dict[str, Any]) -> list[str]:
    output = StringIO()
    show_reply(Console(file=output, width=100), reply)
    return [line.strip(" •") for line in output.getvalue().splitlines() if line.strip()]


def test_documents_that_say_the_same_stand_under_the_one_that_stands_for_them() -> None:
    reply = {"status": "no_answer", "answer": None, "results": [result("A", result("b")), result("C")]}
    assert shown(reply)[1:] == ["Title A  id-A  0.50", "≈ Title b  id-b", "Title C  id-C  0.50"]


def test_documents_that_say_the_same_as_the_answer_follow_it() -> None:
    answer: dict[str, Any] = {"title": "Title A", "summary": "Do it.", "product": None, "date": None, "markdown": ""}
    answer |= {"causes": [], "steps": [], "references": []}
    reply = {
        "status": "answered",
        "answer": answer,
        "results": [result("A", result("b"))],
        "confidence": 1,
        "took_ms": 1,
    }
    lines = shown(reply)
    assert lines[lines.index("Asked and answered here as well") + 1] == "Title b  id-b  0.50"


def test_question_back_is_followed_by_its_numbered_choices() -> None:
    choices = [
        {"label": "dubbo: Title A", "question": "dubbo why"},
        {"label": "nacos: Title B", "question": "nacos why"},
    ]
    reply = {"status": "clarify", "answer": None, "results": [], "clarification": "Which?", "choices": choices}
    assert shown(reply) == ["Which?", "1. dubbo: Title A", "2. nacos: Title B"]
    assert [picked(typed, reply) for typed in ("2", "3", "0", "dubbo")] == ["nacos why", "3", "0", "dubbo"]
    assert picked("2", None) == "2"


def test_step_that_was_asked_about_is_shown_alone() -> None:
    steps = [
        {"number": number, "group": None, "title": title, "markdown": ""}
        for number, title in ((1, "Look"), (2, "Mend"))
    ]
    answer: dict[str, Any] = {"title": "Title A", "summary": "Do it.", "product": None, "date": None, "markdown": ""}
    answer |= {"causes": [], "steps": steps, "references": []}
    reply = {"status": "answered", "answer": answer, "results": [result("A")], "confidence": 1, "took_ms": 1}
    reply["results"] = [result("A") | {"similar": []}]
    lines = shown(reply | {"interpreted_as": "why Mend", "step": 2})
    assert lines[0] == "Understood as: why Mend"
    assert "2. Mend" in lines and "1. Look" not in lines and "Do it." not in lines
