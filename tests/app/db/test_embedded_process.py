import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.db import embedded_process
from app.db.embedded_process import answers, halt, orphans_of, running, server_of


def a_data_folder(tmp_path, pid_file):
    (tmp_path / "postmaster.pid").write_text(pid_file)
    return tmp_path


NOT_OURS = {"empty": "", "no number": "?\n", "another process": f"{os.getpid()}\n", "nobody": "4194305\n"}


@pytest.mark.parametrize("pid_file", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_a_pid_file_is_believed_only_if_that_process_serves_this_folder(tmp_path, pid_file):
    assert server_of(a_data_folder(tmp_path, pid_file)) is None


def test_a_folder_without_a_pid_file_has_no_server(tmp_path):
    assert server_of(tmp_path) is None


def test_a_process_that_is_not_the_server_is_not_stopped(tmp_path):
    folder = str(tmp_path)
    with subprocess.Popen([sys.executable, "-c", "input()", "-D", folder], stdin=subprocess.PIPE) as other:  # noqa: S603
        halt(a_data_folder(tmp_path, f"{other.pid}\n"))
        assert other.poll() is None
        other.kill()


def test_a_process_that_ended_does_not_run_even_before_it_is_waited_for():
    with subprocess.Popen([sys.executable, "-c", "print('here')"], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not running(child.pid)


def test_where_no_server_listens_nothing_answers(tmp_path):
    assert not answers(tmp_path, tmp_path)


def test_a_process_runs_even_while_its_program_is_being_started(monkeypatch):
    monkeypatch.setattr(embedded_process, "_command", lambda _: [])  # what the kernel shows in that moment
    assert running(os.getpid())
    assert not running(0)


def test_what_a_killed_server_left_running_is_seen_in_its_folder_only(tmp_path):
    (tmp_path / "data").mkdir()
    command = {"args": ["postgres: checkpointer"], "executable": "/bin/cat", "cwd": tmp_path / "data"}
    with subprocess.Popen(**command, stdin=subprocess.PIPE) as left:
        while not Path(f"/proc/{left.pid}/cmdline").read_bytes():
            pass  # the kernel shows the title a moment after the program was started
        assert orphans_of(tmp_path / "data") == [left.pid]
        assert orphans_of(tmp_path) == []
        left.kill()
    assert orphans_of(tmp_path / "data") == []


def test_a_stopped_server_is_waited_for_though_its_command_line_is_gone_before_it_is(tmp_path, monkeypatch):
    shown = iter([[b"/postgres", os.fsencode(tmp_path)]])
    monkeypatch.setattr(embedded_process, "_command", lambda _: next(shown, []))
    ends = "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); print('up', flush=True); input()"
    command = [sys.executable, "-c", ends]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:  # noqa: S603
        assert server.stdout is not None
        server.stdout.readline()
        monkeypatch.setattr(embedded_process, "_title", lambda _: b"/postgres")
        halt(a_data_folder(tmp_path, f"{server.pid}\n"))
        assert not running(server.pid)
