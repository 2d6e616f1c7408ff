"""Whom to believe about where a request came from: the proxies that TRUSTED_PROXIES names, and nobody else."""

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The address that the outermost trusted proxy saw; what stands before it anyone may have written."""
    told = request.headers.get("X-Forwarded-For", "").split(",")
    hops = [hop.strip() for hop in [*told, request.META.get("REMOTE_ADDR", "")] if hop.strip()]
    while len(hops) > 1 and is_trusted(hops[-1]):
        hops.pop()
    return hops[-1] if hops else ""


def is_trusted(hop: str) -> bool:
    try:
        address = ip_address(hop)
    except ValueError:
        return False
    return any(address in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)
