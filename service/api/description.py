"""The OpenAPI description, with what FastAPI does not know of or leaves out.

Those are the errors of the layers around the routes, and the examples whole: FastAPI takes their nulls out, and fields
that are required go.
"""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from service.api import schemas
from service.api.limits import UNLIMITED


def describe(app: FastAPI) -> None:
    """Have the application describe itself with the examples that its schemas have."""
    as_generated = app.openapi

    def described() -> dict[str, Any]:
        description = as_generated()
        for name, schema in description["components"]["schemas"].items():
            model = getattr(schemas, name, None)
            if "examples" in schema and isinstance(model, type) and issubclass(model, BaseModel):
                extra = model.model_config.get("json_schema_extra")
                schema["examples"] = extra["examples"] if isinstance(extra, dict) else schema["examples"]
        for path, operations in description["paths"].items():
            for method, operation in operations.items():
                operation["responses"] |= _refusals(path, method)
        return description

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way


def _refusals(path: str, method: str) -> dict[str, Any]:
    """The errors that what surrounds the routes answers with."""
    statuses = [] if path in UNLIMITED else [HTTPStatus.TOO_MANY_REQUESTS]
    if method == "post":
        statuses += [HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE]
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}}
    return {str(int(status)): {"description": status.phrase, "content": content} for status in statuses}
