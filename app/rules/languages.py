"""The languages that members are written and spoken to, and how files and people name them."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from app.rules.cells import fold

DEFAULT: Final = "en"
CANTONESE: Final = "yue"
CHINESE: Final = "zh-Hant"
"""What "Chinese" alone means.

Traditional characters are what California's counties and plans have long printed as "Chinese", and most of
those who grew up with either script can read the other; whoever says Mandarin or Cantonese is understood.
"""


@dataclass(frozen=True, slots=True)
class Language:
    """A language with words of ours.

    `x12` are its codes in 834 files (NISO Z39.53 and ISO 639-2), `others` are further names and codes.
    """

    tag: str
    english: str
    own: str
    script: str
    x12: tuple[str, ...]
    others: tuple[str, ...] = field(default=(), repr=False)
    rtl: bool = False


def _each(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


LANGUAGES: Final[tuple[Language, ...]] = (
    Language("en", "English", "English", "Latn", ("ENG",), _each("inglés, American English")),
    Language("es", "Spanish", "Español", "Latn", ("SPA",), _each("Castilian, Castellano, esp")),
    Language("vi", "Vietnamese", "Tiếng Việt", "Latn", ("VIE",), ("Viet",)),
    Language(
        "zh-Hans",
        "Chinese (Simplified)",
        "简体中文",
        "Hans",
        (),
        _each(
            "Simplified Chinese, Mandarin, cmn, Chinese Mandarin, Mandarin Chinese, Mandarin Simplified, "
            "zh-CHS, Putonghua, 简体, 中文简体, 普通话, 国语, 汉语"
        ),
    ),
    Language(
        CHINESE,
        "Chinese (Traditional)",
        "繁體中文",
        "Hant",
        ("CHI", "ZHO"),
        _each(
            "Traditional Chinese, Chinese, zh, zh-CHT, Other Chinese, Mandarin Traditional, Taiwanese, "
            "Taiwanese Mandarin, 中文, 繁體, 中文繁體, 華語, 國語, 漢語"
        ),
    ),
    Language("ko", "Korean", "한국어", "Kore", ("KOR",), ("한국말",)),
    Language("fa", "Farsi", "فارسی", "Arab", ("PER", "FAS"), _each("Persian, Farsi Persian, pes, prs, Dari"), rtl=True),
    Language("ar", "Arabic", "العربية", "Arab", ("ARA",), _each("عربي, arb"), rtl=True),
    Language("hy", "Armenian", "Հայերեն", "Armn", ("ARM", "HYE"), _each("hyw, Western Armenian, Eastern Armenian")),
    Language("ru", "Russian", "Русский", "Cyrl", ("RUS",)),
    Language("uk", "Ukrainian", "Українська", "Cyrl", ("UKR",)),
    Language("tl", "Tagalog", "Tagalog", "Latn", ("TAG", "TGL"), _each("fil, Filipino, Pilipino")),
    Language("ja", "Japanese", "日本語", "Jpan", ("JPN",)),
    Language("th", "Thai", "ไทย", "Thai", ("THA",), ("ภาษาไทย",)),
    Language("hi", "Hindi", "हिन्दी", "Deva", ("HIN",), ("हिंदी",)),
    Language("pa", "Punjabi", "ਪੰਜਾਬੀ", "Guru", ("PAN",), ("Panjabi",)),
    Language("km", "Khmer (Cambodian)", "ខ្មែរ", "Khmr", ("CAM", "KHM"), _each("Khmer, Cambodian, ភាសាខ្មែរ")),
    Language("lo", "Lao", "ລາວ", "Laoo", ("LAO",), _each("Laotian, ພາສາລາວ")),
    Language("hmn", "Hmong", "Hmoob", "Latn", ("HMN",), _each("mww, hnj, White Hmong, Green Hmong, Hmong Daw")),
    Language("ium", "Mien", "Mienh", "Latn", ("IUM",), _each("Iu Mien, Iu Mienh, Yao")),
)
"""The languages of `languages.csv`, in its order."""

_CANTONESE_NAMES: Final = _each("Cantonese, Chinese Cantonese, Cantonese Chinese, 廣東話, 广东话, 粵語, 粤语")
_WITHOUT_WORDS: Final = frozenset(
    fold(name)
    for name in _each(
        "American Sign Language, ASL, Other Sign Language, Amharic, AMH, am, Bengali, BEN, bn, Burmese, BUR, my, "
        "Fijian, French, FRE, FRA, fr, German, GER, DEU, de, Greek, el, Gujarati, GUJ, gu, Haitian Creole, "
        "Hebrew, HEB, he, Hungarian, hu, Ilocano, Ilacano, ILO, Indonesian, IND, id, Italian, ITA, it, Kannada, "
        "Malay, Malayalam, Marathi, Mixtec, Mixteco, Nepali, NEP, ne, Pashto, Polish, POL, pl, Portuguese, POR, "
        "pt, Romanian, RUM, RON, ro, Samoan, SMO, sm, Somali, SOM, so, Swahili, SWA, sw, Tamil, TAM, ta, "
        "Telugu, TEL, te, Tigrinya, Tongan, TON, Triqui, Turkish, TUR, tr, Urdu, URD, ur, Zapotec"
    )
)
_BY_TAG: Final = {language.tag: language for language in LANGUAGES}
_TAG: Final = re.compile(r"([a-z]{2,3})((?:[-_][a-z0-9]{1,8})*)(?:\.[a-z0-9-]+)?", re.IGNORECASE)
_CHINESE_PARTS: Final = {
    **dict.fromkeys(("hans", "cn", "sg", "my"), "zh-Hans"),
    **dict.fromkeys(("hant", "tw", "hk", "mo"), "zh-Hant"),
}
_SCRIPT_LETTERS: Final = 4


def _spellings(language: Language) -> tuple[str, ...]:
    return (language.tag, language.english, language.own, *language.x12, *language.others)


_BY_NAME: Final = {
    **{fold(name): language.tag for language in LANGUAGES for name in _spellings(language)},
    **dict.fromkeys(map(fold, (*_CANTONESE_NAMES, CANTONESE)), CANTONESE),
}


@lru_cache(maxsize=4096)
def read_language(text: str) -> str | None:
    """Return the tag of a language, or None for one that we have no words in.

    Takes BCP 47 in any shape, English and own names, and three-letter codes. Cantonese comes back as
    `yue`, which is spoken; `written` tells what it is written in.
    """
    folded = fold(text)
    return _BY_NAME.get(folded) or _of_tag(text.strip()) or _of_list(text)


def is_without_words(text: str) -> bool:
    """Tell whether a text names a real language in which we have no words, so that English stands in."""
    found = _TAG.fullmatch(text.strip())
    named = fold(text) in _WITHOUT_WORDS or bool(found and found[1].lower() in _WITHOUT_WORDS)
    return named and read_language(text) is None


def written(tag: str) -> str:
    """Return the language whose words are read by those who speak it."""
    return "zh-Hant" if tag == CANTONESE else tag


def spoken(tag: str) -> str:
    """Return the language of calls: Cantonese stays `yue`, and `zh-Hans` stands for Mandarin."""
    return read_language(tag) or tag


def fallbacks(tag: str) -> tuple[str, ...]:
    """Return the languages to look for words in, best first; the last is always English."""
    chains = {
        CANTONESE: (CANTONESE, "zh-Hant", "zh-Hans"),
        "zh-Hant": ("zh-Hant", "zh-Hans"),
        "zh-Hans": ("zh-Hans", "zh-Hant"),
    }
    chain = chains.get(tag, (tag,))
    return chain if DEFAULT in chain else (*chain, DEFAULT)


def language_of(tag: str) -> Language:
    """Return what is known of the language that a tag is written in, else English."""
    return _BY_TAG.get(written(tag), _BY_TAG[DEFAULT])


def _of_tag(text: str) -> str | None:
    found = _TAG.fullmatch(text)
    tag = _BY_NAME.get(found[1].lower()) if found else None
    if found is None or tag is None or fold(tag) == fold(text):
        return tag
    parts = [part.lower() for part in re.split("[-_]", found[2]) if part]
    if tag.startswith("zh"):
        return next((_CHINESE_PARTS[part] for part in parts if part in _CHINESE_PARTS), tag)
    return tag if _script_fits(tag, parts) else None


def _script_fits(tag: str, parts: list[str]) -> bool:
    """Tell whether the words of a language are in the script that a tag asks for, if it asks."""
    asked = next((part for part in parts if len(part) == _SCRIPT_LETTERS and part.isalpha()), None)
    return asked is None or tag == CANTONESE or asked == language_of(tag).script.lower()


def _of_list(text: str) -> str | None:
    """Return the language of a text such as "Vietnamese (VIE)" if all its parts agree."""
    parts = [fold(part) for part in re.split(r"[;,/()|]|\s-\s", text)]
    tags = {_BY_NAME.get(part) for part in parts if part}
    return tags.pop() if len(tags) == 1 else None
