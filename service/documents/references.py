"""What an answer refers to: web pages by address, other documents by title."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from markdown_it.token import Token

from service.documents.blocks import Block, parse_inlines, plain_text, walk
from service.documents.model import Document, Reference
from service.documents.products import split_product

_EXPERIENCE = re.compile(r"^\s*(?:专家经验|expert\s+(?:experience|answer))\s*[:：]\s*", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[*+\-•·]|\d{1,3}[.)、])\s*")
_TRAILING_DASHES = re.compile(r"\s*-{3,}\s*$")
# Titles are cut where they are stored, so a long beginning is enough to know one by.
MIN_CUT_TITLE = 20
"""Characters of a title from which it may have been cut."""

FOLLOWED_SCHEMES = frozenset({"http", "https", "mailto"})
"""What links may lead to; any other scheme may start a program on the reader's machine."""
# Every answer carries its references; a log pasted below that heading is no title.
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A reference and the index, from 0, of the line it stands on."""

    reference: Reference
    line: int


def read_references(blocks: list[Block], site_url: str | None) -> tuple[FoundReference, ...]:
    """The references in `blocks`, in their order, each once."""
    parse_inlines(blocks)
    found: dict[Reference, FoundReference] = {}
    for block in walk(blocks):
        if block.kind != "paragraph" or block.inline is None:
            continue
        for offset, tokens in enumerate(_split_lines(block.inline.children or [])):
            for reference in _read_line(tokens, site_url):
                found.setdefault(reference, FoundReference(reference, block.lines[0] + offset))
    return tuple(found.values())


def resolve_references(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The same documents, with references by title pointing to the document of that title.

    Titles are compared without spaces, case, punctuation, width and product marks. A document never refers to itself;
    of several with the title, those of its own product come first, then the smallest id.
    """
    titles = _Titles(documents)
    return tuple(_resolve(document, titles) for document in documents)


def title_key(title: str) -> str:
    """What two spellings of a title have in common."""
    folded = unicodedata.normalize("NFKC", split_product(title)[0]).casefold()
    return "".join(filter(str.isalnum, folded))


def resolve_url(href: str, site_url: str | None) -> str | None:
    """The absolute address of a link, None where nobody should follow it or it is relative to no known site."""
    try:
        if scheme := urlsplit(href).scheme:
            return href if scheme in FOLLOWED_SCHEMES else None
        return urljoin(site_url, href) if site_url else None
    except ValueError:
        return None


class _Titles:
    """Which documents bear a title: exactly, as their question, or one being the cut beginning of the other."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._exact: dict[str, list[Document]] = {}
        self._questions: dict[str, list[Document]] = {}
        self._beginnings: dict[str, list[tuple[str, Document]]] = {}
        for document in documents:
            key = title_key(document.title)
            self._exact.setdefault(key, []).append(document)
            self._questions.setdefault(title_key(document.question), []).append(document)
            if len(key) >= MIN_CUT_TITLE:
                self._beginnings.setdefault(key[:MIN_CUT_TITLE], []).append((key, document))

    def find(self, title: str, asking: Document) -> str | None:
        key = title_key(title)
        if not key:
            return None
        for candidates in (self._exact.get(key, []), self._questions.get(key, []), self._cut(key)):
            others = [document for document in candidates if document.id != asking.id]
            if others:
                return min(others, key=lambda document: (document.product != asking.product, document.id)).id
        return None

    def _cut(self, key: str) -> list[Document]:
        candidates = self._beginnings.get(key[:MIN_CUT_TITLE], [])
        return [document for other, document in candidates if key.startswith(other) or other.startswith(key)]


def _resolve(document: Document, titles: _Titles) -> Document:
    references = tuple(
        reference if reference.url else replace(reference, document_id=titles.find(reference.title, document))
        for reference in document.references
    )
    return document if references == document.references else replace(document, references=references)


def _split_lines(tokens: list[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield line
            line = []
        else:
            line.append(token)
    yield line


def _read_line(tokens: list[Token], site_url: str | None) -> Iterator[Reference]:
    links = list(_links(tokens))
    for href, title in links:
        url = resolve_url(href, site_url)
        if title or url:
            yield Reference(_cut(title or url or href), url)
    if links:
        return
    text = _BULLET.sub("", _TRAILING_DASHES.sub("", plain_text(tokens)).strip())
    title = _EXPERIENCE.sub("", text).strip()
    # "Related pages:" announces references and is none.
    if any(map(str.isalnum, title)) and (title != text or not title.endswith((":", "："))):
        yield Reference(_cut(title), title if re.fullmatch(r"https?://\S+", title) else None)


def _cut(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"


def _links(tokens: Iterable[Token]) -> Iterator[tuple[str, str]]:
    """The address and the text of every link."""
    href = ""
    text: list[Token] = []
    for token in tokens:
        if token.type == "link_open":
            href = str(token.attrs.get("href") or "")
            text = []
        elif token.type == "link_close":
            title = " ".join(plain_text(text).split())
            yield href, _EXPERIENCE.sub("", title)
        else:
            text.append(token)
