"""Traces for OpenTelemetry, where a collector is set: a span a request, and one in it for each stage of a question.

The stages are noted while a request runs and made into spans when it has ended, so that tracing adds nothing to its
path. Nothing of OpenTelemetry is imported where no collector is set.
"""

import time
from typing import TYPE_CHECKING, Self

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import notes
from service.errors import SettingsError
from service.extras import install
from service.notes import CLIENT_GONE, DEPARTED, Note
from service.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

_SERVICE = "expert-answers"
_FAILED = 500


class Tracing:
    """Makes spans of requests and hands them on; `close` sends what is waiting."""

    def __init__(self, processor: "SpanProcessor") -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._provider = TracerProvider(resource=Resource.create({"service.name": _SERVICE}))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer(_SERVICE)
        self._propagator = TraceContextTextMapPropagator()

    @classmethod
    def open(cls, settings: Settings) -> Self | None:
        """Send traces to the collector that is set; None where there is none.

        :raises SettingsError: when OpenTelemetry is not installed.
        """
        if settings.traces_url is None:
            return None
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
        except ImportError as error:
            raise SettingsError(
                f"EXPERT_ANSWERS_TRACES_URL is set, but OpenTelemetry is not installed; run {install('tracing')}, "
                "or unset it."
            ) from error
        endpoint = f"{str(settings.traces_url).rstrip('/')}/v1/traces"
        return cls(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))

    def record(self, scope: Scope, status: int, note: Note) -> None:
        """Make the spans of a request that has ended."""
        from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

        # Spans have times of day, notes have moments of the monotonic clock.
        offset = time.time_ns() - time.perf_counter_ns()
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        method, route = scope["method"], getattr(scope.get("route"), "path", "unmatched")
        span = self._tracer.start_span(
            f"{method} {route}",
            self._propagator.extract(headers),
            SpanKind.SERVER,
            {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
                "expert_answers.request_id": note.request_id,
                **{f"expert_answers.{name}": str(fact) for name, fact in note.facts.items()},
            },
            start_time=offset + _nanoseconds(note.started),
        )
        if status >= _FAILED:
            span.set_status(StatusCode.ERROR)
        parent, begun = set_span_in_context(span), note.started
        for stage, end in note.laps:
            part = self._tracer.start_span(stage, parent, start_time=offset + _nanoseconds(begun))
            part.end(offset + _nanoseconds(end))
            begun = end
        span.end()

    def close(self) -> None:
        """Send what is waiting, and stop."""
        self._provider.shutdown()


class Trace:
    """Records the trace of every request, as plain ASGI; it goes within what notes them."""

    def __init__(self, app: ASGIApp, tracing: Tracing) -> None:
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through and record it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def send_and_see(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        except ClientDisconnect:
            raise
        except Exception:
            status = status or _FAILED
            raise
        finally:
            if (note := notes.current.get()) is not None:
                self._tracing.record(scope, CLIENT_GONE if DEPARTED in scope else status or CLIENT_GONE, note)


def _nanoseconds(moment: float) -> int:
    return int(moment * 1e9)
