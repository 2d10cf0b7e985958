import pytest

from app.pipeline.accounts import read_accounts
from channels.provider import Provider, Setting

PIGEON = Provider(
    "pigeon",
    (
        Setting("loft", "where", account=True), Setting("corn", "food", secret=True),
        Setting("ring", "its public key", required=False),
    ),
    {},
)  # fmt: skip
OFFERED = {"pigeon": PIGEON, "dove": Provider("dove", (), {})}
GOOD = {"loft": "attic", "corn": "sack-of-corn"}


def fits(name, said):
    return ["`ring`: it is no number"] if said.get("ring") == "odd" else []


def read(**credentials):
    profile = {"code": "orange", "credentials": credentials}
    return read_accounts(profile, OFFERED, fits), profile


def test_good_credentials_are_taken_out_of_the_profile():
    found, profile = read(pigeon=GOOD)
    assert profile == {"code": "orange"}
    assert found.kept["pigeon"][1] == GOOD
    assert (found.problems, found.forgotten) == ([], [])
    assert "sack-of-corn" not in repr(found)


def test_without_credentials_nothing_is_kept_and_nothing_forgotten():
    assert read_accounts({"code": "orange"}, OFFERED, fits).kept == {}


def test_a_word_forgets_them():
    found, _ = read(pigeon="remove")
    assert found.forgotten == ["pigeon"]


@pytest.mark.parametrize(
    ("credentials", "problem"),
    [
        ({"eagle": GOOD}, "`credentials.eagle`: there is no such provider; there are dove, pigeon"),
        ({"pigeon": {**GOOD, "wing": "sack-of-corn"}},
         "`credentials.pigeon.wing` is no setting of pigeon; there are loft, corn, ring"),
        ({"pigeon": {"loft": "attic"}}, "`credentials.pigeon.corn` is required"),
        ({"pigeon": {**GOOD, "ring": ["sack-of-corn"]}}, "`credentials.pigeon.ring` must be text"),
        ({"pigeon": "sack-of-corn"}, '`credentials.pigeon` must be a table, or "remove"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_no_value_is_repeated(credentials, problem):
    found, _ = read(**credentials)
    [said] = found.problems
    assert said.startswith(problem)
    assert "sack-of-corn" not in said


def test_a_value_that_cannot_be_used_is_named():
    found, _ = read(pigeon={**GOOD, "ring": "odd"})
    assert (found.problems, found.kept) == (["`ring`: it is no number"], {})


def test_a_sender_at_a_provider_that_there_is_not_is_named():
    profile = {"senders": {"sms": "+1", "dove": {"sms": "+2"}, "eagle": {"sms": "+3"}}}
    [said] = read_accounts(profile, OFFERED, fits).problems
    assert said.startswith("`senders.eagle`: there is no such provider")


def test_an_accounts_mark_stays_while_its_keys_change():
    def mark(**changes):
        return read(pigeon={**GOOD, **changes})[0].kept["pigeon"][0]

    assert mark() == mark(corn="another-sack") == mark(ring="another-key")
    assert mark() != mark(loft="barn")
