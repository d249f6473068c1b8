import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

ROUTES = {
    ("post", "/ask"),
    ("get", "/documents"),
    ("get", "/documents/{document_id}"),
    ("post", "/feedback"),
    ("post", "/reindex"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
}


@pytest.fixture
def description(client: TestClient) -> dict[str, Any]:
    described: dict[str, Any] = client.get("/openapi.json").json()
    return described


def test_description_is_valid_and_names_the_routes_of_the_contract(description: dict[str, Any]) -> None:
    validate(description)
    described = {(method, path) for path, methods in description["paths"].items() for method in methods}
    assert described >= ROUTES


def test_every_route_and_parameter_is_described(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary") and operation.get("description"), f"{method} {path}"
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), f"{parameter['name']} of {method} {path}"


def test_every_example_is_valid_against_its_schema(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    examples = [(name, example) for name, schema in schemas.items() for example in schema.get("examples", [])]
    assert {"AskRequest", "AskResponse", "FeedbackRequest", "ReindexResponse"} <= {name for name, _ in examples}
    for name, example in examples:
        root = {"$ref": f"#/components/schemas/{name}", "components": description["components"]}
        Draft202012Validator(root).validate(example)


def test_page_of_the_description_needs_no_other_server(client: TestClient) -> None:
    page = client.get("/docs").text
    sources = re.findall(r"<(?:script|link)[^>]* (?:src|href)=\"([^\"]+)\"", page)
    assert len(sources) >= 3
    for source in sources:
        assert source.startswith("/")
        assert client.get(source).status_code == 200
