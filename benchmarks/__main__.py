"""Measures the hospital beside a minimal Django: `python -m benchmarks --quick`."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from benchmarks.databases import Databases, PostgreSQL, SQLite
from benchmarks.report import Row, as_json, as_table
from benchmarks.run import PARTS
from benchmarks.scale import FULL, QUICK, Scale
from benchmarks.servers import ROOT
from benchmarks.site import environment_of

LEFT_OUT = "TEST_DATABASE_URL is not set: PostgreSQL was left out."


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the visits and of the patients to load"
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql", "all"], default="all")
    parser.add_argument("--only", choices=list(PARTS), help="one part of the bench")
    parser.add_argument("--patients", type=sizes, metavar="N,N", help="how many are loaded, smallest first")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there too")
    return parser.parse_args()


def sizes(words: str) -> tuple[int, ...]:
    return tuple(map(int, words.split(",")))


def scale_of(asked: argparse.Namespace) -> Scale:
    scale = QUICK if asked.quick else FULL
    return replace(scale, loads=asked.patients) if asked.patients else scale


def main() -> None:
    asked = arguments()
    signal.signal(signal.SIGTERM, leave)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench_") as name:
        folder = Path(name)
        collect_static(folder)
        with closing(chosen(asked.database, folder)) as found:
            for databases in found:
                for part in [asked.only] if asked.only else PARTS:
                    rows += PARTS[part](databases, scale_of(asked), folder, say)
    print(as_table(rows))
    if asked.json:
        asked.json.write_text(json.dumps(as_json(rows), indent=1) + "\n")


def chosen(which: str, folder: Path) -> Generator[Databases, None, None]:
    """One after the other, each gone before the next begins."""
    address = os.environ.get("TEST_DATABASE_URL", "")
    if which in ("sqlite", "all"):
        with tempfile.TemporaryDirectory(dir=folder) as room:
            yield SQLite(Path(room))
    if which in ("postgresql", "all") and address:
        with ExitStack() as stack:
            yield PostgreSQL(address, stack)
    elif which in ("postgresql", "all"):
        say(LEFT_OUT)


def collect_static(folder: Path) -> None:
    """Pages name their static files by what is in them, so that these must be there."""
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    environment = environment_of(f"sqlite:///{folder / 'none.sqlite3'}", folder)
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def leave(*signal_and_frame: object) -> NoReturn:
    """Asked to stop, the run still takes its servers and databases with it, and hears no second call meanwhile."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(143)


if __name__ == "__main__":
    main()
