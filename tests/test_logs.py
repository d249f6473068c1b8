import json
import logging
import subprocess
import sys

import pytest

from service import notes
from service.logs import JsonFormatter, TextFormatter
from service.notes import Note


def record(message: str = "said %s", *arguments: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("service.x", logging.INFO, "x.py", 1, message, arguments, None)
    made.__dict__.update(more)
    return made


def test_record_is_one_line_of_json() -> None:
    line = JsonFormatter().format(record("said %s", "a\nb\u2028“c”"))
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "said a\nb\u2028“c”"
    assert (told["level"], told["logger"]) == ("INFO", "service.x")
    assert told["time"].endswith("+00:00")


def test_facts_and_the_request_are_fields_of_their_own() -> None:
    before = notes.current.set(Note("r-1", 0.0))
    try:
        told = json.loads(JsonFormatter().format(record("x", facts={"status": 200, "odd": {1}})))
    finally:
        notes.current.reset(before)
    assert (told["request_id"], told["status"], told["odd"]) == ("r-1", 200, "{1}")
    assert "request_id" not in json.loads(JsonFormatter().format(record("x")))


def test_exception_stays_on_the_line() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        made = record("failed", exc_info=sys.exc_info())
    line = JsonFormatter().format(made)
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("ValueError: no")


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n", "\x0b", "\x1b[2K", "\x85", "\u2028", "\u202e"])
def test_text_that_is_quoted_makes_no_line_of_its_own(broken: str) -> None:
    line = TextFormatter("%(levelname)s %(message)s").format(
        record("question=%s", f"登录“报错” é\u3000{broken}ERROR x")
    )
    assert line == f"INFO question=登录“报错” é\u3000{broken.encode('unicode_escape').decode()}ERROR x"
    assert len(line.splitlines()) == 1


def test_traceback_stays_readable_in_text() -> None:
    try:
        raise ValueError("no")
    except ValueError:
        made = record("failed\n", exc_info=sys.exc_info())
    first, *rest = TextFormatter("%(message)s").format(made).splitlines()
    assert (first, rest[0], rest[-1]) == ("failed", "Traceback (most recent call last):", "ValueError: no")


@pytest.mark.parametrize(("form", "is_json"), [("json", True), ("auto", True), ("text", False)])
def test_form_is_chosen(form: str, is_json: bool) -> None:
    program = f"import logging, service.logs as s; s.configure_logging('INFO', {form!r}); logging.error('hi\\nho')"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr
    assert said.startswith("{") is is_json and "hi" in said and len(said.splitlines()) == 1
