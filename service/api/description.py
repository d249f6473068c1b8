"""The OpenAPI description, with the examples whole: FastAPI takes their nulls out, and fields that are required go."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from service.api import schemas


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
        return description

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way
