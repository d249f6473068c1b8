"""The software that a question names, by a list of our own: an answer about other software is none."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from service.answering.query import Language, Query
from service.index import analyzer

SOFTWARE_FILE = Path(__file__).with_name("software.txt")

_ALSO_A_WORD = "?"
# A class or a configuration key: a stack trace passes through much that the question is not about.
_PACKAGE = re.compile(r"(?:[A-Za-z_]\w*\.){2,}[A-Za-z_]\w*")


def software_in(query: Query, products: Collection[str]) -> tuple[tuple[str, ...], ...]:
    """The software that a question names, each with all its names, as words of the index.

    Beside what the list holds, these are the products of the collection. A name that is an English word too is one
    where the question is Chinese, as there nobody writes that word for anything else.
    """
    prose, packages = _PACKAGE.subn(" ", query.text)
    words = analyzer.words(prose) if packages else query.words
    names = software_names(query.language)
    return tuple(dict.fromkeys(names.get(word, (word,)) for word in words if word in names or word in products))


@cache
def software_names(language: Language) -> Mapping[str, tuple[str, ...]]:
    """All names of a software by each of them; a line of the file is a software, its names between blanks."""
    names: dict[str, tuple[str, ...]] = {}
    for line in SOFTWARE_FILE.read_text(encoding="utf-8").splitlines():
        marked = line.split()
        unmarked = tuple(name.removesuffix(_ALSO_A_WORD) for name in marked)
        is_told = language is Language.CHINESE
        names |= {name: unmarked for name, mark in zip(unmarked, marked, strict=True) if is_told or name == mark}
    return names
