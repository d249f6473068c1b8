"""Where log lines go and how they look: to standard error, for the commands and for every worker of the service."""

import logging
import re
import sys
from datetime import UTC, datetime
from typing import Any

import orjson

from service.notes import current

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_SHOWN = ("service", "uvicorn")
# What begins another line, moves a terminal's cursor or turns the order of letters around.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class JsonFormatter(logging.Formatter):
    """A line of JSON a record; a dictionary under `facts` of the record's `extra` becomes fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record; what JSON cannot hold is written as text."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (at_hand := current.get()) is not None:
            line["request_id"] = at_hand.request_id
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class TextFormatter(logging.Formatter):
    """One line a record, whatever it quotes; a traceback follows on lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Write the line."""
        return _CONTROL.sub(_escaped, super().formatMessage(record).rstrip("\n"))


def configure_logging(level: str, form: str = "text") -> None:
    """Show this package's and the server's lines from a level up; what other libraries say, from warnings up.

    `form` is `text`, `json`, or `auto`: text for a terminal and JSON for everything else.
    """
    handler = logging.StreamHandler()
    is_json = form == "json" or form == "auto" and not sys.stderr.isatty()
    handler.setFormatter(JsonFormatter() if is_json else TextFormatter(_FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    for name in _SHOWN:
        logging.getLogger(name).setLevel(level)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()
