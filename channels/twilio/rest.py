"""What texts and calls share of Twilio's REST API: create one, list the newest, read its answers."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import assert_never
from urllib.parse import urlsplit

from channels.contract import Absent, Accepted, CannotSay, Found, Health, Outcome, Present, Refused, TryLater, Unclear
from channels.forms import Form
from channels.listing import Listed, ListedPage
from channels.signals import Status
from channels.transport import NEVER, Answer, Lost, NotSent, Sent, Transport, id_from
from channels.twilio.answers import SUCCESS, Resource, parsed
from channels.twilio.codes import MEANINGS, UNEXPLAINED, Kind, Meaning
from channels.twilio.standing import standing

VERSION = "/2010-04-01/"
PAGE = "100"
MOST_PAGES = 20
WHOLE_LIST: Mapping[str, str] = {"PageSize": "1000"}
NOT_OURS = frozenset({"inbound", "outbound-dial"})
"""What people sent us or how they called us, and lines that we connected them to."""
EARLIER = timedelta(minutes=5)
"""How much older than our intent an entry may be: the two clocks need not agree."""

_FAULT_OF_REQUEST = range(400, 500)
_MISCONFIGURED = frozenset({401, 403, 404, 405, 407})
_TOO_MANY = 429
_CODES = range(1, 10**6)


class Account:
    """One Twilio account, reached through a base URL that may carry a path prefix."""

    def __init__(self, transport: Transport, *, account_sid: str, auth_token: str, base_url: str) -> None:
        secret = base64.b64encode(f"{account_sid}:{auth_token}".encode()).decode()
        self._transport = transport
        self._headers = {"Authorization": f"Basic {secret}"}
        self._base = base_url.rstrip("/")
        self._prefix = urlsplit(self._base).path
        self._self = f"{self._base}{VERSION}Accounts/{account_sid}"
        self._root = f"{self._self}/"

    async def create(
        self,
        resource: str,
        form: Form,
        *,
        not_after: float,
        accepted: Callable[[str, Resource], Accepted],
    ) -> Outcome:
        """Post a new text or call; `accepted` is asked with its SID and the whole answer."""
        sent = await self._transport.post(
            f"{self._root}{resource}.json", headers=self._headers, form=form, not_after=not_after
        )
        return _outcome(sent, accepted)

    async def health(self) -> Health:
        """Ask for the account's own resource; nothing is sent to anybody."""
        return standing(await self._transport.get(f"{self._self}.json", headers=self._headers))

    async def fetch(self, resource: str, sid: str) -> Sent:
        """Read one text or call."""
        return await self._transport.get(f"{self._root}{resource}/{sid}.json", headers=self._headers)

    async def change(self, resource: str, sid: str, form: Form) -> Sent:
        """Change one text or call."""
        url = f"{self._root}{resource}/{sid}.json"
        return await self._transport.post(url, headers=self._headers, form=form, not_after=NEVER)

    async def delete(self, resource: str, sid: str) -> Sent:
        """Delete one text or call from Twilio's log."""
        return await self._transport.delete(f"{self._root}{resource}/{sid}.json", headers=self._headers)

    async def newest(self, resource: str, query: Mapping[str, str], *, since: datetime) -> list[Resource] | CannotSay:
        """Return everything created since shortly before `since`, or say that the list is not whole.

        Pages by age and not by a date filter: an entry that still waits at Twilio has no date of
        sending yet, and a filter would hide it. Nobody promises the order within a page, so only a
        whole page that is older ends the reading.
        """
        found: list[Resource] = []
        following = ""
        for _ in range(MOST_PAGES):
            page = await self.page(resource, {**query, "PageSize": PAGE}, since=since, following=following)
            if isinstance(page, CannotSay):
                return page
            recent, following = page
            found += recent
            if not following:
                return found
        return CannotSay("too many pages")

    async def page(
        self, resource: str, query: Mapping[str, str], *, since: datetime, following: str = ""
    ) -> tuple[list[Resource], str] | CannotSay:
        """Return one page of a list, newest first, and where it goes on: nowhere, once a whole page is older."""
        url = self._following(following) if following else f"{self._root}{resource}.json"
        page = _page(await self._transport.get(url, headers=self._headers, query={} if following else query))
        if isinstance(page, CannotSay):
            return page
        try:
            recent, stale, onward = _recent(page, resource, since - EARLIER)
        except (KeyError, TypeError, ValueError, OverflowError):
            return CannotSay("unreadable list")
        return recent, "" if stale else onward

    def _following(self, uri: str) -> str:
        """Keep to our own host, whatever the answer says; the prefix may be in the path or not."""
        return self._base + "/" + uri.removeprefix(self._prefix).lstrip("/")


def _outcome(sent: Sent, accepted: Callable[[str, Resource], Accepted]) -> Outcome:
    match sent:
        case Answer(status=status):
            if status in SUCCESS:
                return _success(sent, accepted)
            if status in _FAULT_OF_REQUEST:
                return _refusal(sent)
            return Unclear(f"HTTP {status}")
        case NotSent(detail):
            return TryLater(detail)
        case Lost(detail):
            return Unclear(detail)
        case _:
            assert_never(sent)


def _success(answer: Answer, accepted: Callable[[str, Resource], Accepted]) -> Outcome:
    resource = parsed(answer.body)
    sid = id_from(resource.get("sid")) if resource else ""
    if not resource or not sid:
        return Unclear("unreadable success")
    return accepted(sid, resource)


def _refusal(answer: Answer) -> Outcome:
    """Judge an answer 4xx by Twilio's own code; without one it may be anybody's page."""
    code = (parsed(answer.body) or {}).get("code")
    number = code if type(code) is int and code in _CODES else 0
    shown = str(number) if number else ""
    meaning = MEANINGS.get(number) or _by_status(answer.status, coded=bool(number))
    match meaning.kind:
        case Kind.LATER:
            return TryLater(meaning.reason, shown, answer.retry_after)
        case Kind.REFUSED:
            return Refused(meaning.reason, shown)
        case Kind.UNCLEAR:
            return Unclear(f"HTTP {answer.status} {meaning.reason}")


def _by_status(status: int, *, coded: bool) -> Meaning:
    if status == _TOO_MANY:
        return Meaning("rate_limited", Kind.LATER)
    if status in _MISCONFIGURED:
        return Meaning("misconfigured", Kind.LATER)
    return Meaning(UNEXPLAINED, Kind.REFUSED if coded else Kind.UNCLEAR)


def _page(sent: Sent) -> Resource | CannotSay:
    if not isinstance(sent, Answer):
        return CannotSay(sent.detail)
    if sent.status not in SUCCESS:
        return CannotSay(f"HTTP {sent.status}")
    return parsed(sent.body) or CannotSay("unreadable list")


def _recent(page: Resource, resource: str, cutoff: datetime) -> tuple[list[Resource], bool, str]:
    """Return the entries from the cutoff on, whether there are older ones alone, the next page."""
    entries, following = page[resource.lower()], page["next_page_uri"]
    if not isinstance(entries, list) or not isinstance(following, str | None):
        raise TypeError
    recent = [entry for entry in entries if _created(entry) >= cutoff]
    return recent, bool(entries) and not recent, following or ""


def listed(page: tuple[list[Resource], str], status_of: Callable[[object], Status | None]) -> ListedPage:
    """Return what a page of a list says of messages of ours; what people sent us is none."""
    entries, following = page
    found = [
        Listed(
            sid, str(entry.get("to")), str(entry.get("messaging_service_sid") or entry.get("from")), _created(entry),
            status_of(entry.get("status")) or Status.ACCEPTED, str(entry.get("body") or ""),
        )
        for entry in entries
        if entry.get("direction") not in NOT_OURS and (sid := id_from(entry.get("sid")))
    ]  # fmt: skip
    return ListedPage(found, following)


def _created(entry: Resource) -> datetime:
    created = parsedate_to_datetime(str(entry["date_created"]))
    return created if created.tzinfo else created.replace(tzinfo=UTC)


def only(entries: Sequence[Resource]) -> Found:
    """Say what a complete list of matching entries proves."""
    match entries:
        case []:
            return Absent()
        case [{"sid": sid}] if known := id_from(sid):
            return Present(known)
        case _:
            return CannotSay("more than one entry" if len(entries) > 1 else "unreadable list")


_PRICE = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,9})?")
_DIGITS = re.compile(r"[0-9]{1,4}")


def cost(resource: Resource) -> float | None:
    """Return what Twilio charges, if it tells: mostly it does so only after a text has left."""
    if resource.get("price_unit") != "USD" or _PRICE.fullmatch(str(resource.get("price"))) is None:
        return None
    return abs(float(str(resource["price"])))


def counted(value: object) -> int:
    """Read a small number that Twilio writes as text; anything else is 0."""
    text = str(value)
    return int(text) if _DIGITS.fullmatch(text) else 0
