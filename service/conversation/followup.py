"""What a question's own words say of how it leans on an earlier one."""

import re
from dataclasses import dataclass
from typing import Self

from service.conversation import phrases
from service.documents.model import Step


@dataclass(frozen=True, slots=True)
class StepReference:
    """A step that is spoken of: by its number, or by its place as `phrases.LAST`, `NEXT` or `PREVIOUS`.

    `way` is the number of the alternative it belongs to; with nothing else, the beginning of that alternative is meant.
    """

    number: int | None = None
    place: str | None = None
    way: int | None = None

    def find(self, steps: tuple[Step, ...], current: int | None) -> int | None:
        """The number of the step, from 1 through all steps, None when there is no such step.

        `current` is the one that was spoken of before.
        """
        if self.place is not None:
            found = {phrases.LAST: len(steps), phrases.NEXT: (current or 0) + 1, phrases.PREVIOUS: (current or 0) - 1}
            return number if 1 <= (number := found[self.place]) <= len(steps) else None
        for position, step in enumerate(steps, 1):
            of_way = self.way is None or self.way in (_way(step.group or ""), _way(step.title))
            if of_way and self.number in (None, step.number):
                return position
        return None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question taken apart: what leans on the one before, and `rest`, what it says by itself.

    `leans` says that by its words it cannot be understood alone; `wants_another` that it asks for another answer.
    """

    text: str
    rest: str
    leans: bool
    wants_another: bool
    step: StepReference | None

    @classmethod
    def of(cls, question: str) -> Self:
        """Take a question apart."""
        text = question.strip()
        step = _step(text)
        without_another = _ANOTHER.sub(" ", text)
        wants_another = without_another != text
        opened = _OPENING.sub("", without_another, count=1)
        closed = _ENDING.sub("", opened)
        leans = wants_another or closed != text or bool(_POINTING.search(closed)) or step is not None
        return cls(text, _BLANK.sub(" ", closed).strip(_PUNCTUATION), leans, wants_another, step)


def chosen_number(text: str) -> int | None:
    """The number of the choice that a text picks, None when it says more or something else."""
    for pattern in _CHOICES:
        if found := pattern.search(text):
            return _number_in(found)
    return None


def _step(text: str) -> StepReference | None:
    way = _way(text)
    for pattern in _STEPS:
        if found := pattern.search(text):
            return StepReference(number=_number_in(found), way=way)
    for place, pattern in _PLACES.items():
        if pattern.search(text):
            return StepReference(place=place, way=way)
    return StepReference(way=way) if way is not None else None


def _way(text: str) -> int | None:
    found = _WAY.search(text)
    return _number_in(found) if found else None


def _number_in(found: re.Match[str]) -> int:
    return _NUMBERS[next(word for word in found.groups() if word is not None).lower()]


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("{numeral}", _NUMERAL), re.IGNORECASE)


_NUMBERS = {word: number for number, words in phrases.NUMERALS.items() for word in words}
# Longer words first: 十一 is not 十.
_NUMERAL = f"(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_STEPS = [_compile(pattern) for pattern in phrases.STEPS]
_PLACES = {place: _compile(pattern) for place, pattern in phrases.STEPS_BY_PLACE.items()}
_CHOICES = [_compile(pattern) for pattern in phrases.CHOICES]
_WAY = _compile(phrases.WAYS)
_ANOTHER = _compile("|".join(phrases.ANOTHER_ANSWER))
_OPENING = _compile(rf"^\s*(?:{'|'.join(phrases.OPENINGS)})")
_ENDING = _compile(rf"(?:{'|'.join(phrases.ENDINGS)})[\s?？]*$")
_POINTING = _compile("|".join(phrases.POINTING))
_BLANK = re.compile(r"\s+")
_PUNCTUATION = " ,，。.!！?？;；:：、"
