"""What a message of ours never asks for, promises, links to or gives away, so that a real one can be told apart.

Thieves ask for numbers and money and promise gifts; a sentence that says we *never* ask is allowed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from app.rules.readability import sentences
from app.rules.wording import MARK

FORBIDDEN: Final = {
    "en": (
        "social security (?:number|no|card)s?|your social security|ssn|id|id number|pin|password|date of birth|"
        "birth date|birthday|card|bank account|money|pay|fee|gift|prize|reward|free phone|case number|medi-cal number"
    ),
    "es": (
        "(?:número|tarjeta) del? seguro social|su seguro social|documentos|identificación|contraseña|pin|"
        "fecha de nacimiento|tarjeta|cuenta bancaria|dinero|pago|pague|regalo|premio|teléfono gratis|número de caso"
    ),
    "vi": (
        "(?:số|thẻ) an sinh xã hội|an sinh xã hội của quý vị|số id|số thẻ|mã pin|mật khẩu|ngày sinh|tài khoản|"
        "thẻ tín dụng|tiền|thanh toán|quà|giải thưởng|trúng thưởng|điện thoại miễn phí|số hồ sơ"
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
        "소셜 시큐리티 번호|소셜 번호|사회보장 ?번호|사회보장 ?카드|신분증|카드 번호|비밀번호|생년월일|생일|계좌|"
        "신용카드|돈|송금|결제|선물|경품|당첨|무료 전화기|케이스 번호"
    ),
}
"""Words that ask or lure, by language; the English ones are looked for in every language.

Social Security itself may be named: it renews for some. Its number and its card may not be asked for.
"""

TELLING: Final = {
    "en": (
        r"ccs|california children'?s services|whole[- ]child|diagnos\w*|disease|illness|disab\w*|cancer|hemophilia|"
        r"hiv|transplant|dialysis|pregnan\w*|mental health|foster|immigra\w*|undocumented|(?:non)?citizen\w*|"
        r"green card|visa|aid code|ssi|ssp|calworks|calfresh"
    ),
    "es": (
        r"diagn[oó]stic\w*|enfermedad\w*|discapa\w*|c[aá]ncer|hemofilia|vih|trasplante|di[aá]lisis|embaraz\w*|"
        r"salud mental|crianza temporal|acogida|inmigra\w*|indocumentad\w*|ciudadan\w*|tarjeta verde|c[oó]digo de ayuda"
    ),
    "vi": (
        "chẩn đoán|bệnh tật|khuyết tật|ung thư|máu khó đông|ghép tạng|lọc máu|mang thai|tâm thần|con nuôi|di trú|"
        "nhập cư|không giấy tờ|quốc tịch|thẻ xanh|mã trợ cấp"
    ),
    "zh-Hans": "诊断|疾病|残疾|残障|癌|血友病|移植|透析|怀孕|孕妇|精神健康|寄养|移民|无证件|公民|绿卡|签证|援助代码",
    "zh-Hant": "診斷|疾病|殘疾|殘障|癌|血友病|移植|透析|懷孕|孕婦|精神健康|寄養|移民|無證件|公民|綠卡|簽證|援助代碼",
    "ko": (
        "진단|질병|질환|장애|암 환자|혈우병|장기 이식|투석|임신|정신 건강|위탁 가정|이민|불법 체류|서류 미비|"
        "시민권|영주권|(?<!소)비자|원조 코드"
    ),
}
"""Words that tell whoever sees the screen of a condition, an origin or a kind of aid; English ones count anywhere."""

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
        for hit in _words(language, FORBIDDEN).findall(spoken):
            yield f"asks for or promises: {hit}", "Leave it out; we never ask for it"


def telling(language: str, source: str) -> Iterator[tuple[str, str]]:
    """Find what would tell a stranger, who sees or hears the message too, about the person's health or origin."""
    for hit in _words(language, TELLING).findall(MARK.sub("", source).casefold()):
        yield f"tells about the person: {hit}", "Leave it out; others may see or hear it"


def foreign_links(source: str) -> Iterator[tuple[str, str]]:
    """Find addresses written out; only the portal's mark and the unsubscribe link may stand."""
    for hit in _LINK.findall(MARK.sub("", source)):
        yield f"a link: {hit}", "Use {portal} or {unsubscribe_url}"


def _words(language: str, table: Mapping[str, str]) -> re.Pattern[str]:
    return _pattern(table["en"], table.get(language, table["en"]), language.startswith("zh") or language == "ko")


@lru_cache(maxsize=64)
def _pattern(english: str, words: str, joined: bool) -> re.Pattern[str]:  # noqa: FBT001  (a key of the cache)
    return re.compile(rf"\b(?:{english})\b|" + (words if joined else rf"\b(?:{words})\b"))
