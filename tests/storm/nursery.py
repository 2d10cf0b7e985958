"""Where the storm's processes are born: one that has read all the code forks each of them.

A start by `keepcovered …` costs seconds of reading, and a storm starts thousands.

Each line on stdin is a command `{"id", "argv", "env", "log"}`; each line on stdout is `{"id", "pid"}` for a birth and
`{"gone", "code"}` for a death. What is born is a process group of its own, as a shell would make it.
"""

import gc
import json
import os
import select
import signal
import sys
from typing import Any, NoReturn

from tests.storm.skew import SKEW, set_ahead

PAUSE = 0.02


def main() -> None:
    """Read the code, then obey until stdin ends."""
    command = _read()
    gc.collect()
    gc.freeze()
    say(ready=os.getpid())
    waiting, born = b"", set[int]()
    while True:
        born -= _bury()
        if not select.select([0], [], [], PAUSE)[0]:
            continue
        read = os.read(0, 1 << 16)
        if not read:  # whoever wanted them is gone, and so they go
            for pid in born:
                os.killpg(pid, signal.SIGKILL)
            return
        *lines, waiting = (waiting + read).split(b"\n")
        for line in lines:
            told = json.loads(line)
            born.add(pid := _bear(told, command))
            say(id=told["id"], pid=pid)


def _read() -> Any:
    """Read what every child would read anew; nothing that has threads or connections is begun."""
    import app.main  # noqa: F401
    from app.cli import main as command
    from app.db.schema import known_schema
    from app.wiring import adapters, shipped, shipped_almanac

    known_schema(), shipped(), shipped_almanac(), adapters.offered()
    return command


def say(**what: object) -> None:
    """Tell the parent."""
    os.write(1, json.dumps(what).encode() + b"\n")


def _bury() -> set[int]:
    """Tell of every child that ended; one that is paused has not."""
    gone = set[int]()
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return gone
        if not pid:
            return gone
        gone.add(pid)
        say(gone=pid, code=os.waitstatus_to_exitcode(status))


def _bear(told: dict[str, Any], command: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _become(told, command)
    finally:
        os._exit(70)


def _become(told: dict[str, Any], command: Any) -> NoReturn:
    os.setsid()
    log = os.open(told["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for wanted, held in ((0, nothing), (1, log), (2, log)):
        os.dup2(held, wanted)
    os.environ.update(told["env"])  # noqa: TID251  (as a shell would)
    if skew := told["env"].get(SKEW):
        set_ahead(float(skew))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["keepcovered", *told["argv"]]
    code = 0
    try:
        command()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdout.flush()
        os._exit(code)
    raise AssertionError


if __name__ == "__main__":
    main()
