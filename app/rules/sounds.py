"""Sound files for the telephone: one channel, 8,000 samples a second, 16-bit or mu-law, in a WAV.

What a clip must be is checked here, and what a speech program made is brought into that form.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

RATE: Final = 8000
LONGEST: Final = 40
"""Seconds of one clip at most."""
_PCM, _MULAW = 1, 7
_FORMS: Final = {(_PCM, 16), (_MULAW, 8)}
_FMT: Final = struct.Struct("<HHIIHH")
_CHUNK: Final = struct.Struct("<4sI")
_HEAD: Final = 12
_QUIET: Final = 200
"""What is softer than this at both ends is cut away (of 32,767)."""
_MARGIN: Final = RATE // 20
_BIAS, _CLIP = 0x84, 32_635


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV taken apart."""

    form: int
    channels: int
    rate: int
    bits: int
    data: bytes

    @property
    def seconds(self) -> float:
        """How long it plays."""
        width = self.channels * self.bits // 8 or 1
        return len(self.data) / width / (self.rate or RATE)


@dataclass(frozen=True, slots=True)
class BadSound:
    """Why a file is no sound that a telephone call can play."""

    problem: str


def read_sound(wav: bytes) -> Sound | BadSound:
    """Read a WAV file."""
    if wav[:4] != b"RIFF" or wav[8:_HEAD] != b"WAVE":
        return BadSound("it is no WAV file")
    chunks = dict(_chunks(wav))
    if len(chunks.get(b"fmt ", b"")) < _FMT.size or not chunks.get(b"data"):
        return BadSound("it has no sound in it")
    form, channels, rate, _, _, bits = _FMT.unpack_from(chunks[b"fmt "])
    return Sound(form, channels, rate, bits, chunks[b"data"])


def check_sound(wav: bytes) -> str:
    """Say what is wrong with a clip's file; nothing wrong is an empty text."""
    sound = read_sound(wav)
    if isinstance(sound, BadSound):
        return sound.problem
    if (sound.form, sound.bits) not in _FORMS:
        return "it is neither 16-bit PCM nor mu-law"
    if (sound.channels, sound.rate) != (1, RATE):
        return f"it has {sound.channels} channels and {sound.rate} samples a second, not 1 and {RATE}"
    return f"it is longer than {LONGEST} seconds" if sound.seconds > LONGEST else ""


def for_telephone(wav: bytes) -> bytes | BadSound:
    """Bring a 16-bit recording of one channel into the telephone's form, its silent ends cut away."""
    sound = read_sound(wav)
    if isinstance(sound, BadSound):
        return sound
    if (sound.form, sound.bits, sound.channels) != (_PCM, 16, 1):
        return BadSound("only 16-bit PCM with one channel can be brought into the telephone's form")
    usable = len(sound.data) // 2 * 2
    samples = [value for (value,) in struct.iter_unpack("<h", sound.data[:usable])]
    return _mulaw_file(bytes(map(_mulaw, _trimmed(_resampled(samples, sound.rate)))))


def _chunks(wav: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give the chunks; a program that writes to a pipe leaves the length open, so the rest of the file counts."""
    at = _HEAD
    while at + _CHUNK.size <= len(wav):
        name, size = _CHUNK.unpack_from(wav, at)
        at += _CHUNK.size
        yield name, wav[at : at + size]
        at += size + size % 2


def _resampled(samples: Sequence[int], rate: int) -> list[int]:
    """Average what falls into each new sample, which also keeps out most of what is too high for it."""
    if rate == RATE or not samples:
        return list(samples)
    sums = [0, *accumulate(samples)]
    ends = [min(len(samples), round(place * rate / RATE)) for place in range(len(samples) * RATE // rate + 1)]
    return [(sums[end] - sums[begin]) // max(1, end - begin) for begin, end in pairwise(ends) if end > begin]


def _trimmed(samples: Sequence[int]) -> Sequence[int]:
    loud = [place for place, value in enumerate(samples) if abs(value) > _QUIET]
    return samples[max(0, loud[0] - _MARGIN) : loud[-1] + _MARGIN] if loud else samples


def _mulaw(sample: int) -> int:
    """Return a sample as mu-law (ITU-T G.711)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


def _mulaw_file(data: bytes) -> bytes:
    fmt = _FMT.pack(_MULAW, 1, RATE, RATE, 1, 8) + struct.pack("<H", 0)
    padded = data + b"\xff" * (len(data) % 2)
    body = b"".join((
        _CHUNK.pack(b"fmt ", len(fmt)), fmt,
        _CHUNK.pack(b"fact", 4), struct.pack("<I", len(data)),
        _CHUNK.pack(b"data", len(data)), padded,
    ))  # fmt: skip
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body
