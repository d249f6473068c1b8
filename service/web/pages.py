"""The pages for people: the chat, the documents, and what crawlers read."""

import math
import re
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from service.api.dependencies import SnapshotDependency, StateDependency
from service.api.state import State
from service.documents.model import Document
from service.errors import DocumentNotFoundError
from service.index.catalog import Entry
from service.index.searchable import Searchable
from service.web import assets
from service.web.labels import labels_for_reader, labels_for_text
from service.web.rendering import render_page, render_text

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 20
_RELATED = 5
_NOT_LETTERS = re.compile(r"[\W_]+")
# What the sitemap protocol allows in one file.
_SITEMAP_LIMIT = 50_000
_LLMS_LIMIT = 500


@router.get("/")
async def home() -> RedirectResponse:
    """Lead to the chat."""
    return RedirectResponse("chat")


@router.get("/widget.js")
async def widget(request: Request) -> Response:
    """The widget, for any page of any site."""
    return assets.widget_script().respond(request)


@router.get("/static/page.css")
async def style(request: Request) -> Response:
    """The style of the pages."""
    return assets.page_style().respond(request)


@router.get("/static/icon.svg")
@router.get("/favicon.ico")
async def icon(request: Request) -> Response:
    """The icon of the pages."""
    return assets.icon().respond(request)


@router.get("/chat")
async def chat(request: Request, service: StateDependency, product: str = "") -> Response:
    """The widget as a whole page, which opens even while there is nothing to answer from."""
    products = service.published.products if service.published else {}
    return render_page(
        "chat.html",
        labels_for_reader(request.headers.get("accept-language", "")),
        root="./",
        products=",".join(sorted(products)),
        product=product if product in products else "",
        help_url=service.settings.help_url,
        canonical=f"{_base(request, service)}chat",
    )


@router.get("/kb")
def browse(
    request: Request,
    snapshot: SnapshotDependency,
    service: StateDependency,
    product: str = "",
    tag: str = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """All documents, filtered by product and tag, a page at a time."""
    found = snapshot.documents(product=product or None, tag=tag or None, page=page, page_size=_PAGE_SIZE)

    def address(*, product: str = product, tag: str = tag, page: int = 1) -> str:
        chosen = {"product": product, "tag": tag, "page": page if page > 1 else ""}
        query = urlencode({name: value for name, value in chosen.items() if value})
        return f"kb?{query}" if query else "kb"

    return render_page(
        "browse.html",
        labels_for_reader(request.headers.get("accept-language", "")),
        root="./",
        found=found,
        pages=max(1, math.ceil(found.total / _PAGE_SIZE)),
        products=sorted(snapshot.products.items()),
        product=product,
        tag=tag,
        address=address,
        canonical=_base(request, service) + address(page=page),
    )


@router.get("/kb/{document_id:path}")
def document(request: Request, snapshot: SnapshotDependency, service: StateDependency, document_id: str) -> Response:
    """The page of one document."""
    try:
        found = snapshot.document(document_id)
    except DocumentNotFoundError:
        labels = labels_for_reader(request.headers.get("accept-language", ""))
        return render_page("not_found.html", labels, root="../", status=404)
    canonical = _base(request, service) + _path(found.id)
    labels = labels_for_text(found.title + found.summary)
    return render_page(
        "document.html",
        labels,
        root="../",
        document=found,
        summary_shown=not _opens_with(found.markdown, found.summary),
        related=_related(snapshot, found),
        canonical=canonical,
        structured=_structured(found, labels.language, canonical),
    )


@router.get("/sitemap.xml")
def sitemap(request: Request, snapshot: SnapshotDependency, service: StateDependency) -> Response:
    """Every document's address, for search engines."""
    base = _base(request, service)
    pages = [(base + _path(entry.id), entry.date) for entry in _entries(snapshot, _SITEMAP_LIMIT - 2)]
    text = render_text("sitemap.xml", pages=[(f"{base}chat", None), (f"{base}kb", None), *pages])
    return Response(text, media_type="application/xml")


@router.get("/llms.txt")
def llms(request: Request, snapshot: SnapshotDependency, service: StateDependency) -> Response:
    """What is here and how to ask it, for programs that read prose."""
    base = _base(request, service)
    lines = [
        "# Expert Answers",
        "",
        "> Questions and answers by experts, with causes, steps and references. "
        f'`POST {base}ask` with `{{"question": "…"}}` finds the answer to a question asked in one\'s own words.',
        "",
        f"- [API description]({base}openapi.json)",
        f"- [All documents]({base}kb)",
        f"- [Sitemap]({base}sitemap.xml)",
    ]
    by_product: dict[str, list[Entry]] = {}
    for entry in _entries(snapshot, _LLMS_LIMIT):
        by_product.setdefault(entry.product or "other", []).append(entry)
    for product, entries in sorted(by_product.items()):
        lines += ["", f"## {product}", ""]
        lines += [f"- [{_link_text(entry.title)}]({base}{_path(entry.id)})" for entry in entries]
    return PlainTextResponse("\n".join(lines) + "\n")


def _base(request: Request, service: State) -> str:
    """The address of the service as its users see it, with a slash at its end."""
    public = service.settings.public_url
    return f"{str(public or request.base_url).rstrip('/')}/"


def _path(document_id: str) -> str:
    return f"kb/{quote(document_id, safe='')}"


def _opens_with(markdown: str, summary: str) -> bool:
    """Whether an answer begins with its summary, which then needs no saying twice."""
    letters, wanted = (_NOT_LETTERS.sub("", text) for text in (markdown[:1000], summary))
    return letters.startswith(wanted[:20])


def _link_text(title: str) -> str:
    return " ".join(title.translate({ord("["): "(", ord("]"): ")"}).split())


def _entries(snapshot: Searchable, limit: int) -> Iterator[Entry]:
    """The first documents of the collection, fetched a thousand at a time."""
    page, seen = 1, 0
    while seen < limit:
        found = snapshot.documents(product=None, tag=None, page=page, page_size=1000)
        yield from found.entries[: limit - seen]
        seen += len(found.entries)
        page += 1
        if not found.entries or seen >= found.total:
            return


def _related(snapshot: Searchable, document: Document) -> list[Entry]:
    """Documents of the same product that share a tag, those of the rarer tags first."""
    referenced = {reference.document_id for reference in document.references}
    shared = [
        snapshot.documents(product=document.product, tag=tag, page=1, page_size=_RELATED + 1)
        for tag in document.tags[:3]
    ]
    related: dict[str, Entry] = {}
    for found in sorted(shared, key=lambda page: page.total):
        for entry in found.entries:
            if entry.id != document.id and entry.id not in referenced:
                related.setdefault(entry.id, entry)
    return list(related.values())[:_RELATED]


def _structured(document: Document, language: str, canonical: str) -> dict[str, object]:
    """The page as schema.org describes questions with an accepted answer."""
    published = {"datePublished": document.date} if document.date else {}
    return {
        "@context": "https://schema.org",
        "@type": "QAPage",
        "inLanguage": language,
        "mainEntity": {
            "@type": "Question",
            "name": document.title,
            "text": document.question or document.title,
            "keywords": ", ".join(document.tags),
            "answerCount": 1,
            **published,
            "acceptedAnswer": {"@type": "Answer", "text": document.html, "url": canonical, **published},
        },
    }
