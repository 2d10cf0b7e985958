from uuid import UUID

from structlog.testing import capture_logs

from app.rules.epochs import Count
from app.wiring.beside import BesideFile

MINE, OTHER = UUID(int=1), UUID(int=2)


def test_a_copy_is_kept_and_read(tmp_path):
    beside = BesideFile(tmp_path / "epoch.json")
    assert beside.read() is None
    beside.write(Count(MINE, 5))
    assert beside.read() == Count(MINE, 5)
    assert [file.name for file in tmp_path.iterdir()] == ["epoch.json"]


def test_a_later_copy_is_not_overwritten_but_that_of_another_database_is(tmp_path):
    beside = BesideFile(tmp_path / "epoch.json")
    beside.write(Count(MINE, 5))
    beside.write(Count(MINE, 4))
    assert beside.read() == Count(MINE, 5)
    beside.write(Count(OTHER, 1))
    assert beside.read() == Count(OTHER, 1)


def test_what_cannot_be_read_or_kept_is_told_and_stops_nobody(tmp_path):
    spoiled = tmp_path / "epoch.json"
    spoiled.write_text("{}")
    with capture_logs() as logs:
        assert BesideFile(spoiled).read() is None
        BesideFile(tmp_path / "gone" / "epoch.json").write(Count(MINE, 1))
    assert [one["log_level"] for one in logs] == ["error", "error"]
