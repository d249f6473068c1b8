"""Whose word counts for who the client is."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

_MAPPED = int(IPv6Network("::ffff:0:0/96").network_address)
_MAPPED_BITS = 96


def trusted_hosts(networks: Iterable[str]) -> list[str]:
    """The networks, those of IPv4 also by the names that their addresses have on a socket for IPv6."""
    parsed = [ip_network(network) for network in networks]
    return [str(network) for network in (*parsed, *(_mapped(one) for one in parsed if isinstance(one, IPv4Network)))]


def _mapped(network: IPv4Network) -> IPv6Network:
    return IPv6Network((_MAPPED | int(network.network_address), _MAPPED_BITS + network.prefixlen))
