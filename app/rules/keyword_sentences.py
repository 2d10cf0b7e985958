"""Sentences by which a reasonable person tells us to stop, beside the words of `keyword_words` (47 CFR 64.1200(a)(10)).

English and Spanish have patterns, the other languages phrases that stand anywhere in a text. All of them are
about texts and calls: what names the cover itself ("cancel my Medi-Cal") is for a person to read.
"""

import re
from collections.abc import Mapping
from typing import Final

from app.rules.keyword_reading import folded, plain

_TO_US: Final = (
    r"text(?:s|ing|ed)?|txt(?:s|ing)?|messag(?:e|es|ing)|msgs?|msging|sms|call(?:s|ing)?|contact(?:ing)?|e"
    r" ?mail(?:s|ing)?|reminders?|notifications?|alerts?|spam(?:ming)?|send(?:ing)?|writ(?:e|ing)|bother(?"
    r":ing)?|harass(?:ing)?|annoying|reminding"
)
_THE: Final = r"(?: (?:all|any|the|these|those|this|that|your|my|me|with|of|getting|receiving|more|from))*"
_NOT: Final = r"(?<!dont )(?<!not )(?<!never )(?<!didnt )(?<!cant )(?<!wont )"
_AT_TIMES: Final = (
    r" (?:me |us )?(?:(?:at (?:work|night|my job)|in the (?:morning|evening|night)|early|on (?:sun|mon|tues|wednes|thur"
    r"s|fri|satur)days?)\b|(?:before|after|until) (?:\d|noon|work|school))"
)
"""When somebody does not want to be called: that is a wish about hours."""
_ENGLISH: Final = (
    (
        rf"{_NOT}\b(?:stop|quit|cease|desist|discontinue|end|cancel|no more|enough){_THE} (?:{_TO_US})\b"
        r"(?! (?:code|from my doctor))"
    ),
    (
        rf"{_NOT}\b(?:stop|quit|end|cancel|no more)(?: (?:all|any|the|these|those|your|my))* (?:medi ?cal|medicaid|r"
        r"enewal|insurance|benefits?) (?:texts|messages|msgs|reminders|notifications|emails|calls)\b"
    ),
    rf"{_NOT}\b(?:unsubscribe|unsuscribe|stopall|opt (?:me |us )?out|optout)\b",
    (
        r"(?<!i )(?<!we )(?<!they )(?<!you )(?<!to )(?<!why )(?<!get )(?<!got )(?<!getting )(?<!had )(?<!have )"
        r"(?<!receive )(?<!received )\b(?:dont|do not|never|no)(?: (?:ever|you|please|"
        r"more))* (?:texts?|txts?|messages?|msgs?|sms|calls?|contact|bother|emails?)\b(?! (?:code|number|from|"
        r"yet|back|received|came|address|account))"
        rf"(?!{_AT_TIMES})"
    ),
    (
        r"(?<!i )(?<!we )(?<!you )(?<!they )\b(?:dont|do not|never) (?:ever )?(?:send|write)(?: to)? (?:me|us|any|an"
        r"ything|more|these|those|this|texts?|messages?)\b"
    ),
    (
        r"\b(?:dont|do not|no longer|never|not) (?:want|wish|like|need|care)(?: to)? (?:get|getting|receive|re"
        r"ceiving|hear|be (?:texted|contacted|called|bothered|reminded|messaged))\b"
    ),
    (
        r"\b(?:dont|do not|no longer) (?:want|need)(?: (?:any|these|those|your|more|this|the|you|to keep getti"
        r"ng))* (?:texts?|messages?|msgs?|calls?|reminders?|notifications?|emails?|sms|spam|texting me|calling"
        r" me)\b"
    ),
    r"\b(?:leave|let) (?:me|us) (?:alone|be)\b",
    r"\b(?:lose|loose|forget|erase) (?:my|this) (?:number|phone)\b",
    r"\b(?:please|pls|plz|just|jus) stop$|\bmake it stop\b|\bstop (?:it|this|that|now|please|pls|plz)$",
    r"\b(?:said|saying|told you) (?:to )?stop\b",
    r"\b(?:want|need|like|wish|told|asked|ask|begging) (?:you|it|this|them|these|yall) (?:guys )?to stop\b",
    r"\b(?:get|take) me off (?:this|your|the|ur)\b|\btake (?:my|this) (?:name|number|phone|cell) off\b",
    r"\bremove (?:me|us|my (?:name|number|phone|cell|contact|info)|this number)\b",
    r"\bdelete (?:me|my (?:name|number|phone|contact|info)|this number)\b",
    r"\btake (?:me|us) off\b|\b(?:want|like|wish|need|ask|asking) to be (?:removed|taken off|unsubscribed)\b",
    r"\b(?:revoke|withdraw|rescind)(?: (?:my|all|any|this|the|prior))* (?:consent|permission|authorization)\b",
    (
        r"\b(?:dont|do not|didnt|did not|never) (?:consent|consented|agree|agreed) to (?:this|these|be|getting|re"
        r"ceive|receiving|any|your|texts?|messages?|calls?)\b"
    ),
    r"\b(?:no|dont have|do not have) (?:right|permission|consent) to (?:text|call|contact|message)\b",
    r"\b(?:never|didnt|did not) (?:sign|signed) up for (?:this|these|it|any|your|texts?|messages?|reminders?)\b",
    r"^(?:i )?(?:really )?(?:dont|do not|no longer) want (?:this|these|it|them|any)(?: any ?more)?$",
    r"^(?:please |pls )?(?:discontinue|desist|cease and desist|enough already|knock it off|cut it out|i want out)$",
    r"\bthis is (?:harassment|spam)\b|\b(?:will|ll|gonna|going to) sue\b|\bsue you\b",
)
_SPANISH: Final = (
    (
        r"\bno (?:me |nos |le |les )?(?:vuelvan? a )?(?:mand|envi|escrib|llam|text|molest|contact)(?:e|es|en|a"
        r"|as|an|ee|een|ees|ar|arme|arnos|ir|irme)\b"
    ),
    (
        r"\b(?:deje|dejen|deja|dejes|paren|pare|para|basta) (?:ya )?(?:de|con) (?:mandar|enviar|escribir|llama"
        r"r|molestar|textear|contactar|los mensajes|las llamadas|tantos)\w*"
    ),
    r"\bya no (?:quiero|deseo) (?:recib|mas|sus|estos|mensajes|que me|textos|llamadas)\w*",
    (
        r"\bno (?:quiero|deseo) (?:recib|mas|sus|estos|mensajes|que me (?:mande|envi|escrib|llam|text|molest)|"
        r"textos|llamadas|sus mensajes)\w*"
    ),
    (
        r"\b(?:quit|saqu|borr|elimin|remuev)(?:e|en|eme|enme|ame)\b(?: (?:mi (?:numero|nombre|telefono)|de (?:"
        r"la|su|esta) lista))?"
    ),
    r"^(?:ya )?no quiero (?:nada|esto)(?: mas)?$",
    r"\bdeje(?:n)?(?:me|nos) en paz\b|\bdeja(?:me|nos) en paz\b",
    r"\b(?:darme|dame|deme|denme|dar) de baja\b|\bno mas (?:mensajes|textos|llamadas)\b",
    (
        r"\b(?:cancele|cancelen|cancelar|detenga|detengan|paren|alto a) (?:los|estos|sus|las|mis) (?:mensajes|"
        r"textos|llamadas|avisos|recordatorios)\b"
    ),
)
PHRASES: Final[Mapping[tuple[str, ...], str]] = {
    ("vi",): (
        "đừng nhắn|đừng gửi|đừng gọi|đừng liên lạc|đừng làm phiền|ngừng nhắn|ngừng gửi|ngừng gọi|ngưng gửi|"
        "ngưng nhắn|dừng nhắn|dừng gửi|dừng gọi|không muốn nhận tin|không muốn nhận thêm|không muốn nhận nữa|"
        "không nhận tin|không muốn nhận cuộc gọi|xóa số của tôi|xóa tên tôi|để tôi yên|làm ơn dừng|xin dừng|"
        "vui lòng dừng"
    ),
    ("zh-Hans", "zh-Hant"): (
        "不要再发|不要再發|不要再传|不要再傳|别再发|別再發|別再傳|别发短信|別發簡訊|别给我发|別給我發|不要给我发|"
        "不要給我發|不要发短信|不要發簡訊|不要傳簡訊|停止发送|停止發送|停止傳送|不想收到|不想再收到|不要打电话|"
        "不要打電話|别打电话|別打電話|别再打|別再打|不要再打|不要再联系|不要再聯絡|别再联系|別再聯絡|取消订阅|"
        "取消訂閱|请勿打扰|請勿打擾|别烦我|別煩我|停止发信|停止發信|停止发短信|停止發短信|不要传了|不要傳了|别传了|別傳了|"
        "别再骚扰|別再騷擾"
    ),
    ("ko",): (
        "문자 그만|그만 보내|보내지 마|보내지 말|연락하지 마|연락하지 말|전화하지 마|전화하지 말|문자하지 마|"
        "문자 보내지|받고 싶지 않|수신 거부|수신거부|연락 그만|전화 그만"
    ),
    ("fa",): (
        "دیگر پیام نفرست|پیام ندهید|پیام نده|پیام نفرست|پیامک نفرست|زنگ نزن|تماس نگیر|مزاحم نشو|مزاحمم نشو|لغو اشتراک|"
        "توقف کن|متوقف کن|بس کن"
    ),
    ("ar",): (
        "لا ترسل|لا تراسل|لا تتصل|لا تكتب|توقف عن|توقفوا عن|أوقفوا الرسائل|أوقف الرسائل|لا أريد رسائل|"
        "لا أريد أن أستلم|لا أريد هذه الرسائل|لا أريد استلام|احذف رقمي|احذفوا رقمي|أزل رقمي|أزيلوا رقمي|"
        "إلغاء الاشتراك|اتركوني وشأني"
    ),
    ("hy",): (
        "կանգ առեք|մի գրեք|մի ուղարկեք|մի զանգեք|այլևս մի գր|այլևս մի ուղ|դադարեցրեք|հանգիստ թողեք|չեմ ուզում ստանալ"
    ),
    ("ru",): (
        "не пишите|не пиши мне|не присылайте|не шлите|не звоните|не звони мне|не беспокойте|не отправляйте|"
        "прекратите пис|прекратите звон|прекратите присы|прекратите слать|перестаньте|отстань|"
        "оставьте меня в покое|удалите меня|удалите мой номер|отпишите меня|не хочу получать|не надо писать|"
        "не надо звонить|хватит писать|хватит звонить|хватит слать"
    ),
    ("uk",): (
        "не пишіть|не надсилайте|не дзвоніть|не телефонуйте|не турбуйте|припиніть пис|припиніть надс|припиніть дзв|"
        "дайте мені спокій|видаліть мене|видаліть мій номер|відпишіть мене|не хочу отримувати|досить писати|"
        "досить дзвонити"
    ),
    ("tl",): (
        "huwag na kayong mag text|huwag na kayo mag text|huwag nang mag text|huwag na mag text|huwag mag text|"
        "wag na mag text|wag na kayo mag text|wag nyo na akong|wag mo na akong|huwag ninyo na akong|"
        "huwag nyo na akong|huwag na ninyo akong|huwag na po kayong mag|huwag na kayong tumawag|huwag tumawag|"
        "wag na tumawag|itigil na|tigilan n|ayoko nang makatanggap|ayaw ko nang makatanggap|ayaw ko na ng text|"
        "ayoko na ng text|alisin ang number ko|alisin ninyo ang number ko|tanggalin ang number ko"
    ),
    ("ja",): (
        "送らないで|送信しないで|送信をやめ|送信を止め|配信をやめ|配信を止め|配信を停止|連絡しないで|電話しないで|"
        "電話をかけないで|メールしないで|メッセージを止め|メッセージをやめ|メッセージは不要|受け取りたくな|もう送ら"
    ),
    ("th",): ("อย่าส่ง|ไม่ต้องส่ง|หยุดส่ง|เลิกส่ง|อย่าโทร|ไม่ต้องโทร|หยุดโทร|เลิกโทร|ไม่ต้องการรับ|ไม่อยากรับ|อย่ารบกวน|เลิกรบกวน|หยุดรบกวน"),
    ("hi",): ("मैसेज मत|मत भेज|संदेश मत|मैसेज बंद|संदेश बंद|फ़ोन मत|कॉल मत|परेशान मत|मैसेज नहीं चाहिए|संदेश नहीं चाहिए"),
    ("pa",): "ਮੈਸੇਜ ਨਾ|ਸੁਨੇਹੇ ਨਾ|ਸੁਨੇਹਾ ਨਾ|ਨਾ ਭੇਜੋ|ਫ਼ੋਨ ਨਾ ਕਰੋ|ਕਾਲ ਨਾ ਕਰੋ|ਮੈਸੇਜ ਬੰਦ|ਸੁਨੇਹੇ ਬੰਦ|ਤੰਗ ਨਾ ਕਰੋ",
    ("km",): "កុំផ្ញើ|ឈប់ផ្ញើ|បញ្ឈប់ការផ្ញើ|កុំទូរស័ព្ទ|ឈប់ទូរស័ព្ទ|មិនចង់ទទួលសារ|កុំរំខាន",
    ("lo",): "ຢ່າສົ່ງ|ຢຸດສົ່ງ|ຢ່າໂທ",
    ("hmn",): "txhob xa|txhob hu rau kuv",
}
"""By the languages that they are of; each stands anywhere in a text."""
_COVER: Final = re.compile(
    r"\bmedi ?cal\b|\bmedicaid\b|\bcoverage\b|\binsurance\b|\bbenefits?\b|\bmy (?:plan|case|policy|card|ap"
    r"plication|appointment)\b|\bmi (?:plan|caso|seguro|cita|solicitud|tarjeta)\b|\bseguro\b|\bcobertura\b"
    r"|\baseguranza\b|\bbeneficios?\b"
)
"""What is not ours to stop; a text about it is read by a person, unless it names what we send."""
_SENT: Final = re.compile(
    r"\b(?:texts?|texting|txts?|messages?|messaging|msgs?|sms|calls|calling|reminders?|notifications?|emails?|mensajes?"
    r"|textos?|llamadas?|recordatorios?)\b"
)
_BUT: Final = re.compile(
    r"\b(?:text|email|e mail|write)(?: to)? me (?:instead|only)\b|\bjust (?:texts?|emails?|e mails?)\b|\b(?:text"
    r"|email) instead\b|\bwhy (?:did|have|has|do|does) (?:you|it|they|the texts|the messages)(?: guys)? (?"
    r":stop|stopped)\b|\bdid you stop\b"
    r"|(?<!no )\b(?:manden?|envien?|manda|envia)me (?:un )?(?:textos?|mensajes?|correos?)\b"
)
"""What takes the stop out of a sentence: another way is asked for, or after what already stopped."""
_NEVER_MIND: Final = folded(
    "fuck|fucking|fuk|fck|fucker|motherfucker|shit|bullshit|bitch|bitches|asshole|assholes|bastard|bastards|screw|piss|damn|hell"
    "|cunt|dick|suck|sucks|wtf|stfu|gtfo|fu|mierda|chinga|chingada|chingar|chingue|pinche|pinches|pendejo|pendejos|pendeja|cabron"
    "|cabrones|puta|putos|puto|joder|jodan|jodanse|carajo|verga|culero|culeros"
)
_BESIDE: Final = folded(
    "you|u|your|yourself|off|up|go|to|the|this|that|eat|my|a|an|of|and|it|all|get|out|please|im|so|tu|madre|su|la|vete|vayanse"
    "|vayase|al|hijo|hijos|de|que|se|no|me|yo|y|ya|shut"
)
LONGEST: Final = 2_000
"""Signs of a text that are looked at; nobody texts more to be left alone."""


def _phrase(words: str) -> str:
    said = plain(words)
    spaced = said[0] < "\u0e00"  # Thai, Khmer, Chinese and Japanese have no space before a word
    return ("(?<!\\S)" if spaced else "") + re.escape(said)


_SAID: Final[Mapping[tuple[str, ...], re.Pattern[str]]] = {
    ("en",): re.compile("|".join(_ENGLISH)),
    ("es",): re.compile("|".join(_SPANISH)),
    **{tags: re.compile("|".join(map(_phrase, text.split("|")))) for tags, text in PHRASES.items()},
}


def asks_to_stop(said: str) -> tuple[str, ...]:
    """Return the languages in which a folded text asks not to be texted or called any more; none if it does not."""
    said = said[:LONGEST]
    if _BUT.search(said) or (_COVER.search(said) and not _SENT.search(said)):
        return ()
    found = next((tags for tags, pattern in _SAID.items() if pattern.search(said)), ())
    return found or (("en",) if swears(said) else ())


def swears(said: str) -> bool:
    """Tell whether a folded text is nothing but swearing at us."""
    words = set(said.split())
    return bool(words & _NEVER_MIND) and words <= _NEVER_MIND | _BESIDE
