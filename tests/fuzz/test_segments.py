"""Thousands of made-up texts, counted by us and by Twilio's own calculator (npm `sms-segments-calculator`).

Not part of the ordinary run: `make fuzz`, which installs the calculator beside this file. It needs Node.js.
"""

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from channels.graphemes import graphemes
from channels.segments import BASIC, EXTENDED, PART_UCS2, segments

HERE = Path(__file__).parent
TEXTS = 12_000
LENGTHS = (0, 1, 66, 67, 68, 69, 70, 71, 72, 133, 134, 135, 152, 153, 154, 159, 160, 161, 162, 305, 306, 307, 460, 610)
SCRIPTS = (
    "Su renovación llegó: más información aquí. ¿Mañana? ñ é ü ",
    "Medi-Cal của quý vị đến kỳ gia hạn vào tháng 9, xin hồi đáp. Ữ ỡ ặ Đ ",
    "您的续保月份是二零二七年，請致電縣政府。",
    "メディカルの更新は9月です。お電話ください。ｶﾞ",
    "메디칼 갱신 시기는 9월입니다. 전화해 주세요. ",
    "تجديد التأمين في شهر سبتمبر، اتصل بنا. مرحبًا بِكَ ",
    "نوبت تمدید بیمهٔ شما در مهر می‌رسد. ",
    "Ձեր ապահովագրության նորացումը մոտ է։ ",
    "Пора продлить вашу страховку в сентябре, позвоните. й ё ",
    "Час поновити ваше страхування: ґ є ї і. ",
    "ถึงเวลาต่ออายุความคุ้มครองของคุณแล้ว น้ำ ที่ ผู้ ",
    "ຮອດເວລາຕໍ່ອາຍຸແລ້ວ ນ້ຳ ທີ່ ຜູ້ ",
    "ដល់ពេលបន្តការធានារ៉ាប់រងរបស់អ្នកហើយ ក្រុម ",
    "आपकी बीमा नवीनीकरण की तारीख सितंबर में है। क्षि श्री ",
    "ਤੁਹਾਡੀ ਬੀਮਾ ਨਵਿਆਉਣ ਦੀ ਤਾਰੀਖ ਸਤੰਬਰ ਵਿੱਚ ਹੈ। ",
    "Oras na para i-renew ang iyong Medi-Cal. Salamat! ",
    "Txog sij hawm rov txuas koj qhov kev pov hwm. ",
)
EMOJIS = ("😀", "❤️", "👍🏽", "👩‍👩‍👧‍👦", "👨‍🚀", "🏳️‍🌈", "🇺🇸", "🇻🇳🇰🇷", "🤷🏻‍♀️", "1️⃣", "☎️", "✈️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿")
SMART = "“Don’t wait” – renew\u00a0now… it—helps • «sí» ‹x› ‘y’ ‐‑‒― \u2009\u202f"
ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u0309\u0323\u031b"

Made = Callable[[random.Random, int], str]


def small_letters(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(BASIC, k=length))


def escapes(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(BASIC + EXTENDED * 8, k=length))


def a_script(dice: random.Random, length: int) -> str:
    words = dice.choice(SCRIPTS)
    start = dice.randrange(len(words))
    return (words[start:] + words * (length // len(words) + 1))[:length]


def shuffled_script(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(dice.choice(SCRIPTS), k=length))


def one_stranger(dice: random.Random, length: int) -> str:
    text = small_letters(dice, length)
    place = dice.randint(0, length)
    return text[:place] + dice.choice(["í", "’", "漢", "đ", *EMOJIS]) + text[place:]


def emojis(dice: random.Random, length: int) -> str:
    return "".join(dice.choice(EMOJIS) if dice.random() < 0.3 else dice.choice(BASIC) for _ in range(length))


def accents(dice: random.Random, length: int) -> str:
    return "".join(dice.choice(ACCENTS) if dice.random() < 0.3 else dice.choice("aeiouAny ") for _ in range(length))


def smart(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(SMART + "Renew now " * 5, k=length))


def lines(dice: random.Random, length: int) -> str:
    return "".join(dice.choices(["\r\n", "\n", "\r", "a", "á"], k=length))


MAKERS: tuple[Made, ...] = (
    small_letters, escapes, a_script, shuffled_script, one_stranger, emojis, accents, smart, lines,
)  # fmt: skip


def texts(count: int) -> Iterator[str]:
    """Make texts of every kind, many of them about as long as a part."""
    dice = random.Random(20270228)  # noqa: S311  (the same texts each time)
    for number in range(count):
        length = dice.choice(LENGTHS) if dice.random() < 0.7 else dice.randint(0, 700)
        made = MAKERS[number % len(MAKERS)](dice, length)
        if all(len(one.encode("utf-16-le")) // 2 <= PART_UCS2 for one in graphemes(made)):
            yield made


def judged(all_texts: list[str]) -> list[tuple[str, int]]:
    """Ask Twilio's calculator for alphabet and parts of each."""
    node = shutil.which("node")
    if node is None:
        pytest.fail(
            "Node.js is not installed; `make fuzz` compares our counts with Twilio's own calculator, which needs it"
        )
    if not (HERE / "node_modules").is_dir():
        pytest.fail("Twilio's calculator is not installed; run `make fuzz`, which installs it")
    asked = json.dumps(all_texts)
    done = subprocess.run(  # noqa: S603  (our own script)
        [node, str(HERE / "judge.js")], input=asked, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return [(encoding, count) for encoding, count in json.loads(done.stdout)]


def test_we_count_as_twilios_own_calculator_does():
    made = list(texts(TEXTS))
    verdicts = judged(made)
    assert len(made) >= 10_000
    assert len(verdicts) == len(made)
    ours = [(str(size.encoding), size.count) for size in map(segments, made)]
    differing = [(text, mine, its) for text, mine, its in zip(made, ours, verdicts, strict=True) if mine != its]
    assert differing == [], f"{len(differing)} of {len(made)} differ"
