"""What a message of ours never asks for, promises or links to, so that a real one can be told apart.

Thieves ask for numbers and money and promise gifts; a sentence that says we *never* ask is allowed.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from app.rules.readability import sentences
from app.rules.wording import MARK

FORBIDDEN: Final = {
    "en": (
        "social security|ssn|id|id number|pin|password|date of birth|birth date|birthday|card|"
        "bank account|money|pay|fee|gift|prize|reward|free phone|case number|medi-cal number"
    ),
    "es": (
        "seguro social|documentos|identificación|contraseña|pin|fecha de nacimiento|tarjeta|"
        "cuenta bancaria|dinero|pago|pague|regalo|premio|teléfono gratis|número de caso"
    ),
    "vi": (
        "an sinh xã hội|số id|số thẻ|mã pin|mật khẩu|ngày sinh|tài khoản|thẻ tín dụng|tiền|"
        "thanh toán|quà|giải thưởng|trúng thưởng|điện thoại miễn phí|số hồ sơ"
    ),
    "zh-Hans": (
        "社会安全号|社安号|证件号|身份证|卡号|密码|出生日期|生日|银行账户|银行帐户|信用卡|钱|付款|"
        "汇款|礼品|礼物|奖品|中奖|免费手机|个案号"
    ),
    "zh-Hant": (
        "社會安全號|社安號|證件號|身分證|身份證|卡號|密碼|出生日期|生日|銀行帳戶|信用卡|錢|付款|"
        "匯款|禮品|禮物|獎品|中獎|免費手機|個案號"
    ),
    "ko": (
        "소셜 시큐리티|사회보장번호|신분증|카드 번호|비밀번호|생년월일|생일|계좌|신용카드|돈|송금|"
        "결제|선물|경품|당첨|무료 전화기|케이스 번호"
    ),
}
"""Words that ask or lure, by language; the English ones are looked for in every language."""

NEVER: Final = {
    "en": "never ask",
    "es": "nunca le pedimos",
    "vi": "không bao giờ",
    "zh-Hans": "绝不会",
    "zh-Hant": "絕不會",
    "ko": "절대",
}
"""How each language says that we never ask; that sentence may name what we never ask for."""

_LINK: Final = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|gov|net|edu|info|us|ly|io|co|me|gl|link|app)\b", re.IGNORECASE
)


def taboos(language: str, source: str) -> Iterator[tuple[str, str]]:
    """Find what the text asks for or promises, unless the sentence says that we never do."""
    never = NEVER.get(language, NEVER["en"])
    for sentence in sentences(MARK.sub("", source)):
        spoken = sentence.casefold()
        if never in spoken:
            continue
        for hit in _asking(language).findall(spoken):
            yield f"asks for or promises: {hit}", "Leave it out; we never ask for it"


def foreign_links(source: str) -> Iterator[tuple[str, str]]:
    """Find addresses written out; only the portal's mark and the unsubscribe link may stand."""
    for hit in _LINK.findall(MARK.sub("", source)):
        yield f"a link: {hit}", "Use {portal} or {unsubscribe_url}"


@lru_cache(maxsize=64)
def _asking(language: str) -> re.Pattern[str]:
    english = rf"\b(?:{FORBIDDEN['en']})\b"
    words = FORBIDDEN.get(language, FORBIDDEN["en"])
    own = words if language.startswith("zh") or language == "ko" else rf"\b(?:{words})\b"
    return re.compile(f"{english}|{own}")
