"""Who can do what from outside: tokens, limits, origins, addresses."""

import stat
from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from service.api.tokens import read_tokens
from service.doctor.finding import Finding, doubtful, fine, wrong
from service.errors import SettingsError
from service.settings import Settings


def examine_tokens(settings: Settings) -> Iterator[Finding]:
    """Can anybody administer the service, and can others read their token?"""
    count = 1 if settings.admin_token else 0
    if (file := settings.admin_tokens_file) is not None:
        try:
            count += len(read_tokens(file))
        except SettingsError as error:
            yield wrong("tokens", str(error), "The service does not start until that is mended.")
            return
        if file.stat().st_mode & stat.S_IROTH:
            told = f"Every user of this machine can read {file}."
            yield doubtful("tokens", told, f"Run `chmod o-r {file}`.")
    if count:
        yield fine("tokens", f"{count} tokens let administrators in.")
    else:
        told = "Administration over HTTP is off: there is no token."
        remedy = (
            "Set EXPERT_ANSWERS_ADMIN_TOKEN (`openssl rand -base64 32` makes one) if you want to reindex from afar."
        )
        yield doubtful("tokens", told, remedy)


def examine_exposure(settings: Settings) -> Iterator[Finding]:
    """Does the service know whom it talks to, and does it defend itself?"""
    off = [name for name in ("ask", "admin", "page") if getattr(settings, f"{name}_limit") == "off"]
    if off:
        variables = ", ".join(f"EXPERT_ANSWERS_{name.upper()}_LIMIT" for name in off)
        told = f"Anybody may send as much as they like: {variables} off."
        yield doubtful("limits", told, "Set them, unless what stands before the service limits its clients.")
    else:
        told = f"A client may send {settings.ask_limit} questions, {settings.page_limit} other requests."
        yield fine("limits", told)
    if _is_local(settings.host):
        yield fine("address", f"The service listens on {settings.host}, for this machine only.")
    elif all(ip_network(proxy).is_loopback for proxy in settings.trusted_proxies):
        told = f"The service listens on {settings.host}; what a proxy on another machine forwards to it all "
        remedy = "Set EXPERT_ANSWERS_TRUSTED_PROXIES to the proxy's address or network, if there is one."
        yield doubtful("address", f"{told}counts as one client's.", remedy)
    else:
        proxies = ", ".join(settings.trusted_proxies)
        yield fine("address", f"The service listens on {settings.host}, and believes the proxies {proxies}.")
    if settings.public_url is None and not _is_local(settings.host):
        told = "Links in replies have no address of the service (EXPERT_ANSWERS_PUBLIC_URL is not set)."
        yield doubtful("links", told, "Set it to the address at which users reach the service.")


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
