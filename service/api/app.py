"""The application: routers, middleware and error handlers put together, and what it holds opened and closed."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.answering.reranker import Reranker, open_reranker
from service.api.buckets import Buckets
from service.api.description import describe
from service.api.errors import register_handlers
from service.api.limits import LimitRate
from service.api.metrics import Metrics
from service.api.middleware import AnswerHead, Attend, LimitBody
from service.api.origins import AllowOrigins, AnswerPreflights
from service.api.proxies import trusted_hosts
from service.api.routers import admin, ask, documents, feedback, health, metrics, reindex
from service.api.sharing import shared_folder
from service.api.state import State
from service.api.tracing import Trace, Tracing
from service.embedding.encoder import Encoder
from service.index.models import open_model
from service.logs import configure_logging
from service.memory import limit_arenas, settled
from service.records.conversations import Conversations
from service.records.database import Database
from service.records.history import History
from service.records.recorder import Recorder
from service.records.reporter import Reporter
from service.records.store import Store
from service.settings import Settings, read_settings
from service.web.admin import router as admin_pages
from service.web.crawlers import router as crawlers
from service.web.pages import router as pages

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 1.0
_TAGS = [
    {"name": "answers", "description": "Ask, and get the expert's answer or an honest no."},
    {"name": "documents", "description": "The documents that answers come from."},
    {"name": "feedback", "description": "Say whether an answer helped."},
    {"name": "administration", "description": "For the bearer of the administrator's token."},
    {"name": "operations", "description": "For whoever runs the service."},
]


def create_app(settings: Settings, *, encoder: Encoder | None = None, reranker: Reranker | None = None) -> FastAPI:
    """Make the application; its lifespan opens the models that the settings name unless open ones are given.

    It starts without an index too, says so, and takes one up as soon as it is published.

    :raises SettingsError: when the records' database is not one that can be had, or tracing is set and not installed.
    """
    counters = Metrics()
    tracing = Tracing.open(settings)
    database = Database.from_settings(settings) if settings.records else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _opened(settings, encoder, reranker, counters, database) as state:
            app.state.service = state
            yield
        if tracing:
            await asyncio.to_thread(tracing.close)

    # Its page at /docs needs no network, unlike FastAPI's own.
    app = FastAPIOffline(
        redoc_url=None,
        # Such a redirect would lead to whatever host the request names.
        redirect_slashes=False,
        favicon_url="/favicon.ico",
        title="Expert Answers",
        summary="Expert answers to questions asked in one's own words, in Chinese or English.",
        version=_version(),
        openapi_tags=_TAGS,
        lifespan=lifespan,
        middleware=_middleware(settings, counters, tracing),
        generate_unique_id_function=_operation_id,
        # The service has metrics and traces of its own.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    register_handlers(app)
    # As they are, and before all others: FastAPI looks for a route twice in what is included.
    app.router.routes[:0] = ask.router.routes
    # What is said of a document comes before the documents, whose addresses end in anything.
    for resource in (feedback, documents, reindex, admin, health, metrics):
        app.include_router(resource.router)
    app.include_router(pages)
    app.include_router(crawlers)
    app.include_router(admin_pages)
    describe(app)
    return app


def app_from_environment() -> FastAPI:
    """Make the application that the environment describes, for `uvicorn --factory` and its workers."""
    limit_arenas()
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    return create_app(settings)


@asynccontextmanager
async def _opened(
    settings: Settings,
    encoder: Encoder | None,
    reranker: Reranker | None,
    counters: Metrics,
    database: Database | None,
) -> AsyncIterator[State]:
    async with AsyncExitStack() as stack:
        opened = encoder if encoder is not None else await asyncio.to_thread(open_model, settings)
        reranker = reranker or await asyncio.to_thread(open_reranker, settings)
        conversations = Conversations(database, timedelta(minutes=settings.conversation_minutes))
        stack.callback(conversations.close)
        state = State(settings, opened, counters, conversations, reranker)
        if database:
            days = settings.records_days
            state.recorder = Recorder(Store(database), keep_days=days, on_loss=counters.count_loss)
            state.reporter = Reporter(
                History(database),
                opened,
                lambda question, product: state.engine.ask(question, product=product),
                similarity=settings.report_similarity,
            )
            stack.push_async_callback(asyncio.to_thread, state.recorder.close)
        await asyncio.to_thread(state.follow)
        follower = asyncio.create_task(_follow(state))
        stack.push_async_callback(_stop, follower)
        stack.enter_context(settled())
        yield state


async def _follow(state: State) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        try:
            await asyncio.to_thread(state.follow)
            state.metrics.observe(state.pending_records)
        except Exception:
            # Nobody waits for this task; were it to end, the service would answer from an old index for ever.
            logger.exception("The published index could not be looked for")


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _middleware(settings: Settings, counters: Metrics, tracing: Tracing | None) -> list[Middleware]:
    """The layers around the routes, outermost first."""
    folder = shared_folder()
    buckets = Buckets.shared(folder / "limits") if folder else Buckets.private()
    origins, preflights = _origins(settings)
    return [
        Middleware(ProxyHeadersMiddleware, trusted_hosts=trusted_hosts(settings.trusted_proxies)),
        *origins,
        Middleware(Attend, metrics=counters),
        *([Middleware(Trace, tracing=tracing)] if tracing else []),
        Middleware(LimitRate, settings=settings, buckets=buckets, metrics=counters),
        *preflights,
        Middleware(LimitBody),
        Middleware(AnswerHead),
    ]


def _origins(settings: Settings) -> tuple[list[Middleware], list[Middleware]]:
    """The layers that let pages of other origins read replies, and that answer what their browsers ask before."""
    if not settings.cors_origins:
        return [], []
    allowed: dict[str, Any] = {
        "allow_origins": settings.cors_origins,
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["Authorization", "Content-Type", "X-Request-ID"],
        "expose_headers": ["X-Request-ID", "Retry-After"],
        "max_age": 86_400,
    }
    return [Middleware(AllowOrigins, **allowed)], [Middleware(AnswerPreflights, **allowed)]


def _operation_id(route: APIRoute) -> str:
    return route.name


def _version() -> str:
    try:
        return version("expert-answers")
    except PackageNotFoundError:
        # Run from a checkout that was not installed.
        return "0"
