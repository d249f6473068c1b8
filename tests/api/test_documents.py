from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.api.schemas import DocumentBody
from service.index.indexer import Indexer
from service.settings import Settings
from tests.encoders import HashingEncoder
from tests.knowledge import write_document


def test_document_is_read_in_the_form_of_an_answer(client: TestClient) -> None:
    response = client.get("/documents/nacos-login")
    assert response.status_code == 200
    document = DocumentBody.model_validate_json(response.content, strict=True)
    assert document.title == "控制台登录报 403"
    assert [step.title for step in document.steps] == ["生成密钥", "重启服务"]
    assert document.references[0].title == "没有这篇"


@pytest.mark.parametrize("document_id", ["a+b c&d=e", "一：二", "a;b,c@d!$'()*", "...", "é\u0301🤯", "a:8080"])
def test_document_is_found_whatever_its_id(settings: Settings, encoder: HashingEncoder, document_id: str) -> None:
    write_document(settings.knowledge, "odd", document_id=document_id)
    Indexer(settings, encoder).update()
    with TestClient(create_app(settings, encoder=encoder)) as client:
        response = client.get(f"/documents/{quote(document_id, safe='')}")
        assert response.status_code == 200
        assert response.json()["document_id"] == document_id
        assert response.json()["url"] == f"/kb/{quote(document_id, safe='')}"


@pytest.mark.parametrize("document_id", ["nope", "a%2Fb", "%00", "%FF", "..%2F..%2Fetc%2Fpasswd", "NACOS-LOGIN"])
def test_unknown_document_is_not_found(client: TestClient, document_id: str) -> None:
    response = client.get(f"/documents/{document_id}")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "document_not_found"


def test_list_is_paged(client: TestClient) -> None:
    pages = [client.get("/documents", params={"page": page, "page_size": 3}).json() for page in (1, 2, 3)]
    assert [page["total"] for page in pages] == [4, 4, 4]
    assert [len(page["documents"]) for page in pages] == [3, 1, 0]
    ids = [document["document_id"] for page in pages for document in page["documents"]]
    assert sorted(ids) == ["dubbo-timeout", "nacos-backlog", "nacos-heartbeat", "nacos-login"]


def test_list_is_filtered_by_product_and_tag(client: TestClient) -> None:
    assert client.get("/documents", params={"product": "dubbo"}).json()["total"] == 1
    assert client.get("/documents", params={"tag": "nacos"}).json()["total"] == 3
    assert client.get("/documents", params={"product": "dubbo", "tag": "nacos"}).json()["documents"] == []


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=1.5", "page_size=0", "page_size=201", f"page={10**30}"])
def test_page_that_cannot_be_is_refused(client: TestClient, query: str) -> None:
    response = client.get(f"/documents?{query}")
    assert response.status_code == 422
    assert response.json()["error"]["details"][0]["field"] == query.split("=")[0]
