import io
import math
import struct
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.sounds import LONGEST, RATE, BadSound, Sound, check_sound, for_telephone, read_sound


def tone(seconds=0.2, rate=22_050, channels=1, width=2):
    """A WAV as the standard library writes it: a tone, with silence around it."""
    count = int(seconds * rate)
    values = [int(12_000 * math.sin(place * 440 * math.tau / rate)) for place in range(count)]
    samples = [0] * rate + values + [0] * rate
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setparams((channels, width, rate, 0, "NONE", ""))
        made.writeframes(b"".join(struct.pack("<h", value) * channels for value in samples) if width == 2 else b"\x80")
    return file.getvalue()


def test_a_recording_is_brought_into_the_telephones_form():
    made = for_telephone(tone())
    assert isinstance(made, bytes)
    assert check_sound(made) == ""
    sound = read_sound(made)
    assert isinstance(sound, Sound)
    assert (sound.form, sound.channels, sound.rate, sound.bits) == (7, 1, RATE, 8)
    assert 0.2 < sound.seconds < 0.4, "the silence at both ends is cut away"


def test_a_recording_at_the_telephones_own_rate_keeps_its_length():
    sound = read_sound(for_telephone(tone(rate=RATE)))
    assert isinstance(sound, Sound)
    assert 0.2 < sound.seconds < 0.4


def test_mu_law_follows_the_recommendation():
    made = for_telephone(tone(rate=RATE))
    assert isinstance(made, bytes)
    sound = read_sound(made)
    assert isinstance(sound, Sound)
    assert 0xFF in sound.data or 0x7F in sound.data, "silence"
    assert {value & 0x80 for value in sound.data} == {0, 0x80}, "both signs"


@pytest.mark.parametrize(
    ("wav", "problem"),
    [(b"", "no WAV"), (b"ID3\x04 an mp3 file that was renamed", "no WAV"), (b"RIFF\x04\0\0\0WAVE", "no sound"),
     (tone(), "22050 samples"), (tone(rate=RATE, channels=2), "2 channels"), (tone(rate=RATE, width=1), "neither"),
     (tone(seconds=LONGEST + 1, rate=RATE), "longer")],
    ids=["empty", "mp3", "hollow", "rate", "stereo", "width", "long"],
)  # fmt: skip
def test_what_a_call_cannot_play_is_named(wav, problem):
    assert problem in check_sound(wav)


def test_sixteen_bits_will_do_as_well():
    assert check_sound(tone(rate=RATE)) == ""


def test_what_cannot_be_brought_into_form_says_so():
    assert isinstance(for_telephone(tone(channels=2)), BadSound)
    assert isinstance(for_telephone(b"nothing"), BadSound)


@given(st.binary(max_size=200))
def test_no_file_is_too_strange(noise):
    assert check_sound(noise)
    assert check_sound(b"RIFF\x04\0\0\0WAVE" + noise) is not None
    assert isinstance(for_telephone(noise), BadSound)


def test_a_file_that_leaves_its_length_open_is_read_to_its_end():
    made = tone(rate=RATE)
    open_ended = made[:40] + b"\xff\xff\xff\x7f" + made[44:]
    assert check_sound(open_ended) == ""
