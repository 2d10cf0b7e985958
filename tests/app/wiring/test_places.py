import pytest

from app.errors import NotReady
from app.wiring import folder, places


def test_a_data_folder_is_made(settings, tmp_path):
    assert folder(settings.model_copy(update={"data_dir": tmp_path / "new"})).is_dir()


async def test_a_process_waits_for_a_database_that_is_starting_too(monkeypatch):
    told = iter([False, False, True])
    monkeypatch.setattr(places, "answers", lambda _: next(told))
    monkeypatch.setattr(places, "FIRST_PAUSE", 0.001)
    await places.until_it_answers("", 1)
    assert next(told, None) is None


async def test_a_database_that_never_comes_is_said_in_a_sentence(monkeypatch):
    monkeypatch.setattr(places, "answers", lambda _: False)
    with pytest.raises(NotReady, match="the database does not answer"):
        await places.until_it_answers("postgresql://app:SECRET@db/x", 0)
