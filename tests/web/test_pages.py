"""The server-rendered pages, read as a browser's parser and a crawler would read them."""

import gzip
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

import httpx
import pytest

from tests.web.conftest import Server
from tests.web.fake_service import Log


@pytest.fixture(scope="module")
def client(service: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, headers={"Accept-Language": "zh-CN,zh;q=0.9"}) as client:
        yield client


class _Scripts(HTMLParser):
    """The scripts of a page, and every attribute that would run or style something inline."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[tuple[dict[str, str | None], str]] = []
        self.inline: list[str] = []
        self.open: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.inline += [name for name, _ in attributes if name.startswith("on") or name == "style"]
        if tag == "style":
            self.inline.append(tag)
        if tag == "script":
            self.open = dict(attributes)
            self.bodies.append((self.open, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self.open = None

    def handle_data(self, data: str) -> None:
        if self.open is not None:
            attributes, text = self.bodies.pop()
            self.bodies.append((attributes, text + data))


def _scripts(text: str) -> _Scripts:
    parser = _Scripts()
    parser.feed(text)
    return parser


def test_root_leads_to_the_chat(client: httpx.Client) -> None:
    reply = client.get("/", follow_redirects=True)
    assert reply.url.path == "/chat"
    assert "<expert-answers" in reply.text


def test_widget_is_small_and_comes_compressed(client: httpx.Client) -> None:
    reply = client.get("/widget.js")
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["content-type"].startswith("text/javascript")
    assert len(gzip.compress(reply.content, 9)) < 25 * 1024


def test_widget_is_not_sent_twice(client: httpx.Client) -> None:
    first = client.get("/widget.js")
    again = client.get("/widget.js", headers={"If-None-Match": first.headers["etag"]})
    plain = client.get("/widget.js", headers={"Accept-Encoding": "identity"})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in first.headers["cache-control"]
    refused = client.get("/widget.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert plain.content == refused.content == first.content
    assert "content-encoding" not in refused.headers
    assert plain.headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize("path", ["/chat", "/kb", "/kb/grpc-instance", "/kb/hostile", "/kb/missing"])
def test_page_runs_nothing_inline(client: httpx.Client, path: str) -> None:
    reply = client.get(path)
    found = _scripts(reply.text)
    running = [attributes for attributes, _ in found.bodies if attributes.get("type") != "application/ld+json"]
    assert "script-src 'self'" in reply.headers["content-security-policy"]
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert [attributes["src"] for attributes in running] == [("../" if "/kb/" in path else "./") + "widget.js"]
    assert found.inline == []


def test_chat_weighs_little(client: httpx.Client) -> None:
    paths = ("/chat", "/widget.js", "/static/page.css", "/static/icon.svg")
    assert sum(len(gzip.compress(client.get(path).content)) for path in paths) < 60 * 1024


def test_document_page_says_everything(client: httpx.Client, service: Server) -> None:
    text = client.get("/kb/grpc-instance").text
    assert '<html lang="zh-CN">' in text
    assert "<h1>grpc 服务实例已经销毁，但 nacos 上服务一直不下线</h1>" in text
    assert f'<link rel="canonical" href="{service.url}/kb/grpc-instance">' in text
    for part in (
        "2024-09-26",
        "过了一个小时也不下线",
        "注销残留的持久化实例",
        "https://nacos.io/docs/latest/overview/",
    ):
        assert part in text
    assert 'href="instance-kinds"' in text


def test_document_page_leads_on(client: httpx.Client) -> None:
    text = client.get("/kb/grpc-instance").text
    related = text.partition('<nav class="related"')[2].partition("</nav>")[0]
    assert re.findall(r'<a href="([^"]+)"', related) == ["instance-kinds", "rocketmq-backlog", "hostile"]
    assert '<expert-answers-feedback data-document="grpc-instance"' in text


def test_document_page_asks_for_no_vote_without_records(
    client: httpx.Client, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "settings", log.settings.model_copy(update={"records": False}))
    assert "expert-answers-feedback" not in client.get("/kb/grpc-instance").text


def test_wide_parts_are_reached_with_the_keyboard(client: httpx.Client) -> None:
    text = client.get("/kb/grpc-instance").text
    assert '<div class="wide-table" tabindex="0"><table>' in text
    assert '<pre class="highlight" tabindex="0">' in text


def test_document_page_in_english_speaks_english(client: httpx.Client) -> None:
    text = client.get("/kb/rocketmq-backlog").text
    assert '<html lang="en">' in text
    assert "Expert answer" in text


def test_document_page_describes_itself(client: httpx.Client) -> None:
    found = _scripts(client.get("/kb/hostile").text)
    data = json.loads(next(text for attributes, text in found.bodies if attributes.get("type")))
    assert data["@type"] == "QAPage"
    assert data["mainEntity"]["name"] == "</script><script>window.hacked=9</script>"
    assert data["mainEntity"]["acceptedAnswer"]["text"] == "<p>harmless</p>"


@pytest.mark.parametrize("path", ["/kb/missing", "/kb/a/b", "/kb/%00", "/kb/<script>"])
def test_unknown_document_gets_a_page(client: httpx.Client, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert "没有这篇文档" in reply.text


def test_browse_filters_by_product_and_tag(client: httpx.Client) -> None:
    def links(path: str) -> list[str]:
        return re.findall(r'<h2><a href="(kb/[^"]+)"', client.get(path).text)

    assert len(links("/kb")) == 4
    assert links("/kb?product=rocketmq") == ["kb/rocketmq-backlog"]
    assert links("/kb?tag=grpc") == ["kb/grpc-instance"]
    assert links("/kb?product=rocketmq&tag=grpc") == []
    assert links("/kb?page=9") == []


def test_browse_offers_tags_that_tell_documents_apart(client: httpx.Client) -> None:
    def tags(path: str) -> list[str]:
        part = client.get(path).text.partition('<nav class="tags"')[2].partition("</nav>")[0]
        return re.findall(r"#([^ <]+)", part)

    assert tags("/kb") == ["下线"]
    assert tags("/kb?product=rocketmq") == []
    assert tags("/kb?tag=grpc") == ["grpc", "下线"]


def test_sitemap_lists_every_document(client: httpx.Client, service: Server) -> None:
    root = ElementTree.fromstring(client.get("/sitemap.xml").text)
    places = [place.text for place in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert len(places) == 6
    assert f"{service.url}/kb/grpc-instance" in places


@pytest.mark.parametrize(
    "path", ["/chat", "/kb", "/kb/grpc-instance", "/widget.js", "/static/page.css", "/sitemap.xml", "/llms.txt"]
)
def test_head_says_what_get_says(client: httpx.Client, path: str) -> None:
    head, whole = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert client.head("/kb/missing").status_code == 404


def test_llms_txt_links_every_document(client: httpx.Client, service: Server) -> None:
    text = client.get("/llms.txt").text
    assert text.startswith("# Expert Answers\n")
    assert f"]({service.url}/kb/rocketmq-backlog)" in text
