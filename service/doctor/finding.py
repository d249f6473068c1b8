"""What an examination finds."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is: an error keeps part of the service from working, a warning may hurt later or is not wise."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` says what to do, and is empty where nothing is to be done."""

    check: str
    verdict: Verdict
    message: str
    remedy: str = ""


def fine(check: str, message: str) -> Finding:
    """It is as it should be."""
    return Finding(check, Verdict.OK, message)


def doubtful(check: str, message: str, remedy: str) -> Finding:
    """It works, but may hurt later."""
    return Finding(check, Verdict.WARNING, message, remedy)


def wrong(check: str, message: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(check, Verdict.ERROR, message, remedy)
