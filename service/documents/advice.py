"""What costs a reader something though the document is sound: links that lead nowhere, steps that say nothing."""

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from service.documents.actions import is_action
from service.documents.blocks import Block
from service.documents.model import Problem, Severity
from service.documents.parts import Part
from service.documents.references import FOLLOWED_SCHEMES, FoundReference

_PRIVATE_SUFFIXES = (".internal", ".local", ".localhost", ".localdomain", ".corp", ".lan", ".home", ".intranet")


def advise_links(
    path: str, answer: Sequence[Block], references: Sequence[Block], found: Iterable[FoundReference]
) -> Iterator[Problem]:
    """Warnings for links, code excluded, that nobody follows or that lead to hosts that only their author can reach.

    `found` are what was read from the section `references`.
    """
    answered = list(_links(answer))
    for href, line in (*answered, *_links(references)):
        if _scheme(href) not in ("", *FOLLOWED_SCHEMES):
            message = f'The link "{href[:120]}" is shown as mere text: it is none of http, https and mailto.'
            remedy = "Link to a web page, or write the address as `code`."
            yield Problem(path, line + 1, "unsafe-link", Severity.WARNING, message, remedy)
    for href, line in (*answered, *((one.reference.url, one.line) for one in found if one.reference.url)):
        host = _host(href)
        if host is not None and is_private(host):
            message = f'The link "{href[:120]}" leads to "{host}", which readers outside that network cannot reach.'
            remedy = "Link to a public page, or write the address as `code` if it is an example."
            yield Problem(path, line + 1, "private-link", Severity.WARNING, message, remedy)


def advise_steps(path: str, steps: Iterable[Part]) -> Iterator[Problem]:
    """Warnings for steps of which there is only a title, and a title that tells nobody what to do."""
    for step in steps:
        if step.bare and not is_action(step.title):
            message = f'The step "{step.title}" says nothing of what to do.'
            yield Problem(
                path, step.line + 1, "empty-step", Severity.WARNING, message, "Write below it what to do, or remove it."
            )


def is_private(host: str) -> bool:
    """Whether a host name or address is one of a private network or of the reader's own machine."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.rstrip(".")
        return "." not in name or name.endswith(_PRIVATE_SUFFIXES)
    return not address.is_global


def _links(blocks: Iterable[Block]) -> Iterator[tuple[str, int]]:
    for token in (token for block in blocks for token in block.tokens if token.type == "inline"):
        line = token.map[0] if token.map else 0
        for child in token.children or ():
            if child.type == "link_open":
                yield str(child.attrs.get("href") or ""), line
            elif child.type in ("softbreak", "hardbreak"):
                line += 1


def _scheme(href: str) -> str:
    try:
        return urlsplit(href).scheme
    except ValueError:
        return ""


def _host(href: str) -> str | None:
    try:
        parts = urlsplit(href)
        return parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return None
