"""Those who ask the web servers, each request on a connection of its own, as a proxy in front makes them."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Barrier
from time import perf_counter
from urllib.parse import urlencode

from benchmarks.servers import HOST

TIMEOUT = 60
TOKEN = "benchmark" * 3 + "token"  # 32 letters, as Django's own


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: str | None = None


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    ms: float


def as_patient(cookies: tuple[str, str], session: str, port: int) -> dict[str, str]:
    """Headers of someone who is signed in, as the proxy hands them on."""
    sid, csrf = cookies
    return {
        "Cookie": f"{sid}={session}; {csrf}={TOKEN}",
        "Origin": f"https://{HOST}:{port}",
        "X-CSRFToken": TOKEN,
        "X-Forwarded-Proto": "https",
    }


def get(path: str, headers: dict[str, str]) -> Request:
    return Request(path, headers)


def post(path: str, headers: dict[str, str], form: dict[str, str]) -> Request:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return Request(path, headers | kind, urlencode(form))


def send(port: int, request: Request) -> Answer:
    begun = perf_counter()
    connection = HTTPConnection(HOST, port, timeout=TIMEOUT)
    try:
        method = "GET" if request.body is None else "POST"
        connection.request(method, request.path, request.body, request.headers)
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    return Answer(response.status, response.headers.get("Location", ""), (perf_counter() - begun) * 1000)


def send_all(port: int, requests: Iterable[Request], clients: int) -> list[Answer]:
    """So many clients, each of whom sends the next request as soon as the last is answered."""
    if clients == 1:
        return [send(port, request) for request in requests]
    with ThreadPoolExecutor(clients) as threads:
        return list(threads.map(lambda request: send(port, request), requests))


def send_at_once(port: int, requests: list[Request]) -> list[Answer]:
    """All in the same moment, each by a client of its own."""
    start = Barrier(len(requests))

    def together(request: Request) -> Answer:
        start.wait()
        return send(port, request)

    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(together, requests))
