"""Addresses of this service's own pages."""

from urllib.parse import quote

from service.settings import Settings


def document_url(settings: Settings, document_id: str) -> str:
    """The page of a document: absolute when `public_url` is set, else from the root of this service."""
    base = str(settings.public_url).rstrip("/") if settings.public_url else ""
    return f"{base}/kb/{quote(document_id, safe='')}"
