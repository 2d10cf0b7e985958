from app.rules.clips import NAMES
from app.wiring import machine_now, recordings
from app.wiring.recordings import own_shelf, shipped_shelf
from tests.app.rules.test_sounds import tone


def test_what_is_shipped_is_found():
    shelf = shipped_shelf()
    assert set(shelf.tables) == {"hy", "fa"}
    assert {name for tag, name in shelf.sounds if tag == "hy"} == set(NAMES)


def test_an_operators_folder_stands_before_it(settings, tmp_path):
    mine = tmp_path / "clips" / "hy"
    mine.mkdir(parents=True)
    (mine / "greeting.wav").write_bytes(tone(rate=8000))
    (mine / "notes.txt").write_text("nothing to play")
    clips = recordings(settings, machine_now)
    assert clips.clip("hy", "greeting").source == "recorded"
    assert clips.clip("hy", "goodbye").source == "espeak-ng"
    assert clips.usable("hy")


def test_without_a_folder_there_is_nothing_of_ones_own(tmp_path):
    assert own_shelf(tmp_path / "clips").sounds == {}


def test_what_is_shipped_is_whole_and_unreviewed(settings):
    clips = recordings(settings, machine_now)
    for language in ("hy", "fa"):
        found = clips.standing(language)
        assert (found.missing, found.sources, len(found.unreviewed)) == ((), ("espeak-ng",), len(NAMES))
    assert not clips.usable("km")
