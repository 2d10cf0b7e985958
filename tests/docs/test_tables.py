"""The tables of docs/ say what the code says, and every file and link they name is there."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.api.event_data import TYPES
from app.pipeline.tenancy import SCOPES
from app.queue import Job
from app.rules.agency import KNOWN, SENDERS
from app.rules.facts import RenewalStatus
from app.rules.keyword_words import WORDS
from app.rules.keywords import Meaning
from app.rules.languages import LANGUAGES
from app.rules.reasons import SENTENCES
from app.rules.statuses import FOLLOWS, Status
from app.settings import Settings
from channels.simulator.faults import PROVIDERS
from channels.simulator.outcomes import OUTCOMES, Twist
from schedules.ladders.model import Anchor
from schedules.ladders.reading import parse_ladder
from schedules.ladders.shape import STEP
from schedules.ladders.tables import by_status, may_be_said, when
from schedules.timetable import TIMETABLE

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LADDERS = [parse_ladder(file.read_text("utf-8")) for file in sorted((ROOT / "schedules" / "ladders").glob("*.toml"))]
OF_OTHERS = {"benchmarks.md"}
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)(?:#[^)]*)?\)")
FILE = re.compile(r"`((?:app|channels|schedules|migrations|tests|docs)/[A-Za-z0-9_./-]*)`")
NOT_SET = {"public_url_is_set", "smtp_is_simulated", "simulator_private_key", "simulator_telnyx_key"}
"""Fields of the settings that are no settings: nobody sets them from outside."""


def table(page: str, first_column: str) -> list[list[str]]:
    """Return the rows of the one table of a page whose first column has this name; marks are taken off."""
    found: list[list[str]] = []
    inside = False
    for line in (DOCS / page).read_text("utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and cells[0] == first_column:
            assert not found, f"{page} has two tables of {first_column}"
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not line.startswith("|--"):
            found.append(cells)
    assert found, f"{page} has no table of {first_column}"
    return found


def words(cell: str) -> set[str]:
    return {word.strip(" `") for word in cell.split(",")} - {"", "–"}


def test_reason_codes_and_their_sentences():
    assert {row[0]: row[1] for row in table("words.md", "reason")} == dict(SENTENCES)


def test_statuses_and_what_may_follow_them():
    shown = {row[0]: words(row[1]) for row in table("words.md", "message status")}
    assert shown == {str(status): {str(one) for one in FOLLOWS[status]} for status in Status}


def test_renewal_statuses():
    assert [row[0] for row in table("words.md", "renewal status")] == [str(status) for status in RenewalStatus]


def test_steps_of_the_shipped_ladders():
    steps = [(ladder, step) for ladder in LADDERS for step in ladder.steps]
    shown = [tuple(row) for row in table("ladders.md", "step")]
    assert shown == [
        (step.key, ladder.name, when(step), step.policy, str(step.priority)) for ladder, step in steps
    ]  # fmt: skip


def test_statuses_and_what_may_be_said_in_each():
    assert [tuple(row) for row in table("ladders.md", "status")] == by_status(may_be_said(LADDERS))


def test_what_a_ladder_is_made_of():
    fields = {word for row in table("ladders.md", "field of a step") for word in re.findall(r"\w+", row[0])}
    assert fields == STEP.keys() - {"fallback_days"}
    assert [row[0] for row in table("ladders.md", "anchor")] == [str(anchor) for anchor in Anchor]
    assert words(" ,".join(row[0].replace("`", "") for row in table("ladders.md", "ladder"))) == {
        ladder.name for ladder in LADDERS
    }


def test_meanings_of_what_people_text_and_what_follows():
    rows = table("replies.md", "meaning")
    assert [row[0] for row in rows] == list(Meaning)
    answers = {word for row in rows for word in re.findall(r"[a-z_]+", row[3])} - {"or"}
    assert [key for key in answers if not (ROOT / "app" / "content" / "en" / f"{key}.toml").exists()] == []


def test_languages_that_have_words_to_text():
    assert [row[0] for row in table("replies.md", "words in")] == list(WORDS)


def test_event_types():
    assert [row[0] for row in table("events.md", "type")] == list(TYPES)


def test_every_event_type_has_an_example():
    text = (DOCS / "events.md").read_text("utf-8")
    assert [name for name in TYPES if f"\nevent {name} " not in text] == []


def test_scopes():
    assert [row[0] for row in table("events.md", "scope")] == list(SCOPES)


def test_fields_of_an_agency():
    assert {row[0] for row in table("agency.md", "field")} == KNOWN
    assert [row[0] for row in table("agency.md", "sender")] == list(SENDERS)


def test_magic_numbers_and_addresses():
    shown = [tuple(row) for row in table("sandbox.md", "address")]
    assert shown == [(one.address, one.channel, one.explanation) for one in OUTCOMES]


def test_faults():
    assert [row[0] for row in table("sandbox.md", "fault")] == [str(twist) for twist in Twist]
    assert all(f"`{name}`" in (DOCS / "sandbox.md").read_text("utf-8") for name in PROVIDERS)


def test_settings():
    assert [row[0] for row in table("operating.md", "setting")] == [*names(Settings.model_fields)]


def names(fields: Mapping[str, object], before: str = "KEEPCOVERED_") -> list[str]:
    """Return the variables of a settings model in the order of its fields, groups opened."""
    found: list[str] = []
    for name, info in fields.items():
        kind = getattr(info, "annotation", None)
        inner: Mapping[str, object] = getattr(kind, "model_fields", {})
        if name not in NOT_SET:
            found += names(inner, f"{before}{name.upper()}__") if inner else [before + name.upper()]
    return found


def test_jobs_and_ticks():
    shown = {row[0]: row[2] for row in table("journey.md", "job")}
    assert list(shown) == [str(job) for job in Job]
    every = {tick.name: f"every {int(tick.every.total_seconds())} s" for tick in TIMETABLE}
    assert {name: when for name, when in shown.items() if when != "–"} == every


def test_languages():
    assert [row[0] for row in table("languages.md", "tag")] == [language.tag for language in LANGUAGES]
    has_words = {row[0] for row in table("languages.md", "tag") if row[2] == "draft"}
    assert has_words == {file.parent.name for file in (ROOT / "app" / "content").glob("*/wordings.toml")}
    has_clips = {row[0] for row in table("languages.md", "tag") if row[3] == "placeholder clips"}
    assert has_clips == {file.parent.name for file in (ROOT / "app" / "content").glob("*/clips.toml")}


def test_every_decision_is_listed_once():
    pages = sorted(page.name for page in (DOCS / "decisions").glob("[0-9]*.md"))
    assert re.findall(r"\]\(([0-9]{4}-[^)]+\.md)\)", (DOCS / "decisions" / "README.md").read_text("utf-8")) == pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_files_that_are_named_exist(page):
    text = page.read_text("utf-8")
    gone = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert gone + [file for file in FILE.findall(text) if not (ROOT / file).exists()] == []


def test_the_index_leads_to_every_page():
    linked = set(LINK.findall((DOCS / "index.md").read_text("utf-8")))
    assert {page.name for page in DOCS.glob("*.md")} - linked - {"index.md"} - OF_OTHERS == set()
