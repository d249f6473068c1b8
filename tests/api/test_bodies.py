from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict

from service.api.bodies import BodyRoute


class Greeting(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str


async def greet(body: Greeting, connection: Request) -> Response:
    return Response(f"{connection.url.path} {ascii(body.name)}")


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    short = APIRouter(route_class=BodyRoute)
    short.add_api_route("/short", greet, methods=["POST"])
    app.router.routes.extend(short.routes)
    app.add_api_route("/usual", greet, methods=["POST"])
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'{"name": "Ada"}', "application/json"),
        (b'{"name": "Ada"}', "application/json; charset=utf-8"),
        ('{"name": "Ada"}'.encode("utf-16"), "application/json"),
        (b'{"name": "\\ud800"}', "application/json"),
        (b'{"name": 1}', "application/json"),
        (b"{}", "application/json"),
        (b"[", "application/json"),
        (b"\xff", "application/json"),
        (b"", "application/json"),
        (b'{"name": "Ada"}', "text/plain"),
    ],
)
def test_body_gets_what_it_gets_on_the_usual_way(client: TestClient, content: bytes, content_type: str) -> None:
    short, usual = (
        client.post(path, content=content, headers={"Content-Type": content_type}) for path in ("/short", "/usual")
    )
    assert short.status_code == usual.status_code
    assert short.text.replace("/short", "/usual") == usual.text


def test_route_is_described_as_any_other(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/short"]["post"]["requestBody"] == paths["/usual"]["post"]["requestBody"]
