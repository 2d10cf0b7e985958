"""What one only reads at Telnyx: the detail records of texts, and the balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from channels.simulator.ledger import Message, Search
from channels.simulator.telnyx_door import Flaw, guarded, telnyx_error
from channels.simulator.telnyx_texts import is_telnyx
from channels.simulator.world import World

FILTERS = frozenset(
    {
        *("filter[record_type]", "filter[direction]", "filter[cld]", "filter[cli]"),
        *("filter[created_at][gte]", "filter[created_at][lt]", "sort", "page[number]", "page[size]"),
    }
)
MOST_LISTED = 50
_MOST_READ = 5_000
BALANCE = {"record_type": "balance", "pending": "0.00", "balance": "300.00", "credit_limit": "100.00",
           "available_credit": "400.00", "currency": "USD"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TelnyxRecords:
    """The endpoints."""

    world: World

    def routes(self) -> Sequence[Route]:
        """Return the endpoints, relative to Telnyx's base address."""
        return [
            Route("/v2/detail_records", guarded(self.world, self.records), methods=["GET"]),
            Route("/v2/balance", guarded(self.world, self.balance), methods=["GET"]),
        ]

    async def balance(self, _: Request) -> Response:
        """Show an account that has money."""
        return JSONResponse({"data": BALANCE})

    async def records(self, request: Request) -> Response:
        """List the detail records of texts, without their words."""
        query = request.query_params
        unknown = sorted(set(query) - FILTERS)
        if unknown or query.get("filter[record_type]") != "messaging":
            return telnyx_error(Flaw("10015", detail="The filter is not known, or the kind of record not simulated."))
        number, size = _whole(query, "page[number]", 1), _whole(query, "page[size]", 20)
        found = self._search(query)
        if not number or not 0 < size <= MOST_LISTED or found is None:
            return telnyx_error(Flaw("10015", detail="The page or the time is not understood."))
        page = found[(number - 1) * size : number * size]
        meta = {"page_number": number, "page_size": size, "total_pages": -(-len(found) // size)}
        return JSONResponse({"data": [_record(text) for text in page], "meta": {**meta, "total_results": len(found)}})

    def _search(self, query: Mapping[str, str]) -> list[Message] | None:
        """Return the texts that match, or nothing if a time is none."""
        try:
            since, until = _moment(query, "filter[created_at][gte]"), _moment(query, "filter[created_at][lt]")
        except ValueError:
            return None
        found = self.world.ledger.search(
            Search(
                channel="sms",
                recipient=query.get("filter[cld]", ""),
                sender=query.get("filter[cli]", ""),
                direction=query.get("filter[direction]", ""),
                since=since,
                until=until,
                limit=_MOST_READ,
            )
        )
        texts = [text for text in found if is_telnyx(text)]
        return texts if query.get("sort", "-created_at") == "-created_at" else texts[::-1]


def _whole(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name, str(otherwise))
    return int(text) if text.isascii() and text.isdigit() else 0


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    """Read a date or a time, in UTC unless it says otherwise; raises `ValueError` if it is neither."""
    if name not in query:
        return None
    moment = datetime.fromisoformat(query[name])
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _record(text: Message) -> dict[str, Any]:
    return {
        "record_type": "message_detail_record",
        "uuid": text.id,
        "created_at": text.accepted_at.isoformat(),
        "cld": text.recipient,
        "cli": text.sender,
        "direction": "inbound" if text.direction == "inbound" else "outbound",
        "message_type": "SMS",
        "status": text.status,
        "delivery_status_webhook_url": text.detail["webhook_url"],
        "profile_id": text.detail["profile"],
        "parts": text.detail["segments"],
        "errors": [text.code] if text.code else [],
    }
