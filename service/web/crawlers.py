"""What programs read that look for pages: the sitemap of search engines, the llms.txt of language models."""

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from service.api.dependencies import SnapshotDependency, StateDependency
from service.index.catalog import Entry
from service.index.searchable import Searchable
from service.web.addresses import base_address, document_path
from service.web.rendering import render_text

router = APIRouter(include_in_schema=False)

# What the sitemap protocol allows in one file.
_SITEMAP_LIMIT = 50_000
_LLMS_LIMIT = 500


@router.get("/sitemap.xml")
def sitemap(request: Request, snapshot: SnapshotDependency, service: StateDependency) -> Response:
    """Every document's address, for search engines."""
    base = base_address(request, service)
    pages = [(base + document_path(entry.id), entry.date) for entry in _entries(snapshot, _SITEMAP_LIMIT - 2)]
    text = render_text("sitemap.xml", pages=[(f"{base}chat", None), (f"{base}kb", None), *pages])
    return Response(text, media_type="application/xml")


@router.get("/llms.txt")
def llms(request: Request, snapshot: SnapshotDependency, service: StateDependency) -> Response:
    """What is here and how to ask it, for programs that read prose."""
    base = base_address(request, service)
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
        lines += [f"- [{_link_text(entry.title)}]({base}{document_path(entry.id)})" for entry in entries]
    return PlainTextResponse("\n".join(lines) + "\n")


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
