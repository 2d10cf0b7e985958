"""The language of a text, as far as its letters tell it, and the words people of that language answer with."""

import re
from collections.abc import Mapping

_UNDETERMINED = "und"
_LETTERS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (language, re.compile(letters))
    for language, letters in (
        ("ko", "[가-힣]"),
        ("ja", "[ぁ-ヿ]"),
        ("zh-Hant", "[們個這請續縣繼給寫麼關電話嗎單號碼訊應]"),
        ("zh-Hans", "[一-鿿]"),
        ("hy", "[Ա-֏]"),
        ("km", "[ក-៿]"),
        ("lo", "[ກ-໿]"),
        ("th", "[ก-๛]"),
        ("pa", "[ਁ-੿]"),
        ("hi", "[ऀ-ॿ]"),
        ("fa", "[پچژگکی]"),
        ("ar", "[ء-ۿ]"),
        ("ru", "[Ѐ-ӿ]"),
        ("vi", "[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]"),
        ("es", r"[ñ¿¡]|(?i:\b(?:responda|envíe|condado|ayuda|para)\b)"),
        ("en", r"(?i:\b(?:the|your|you|to|is|this|stop)\b)"),
    )
)
"""What gives a language away; the first one that fits."""

EVERYWHERE = ("STOP", "HELP", "START")
_OWN: Mapping[str, tuple[str, ...]] = {
    "es": ("ALTO", "AYUDA", "COMENZAR"),
    "vi": ("DỪNG", "TRỢ GIÚP", "BẮT ĐẦU"),
    "zh-Hans": ("停止", "帮助", "开始"),
    "zh-Hant": ("停止", "幫助", "開始"),
    "ko": ("중지", "도움", "시작"),
    "ar": ("توقف",),
    "fa": ("لغو",),
    "hy": ("ԴԱԴԱՐԵՑՆԵԼ",),
    "km": ("ឈប់",),
    "lo": ("ຢຸດ",),
    "th": ("หยุด",),
    "hi": ("रोको",),
    "pa": ("ਰੋਕੋ",),
    "ru": ("СТОП",),
    "ja": ("配信停止",),
}
"""Stop, help and start, as far as the language has a word of its own for it that is understood."""


def language_of(text: str) -> str:
    """Return the language a text is likely in, `und` where its letters do not tell."""
    return next((language for language, letters in _LETTERS if letters.search(text)), _UNDETERMINED)


def quick_replies(language: str) -> tuple[tuple[str, str], ...]:
    """Return what a phone offers to answer, each with the language it is in."""
    own = _OWN.get(language, ())
    return (*((word, "en") for word in EVERYWHERE), *((word, language) for word in own))
