"""Addresses of pages as their readers see them."""

from urllib.parse import quote

from fastapi import Request

from service.api.state import State


def base_address(request: Request, service: State) -> str:
    """The address of the service as its users see it, with a slash at its end."""
    public = service.settings.public_url
    return f"{str(public or request.base_url).rstrip('/')}/"


def document_path(document_id: str) -> str:
    """Where a document's page is, from the root of the service."""
    return f"kb/{quote(document_id, safe='')}"
