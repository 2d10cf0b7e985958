"""Every example in the README and in docs/ runs as it is printed, against a service of its own.

A block marked ```` ```bash run ```` is run; a block ```` ```text shows ```` after it says what stands in the output, in
order, where `…` stands for anything. The blocks of a page share one shell; the README's ten minutes come first.
"""

import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.wiring import erase_database

ROOT = Path(__file__).parents[2]
FIRST = ROOT / "README.md"
PRINTED = "http://127.0.0.1:8000"
BLOCK = re.compile(r"^```(bash run|text shows)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "=== example"
KEEP, TAKE = 'echo "$KEY" > key\n', "export KEY=$(cat key)\n"
"""What later pages need of the first one."""


@dataclass(frozen=True, slots=True)
class Example:
    """What is run, and what its output has in it."""

    script: str
    shows: str = ""


def examples(page: Path) -> list[Example]:
    found: list[Example] = []
    for kind, text in BLOCK.findall(page.read_text("utf-8")):
        if kind == "bash run":
            found.append(Example(text))
        else:
            found[-1] = Example(found[-1].script, text)
    return found


def pages() -> list[Path]:
    others = [page for page in sorted((ROOT / "docs").glob("*.md")) if examples(page)]
    return [FIRST, *others]


def test_pages_with_examples_are_found():
    assert len(pages()) > 3
    assert all(example.shows for page in pages() for example in examples(page) if "curl" in example.script)


def test_what_is_shown_must_stand_in_the_output_in_order():
    assert missing("one…three\nfour", "zero one\n  two three four") is None
    assert missing("three\none", "one two three") == "one"


@pytest.mark.timeout(600)
def test_every_example_runs_as_printed():
    with a_service() as (environment, port):
        for page in pages():
            outputs = run(page, environment, port)
            for example, output in zip(examples(page), outputs, strict=True):
                assert missing(example.shows, output) is None, f"{page.name}\n{example.script}\n{output}"


def missing(shown: str, output: str) -> str | None:
    """Return the first piece of what is shown that the output lacks, if any."""
    place, said = 0, squeezed(output)
    for line in shown.splitlines():
        for piece in map(squeezed, line.split("…")):
            at = said.find(piece, place)
            if at < 0:
                return piece
            place = at + len(piece)
    return None


def squeezed(text: str) -> str:
    return " ".join(text.split())


def run(page: Path, environment: Mapping[str, str], port: int) -> list[str]:
    """Run a page's blocks in one shell and return the output of each."""
    blocks = "".join(f"echo '{MARK}'\n{example.script}" for example in examples(page))
    script = f"set -euo pipefail\n{blocks}{KEEP}" if page == FIRST else f"set -euo pipefail\n{TAKE}{blocks}"
    done = subprocess.run(  # noqa: S603  (our own pages)
        ["/bin/bash", "-c", script.replace(PRINTED, f"http://127.0.0.1:{port}")],
        env=environment, cwd=environment["HOME"], capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    outputs = done.stdout.split(f"{MARK}\n")[1:]
    assert done.returncode == 0, f"{page.name}, example {len(outputs)}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return outputs


@contextmanager
def a_service() -> Iterator[tuple[Mapping[str, str], int]]:
    """`keepcovered up` on a free port with a data folder of its own; gone without a trace afterwards."""
    bin_, port = Path(sys.executable).parent, free_port()
    with tempfile.TemporaryDirectory(prefix="keepcovered-docs-") as home:
        folder = Path(home)
        data = folder / "data"
        (folder / "docs").symlink_to(ROOT / "docs")
        (folder / ".curlrc").write_text("fail-with-body\nmax-time = 20\n")
        environment = {"PATH": f"{bin_}:/usr/local/bin:/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8",
                       "COLUMNS": "200", "KEEPCOVERED_DATA_DIR": str(data)}  # fmt: skip
        with (folder / "log").open("w") as log:
            up = subprocess.Popen(  # noqa: S603
                [bin_ / "keepcovered", "up", "--port", str(port)], env=environment, cwd=home, stdout=log, stderr=log
            )
            try:
                until_ready(up, port, folder / "log")
                yield environment, port
            finally:
                end(up)
                erase_database(data)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_ready(up: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end_at = time.monotonic() + 60
    while time.monotonic() < end_at and up.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"`keepcovered up` did not come up:\n{log.read_text()[-3000:]}")


def end(up: subprocess.Popen[bytes]) -> None:
    """Stop the service as Ctrl-C does, and wait until it is gone."""
    up.terminate()
    try:
        up.wait(40)
    except subprocess.TimeoutExpired:
        up.kill()
        up.wait()
