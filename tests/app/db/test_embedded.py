import multiprocessing
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.db.embedded import EmbeddedPostgres, ServerWouldNotStart, default_root
from app.db.embedded_process import running, server_of

REPOSITORY = Path(__file__).parents[3]
ORDINARY_USER = 1  # "daemon": not root, not nobody, and every machine has it
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another user")

A_USER = """
import sys
from pathlib import Path
from app.db.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), shared=Path(sys.argv[2]), durable=False):
    print("using it", flush=True)
    sys.stdin.read()
"""


class Place:
    """Where a test keeps its servers: a folder that every user may pass through."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.chmod(0o711)

    def handle(self, name: str = "usual", *, durable: bool = False) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.folder / name, durable=durable, shared=self.folder / "shared")

    def process(self, name: str = "usual") -> subprocess.Popen[str]:
        """Start another process that uses the server until its standard input is closed."""
        command = [sys.executable, "-c", A_USER, str(self.folder / name), str(self.folder / "shared")]
        return subprocess.Popen(  # noqa: S603
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    @contextmanager
    def another_user(self, name: str = "usual") -> Iterator[subprocess.Popen[str]]:
        with self.process(name) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "using it\n"
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="kc-test-", dir="/tmp"))
    place = Place(folder)
    yield place
    for data in folder.glob("**/postgres/data"):
        assert server_of(data) is None, "a test left its server running"
    shutil.rmtree(folder)


@pytest.fixture
def server(place) -> Iterator[EmbeddedPostgres]:
    with place.handle() as server:
        yield server


def process_of(server: EmbeddedPostgres) -> int | None:
    return server_of(server.home / "data")


def ask(server: EmbeddedPostgres, question: str) -> str:
    with psycopg.connect(server.url) as connection:
        row = connection.execute(question).fetchone()
    return "" if row is None else str(row[0])


def test_the_first_start_makes_our_database_and_the_last_out_stops_the_server(place):
    with place.handle() as server:
        pid = process_of(server)
        assert pid
        assert ask(server, "SELECT current_database()") == "keepcovered"
    assert not running(pid)


def test_the_data_outlive_the_server(place):
    with place.handle() as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with place.handle() as server:
        assert ask(server, "SELECT number FROM kept") == "7"


def test_a_second_handle_keeps_the_server_alive(place):
    first, second = place.handle(), place.handle()
    first.start()
    second.start()
    first.stop()
    assert ask(second, "SELECT 1") == "1"
    second.stop()
    assert process_of(second) is None


def test_starting_and_stopping_twice_is_no_harm(place):
    server = place.handle()
    server.start()
    server.start()
    server.stop()
    server.stop()
    assert process_of(server) is None


def test_the_last_out_stops_it_whoever_started_it(place):
    with place.another_user() as starter, place.handle() as server:
        starter.communicate("")
        assert ask(server, "SELECT 1") == "1"
    assert process_of(server) is None


def test_several_processes_that_start_at_once_share_one_new_server(place):
    processes = [place.process("at once") for _ in range(3)]
    assert [process.stdout and process.stdout.readline() for process in processes] == ["using it\n"] * 3
    server = place.handle("at once")
    assert (server.home / "log").read_text().count("ready to accept connections") == 1
    for process in processes:
        process.communicate("")
    assert process_of(server) is None


def test_only_a_server_that_nobody_else_uses_is_erased(place):
    server = place.handle("erased")
    server.start()
    place.handle("erased").erase()
    assert ask(server, "SELECT 1") == "1"
    server.erase()
    assert not server.home.exists()


def test_a_server_whose_users_were_killed_is_taken_over_and_then_stopped(place):
    with place.another_user() as user:
        server = place.handle()
        pid = process_of(server)
        user.kill()
        user.wait()
        assert running(pid or 0)
    with server:
        assert process_of(server) == pid
        assert ask(server, "SELECT 1") == "1"
    assert not running(pid or 0)


def test_a_killed_server_is_recovered_with_its_committed_data(place):
    with place.handle(durable=True) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE survives AS SELECT 'all' AS what")
        killed = process_of(server)
        os.kill(killed or 0, signal.SIGKILL)
        with place.handle(durable=True) as recovered:
            assert process_of(recovered) not in {killed, None}
            assert ask(server, "SELECT what FROM survives") == "all"


def test_a_starter_killed_in_the_middle_of_its_first_start_leaves_no_harm(place):
    server = place.handle("killed early")
    process = place.process("killed early")
    while not any(server.home.glob("data*/PG_VERSION")):
        assert process.poll() is None
    process.kill()
    process.communicate()
    with server:
        assert ask(server, "SELECT current_database()") == "keepcovered"
        assert not [*server.home.glob("data.*")]


def test_a_stale_pid_file_that_names_somebody_else_harms_nobody(place):
    server = place.handle()
    with server:
        stale = server.home / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n")
    with server:
        assert process_of(server) not in {os.getpid(), None}


def test_the_locks_reach_no_child(server):
    held = {link.readlink().name for link in Path(f"/proc/{process_of(server)}/fd").iterdir()}
    assert held.isdisjoint({"in-use", "lock"})
    child = multiprocessing.get_context("fork").Process(target=signal.pause)
    child.start()
    server.stop()
    try:
        assert process_of(server) is None
    finally:
        child.kill()
        child.join()
        child.close()


def test_a_wrong_password_is_refused(server):
    wrong = re.sub(r"app:[^@]+@", "app:wrong@", server.url)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_secret_and_the_data_are_for_the_owner_alone(server):
    modes = {name: stat.S_IMODE((server.home / name).stat().st_mode) for name in ("secret", "data", "log")}
    assert modes == {"secret": 0o600, "data": 0o700, "log": 0o600}


def test_the_log_keeps_silent_about_what_was_asked(server):
    with psycopg.connect(server.url) as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT 'Ana Reyes'::int")
    assert "Ana Reyes" not in (server.home / "log").read_text()


@as_root
def test_an_ordinary_user_has_a_server_of_their_own(place):
    folder = place.folder / "ordinary"
    folder.mkdir()
    os.chown(folder, ORDINARY_USER, ORDINARY_USER)
    child = multiprocessing.get_context("fork").Process(target=use_as_ordinary_user, args=(folder,))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert {path.stat().st_uid for path in folder.rglob("*")} == {ORDINARY_USER}


def use_as_ordinary_user(folder: Path) -> None:
    os.setgroups([])
    os.setgid(ORDINARY_USER)
    os.setuid(ORDINARY_USER)
    with EmbeddedPostgres(folder, durable=False) as server:
        assert ask(server, "SELECT current_database()") == "keepcovered"
    assert process_of(server) is None


def test_root_keeps_data_with_the_machine_and_a_user_at_home():
    assert default_root(Path("/home/ana"), root=False) == Path("/home/ana/.local/share/keepcovered")
    assert default_root(Path("/root"), root=True) == Path("/var/lib/keepcovered")


@as_root
def test_what_nobody_cannot_reach_is_left_alone_and_the_server_lives_elsewhere(place, tmp_path):
    asked = tmp_path / "asked"
    asked.mkdir(mode=0o700)
    server = EmbeddedPostgres(asked, durable=False, shared=place.folder / "shared")
    with server:
        assert ask(server, "SELECT 1") == "1"
    assert server.home.parent == place.folder / "shared"
    assert not [*asked.iterdir()]
    assert stat.S_IMODE(asked.stat().st_mode) == 0o700


@as_root
def test_a_database_is_found_again_after_its_folder_changed_its_mode(place):
    folder = place.folder / "closed later"
    with place.handle("closed later") as server:
        pass
    folder.chmod(0o700)
    assert place.handle("closed later").home == server.home


@pytest.mark.parametrize("name", ["d" * 120, "a, b 'c' %d"], ids=["too long", "odd signs"])
def test_a_path_that_no_socket_can_have_is_served_from_a_short_one(place, name):
    with place.handle(name) as server:
        assert server.home == place.folder / name / "postgres"
        assert ask(server, "SELECT 1") == "1"
    server.erase()


@pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
def test_only_a_throw_away_server_may_lose_what_was_committed(place, durable, fsync):
    with place.handle(durable=durable) as server:
        assert [ask(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == [fsync] * 2
        assert ask(server, "SHOW listen_addresses") == ""


def test_a_server_that_cannot_start_says_why_without_its_secret(place):
    server = place.handle()
    version = server.home / "data" / "PG_VERSION"
    right = version.read_text()
    version.write_text("9\n")
    try:
        with pytest.raises(ServerWouldNotStart, match="incompatible") as caught:
            server.start()
    finally:
        version.write_text(right)
    assert (server.home / "secret").read_text() not in str(caught.value)


def test_there_is_no_address_before_the_first_start(place):
    with pytest.raises(ServerWouldNotStart, match="secret"):
        _ = place.handle("never started").url
