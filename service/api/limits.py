"""How much one client may ask for, as plain ASGI before anything costs much."""

import ipaddress
import math
from functools import lru_cache
from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from service.api.buckets import Buckets, Rate
from service.api.errors import error_response
from service.api.metrics import Metrics
from service.settings import Settings

UNLIMITED = frozenset({"/healthz", "/readyz", "/metrics"})
_ADMINISTRATION = ("/admin", "/reindex")
_CLIENTS = 8192


class LimitRate:
    """Refuses with 429 what a client sends beyond its limits.

    A client is an IPv4 address or an IPv6 network of 64 bits, which is what one household gets. Trusted proxies, and so
    by default programs on this machine, are no clients: what they send without naming one is not limited.
    """

    def __init__(self, app: ASGIApp, settings: Settings, buckets: Buckets, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics
        self._rates = {
            "ask": Rate.parse(settings.ask_limit),
            "admin": Rate.parse(settings.admin_limit),
            "page": Rate.parse(settings.page_limit),
        }
        trusted = [ipaddress.ip_network(network) for network in settings.trusted_proxies]

        def place(limit: str, host: str) -> int | None:
            client = client_of(host, trusted)
            return None if client is None else buckets.place(limit, client)

        self._place = lru_cache(_CLIENTS)(place)
        self._take = buckets.take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through while its client has some left."""
        if scope["type"] == "http" and (limit := _limit_of(scope["method"], scope["path"])):
            rate, client = self._rates[limit], scope.get("client")
            place = self._place(limit, client[0]) if client and rate else None
            if rate and place is not None and (wait := self._take(place, rate)):
                self._metrics.count_limited(limit)
                await _refuse(wait)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def client_of(host: str, trusted: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> str | None:
    """Whom an address stands for; None for a trusted proxy."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        # Whatever a proxy names its clients by.
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in network for network in trusted):
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)


def _limit_of(method: str, path: str) -> str | None:
    """Which limit a request counts against."""
    if path in UNLIMITED:
        return None
    if path.startswith(_ADMINISTRATION):
        return "admin"
    # What a browser asks before it sends a question is none.
    return "ask" if method == "POST" else "page"


def _refuse(wait: float) -> ASGIApp:
    seconds = math.ceil(wait)
    message = f"Too many requests came from your address; send the next one in {seconds} s."
    return error_response(HTTPStatus.TOO_MANY_REQUESTS, "rate_limited", message, headers={"Retry-After": str(seconds)})
