"""What people do on the pages, without scripts, on a phone, in five languages: from signing up to hearing no more."""

import re
import time
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

PHONE = 360
PATIENCE = 60
NUMBERS = {
    "en": "+17145550211", "es": "+17145550212", "vi": "+17145550213", "ar": "+17145550214", "zh-Hant": "+17145550215",
}  # fmt: skip
STOPS = {"en": "stop!", "es": "ALTO", "vi": "DUNG", "ar": "توقف", "zh-Hant": "停止"}
MAIL = {language: f"reader.{language.lower()}@example.org" for language in NUMBERS}
EVERY = pytest.mark.parametrize("language", NUMBERS)


class Sandbox:
    """What the simulated providers took and what people answer them."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def messages(self, to: str) -> list[dict[str, str]]:
        """Return what came to an address, the oldest first."""
        found = self._client.get("/sandbox/messages", params={"to": to, "limit": 100}).raise_for_status().json()
        return sorted(found["data"], key=lambda one: one["accepted_at"])

    def until(self, to: str, count: int) -> list[dict[str, str]]:
        """Wait until an address has so many messages."""
        end = time.monotonic() + PATIENCE
        while len(found := self.messages(to)) < count:
            assert time.monotonic() < end, f"{len(found)} of {count} messages came"
            time.sleep(0.2)
        return found

    def move(self, to: str) -> None:
        """Move business time; returns when everything due by then was handed on."""
        self._client.post("/sandbox/clock", json={"to": to}, timeout=600).raise_for_status()

    def answer(self, sender: str, body: str) -> None:
        """Let somebody text the agency."""
        said = {"from": sender, "to": "+17145550100", "body": body}
        self._client.post("/sandbox/replies", json=said).raise_for_status()


@pytest.fixture(scope="module")
def sandbox(service) -> Iterator[Sandbox]:
    with httpx.Client(base_url=service, timeout=60) as client:
        yield Sandbox(client)


def code_in(text: str) -> str:
    return re.findall(r"(?<!\d)\d{8}(?!\d)", text)[0]


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#{name}").fill(value)


def check(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check()


def send(page: Page) -> None:
    page.locator("main form button").first.click()


def sign_up(page: Page, channel: str, sandbox: Sandbox, address: str) -> None:
    check(page, "who", "self")
    check(page, "channels", channel)
    fill(page, **{"email" if channel == "email" else "phone": address})
    months = page.locator("#month option")
    page.locator("#month").select_option(index=min(4, months.count() - 1))
    check(page, "yes", channel)
    before = len(sandbox.messages(address))
    send(page)
    code = code_in(sandbox.until(address, before + 1)[-1]["body"])
    page.locator("main input[inputmode=numeric]").fill(code)


@EVERY
def test_somebody_signs_up_by_text(language, visit, sandbox):
    page = visit.open("/", language=language, width=PHONE)
    send(page)
    assert page.locator("[role=alert]").count() == 1
    visit.picture(page, f"flow-1-mistakes-{language}")
    sign_up(page, "sms", sandbox, NUMBERS[language])
    visit.picture(page, f"flow-2-code-{language}")
    send(page)
    visit.picture(page, f"flow-3-done-{language}")
    assert page.locator("[role=status]").count() == 1
    assert page.locator("html").get_attribute("lang") == language
    sandbox.until(NUMBERS[language], 2)


@EVERY
def test_somebody_signs_up_by_e_mail_and_stops_it_by_the_link(language, visit, sandbox):
    page = visit.open("/", language=language, width=PHONE)
    sign_up(page, "email", sandbox, MAIL[language])
    send(page)
    welcome = sandbox.until(MAIL[language], 2)[-1]
    link = re.findall(r"https?://[^\s<>\"]+/unsubscribe/[^\s<>\"]+", welcome["headers"]["List-Unsubscribe"])[0]
    page.goto(link)
    visit.picture(page, f"flow-6-unsubscribe-{language}")
    assert page.locator("[role=status]").count() == 0, "opening the link changes nothing"
    assert page.locator("html").get_attribute("lang") == language
    send(page)
    assert page.locator("[role=status]").count() == 1


@EVERY
def test_somebody_asks_whether_a_message_is_real(language, visit, sandbox):
    code = re.findall(r"\b[A-Z0-9]{8}\b", sandbox.until(NUMBERS[language], 2)[-1]["body"])[-1]
    page = visit.open("/verify", language=language, width=PHONE)
    fill(page, code=code.lower())
    send(page)
    visit.picture(page, f"flow-4-real-{language}")
    assert page.locator(".usa-alert--success bdi").first.inner_text() == "Orange County Social Services Agency"
    fill(page, code="AAAA2222")
    send(page)
    visit.picture(page, f"flow-5-forged-{language}")
    assert page.locator(".usa-alert--warning").count() == 1


@EVERY
def test_somebody_opens_their_choices_changes_them_and_takes_what_is_held_along(language, visit, sandbox):
    address = NUMBERS[language]
    before = len(sandbox.until(address, 2))
    page = visit.open("/preferences", language=language, width=PHONE)
    check(page, "way", "sms")
    fill(page, address=address)
    send(page)
    told = sandbox.until(address, before + 1)[-1]["body"]
    fill(page, code=code_in(told))
    send(page)
    visit.picture(page, f"flow-7-choices-{language}")
    page.locator("#first").select_option(index=2)
    send(page)
    assert page.locator("[role=status]").count() == 1
    page.goto("/preferences/data")
    visit.picture(page, f"flow-8-held-{language}")
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h2").count() >= 5
    held = page.request.get("/preferences/data.json")
    assert "attachment" in held.headers["content-disposition"]
    assert held.json()


def test_a_link_opens_once_and_a_program_that_looks_where_it_leads_uses_nothing_up(visit, sandbox):
    before = len(sandbox.until(NUMBERS["en"], 2))
    page = visit.open("/preferences", width=PHONE)
    check(page, "way", "sms")
    fill(page, address=NUMBERS["en"])
    send(page)
    link = re.findall(r"https?://\S+/p/[\w-]+", sandbox.until(NUMBERS["en"], before + 1)[-1]["body"])[0]
    for _ in range(3):
        httpx.get(link)
    other = visit.open(link, width=PHONE)
    send(other)
    assert other.locator("#first").count() == 1
    again = visit.open(link, width=PHONE)
    if again.locator("main form").count():
        send(again)
    assert again.locator("[role=alert]").count() == 1


def test_the_reminders_come_in_each_language_and_a_stop_ends_them(visit, sandbox):
    """The sign-ups above are reminded months later; who answers STOP in a language of their own hears no more."""
    before = {language: len(sandbox.until(number, 2)) for language, number in NUMBERS.items()}
    sandbox.move("P75D")
    after = {}
    for language, number in NUMBERS.items():
        reminded = sandbox.until(number, before[language] + 1)
        assert "Medi-Cal" in reminded[-1]["body"]
        sandbox.answer(number, STOPS[language])
        after[language] = len(sandbox.until(number, len(reminded) + 1))
        sandbox.answer(number, STOPS[language])
    sandbox.move("P60D")
    assert {language: len(sandbox.messages(number)) for language, number in NUMBERS.items()} == after
