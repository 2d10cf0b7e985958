from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from app.db.sealed import BlindIndex
from app.pipeline.clips import Clips, Expired, Recording, Shelf
from app.pipeline.providers import Providers
from app.rules.clips import NAMES
from app.rules.facts import Channel
from app.rules.sounds import for_telephone
from app.rules.wording import BadTemplate
from tests.app.pipeline.fakes import FakeChannel
from tests.app.rules.test_sounds import tone

NOON = datetime(2026, 12, 1, 20, tzinfo=UTC)
SOUND = for_telephone(tone())
HEAD = 'language = "hy"\nsource = "espeak-ng"\nreview = "draft"\n[clips]\n'
WORDS = HEAD + "".join(f'{name} = "Բարև {name}"\n' for name in NAMES)
SHIPPED = Shelf({"hy": WORDS}, {("hy", name): lambda: SOUND for name in NAMES})
INDEX = BlindIndex(bytes(32))


class Clock:
    at = NOON

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock()


def clips(*shelves, live=False, clock=lambda: NOON):
    return Clips(shelves or (SHIPPED,), index=INDEX, machine_now=clock, public_url="https://us.example", live=live)


def token_of(url):
    return url.split("/")[4]


def test_a_clip_is_fetched_by_the_address_that_was_given_for_it():
    url = clips().url("hy", "greeting")
    assert url.startswith("https://us.example/clips/")
    assert url.endswith("/hy/greeting.wav")
    found = clips().fetch(token_of(url), "hy", "greeting")
    assert isinstance(found, Recording)
    assert (found.sound, found.words) == (SOUND, "Բարև greeting")
    assert 600 <= found.seconds_left <= 900


def test_calls_of_the_same_minutes_share_an_address_so_that_it_can_be_cached(clock):
    kept = clips(clock=clock)
    first = kept.url("hy", "greeting")
    clock.at += timedelta(minutes=4)
    assert kept.url("hy", "greeting") == first
    clock.at += timedelta(minutes=4)
    assert kept.url("hy", "greeting") != first


def test_an_address_ends_and_cannot_be_made_up(clock):
    kept = clips(clock=clock)
    token = token_of(kept.url("hy", "greeting"))
    clock.at += timedelta(minutes=15)
    assert isinstance(kept.fetch(token, "hy", "greeting"), Expired)
    clock.at = NOON
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    assert isinstance(kept.fetch(forged, "hy", "greeting"), Expired)
    assert isinstance(kept.fetch("nonsense", "hy", "greeting"), Expired)
    other = Clips((SHIPPED,), index=BlindIndex(b"k" * 32), machine_now=clock, public_url="", live=False)
    assert isinstance(other.fetch(token, "hy", "greeting"), Expired)


@pytest.mark.parametrize(("language", "name"), [("hy", "hello"), ("km", "greeting"), ("..", "greeting")])
def test_there_is_nothing_but_clips(language, name):
    kept = clips()
    assert kept.fetch(token_of(kept.url(language, name)), language, name) is None


@pytest.mark.parametrize(("language", "name"), [("fa", "greeting"), ("hy", "goodbye")])
def test_an_address_opens_its_own_clip_alone(language, name):
    kept = clips()
    assert isinstance(kept.fetch(token_of(kept.url("hy", "greeting")), language, name), Expired)


def test_an_operators_recording_stands_before_the_shipped_one():
    own = for_telephone(tone(seconds=0.5))
    kept = clips(Shelf({}, {("hy", "greeting"): lambda: own}), SHIPPED)
    found = kept.fetch(token_of(kept.url("hy", "greeting")), "hy", "greeting")
    assert isinstance(found, Recording)
    assert found.sound == own
    assert kept.clip("hy", "greeting").source == "recorded"


def test_an_operator_can_bring_a_language_that_ships_nothing():
    own = Shelf({"km": WORDS.replace('"hy"', '"km"')}, {("km", name): lambda: SOUND for name in NAMES})
    assert clips(own, SHIPPED).usable("km")


def test_placeholders_are_for_the_sandbox_and_reviewed_clips_for_members():
    assert clips().usable("hy")
    assert not clips(live=True).usable("hy")
    reviewed = Shelf({"hy": WORDS.replace('"draft"', '"reviewed"\nreviewer = "A. Bedrosian"')})
    assert clips(reviewed, SHIPPED, live=True).usable("hy")


@pytest.mark.parametrize("sound", [b"", b"not a wav", tone()])
def test_a_recording_that_cannot_be_played_is_as_good_as_missing(sound):
    spoiled = Shelf({}, {("hy", "letter"): lambda: sound})
    kept = clips(spoiled, SHIPPED)
    assert kept.standing("hy").missing == ("letter",)
    assert not kept.usable("hy")
    assert {row["clip"]: row["problem"] for row in kept.details("hy")}["letter"]


def test_a_table_that_cannot_be_read_keeps_no_call_from_speaking_and_is_named():
    kept = clips(Shelf({"hy": "[nonsense"}), SHIPPED)
    assert not kept.usable("hy")
    (row,) = kept.rows([], Providers({Channel.VOICE: [FakeChannel("fake", "", mute={"hy"})]}))
    assert "no TOML" in row["review"]
    with pytest.raises(BadTemplate):
        kept.details("hy")


def test_what_is_missing_is_listed_for_each_language_without_a_voice():
    voice = FakeChannel("fake", "", mute={"hy", "km"})
    agencies = [SimpleNamespace(code="la", languages=("en", "hy")), SimpleNamespace(code="sac", languages=("en",))]
    rows = clips().rows(agencies, Providers({Channel.VOICE: [voice]}))
    shown = {row["language"]: (row["clips"], row["review"], row["usable"], row["agencies"]) for row in rows}
    everything = f"{len(NAMES)}/{len(NAMES)}"
    assert shown == {"hy": (everything, "draft", True, ["la"]), "km": (f"0/{len(NAMES)}", "missing", False, [])}
