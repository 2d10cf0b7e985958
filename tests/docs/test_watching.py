"""The dashboard and the alert rules ask only for what is told, and every alert is explained."""

import json
import re
from pathlib import Path

import pytest
import yaml

from app import metrics

DOCS = Path(__file__).parents[2] / "docs"
ALERTS = yaml.safe_load((DOCS / "watching" / "alerts.yaml").read_text("utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = json.loads((DOCS / "watching" / "grafana.json").read_text("utf-8"))["panels"]
ASKED = [rule["expr"] for rule in RULES] + [one["expr"] for panel in PANELS for one in panel.get("targets", ())]
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}


def told():
    """Every name under which something is told."""
    text = (metrics.own_text() + metrics.shared_text(None)).decode()
    return {
        re.sub("_total$", "", name) + suffix
        for name, kind in re.findall(r"^# TYPE (\S+) (\w+)$", text, re.MULTILINE)
        for suffix in SUFFIXES[kind]
    }


@pytest.mark.parametrize("asked", ASKED)
def test_whatever_is_asked_for_is_told(asked):
    names = set(re.findall(r"\b(?:keepcovered|process)_\w+", asked))
    assert names
    assert names - told() == set()


def test_whatever_is_told_is_shown_or_watched():
    every = " ".join(ASKED)
    ours = {
        re.sub("_(total|bucket|count|sum)$", "", name)
        for name in told()
        if name.startswith("keepcovered_") and not name.endswith("_created")
    }
    assert {name for name in ours if name not in every} == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_is_so_and_the_operators_page_what_to_do(rule):
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert f"`{rule['alert']}`" in (DOCS / "operators.md").read_text("utf-8")


def test_no_two_panels_have_the_same_number():
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
