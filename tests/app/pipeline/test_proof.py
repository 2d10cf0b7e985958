import importlib.util
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.pipeline.consent import Wish
from app.pipeline.proof import Proof
from app.rules.chain import CHAIN
from app.rules.facts import Consent, Email
from tests.app.pipeline.world import (
    ADDRESS,
    EMAIL,
    NOW,
    NUMBER,
    OTHER_NUMBER,
    SMS,
    VOICE,
    a_member,
    an_event,
    phone,
    yes,
)

SCRIPT = Path(__file__).parents[3] / "docs" / "verify_ledger.py"


@pytest.fixture
def proof(world):
    return Proof(world.services.database, at_once=3)


def checker():
    spec = importlib.util.spec_from_file_location("verify_ledger", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def exported(world, proof, tmp_path):
    """Return a maker of an export as a file."""

    async def write(**days):
        lines = [json.dumps(one) async for one in proof.export(world.agency.id, **days)]
        file = tmp_path / "ledger.ndjson"
        file.write_text("\n".join(lines) + "\n")
        return file

    return write


async def numbers(world):
    links = await world.rows("SELECT l.number, c.seq FROM chain_link l JOIN consent c ON c.id = l.entry_id ORDER BY 1")
    return [row.number for row in links], [row.seq for row in links]


async def test_the_tick_links_what_waits_in_the_order_in_which_it_was_written(world, proof):
    await world.tell(a_member(), subject="M-1")
    await world.tell(a_member(), subject="M-2")
    assert await proof.link_waiting() == 6
    linked, seqs = await numbers(world)
    assert linked == [1, 2, 3, 4, 5, 6]
    assert seqs == sorted(seqs)
    assert await proof.link_waiting() == 0
    assert await world.rows("SELECT * FROM chain_waiting") == []


async def test_what_is_committed_late_is_linked_later(world, proof):
    database = world.services.database
    async with database.transaction(world.agency.id) as slow:
        index = slow.session.index.of("contact_point.phone", world.agency.id, OTHER_NUMBER)
        await world.services.consents.write(
            slow, world.agency.id, Wish(index, (SMS,), granted=False, basis="text_stop")
        )
        await world.tell(a_member())
        assert await proof.link_waiting() == 3
    assert await proof.link_waiting() == 1
    linked, seqs = await numbers(world)
    assert linked == [1, 2, 3, 4]
    assert seqs[-1] < seqs[0]
    assert (await proof.verify(world.agency.id)).broken is None


async def test_a_line_says_what_with_whom_how_long_and_why(world, proof):
    until = NOW + timedelta(days=365)
    consent = Consent(SMS, granted=True, basis="application_number", evidence="form 12", until=until)
    await world.tell(a_member(consents=(consent,)))
    _, said, _ = [one async for one in proof.export(world.agency.id)]
    line = said["line"]
    told = {name: line[name] for name in ("number", "channel", "purpose", "granted", "basis", "with_whom", "source")}
    assert told == {
        "number": 1, "channel": "sms", "purpose": "renewal", "granted": True, "basis": "application_number",
        "with_whom": "Orange County Social Services Agency", "source": "county",
    }  # fmt: skip
    assert line["until"] == until.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert len(line["evidence_digest"]) == 64
    assert "form 12" not in json.dumps(said)
    assert NUMBER not in json.dumps(said)


async def test_an_export_is_proved_by_the_script_that_shares_no_code(world, proof, exported):
    await world.tell(a_member())
    await world.texts_us("STOP")
    file = await exported()
    head = await proof.head(world.agency.id)
    assert checker().verify(str(file), head["public_key"], head["head"]) == (1, 5)


async def test_an_empty_ledger_is_proved_too(exported):
    assert checker().verify(str(await exported())) == (1, 0)


def broken(file, change):
    """Change an export by hand and return what the script says of it."""
    rows = file.read_text().splitlines()
    change(rows)
    file.write_text("\n".join(rows) + "\n")
    module = checker()
    with pytest.raises(module.Broken) as why:
        module.verify(str(file))
    return str(why.value)


def swap(rows):
    rows[2], rows[3] = rows[3], rows[2]


def sign_anew(rows):
    rows[-1] = rows[-1].replace('"signature": "', '"signature": "00')


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows.__setitem__(2, rows[2].replace("true", "false", 1)), "line 2 is not what was linked"),
        (lambda rows: rows.pop(2), "line 2 is missing or stands elsewhere"),
        (swap, "line 2 is missing or stands elsewhere"),
        (lambda rows: rows.pop(-2), "line 3 is missing, or the head is of another ledger"),
        (lambda rows: rows.pop(), "line 4 is missing: the file ends without a head"),
        (lambda rows: rows.append(rows[1]), "something stands behind the head"),
        (lambda rows: rows.__setitem__(1, "{"), "row 2 of the file is no JSON"),
        (sign_anew, "the head is not signed by this key"),
    ],
)
async def test_whatever_is_changed_by_hand_is_found(world, exported, change, why):
    await world.tell(a_member())
    assert why in broken(await exported(), change)


async def test_a_ledger_written_anew_is_not_the_one_whose_head_was_kept(world, proof, exported):
    await world.tell(a_member())
    kept = (await proof.head(world.agency.id))["head"]
    file = await exported()
    module = checker()
    with pytest.raises(module.Broken, match="line 3 is another than in the head that was kept"):
        module.verify(str(file), "", {**kept, "hash": "00" * 32})
    with pytest.raises(module.Broken, match="line 9 of the head that was kept is not in the file"):
        module.verify(str(file), "", {**kept, "number": 9})
    with pytest.raises(module.Broken, match="not signed by this key"):
        module.verify(str(file), "11" * 32)


async def test_a_part_of_the_ledger_is_a_proof_of_its_own(world, exported):
    await world.tell(a_member())
    await world.at(NOW + timedelta(days=3))
    await world.texts_us("STOP")
    await world.at(NOW + timedelta(days=9))
    await world.texts_us("START")
    day = (NOW + timedelta(days=3)).date()
    assert checker().verify(str(await exported(first=day, last=day))) == (4, 5)
    assert checker().verify(str(await exported(last=day))) == (1, 5)
    assert checker().verify(str(await exported(first=day + timedelta(days=20)))) == (1, 0)


async def test_a_line_that_was_changed_or_taken_out_in_the_database_is_found(world, proof):
    await world.tell(a_member())
    assert (await proof.verify(world.agency.id)).lines == 3
    await tamper(world, "UPDATE consent SET basis = 'other' WHERE channel = 'email'")
    found = await proof.verify(world.agency.id)
    assert (found.lines, found.broken, found.why) == (1, 2, "the line is not what was linked")
    await tamper(world, "DELETE FROM consent WHERE channel = 'sms'")
    assert (await proof.verify(world.agency.id)).broken == 1


async def tamper(world, statement):
    """Do what only the owner of the tables can, past the trigger that refuses it."""
    for order in ("DISABLE", "ENABLE"):
        await world.rows(f"ALTER TABLE consent {order} TRIGGER append_only")
        if order == "DISABLE":
            await world.rows(statement)


async def test_the_chain_survives_the_deletion_of_a_member_and_of_the_members_key(world, proof, exported):
    await world.tell(a_member(consents=(Consent(SMS, granted=True, evidence="a letter"),)))
    await world.rows("UPDATE member SET key_sealed = ''")
    await world.rows("DELETE FROM member")
    assert checker().verify(str(await exported())) == (1, 1)
    assert (await proof.verify(world.agency.id)).broken is None


async def test_a_link_is_never_changed_by_us(world, proof):
    await world.tell(a_member())
    await proof.link_waiting()
    with pytest.raises(Exception, match="append-only"):
        await world.rows("UPDATE chain_link SET number = 9")
    for change in ("UPDATE chain_link SET number = 9", "DELETE FROM chain_link", "TRUNCATE chain_link"):
        async with world.services.database.transaction(world.agency.id) as tx:
            with pytest.raises(Exception, match="permission denied"):
                await tx.session.run(text(change))


async def test_each_agency_has_a_chain_of_its_own(world, proof):
    await world.tell(a_member())
    await proof.link_waiting()
    [row] = await world.rows("SELECT DISTINCT agency_id, chain FROM chain_link")
    assert row == (world.agency.id, CHAIN)


# --- what holds now is what the lines say -------------------------------------------------------


class Life:
    """A few people to whom anything may happen, in any order."""

    REFS = ("M-1", "M-2", "M-3")
    NUMBERS = (NUMBER, OTHER_NUMBER, "+17145550004")

    def __init__(self, world, seed):
        self.world, self.dice, self.now = world, random.Random(seed), NOW  # noqa: S311  (the same life for the same seed)

    async def go_on(self):
        self.now += timedelta(seconds=self.dice.choice([1, 20, 90, 4000, 90_000]))
        await self.world.at(self.now)
        await self.dice.choice(
            [self.listed, self.said, self.said, self.texted, self.texted, self.signed_up, self.carrier]
        )()

    async def listed(self):
        """The county sends a record, with or without a date of the yes, sometimes an old one."""
        number, channels = self.dice.choice(self.NUMBERS), self.dice.sample([SMS, EMAIL, VOICE], 2)
        dated = [Consent(one, granted=self.dice.random() < 0.8, at=self.moment()) for one in channels]
        consents = self.dice.choice([yes(*channels), tuple(dated)])
        facts = a_member(phones=(phone(number),), emails=(Email(ADDRESS),), consents=consents)
        await self.tell(facts)

    async def said(self):
        """The county sends a yes or a no by itself, of one address or of those held, sometimes late."""
        channel = self.dice.choice([SMS, EMAIL, VOICE, None])
        address = self.dice.choice([None, self.dice.choice(self.NUMBERS), ADDRESS])
        granted, until = self.dice.random() < 0.6, self.dice.choice([None, None, self.now + timedelta(days=30)])
        await self.tell(Consent(channel, granted=granted, address=address, until=until if granted else None))

    async def texted(self):
        body = self.dice.choice(["STOP", "STOP", "START", "WRONG NUMBER", "hello"])
        await self.world.texts_us(body, sender=self.dice.choice(self.NUMBERS))

    async def signed_up(self):
        number = self.dice.choice(self.NUMBERS)
        async with self.world.services.database.transaction(self.world.agency.id) as tx:
            index = tx.session.index.of("contact_point.phone", self.world.agency.id, number)
            wish = Wish(index, (SMS,), granted=True, basis="opt_in", wording="v1", language="vi")
            await self.world.services.consents.write(tx, self.world.agency.id, wish)

    async def carrier(self):
        points = await self.world.rows("SELECT id FROM contact_point WHERE kind = 'phone' ORDER BY id")
        if points:
            async with self.world.services.database.transaction(None) as tx:
                point = self.dice.choice(points).id
                await self.world.services.consents.carrier_stops(tx, self.world.agency.id, SMS, [point])

    async def tell(self, facts):
        await self.world.apply(an_event(facts, self.dice.choice(self.REFS), time=self.moment()))

    def moment(self):
        return self.now - timedelta(seconds=self.dice.choice([-200, 0, 0, 30, 5000, 100_000]))


@pytest.mark.parametrize("seed", range(4))
async def test_what_holds_now_can_be_built_anew_from_the_lines_alone(world, proof, seed):
    life = Life(world, seed)
    for _ in range(40):
        await life.go_on()
        assert await proof.differing(world.agency.id) == 0
    assert (await proof.verify(world.agency.id)).broken is None
    assert len(await world.rows("SELECT id FROM consent")) > 20


async def test_a_sign_up_that_the_county_takes_over_is_built_anew_too(world, proof):
    await world.signs_up(SMS, NUMBER)
    await world.tell(a_member(emails=(), phones=(phone(OTHER_NUMBER),)))
    await world.signs_up(SMS, "+17145550004")
    await world.tell(a_member(phones=(phone(NUMBER), phone("+17145550004"))))
    assert await proof.differing(world.agency.id) == 0


async def test_a_table_that_says_other_than_the_lines_is_found(world, proof):
    await world.tell(a_member())
    await world.texts_us("STOP")
    await world.rows("UPDATE consent_state SET granted = true WHERE channel = 'sms'")
    await world.rows("DELETE FROM address_stop WHERE channel = 'voice'")
    assert await proof.differing(world.agency.id) == 3
