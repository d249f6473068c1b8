"""GET /documents: the collection, listed and one by one."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool

from service.api.dependencies import SnapshotDependency, StateDependency
from service.api.errors import documented
from service.api.links import document_url
from service.api.schemas import DocumentBody, DocumentList, EntryBody

router = APIRouter(tags=["documents"])

LAST_PAGE = 1_000_000


@router.get(
    "/documents",
    responses=documented(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    summary="List documents",
)
async def list_documents(
    state: StateDependency,
    snapshot: SnapshotDependency,
    product: Annotated[str | None, Query(description="Those of this product only.")] = None,
    tag: Annotated[str | None, Query(description="Those with this tag only.")] = None,
    page: Annotated[int, Query(ge=1, le=LAST_PAGE, description="Counts from 1.")] = 1,
    page_size: Annotated[int, Query(ge=1, le=200, description="How many to a page.")] = 50,
) -> DocumentList:
    """List the documents, a page at a time, newest first."""
    # The first listing of a generation reads every document once.
    found = await run_in_threadpool(snapshot.documents, product=product, tag=tag, page=page, page_size=page_size)
    return DocumentList(
        total=found.total,
        page=found.page,
        page_size=found.page_size,
        documents=[
            EntryBody(
                document_id=entry.id,
                title=entry.title,
                product=entry.product,
                tags=list(entry.tags),
                date=entry.date,
                summary=entry.summary,
                url=document_url(state.settings, entry.id),
            )
            for entry in found.entries
        ],
    )


# An id may hold any character, slashes among them; a server decodes %2F before the path is matched.
@router.get(
    "/documents/{document_id:path}",
    response_model=DocumentBody,
    responses=documented(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE),
    summary="Read a document",
)
async def read_document(
    state: StateDependency,
    snapshot: SnapshotDependency,
    document_id: Annotated[str, Path(description="The `document_id` of an answer or a result, URL-encoded.")],
) -> Response:
    """Read one document in the form of `answer`."""
    if snapshot.is_local:
        found = snapshot.document(document_id)
    else:
        found = await run_in_threadpool(snapshot.document, document_id)
    content = state.replies.document(snapshot.generation, found)
    return Response(content, media_type="application/json")
