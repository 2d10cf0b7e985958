import os
import stat
import threading

import pytest

from app.db.embedded_places import (
    anyone_may_enter,
    locked,
    make_folder,
    open_private,
    remove_folder,
    socket_folder,
    write_private,
)


def test_a_folder_gets_its_mode_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        make_folder(tmp_path / "above" / "folder", 0o711)
    finally:
        os.umask(before)
    made = [tmp_path / "above", tmp_path / "above" / "folder"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in made] == [0o711, 0o711]


def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "planted").symlink_to(tmp_path)
    with pytest.raises(PermissionError, match="planted"):
        make_folder(tmp_path / "planted", 0o700)


def test_a_folder_that_an_orphan_still_fills_is_removed_all_the_same(tmp_path):
    folder = tmp_path / "data.left"
    (folder / "base").mkdir(parents=True)

    def fill() -> None:
        for number in range(100_000):
            try:
                (folder / "base" / f"{number}").touch()
                (folder / f"{number}").mkdir()
            except FileNotFoundError:
                if not folder.exists():
                    return

    orphan = threading.Thread(target=fill)
    orphan.start()
    remove_folder(folder)
    orphan.join()
    assert not folder.exists()


def test_a_folder_that_cannot_be_removed_is_an_error_and_no_endless_wait(tmp_path, monkeypatch):
    monkeypatch.setattr("os.rmdir", lambda *_, **__: (_ for _ in ()).throw(PermissionError("held")))
    (tmp_path / "held").mkdir()
    with pytest.raises(PermissionError, match="held"):
        remove_folder(tmp_path / "held", patience=0)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can play another user")
def test_a_folder_of_another_user_is_refused(tmp_path):
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 1, 1)
    with pytest.raises(PermissionError, match="theirs"):
        make_folder(folder, 0o700, owner=65534)


def test_a_planted_link_is_not_written_through(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="link"):
        write_private(tmp_path / "link", "secret")
    assert not (tmp_path / "target").exists()


def test_a_private_file_is_for_its_owner_alone_and_for_no_child(tmp_path):
    file = open_private(tmp_path / "file")
    assert not os.get_inheritable(file)
    os.close(file)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_folder_is_reachable_only_if_all_above_it_are(tmp_path):
    folder = tmp_path / "closed" / "open"
    folder.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    assert not anyone_may_enter(folder)
    assert not anyone_may_enter(folder / "to be made")


def test_a_lock_is_free_again_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock"):
        _ = 1 / 0
    with locked(tmp_path / "lock"):
        pass


def test_a_short_path_has_its_sockets_inside_and_a_long_one_a_short_folder_of_its_own(tmp_path):
    assert socket_folder(tmp_path) == tmp_path / "run"
    long, other = (socket_folder(tmp_path / (letter * 100)) for letter in "xy")
    assert len(os.fsencode(long)) < 90
    assert long != other
