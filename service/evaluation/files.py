"""The files an evaluation reads and writes; whatever is wrong with one is told with its name and line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson

from service.errors import EvaluationError

T = TypeVar("T", str, bool, list[Any], dict[str, Any])

_KINDS = {str: "a text", bool: "true or false", list: "a list", dict: "an object"}


@dataclass(frozen=True, slots=True)
class Line:
    """One object of a file of JSON Lines; `number` counts from 1."""

    file: Path
    number: int
    fields: Mapping[str, Any]

    def error(self, message: str) -> EvaluationError:
        """An error that says where it is."""
        return EvaluationError(f"{self.file}:{self.number}: {message}")

    def required(self, name: str, kind: type[T]) -> T:
        """The field of this name.

        :raises EvaluationError: when it is missing or of another kind.
        """
        if (value := self.optional(name, kind)) is None:
            raise self.error(f'has no "{name}"; expected {_KINDS[kind]}.')
        return value

    def optional(self, name: str, kind: type[T]) -> T | None:
        """The field of this name, None when it is missing or null.

        :raises EvaluationError: when it is of another kind.
        """
        value = self.fields.get(name)
        if value is None or isinstance(value, kind):
            return value
        raise self.error(f'"{name}" is {json.dumps(value, ensure_ascii=False)}; expected {_KINDS[kind]}.')


def read_lines(path: Path) -> tuple[Line, ...]:
    """The objects of a file of JSON Lines, blank lines left out.

    :raises EvaluationError: when it cannot be read, holds none, or a line is no object.
    """
    # Not splitlines: a JSON text may hold U+2028 as it is.
    numbered = enumerate(read_text(path).split("\n"), 1)
    lines = tuple(_parse(path, number, text) for number, text in numbered if text.strip())
    if not lines:
        raise EvaluationError(f"{path}: is empty; expected one JSON object a line.")
    return lines


def read_text(path: Path) -> str:
    """A file's text.

    :raises EvaluationError: when it cannot be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}); check the path.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise EvaluationError(f"{path}:{line}: is not UTF-8; save the file in that encoding.") from error


def write_text(path: Path, text: str) -> None:
    """Write a file.

    :raises EvaluationError: when it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be written ({error.strerror}); choose another place.") from error


def _parse(path: Path, number: int, text: str) -> Line:
    try:
        # Not json.loads: that takes NaN and lone surrogates, which cannot be counted or printed.
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise EvaluationError(f"{path}:{number}: is not JSON ({error}); expected one JSON object a line.") from error
    if not isinstance(value, dict):
        raise EvaluationError(f"{path}:{number}: is JSON, but no object; expected one JSON object a line.")
    return Line(path, number, value)
