"""A generated county: members who do not exist, in six languages, with every outcome the simulator can play.

Phones are in the 555 exchange, e-mails under example.org; the same seed makes the same people.
"""

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

AGENCY = """
code = "orange"
kind = "county"
name = "Orange County Social Services Agency"
county_code = "30"
phone = "+18002819799"
timezone = "America/Los_Angeles"
languages = ["en", "es", "vi", "zh-Hans", "zh-Hant", "ko"]
tty = ["711", "+18007352929"]
portal_url = "https://benefitscal.com"
postal_address = "500 N. State College Blvd., Orange, CA 92868"
[office_hours]
monday-friday = "08:00-17:00"
[senders]
sms = "+17145550100"
voice = "+17145550101"
email = "Medi-Cal renewals <renewals@orange.example.org>"
"""
COLUMNS = (
    "Member ID", "First Name", "DOB", "Phone", "Phone Type", "Email", "Written Lang", "Spoken Lang", "Renewal Month",
    "Cycle", "Owner", "Program", "Status", "SMS Consent", "Email Consent", "Voice Consent", "Consent Basis",
    "Consent Date", "ZIP",
)  # fmt: skip
PEOPLE = {
    "English": ("Grace", "Daniel", "Ruth", "Maya", "Owen"),
    "Spanish": ("Lucía", "Andrés", "María", "José", "Elena"),
    "Vietnamese": ("Thảo", "Hương", "Minh", "Lan", "Quang"),
    "Chinese (Simplified)": ("伟", "芳", "静", "磊", "娜"),
    "Chinese (Traditional)": ("淑芬", "家豪", "怡君", "志明", "美玲"),
    "Korean": ("지현", "민준", "서연", "도윤", "하은"),
    "Tagalog": ("Jun", "Luz", "Ligaya"),
}
LANGUAGES = ("English", "English", "Spanish", "Spanish", "Vietnamese", "Vietnamese", "Chinese (Simplified)",
             "Chinese (Traditional)", "Korean", "Tagalog")  # fmt: skip
AREAS = ("714", "949", "657")
ZIPS = ("92620", "92683", "92704", "92840", "92868")
SEED = 20_270_301
CAST = {
    "six_months": range(100, 116),
    "ccs": range(140, 146),
    "turning_19": range(146, 150),
    "fostered": range(150, 154),
    "care_plan": range(154, 160),
    "continuity": range(160, 164),
    "work_rule": range(164, 170),
    "far_away": range(170, 182),
    "families": range(182, 206),
}
"""Who has a part of their own, by their place among all."""
PARTS: Mapping[str, Mapping[str, str]] = {
    "six_months": {"Renewal Month": "2027-04", "Cycle": "6"},
    "ccs": {"Renewal Month": "2027-06", "Program": "CCS", "DOB": "06/14/2006"},
    "turning_19": {"Renewal Month": "2027-06", "DOB": "04/09/2008"},
    "fostered": {"Renewal Month": "2027-06", "DOB": "06/20/2001"},
    "care_plan": {"Renewal Month": "2027-06"},
    "continuity": {"Renewal Month": "2027-06"},
    "work_rule": {"Renewal Month": "2027-06"},
    "far_away": {"ZIP": "10001"},
    "families": {},
}
REACHED = {"Phone Type": "Mobile", "Owner": "County", "SMS Consent": "Y"}


@dataclass(frozen=True, slots=True)
class Person:
    """One generated row, ready to be written as a county writes it."""

    ref: str
    cells: dict[str, str] = field(repr=False)


def members(count: int, months: Sequence[str], outcomes: Sequence[tuple[str, str]]) -> Iterator[Person]:
    """Make `count` people due in `months`; the first ones live at the simulator's magic addresses.

    `outcomes` are (channel, address) pairs.
    """
    dice = random.Random(SEED)  # noqa: S311  (people, not secrets)
    for number in range(count):
        cells = _ordinary(number, months[number % len(months)], dice)
        cells |= _part(number, cells)
        if number < len(outcomes):
            cells |= _magic(*outcomes[number], month=months[0])
        yield Person(cells["Member ID"], cells)


def roster(people: Sequence[Person]) -> str:
    """Write people as the county's spreadsheet would, with a few damaged rows at the end."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(person.cells for person in people)
    writer.writerows(_damaged())
    return "\ufeff" + text.getvalue()


def _ordinary(number: int, month: str, dice: random.Random) -> dict[str, str]:
    language = LANGUAGES[number % len(LANGUAGES)]
    phone = f"({AREAS[number % 3]}) 555-{1000 + number:04}" if number % 25 else ""
    return {
        "Member ID": f"{900_000_000 + number}A",
        "First Name": dice.choice(PEOPLE[language]),
        "DOB": f"{dice.randint(1, 12):02}/{dice.randint(1, 28):02}/{dice.randint(1940, 2005)}",
        "Phone": phone,
        "Phone Type": dice.choice(("Mobile", "Mobile", "Mobile", "Home", "")) if phone else "",
        "Email": f"member{number}@example.org" if number % 3 else "",
        "Written Lang": language,
        "Spoken Lang": dice.choice((language, "")),
        "Renewal Month": month,
        "Cycle": "12",
        "Owner": "SSA" if number % 40 == 7 else "County",  # noqa: PLR2004
        "Program": "",
        "Status": "",
        "SMS Consent": dice.choice(("Y", "Y", "Y", "Y", "N", "")),
        "Email Consent": dice.choice(("Y", "Y", "Y", "")),
        "Voice Consent": dice.choice(("Y", "", "")),
        "Consent Basis": dice.choice(("Application", "Opt-in")),
        "Consent Date": f"2026-{dice.randint(1, 11):02}-{dice.randint(1, 28):02}",
        "ZIP": dice.choice(ZIPS),
    }


def _part(number: int, cells: Mapping[str, str]) -> dict[str, str]:
    """Give somebody of the cast what their part needs; the second of a family shares the first one's phone."""
    part = next((name for name, places in CAST.items() if number in places), None)
    if part is None:
        return {}
    area = "212" if part == "far_away" else AREAS[number % 3]
    phone = f"({area}) 555-{1000 + number:04}"
    if part == "families":
        first = number - number % 2
        phone = f"({AREAS[first % 3]}) 555-{1000 + first:04}"
        return {**REACHED, "Phone": phone, "Email": "", "Written Lang": "English", "Spoken Lang": "English",
                "First Name": PEOPLE["English"][number % 5]}  # fmt: skip
    return {
        **REACHED,
        **PARTS[part],
        "Phone": phone,
        "Renewal Month": PARTS[part].get("Renewal Month", cells["Renewal Month"]),
    }


def _magic(channel: str, address: str, *, month: str) -> dict[str, str]:
    """Move a person to a magic address, reachable only there."""
    phone = address if channel != "email" else ""
    return {
        "Phone": phone, "Phone Type": "Mobile" if phone else "", "Email": "" if phone else address, "Owner": "County",
        "Renewal Month": month, "SMS Consent": "Y" if channel == "sms" else "",
        "Email Consent": "Y" if channel == "email" else "", "Voice Consent": "Y" if channel == "voice" else "",
    }  # fmt: skip


def _damaged() -> list[dict[str, str]]:
    """Return rows as spreadsheets damage them; each is to be rejected with a plain reason."""
    whole = _ordinary(999_001, "2027-03", random.Random(SEED))  # noqa: S311
    return [
        {**whole, "Member ID": "900999001A", "Phone": "7.15E+09"},
        {**whole, "Member ID": "900999002A", "Renewal Month": "13/2027"},
        {**whole, "Member ID": ""},
        {**whole, "Member ID": "900999004A", "Written Lang": "Qwghlmian"},
    ]
