"""From errors to HTTP: the one mapping, and the one form in which a caller sees what went wrong."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.api.schemas import ErrorResponse
from service.errors import (
    AskNotFoundError,
    DocumentNotFoundError,
    ExpertAnswersError,
    ForbiddenError,
    GroupNotFoundError,
    IndexBusyError,
    IndexGoneError,
    IndexMismatchError,
    IndexUnavailableError,
    IndexUnreachableError,
    IndexWriteError,
    InvalidQuestionError,
    KnowledgeError,
    ModelError,
    RecordsOffError,
    RecordsUnavailableError,
    UnauthorizedError,
)

logger = logging.getLogger(__name__)

RETRY_AFTER = {"Retry-After": "2"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """How one kind of error is told.

    `message` stands in for the error's own where that may name files; the log then has the error's own, where `logged`.
    """

    status: HTTPStatus
    code: str
    message: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    logged: bool = False


_ANSWERS: dict[type[Exception], _Answer] = {
    InvalidQuestionError: _Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request"),
    DocumentNotFoundError: _Answer(HTTPStatus.NOT_FOUND, "document_not_found"),
    AskNotFoundError: _Answer(HTTPStatus.NOT_FOUND, "ask_not_found"),
    GroupNotFoundError: _Answer(HTTPStatus.NOT_FOUND, "group_not_found"),
    RecordsOffError: _Answer(HTTPStatus.FORBIDDEN, "records_off"),
    ForbiddenError: _Answer(HTTPStatus.FORBIDDEN, "forbidden"),
    UnauthorizedError: _Answer(HTTPStatus.UNAUTHORIZED, "unauthorized", headers={"WWW-Authenticate": "Bearer"}),
    IndexBusyError: _Answer(
        HTTPStatus.CONFLICT, "reindex_running", "The index is being built already; try again when that is done."
    ),
    IndexUnavailableError: _Answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "index_unavailable",
        "There is no index to answer from yet; run `expert-answers index`, and the service takes it up by itself.",
        RETRY_AFTER,
    ),
    IndexGoneError: _Answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "index_gone",
        "The index is no longer on disk; questions are answered from memory until the service ends. Put the data "
        "folder back, or run `expert-answers index`.",
        RETRY_AFTER,
    ),
    IndexUnreachableError: _Answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "index_unreachable",
        "The server that holds the index does not answer; try again in a moment.",
        RETRY_AFTER,
    ),
    IndexMismatchError: _Answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "index_mismatch",
        "The published index does not fit this service's model or version, or is damaged; run `expert-answers index "
        "--rebuild`, and the service takes the new one up by itself.",
        RETRY_AFTER,
    ),
    KnowledgeError: _Answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "knowledge_unreadable",
        "The knowledge folder cannot be taken in; the service's log says why. The published index goes on answering.",
        logged=True,
    ),
    IndexWriteError: _Answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "index_not_written",
        "The new index cannot be written; the service's log says why. The published index goes on answering.",
        logged=True,
    ),
    ModelError: _Answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "model_unusable",
        "The embedding model cannot be opened; the service's log says why. The published index goes on answering.",
        logged=True,
    ),
    RecordsUnavailableError: _Answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "records_unavailable",
        "The database of the records does not answer; try again in a moment.",
        RETRY_AFTER,
        logged=True,
    ),
}
_UNEXPECTED = _Answer(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "internal_error",
    "Something went wrong in the service; its log has the details under the X-Request-ID of this reply.",
    logged=True,
)
_MESSAGES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; GET /openapi.json lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method; the Allow header names those it takes.",
}


def error_response(
    status: int,
    code: str,
    message: str,
    *,
    details: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the reply that tells an error."""
    body = {"error": {"code": code, "message": message, "details": details}}
    try:
        content = orjson.dumps(body)
    except TypeError:
        # A message may quote what no UTF-8 can hold.
        content = json.dumps(body).encode()
    return Response(content, status, headers, media_type="application/json")


def unexpected_error() -> Response:
    """Make the reply to whatever nobody foresaw; it says nothing of what happened."""
    return error_response(_UNEXPECTED.status, _UNEXPECTED.code, str(_UNEXPECTED.message))


def register_handlers(app: FastAPI) -> None:
    """Have every error that routes raise told in the same form."""
    # Starlette's type asks for handlers of any exception, though it calls each with its own kind only.
    app.add_exception_handler(ExpertAnswersError, _tell_own_error)
    app.add_exception_handler(RequestValidationError, _tell_invalid_request)
    app.add_exception_handler(HTTPException, _tell_http_error)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe in OpenAPI which errors a route answers with."""
    return {int(status): {"model": ErrorResponse, "description": status.phrase} for status in statuses}


async def _tell_own_error(request: Request, error: Exception) -> Response:
    answer = next((_ANSWERS[kind] for kind in type(error).__mro__ if kind in _ANSWERS), _UNEXPECTED)
    if answer.logged:
        logger.warning("%s: %s", type(error).__name__, error)
    return error_response(answer.status, answer.code, answer.message or str(error), headers=answer.headers)


async def _tell_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _invalid([_detail(item) for item in error.errors()])


def _invalid(details: Sequence[Mapping[str, str]]) -> Response:
    message = "; ".join(f"{detail['field']} {detail['message']}" for detail in details)
    return error_response(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_request", message, details=details)


def _detail(item: Mapping[str, Any]) -> dict[str, str]:
    place, *names = item["loc"]
    match item["type"]:
        case "json_invalid":
            return {"field": "body", "message": f"is not valid JSON: {item['ctx']['error']} at character {names[0]}"}
        case "model_type" | "model_attributes_type" | "dict_type":
            return {"field": "body", "message": "must be a JSON object, sent with `Content-Type: application/json`"}
        case "missing":
            message = "is required"
        case _:
            # Pydantic's sentences begin with what they speak of ("Input should …"), for which the field's name stands.
            message = item["msg"].removeprefix("Input ").removeprefix("String ")
    return {"field": ".".join(map(str, names)) or str(place), "message": message}


async def _tell_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, ClientDisconnect):
        # FastAPI takes a body that did not arrive for one that cannot be read.
        raise error.__cause__
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # FastAPI's word for a body that it could not even begin to check.
        return _invalid([{"field": "body", "message": "could not be read; send a JSON object in UTF-8"}])
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_")
    return error_response(status, code, _MESSAGES.get(status, error.detail), headers=error.headers)
