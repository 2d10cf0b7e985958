"""Which of Twilio's synthetic voices speaks a language, and which languages have none."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of `<Say>` and the language tag that Twilio knows it under.

    `rate` is how fast it speaks, of its usual speed; empty for a voice that takes no such mark
    (Google's Chirp and Amazon's generative ones). Polly's and Google's standard voices take it.
    """

    language: str
    name: str
    rate: str = "90%"


# Armenian, Farsi, Hmong, Khmer, Lao and Mien are missing on purpose: Twilio has no voice for them,
# and another language's voice would read out nonsense.
VOICES: Mapping[str, Voice] = MappingProxyType(
    {
        "en": Voice("en-US", "Polly.Joanna"),
        "es": Voice("es-US", "Polly.Lupe"),
        "vi": Voice("vi-VN", "Google.vi-VN-Standard-A"),
        "zh-Hans": Voice("cmn-CN", "Polly.Zhiyu"),
        "zh-Hant": Voice("cmn-TW", "Google.cmn-TW-Standard-A"),
        "cmn": Voice("cmn-CN", "Polly.Zhiyu"),
        "yue": Voice("yue-HK", "Google.yue-HK-Standard-A"),
        "ko": Voice("ko-KR", "Polly.Seoyeon"),
        "ar": Voice("arb", "Polly.Zeina"),
        "fil": Voice("fil-PH", "Google.fil-PH-Standard-A"),
        "hi": Voice("hi-IN", "Polly.Aditi"),
        "ja": Voice("ja-JP", "Polly.Mizuki"),
        "pa": Voice("pa-IN", "Google.pa-IN-Standard-A"),
        "ru": Voice("ru-RU", "Polly.Tatyana"),
        "th": Voice("th-TH", "Google.th-TH-Standard-A"),
        "tl": Voice("fil-PH", "Google.fil-PH-Standard-A"),
        "uk": Voice("uk-UA", "Google.uk-UA-Standard-A"),
    }
)


def voice_for(language: str) -> Voice | None:
    """Return the voice of a BCP 47 tag, or of the shorter tag it begins with (`es-MX` -> `es`)."""
    tag = language
    while tag:
        if tag in VOICES:
            return VOICES[tag]
        tag = tag.rpartition("-")[0]
    return None
