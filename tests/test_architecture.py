"""The rules of the house that a machine can keep, beside the import contracts and the linters (design.md, 7)."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import cast

import pytest

import app
from app.jobs import handlers
from app.queue import Job
from app.rules.facts import Channel, RenewalStatus
from app.rules.reasons import SENTENCES
from app.rules.statuses import Status
from app.rules.wording_reading import parse_template
from app.wiring import Services
from channels.reasons import REASONS
from channels.sendgrid.events import DROPPED, OF_CODE, OPT_OUTS, RECEIPTS
from channels.telnyx.codes import MEANINGS as TELNYX_MEANINGS
from channels.telnyx.codes import POINTERS
from channels.telnyx.webhooks import REASONS as TELNYX_STATES
from channels.twilio.codes import CANCELED, MEANINGS, UNEXPLAINED, Kind
from channels.twilio.voice import _LISTENERS, STATUSES
from schedules.ladders.reading import parse_ladder
from schedules.timetable import TIMETABLE

ROOT = Path(app.__file__).parents[1]
CONTENT = ROOT / "app" / "content"
LANGUAGES = sorted(file.parent.name for file in CONTENT.glob("*/wordings.toml"))
LADDERS = sorted((ROOT / "schedules" / "ladders").glob("*.toml"))
STEPS = [step for file in LADDERS for step in parse_ladder(file.read_text("utf-8"), name=file.name).steps]
FILE_LINES, FUNCTION_LINES, PACKAGE_LINES = 300, 40, 30

MODULES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for folder in ("app", "channels", "schedules", "migrations")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
TREES = {name: ast.parse(text) for name, text in MODULES.items()}
OWN_TEST_ELSEWHERE = {
    "channels/contract.py": ("tests/test_architecture.py", "a port: values and protocols that do nothing"),
    "channels/signals.py": ("tests/test_architecture.py", "a port: values that do nothing"),
    "channels/speech.py": ("tests/test_architecture.py", "a port: values that do nothing"),
    "migrations/versions/": ("tests/migrations/test_versions.py", "revisions only mean something in a row"),
}
"""Modules whose test does not stand at the same path, each with the test that covers it and the reason."""


def names_of_tests(module: str) -> list[str]:
    path = Path(module)
    return [
        str(Path("tests") / path.parent / f"test_{path.name}"),
        *(test for begin, (test, _) in OWN_TEST_ELSEWHERE.items() if module.startswith(begin)),
    ]


def calls(tree: ast.AST, *names: str) -> Iterator[str]:
    """Every constant text with which a class or function of a name is called first."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            for said in ast.walk(node.args[0]):
                if isinstance(said, ast.Constant) and isinstance(said.value, str):
                    yield said.value


# --- sizes and places -------------------------------------------------------------------------


def test_no_file_is_longer_than_300_lines():
    assert {name: size for name, text in MODULES.items() if (size := text.count("\n")) > FILE_LINES} == {}


def test_no_function_is_longer_than_40_lines():
    functions = {
        f"{name}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: size for name, size in functions.items() if size > FUNCTION_LINES} == {}


def test_a_package_says_what_it_is_and_holds_little_itself():
    packages = {name: text for name, text in MODULES.items() if Path(name).name in {"__init__.py", "__main__.py"}}
    assert [name for name, text in packages.items() if text.count("\n") > PACKAGE_LINES] == []


def test_every_module_says_in_its_first_line_what_it_is():
    assert [name for name, tree in TREES.items() if MODULES[name] and not ast.get_docstring(tree)] == []


def test_every_module_has_a_test_at_the_same_path():
    modules = [name for name in MODULES if not Path(name).name.startswith("__")]
    missing = [name for name in modules if not any((ROOT / test).exists() for test in names_of_tests(name))]
    assert missing == []


def test_the_exceptions_are_few_and_true():
    assert len(OWN_TEST_ELSEWHERE) <= 5
    for begin, (test, reason) in OWN_TEST_ELSEWHERE.items():
        assert any(name.startswith(begin) for name in MODULES), begin
        assert (ROOT / test).exists(), test
        assert reason
    behaviour = [
        node.name
        for port in ("contract", "signals", "speech")
        for node in ast.walk(TREES[f"channels/{port}.py"])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not (isinstance(node.body[-1], ast.Expr) and isinstance(node.body[-1].value, ast.Constant))
    ]
    assert behaviour == []


def test_no_file_has_a_name_that_says_nothing():
    nothing = {"utils", "util", "helpers", "helper", "common", "core", "manager", "service", "base", "misc"}
    assert [name for name in MODULES if nothing & set(Path(name).with_suffix("").parts)] == []


def test_only_the_database_layer_commits():
    places = [name for name, text in MODULES.items() if re.search(r"\.(commit|rollback)\(", text)]
    assert [name for name in places if not name.startswith("app/db/") and name != "migrations/env.py"] == []


# --- nothing hangs loose ----------------------------------------------------------------------


def test_every_job_has_a_handler():
    assert set(handlers(cast("Services", None))) == set(Job)


def test_every_tick_names_a_job_and_comes_in_whole_seconds():
    assert {tick.name for tick in TIMETABLE} <= set(Job)
    assert len({tick.name for tick in TIMETABLE}) == len(TIMETABLE)
    assert [tick for tick in TIMETABLE if tick.every % timedelta(seconds=1) or not tick.every] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted({key for step in STEPS for key in (step.template, *step.templates.values())}))
def test_every_step_of_a_ladder_has_words_in_every_language_on_every_channel(key, language):
    template = parse_template((CONTENT / language / f"{key}.toml").read_text("utf-8"))
    assert [channel for channel in Channel if not getattr(template, channel)] == []


def test_every_status_that_a_step_allows_is_one_of_ours():
    assert frozenset[str]().union(*(step.statuses for step in STEPS)) <= set(RenewalStatus)


# --- every reason has its sentence ------------------------------------------------------------

ATTEMPT_STATES = {"intended", "accepted", "rejected", "unclear", "absent"}
PROOFS = {"response", "receipt", "look-up"}
PREFIXES = {
    "member_": {"moved", "deceased", "removed", "merged"},
    "contact_": {"bounced", "wrong_person", "opted_out"},
}
"""Reasons that SQL puts together of a word and a status."""


SQL_FORMS = (r"\breason = '(\w+)'", r"(?:THEN|ELSE) '(\w+)'", r"coalesce\([^()]*, '(\w{3,})'\)")
"""Where a reason stands in a statement."""


def provider_reasons() -> set[str]:
    """What the adapters can say of a message: by table, and by word."""
    tables = {meaning.reason for meaning in MEANINGS.values() if meaning.kind is not Kind.UNCLEAR}
    tables |= {meaning.reason for meaning in MEANINGS.values()} | {CANCELED, UNEXPLAINED}
    tables |= {meaning.reason for meaning in (*TELNYX_MEANINGS.values(), *POINTERS.values())}
    tables |= set(TELNYX_STATES.values())
    tables |= {reason for _, reason in (*STATUSES.values(), *_LISTENERS.values(), *RECEIPTS.values()) if reason}
    adapters_of_ours = [name for name in TREES if name.startswith("channels/") and "/simulator/" not in name]
    words = {
        word for name in adapters_of_ours for word in calls(TREES[name], "Refused", "TryLater", "NotSent", "Meaning")
    }
    tables |= {*OPT_OUTS.values(), *DROPPED.values(), *OF_CODE.values()}
    return tables | {word for word in words if re.fullmatch(r"[a-z_]+", word)}


def sql_reasons() -> set[str]:
    """What SQL can write as a reason, put together ones included."""
    text = "\n".join(text for name, text in MODULES.items() if name.startswith("app/db/"))
    found = {word for form in SQL_FORMS for word in re.findall(form, text)} - set(PREFIXES)
    found |= {f"{word}{status}" for word, statuses in PREFIXES.items() for status in statuses}
    stages = "\n".join(text for name, text in MODULES.items() if name.startswith("app/pipeline/"))
    found |= set(re.findall(r'"(no_[a-z_]+)"', stages))
    not_reasons = {"off", "on"} | set(Status) | ATTEMPT_STATES | PROOFS | set(Channel) | {"active", "none", "infinity"}
    return found - not_reasons


def statuses_that_refuse() -> set[str]:
    """A renewal's status that a step does not allow is the reason itself."""
    always = frozenset.intersection(*(step.statuses for step in STEPS))
    return set(RenewalStatus) - always - {RenewalStatus.CANCELED}


def test_every_reason_that_a_provider_gives_has_a_sentence():
    found = provider_reasons()
    assert {"unknown_number", "deadline", "spam_report", "busy", "bounced"} <= found
    assert found - set(SENTENCES) == set()


def test_what_every_reason_of_a_provider_means_is_decided():
    assert provider_reasons() - set(REASONS) - {CANCELED} == set()


def test_every_reason_that_our_own_rules_write_has_a_sentence():
    found = sql_reasons()
    assert {"no_consent", "deadline_passed", "no_proof", "month_moved", "no_contact_point", "no_sender"} <= found
    assert found - set(SENTENCES) == set()


def test_every_status_that_refuses_a_reminder_has_a_sentence():
    assert statuses_that_refuse() - set(SENTENCES) == set()


def test_the_statuses_of_members_and_contact_points_are_those_of_the_schema():
    shape = "\n".join(text for name, text in MODULES.items() if name.startswith("migrations/versions/"))
    member = re.search(r"CHECK \(status IN \('active', (.*?)\)\)", shape)
    point = re.search(r"CHECK \(state IN \('active', (.*?)\)\)", shape)
    assert member
    assert point
    assert set(re.findall(r"'(\w+)'", member[1])) == PREFIXES["member_"]
    assert set(re.findall(r"'(\w+)'", point[1])) == PREFIXES["contact_"]


def test_every_basis_that_a_person_gives_us_has_a_sentence():
    stages = [tree for name, tree in TREES.items() if name.startswith("app/pipeline/")]
    bases = {
        keyword.value.value
        for tree in stages
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "basis" and isinstance(keyword.value, ast.Constant)
    }
    assert {"unsubscribe_link", "key_9", "carrier"} <= bases
    assert (bases | {"text_stop", "text_start"}) - set(SENTENCES) == set()


def test_the_layers_are_kept_by_import_contracts():
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert text.count("[[tool.importlinter.contracts]]") >= 10
    assert import_module("importlinter")
