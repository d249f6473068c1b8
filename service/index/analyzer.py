"""Text into terms, the same way for documents and for questions.

Two readings of a text are indexed side by side. *Words* are jieba's search-mode words and, for identifiers such as
`nacos.core.auth.enabled`, `NamingService` or `2.2.0`, the whole and its parts. *Bigrams* are the pairs of neighbouring
characters of each Chinese run, which survive where the segmentation of question and document differs.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

import rjieba

VERSION = "words+bigrams-1"
"""Changes whenever the same text may yield other terms, so that an older index is not searched with newer terms."""

LONGEST_TERM = 64
"""Characters a term may have; longer ones (hashes, base64) tell nothing and bloat the index."""

_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<name>[^\W{_HAN}]+(?:[.\-:/@][^\W{_HAN}]+)*)")
_SEPARATOR = re.compile(r"[.\-:/@_]+")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")


def words(text: str) -> list[str]:
    """The words of a text in order, with repetitions: folded to NFKC and lower case, no blanks, no punctuation."""
    found: list[str] = []
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        if run.lastgroup == "han":
            found.extend(rjieba.cut_for_search(run.group()))
        else:
            found.extend(_name_terms(run.group()))
    return found


def bigrams(text: str) -> list[str]:
    """The character bigrams of the Chinese runs of a text, a run of one character as it is."""
    found: list[str] = []
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        if run.lastgroup == "han":
            characters = run.group()
            found.extend(map("".join, pairwise(characters)) if len(characters) > 1 else [characters])
        else:
            found.extend(_name_terms(run.group()))
    return found


@lru_cache(maxsize=1 << 16)
def _name_terms(name: str) -> tuple[str, ...]:
    """The whole name, its parts between separators, and the humps of each part; without repetitions."""
    segments = [segment for segment in _SEPARATOR.split(name) if segment]
    parts = [name, *segments]
    for segment in segments:
        humps = _HUMP.findall(segment)
        if len(humps) > 1:
            parts.extend(hump for hump in humps if len(hump) > 1)
    lowered = dict.fromkeys(part.lower() for part in parts)
    return tuple(term for term in lowered if len(term) <= LONGEST_TERM)
