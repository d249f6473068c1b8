import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from fastapi.testclient import TestClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import HttpUrl

from service.api.app import create_app
from service.api.tracing import Tracing
from service.settings import Settings
from tests.encoders import HashingEncoder

TRACE = "0af7651916cd43dd8448eb211c80319c"
STAGES = ["receive", "wait", "understand", "find", "rank", "compose", "write"]


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    kept = InMemorySpanExporter()
    monkeypatch.setattr(Tracing, "open", lambda settings: Tracing(SimpleSpanProcessor(kept)))
    return kept


@pytest.fixture
def client(exporter: InMemorySpanExporter, indexed: Settings, encoder: HashingEncoder) -> Iterator[TestClient]:
    with TestClient(create_app(indexed, encoder=encoder)) as client:
        exporter.clear()
        yield client


def attributes(span: ReadableSpan) -> dict[str, object]:
    return dict(span.attributes or {})


def test_question_is_a_span_with_its_stages_in_it(client: TestClient, exporter: InMemorySpanExporter) -> None:
    headers = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-ID": "r-9"}
    client.post("/ask", json={"question": "登录报 403"}, headers=headers)
    *stages, request = exporter.get_finished_spans()
    assert request.name == "POST /ask"
    assert f"{request.context.trace_id:032x}" == TRACE
    noted = attributes(request)
    assert noted["http.response.status_code"] == 200
    assert noted["expert_answers.answer"] == "answered"
    assert noted["expert_answers.request_id"] == "r-9"
    assert "403" not in str(noted)
    assert [span.name for span in stages] == STAGES
    assert {span.parent.span_id for span in stages if span.parent} == {request.context.span_id}
    ends = [span.end_time or 0 for span in stages]
    assert [span.start_time for span in stages] == [request.start_time, *ends[:-1]]
    assert ends[-1] <= (request.end_time or 0)


def test_page_that_is_not_there_is_a_span_without_its_address(
    client: TestClient, exporter: InMemorySpanExporter
) -> None:
    client.get("/secret?token=secret")
    (span,) = exporter.get_finished_spans()
    assert span.name == "GET unmatched"
    assert "secret" not in str(attributes(span))


def test_nothing_of_it_is_imported_by_default() -> None:
    # FastAPI itself may bring the interface, which does nothing alone.
    parts = ("opentelemetry.sdk", "opentelemetry.exporter")
    check = f"import sys, service.api.app; sys.exit(any(name.startswith({parts}) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_traces_reach_the_collector_that_is_set(indexed: Settings, encoder: HashingEncoder) -> None:
    received: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            received.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        traced = indexed.model_copy(update={"traces_url": HttpUrl(f"http://127.0.0.1:{server.server_port}")})
        with TestClient(create_app(traced, encoder=encoder)) as client:
            client.post("/ask", json={"question": "登录报 403"})
        server.shutdown()
    assert received == ["/v1/traces"]
