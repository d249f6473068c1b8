"""The pages for people: the chat and the documents."""

import math
import re
from collections import Counter
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from service.api.dependencies import SnapshotDependency, StateDependency
from service.api.state import State
from service.documents.model import Document
from service.errors import DocumentNotFoundError
from service.index.searchable import Searchable
from service.web import assets
from service.web.addresses import base_address, document_path
from service.web.labels import Labels, labels_for_reader, labels_for_text
from service.web.rendering import render_page

router = APIRouter(include_in_schema=False)

_PAGE_SIZE = 20
_RELATED = 5
_TAGS = 16
_NOT_LETTERS = re.compile(r"[\W_]+")


@router.get("/")
async def home() -> RedirectResponse:
    """Lead to the chat."""
    return RedirectResponse("chat")


@router.get("/chat/")
@router.get("/admin/")
async def without_slash(request: Request) -> RedirectResponse:
    """Lead from an address with a slash too many to the page."""
    page, query = request.url.path.rstrip("/").rpartition("/")[2], request.url.query
    return RedirectResponse(f"../{page}?{query}" if query else f"../{page}")


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
    return _page(
        service,
        "chat.html",
        _readers_labels(request),
        products=",".join(sorted(products)),
        product=product if product in products else "",
        canonical=f"{base_address(request, service)}chat",
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

    return _page(
        service,
        "browse.html",
        _readers_labels(request),
        found=found,
        pages=max(1, math.ceil(found.total / _PAGE_SIZE)),
        products=sorted(snapshot.products.items()),
        product=product,
        tag=tag,
        tags=_tags(snapshot, product),
        address=address,
        canonical=base_address(request, service) + address(page=page),
    )


@router.get("/kb/{document_id:path}")
def document(request: Request, snapshot: SnapshotDependency, service: StateDependency, document_id: str) -> Response:
    """The page of one document."""
    try:
        found = snapshot.document(document_id)
    except DocumentNotFoundError:
        return _page(service, "not_found.html", _readers_labels(request), root="../", status=404)
    canonical = base_address(request, service) + document_path(found.id)
    labels = labels_for_text(found.title + found.summary)
    return _page(
        service,
        "document.html",
        labels,
        root="../",
        document=found,
        summary_shown=not _opens_with(found.markdown, found.summary),
        related=_related(snapshot, found),
        canonical=canonical,
        structured=_structured(found, labels.language, canonical),
    )


def _page(
    service: State, template: str, labels: Labels, *, root: str = "./", status: int = 200, **values: object
) -> Response:
    settings = service.settings
    return render_page(
        template, labels, root=root, status=status, help_url=settings.help_url, records=settings.records, **values
    )


def _readers_labels(request: Request) -> Labels:
    return labels_for_reader(request.headers.get("accept-language", ""))


def _tags(snapshot: Searchable, product: str) -> list[tuple[str, int]]:
    """The most frequent tags of a product's documents, without products' names and tags of one document or of all."""
    products = {name.casefold() for name in snapshot.products}
    found = snapshot.documents(product=product or None, page_size=max(1, snapshot.document_count))
    counts = Counter(tag for entry in found.entries for tag in entry.tags)
    telling = [one for one in counts.most_common() if 1 < one[1] < found.total and one[0].casefold() not in products]
    return telling[:_TAGS]


def _opens_with(markdown: str, summary: str) -> bool:
    """Whether an answer begins with its summary, which then needs no saying twice."""
    letters, wanted = (_NOT_LETTERS.sub("", text) for text in (markdown[:1000], summary))
    return letters.startswith(wanted[:20])


def _related(snapshot: Searchable, document: Document) -> list[Document]:
    """The nearest documents, but for those that the document itself refers to."""
    referenced = {reference.document_id for reference in document.references}
    nearest = snapshot.nearest(document.id, _RELATED + len(referenced))
    return [other for other in nearest if other.id not in referenced][:_RELATED]


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
