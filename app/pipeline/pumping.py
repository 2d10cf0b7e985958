"""Brakes against pumping and guessing: how often a caller, a network or an address may do what costs or tells.

Counted on machine time for all processes together, and by keyed digests only: no table tells an address.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.db import alarms, brake_counts
from app.db.transaction import Database, Transaction
from app.logs import log
from app.rules.facts import Channel
from app.rules.network import Network, network_key, prefix_key
from app.rules.record import KIND_OF, index_form

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
LONGEST: Final = 2 * DAY
"""How long a count can matter: a window slides over the one before it. After that `keeping` forgets it."""


class Scope(StrEnum):
    """What is counted."""

    CODES_NUMBER_DAY = "codes/number/day"
    CODES_NETWORK_HOUR = "codes/network/hour"
    CODES_PREFIX_DAY = "codes/prefix/day"
    CODES_AGENCY_HOUR = "codes/agency/hour"
    TRIES_NETWORK_HOUR = "tries/network/hour"
    VERIFY_NETWORK_HOUR = "verify/network/hour"
    VERIFY_UNKNOWN_HOUR = "verify/unknown/hour"
    PASS_NETWORK_HOUR = "pass/network/hour"  # noqa: S105  (a name, not a secret)


@dataclass(frozen=True, slots=True)
class Caps:
    """How many of what are let through (`app.settings` has what is usual: M-6)."""

    codes_number_day: int
    codes_network_hour: int
    codes_prefix_day: int
    codes_agency_hour: int
    tries_network_hour: int
    verify_network_hour: int
    verify_unknown_hour: int
    pass_network_hour: int

    def of(self, scope: Scope) -> int:
        """Return the cap of a scope."""
        return int(getattr(self, CAPS[scope]))


CAPS: Final[Mapping[Scope, str]] = {scope: scope.name.lower() for scope in Scope}
WINDOWS: Final[Mapping[Scope, timedelta]] = {
    scope: DAY if scope.value.endswith("/day") else HOUR for scope in Scope
}  # fmt: skip
PARTS: Final = 16
LEAST_PART: Final = 100
"""Codes; a share this large is used up evenly enough."""
CODES_PAUSED: Final = "codes_paused"
"""The alarm of an agency whose codes of an hour are used up."""
Brake = tuple[Scope, bytes]
"""What is counted, and whose: a keyed digest."""


class Counters:
    """Counts what is braked."""

    def __init__(self, database: Database, caps: Caps) -> None:
        self._database, self.caps = database, caps

    async def take(self, tx: Transaction, scope: str, key: bytes, *, limit: int, window: timedelta) -> bool:
        """Count one within a transaction; False, and nothing counted, if that is more than the limit."""
        return await brake_counts.take(tx.session, [(scope, key, limit, window)], tx.session.machine_now) is None

    async def within(self, tx: Transaction, *brakes: Brake) -> Scope | None:
        """Count one of each, in order; return the cap that is met, behind which nothing is counted."""
        wanted = [(scope.value, key, self._cap(scope), WINDOWS[scope]) for scope, key in brakes]
        refused = await brake_counts.take(tx.session, wanted, tx.session.machine_now)
        return None if refused is None else brakes[refused][0]

    def _cap(self, scope: Scope) -> int:
        """Return the cap of one count: of an agency's, each part has its share."""
        cap = self.caps.of(scope)
        return cap // self._parts() if scope is Scope.CODES_AGENCY_HOUR else cap

    def _parts(self) -> int:
        """Return in how many parts an agency's count lies, so that those who sign up do not wait for one row."""
        return max(1, min(PARTS, self.caps.codes_agency_hour // LEAST_PART))

    def _of_agency(self, agency: UUID) -> Brake:
        return Scope.CODES_AGENCY_HOUR, agency.bytes + bytes([secrets.randbelow(self._parts())])

    async def from_network(self, scope: Scope, network: Network) -> bool:
        """Count what a network does by the hour, whatever becomes of the request; False if that is too much."""
        async with self._database.transaction(None) as tx:
            await brake_counts.lightly(tx.session)
            return await self.within(tx, (scope, network_key(self._database.index, network.address))) is None

    async def a_code(self, agency: UUID, channel: Channel, address: str, network: Network | None) -> Scope | None:
        """Count a code that is asked for, for good; return the cap that is met, None if the code may go out.

        One after the other: what a network is refused burns no code of the number, and what the number is refused
        none of the agency. The agency at its cap raises an alarm.
        """
        async with self._database.transaction(None) as tx:
            await brake_counts.lightly(tx.session)
            return await self.a_code_in(tx, agency, channel, address, network)

    async def a_code_in(
        self, tx: Transaction, agency: UUID, channel: Channel, address: str, network: Network | None
    ) -> Scope | None:
        """Do so within the transaction that keeps what the code is for."""
        around = self._around(network) if network else ()
        met = await self.within(tx, *around, self.number(channel, address), self._of_agency(agency))
        if met is Scope.CODES_AGENCY_HOUR and await alarms.raise_one(tx.session, agency, CODES_PAUSED):
            log().error("codes are paused for this hour", agency=str(agency))
        return met

    def _around(self, network: Network) -> Sequence[Brake]:
        """Return the brakes on codes that a network asks for."""
        index = self._database.index
        return (
            (Scope.CODES_NETWORK_HOUR, network_key(index, network.address)),
            (Scope.CODES_PREFIX_DAY, prefix_key(index, network.prefix)),
        )

    def number(self, channel: Channel, address: str) -> Brake:
        """Return the brake on codes to one number or e-mail address: the same at every agency, sign-up or not."""
        kind = KIND_OF[channel]
        return Scope.CODES_NUMBER_DAY, self._database.index.one_time(index_form(kind, address), kind.encode())
