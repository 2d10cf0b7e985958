"""Starts the provider's stand-in: `sink.c` compiled here and now, or, without a compiler, `slow_sink.py`."""

import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
COMPILERS = ("cc", "gcc", "clang")


@dataclass(frozen=True, slots=True)
class Sink:
    """A running sink: where it listens, its process, and what it is written in."""

    url: str
    pid: int
    written_in: str

    def counts(self) -> dict[str, int]:
        """Return how many requests for texts and for e-mails it has answered."""
        with urllib.request.urlopen(f"{self.url}/counts", timeout=10) as answer:  # noqa: S310  (our own address)
            counts: dict[str, int] = json.load(answer)
        return counts


@contextmanager
def running_sink(folder: Path, *, delay: int = 0, certificate: Path | None = None) -> Iterator[Sink]:
    """Run a sink as a process of its own; `delay` in milliseconds, `certificate` (PEM, with its key) for TLS."""
    command, written_in = _command(folder, certificate)
    with subprocess.Popen([*command, str(delay), *_words(certificate)], stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            port = int(process.stdout.readline()) if process.stdout else 0
            url = f"https://localhost:{port}" if certificate else f"http://127.0.0.1:{port}"
            yield Sink(url, process.pid, written_in)
        finally:
            process.kill()


def _words(certificate: Path | None) -> list[str]:
    return [str(certificate)] if certificate else []


def _command(folder: Path, certificate: Path | None) -> tuple[list[str], str]:
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None or certificate is not None:
        return [sys.executable, str(HERE / "slow_sink.py")], "Python"
    program = folder / "sink"
    if not program.exists():
        subprocess.run([compiler, "-O2", "-o", str(program), str(HERE / "sink.c")], check=True)  # noqa: S603
    return [str(program)], "C"
