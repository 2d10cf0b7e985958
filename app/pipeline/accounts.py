"""Accounts: what an agency's file says of providers is checked against what these ask for."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from app.rules.agency import CREDENTIALS, REMOVE, SENDERS
from channels.provider import Provider

Offered = Callable[[], Mapping[str, Provider]]
"""The providers that are installed, by name."""
Misfits = Callable[[str, Mapping[str, Any]], list[str]]
"""Which of an agency's own settings for a provider cannot be used, each as a sentence."""


@dataclass(slots=True)
class Accounts:
    """What a file sets at providers: credentials to keep, each with the mark of its account, and to forget."""

    problems: list[str] = field(default_factory=list)
    kept: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict, repr=False)
    forgotten: list[str] = field(default_factory=list)


def read_accounts(profile: dict[str, Any], offered: Mapping[str, Provider], misfits: Misfits) -> Accounts:
    """Take the credentials out of a profile and check them; no sentence ever repeats a value."""
    found = Accounts()
    for name in profile.get("senders", {}):
        if name not in SENDERS and name not in offered:
            found.problems.append(f"`senders.{name}`: {_no_provider(offered)}")
    for name, said in profile.pop(CREDENTIALS, {}).items():
        provider = offered.get(name)
        if provider is None:
            found.problems.append(f"`credentials.{name}`: {_no_provider(offered)}")
        elif said == REMOVE:
            found.forgotten.append(name)
        elif problems := _problems(provider, said) or misfits(name, said):
            found.problems += problems
        else:
            found.kept[name] = (_mark(provider, said), dict(said))
    return found


def _no_provider(offered: Mapping[str, Provider]) -> str:
    return f"there is no such provider; there are {', '.join(sorted(offered))}"


def _problems(provider: Provider, said: object) -> list[str]:
    if not isinstance(said, Mapping):
        return [f'`credentials.{provider.name}` must be a table, or "{REMOVE}"']
    known = [setting.name for setting in provider.settings]
    strange = [
        f"`credentials.{provider.name}.{name}` is no setting of {provider.name}; there are {', '.join(known)}"
        for name in sorted(set(said) - set(known))
    ]
    wrong = [
        f"`credentials.{provider.name}.{name}` must be text, a number, true or false"
        for name, value in said.items()
        if not isinstance(value, str | int)
    ]
    return strange + wrong + [f"`credentials.{provider.name}.{name}` is required" for name in provider.missing(said)]


def _mark(provider: Provider, said: Mapping[str, Any]) -> str:
    """Return what tells this account from others and stays the same while its keys are replaced."""
    whose = {setting.name: said.get(setting.name, "") for setting in provider.settings if setting.account}
    return sha256(json.dumps([provider.name, whose], sort_keys=True).encode()).hexdigest()[:16]
