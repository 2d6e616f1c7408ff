"""One Django on one database, in a process of its own: settings hold for a whole process, and there are several."""

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from signal import SIGTERM
from typing import Any, Self

HOUSE, BASE = "benchmarks.inside", "benchmarks.base.app"  # to import either sets its Django up


class Apart:
    def __init__(self, django: str, environment: dict[str, str]) -> None:
        self.executor = ProcessPoolExecutor(
            max_workers=1, mp_context=get_context("spawn"), initializer=enter, initargs=(django, environment)
        )
        self.pid: int = self.call("os", "getpid")

    def call(self, module: str, name: str, *args: Any, **kwargs: Any) -> Any:
        """Named and not handed over: the calling process cannot import what needs Django's models."""
        return self.executor.submit(call, module, name, args, kwargs).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *rest: object) -> None:
        """Waits until the work is done; when the run fails or is stopped, the work is stopped too."""
        if error is not None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, SIGTERM)
        self.executor.shutdown()


def enter(django: str, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    import_module(django)


def call(module: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return getattr(import_module(module), name)(*args, **kwargs)
