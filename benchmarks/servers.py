"""Web servers of the run: gunicorn with two workers, on the loopback address only."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep
from typing import Any

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent
STARTING, STOPPING = 60, 15  # seconds
ARGUMENTS = (
    *("--workers", "2", "--threads", "8", "--worker-class", "gthread"),
    *("--graceful-timeout", "2", "--log-level", "warning", "--no-control-socket"),
)
HOUSE = "hospital.wsgi"
BASE = "benchmarks.base.app:serve()"


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def workers(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def pids(self) -> list[int]:
        return [self.pid, *self.workers()]

    def memory(self) -> float:
        """Resident megabytes of the larger worker."""
        return max(resident_kb(pid) for pid in self.workers()) / 1024


def resident_kb(pid: int | str, line: str = "VmRSS:") -> int:
    """Memory as it is now; with VmHWM the most that the program has held since it began."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(found.split()[1]) for found in lines if found.startswith(line))


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind((HOST, 0))
        return int(asked.getsockname()[1])


def house_environment(url: str, folder: Path, port: int) -> dict[str, str]:
    """As in production, behind a proxy on this machine that speaks https to the world."""
    return {
        "ALLOWED_HOSTS": HOST,
        "ALLOW_SQLITE": "yes",
        "BENCH_STATIC_ROOT": str(folder / "static"),
        "CACHE_URL": "dbcache://hospital_cache",
        "DATABASE_POOL_SIZE": "8",
        "DATABASE_URL": url,
        "DEBUG": "no",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "EMAIL_URL": "dummymail://",
        "HOSPITAL_BASE_URL": f"https://{HOST}:{port}",
        "HOSPITAL_TIME_ZONE": "Europe/London",
        "MEDIA_ROOT": str(folder / "media"),
        "SECRET_KEY": "only-for-the-benchmark-and-long-enough-to-pass-0123456789-ABCDEFGH",
        "TRUSTED_PROXIES": HOST,
    }


def base_environment(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url}


@contextmanager
def serving(application: str, environment: dict[str, str], port: int) -> Iterator[Server]:
    """Begun, and perhaps not ready yet; stopped at the end, by force if it lingers."""
    surroundings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"{HOST}:{port}", *ARGUMENTS]
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings | environment)
    try:
        yield Server(port, process.pid)
    finally:
        stop(process)


def wait_for(server: Server) -> None:
    """Until a worker gives any answer at all: the port is open before."""
    until = monotonic() + STARTING
    while monotonic() < until and Path(f"/proc/{server.pid}/task/{server.pid}/children").exists():
        connection = HTTPConnection(HOST, server.port, timeout=STARTING)
        try:
            connection.request("GET", "/")
            connection.getresponse()
            return
        except (OSError, HTTPException):
            sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError(f"No server on port {server.port} within {STARTING} s.")


def stop(process: Any) -> None:
    """Workers without a master notice that within a second, and go."""
    process.terminate()
    try:
        process.wait(STOPPING)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
