import re

import pytest
from starlette.requests import Request

from channels.simulator.given import Refusal
from channels.simulator.painting import MAIL_POLICY, POLICY, TEMPLATES, Painter

PAINTER = Painter("/sandbox", "https://ours.example")
PAIRS = [
    *(
        (ink, ground)
        for ink in ("ink", "soft-ink", "good", "bad", "waiting", "accent")
        for ground in ("paper", "ground")
    ),
    ("ink", "theirs"),
    ("on-accent", "accent"),
]


def asked(path="/", query=""):
    scope = {"type": "http", "method": "GET", "path": f"/sandbox{path}", "query_string": query.encode(), "headers": []}
    return Request({**scope, "server": ("ours.example", 443), "scheme": "https"})


def painted(query="", name="missing.html", **shown):
    return PAINTER.page(asked(query=query), name, **shown).body.decode()


def test_every_page_has_the_strict_policy():
    headers = PAINTER.page(asked(), "missing.html").headers
    assert headers["content-security-policy"] == POLICY
    assert "unsafe" not in POLICY
    assert MAIL_POLICY.startswith("sandbox;")
    assert "script-src" not in MAIL_POLICY


def test_a_page_keeps_itself_up_to_date_only_if_that_is_asked_for():
    assert "live.js" not in painted()
    assert 'href="/sandbox/?live=on"' in painted()
    live = painted("live=on")
    assert '<script type="module" src="/sandbox/live.js">' in live
    assert '<noscript><meta http-equiv="refresh"' in live
    assert 'href="/sandbox/?live=off"' in live


def test_links_of_a_live_page_lead_to_live_pages():
    assert '<a class="home" href="/sandbox/?live=on">' in painted("live=on&to=x")


def test_a_refused_form_is_told_in_a_sentence():
    answer = PAINTER.refusal(asked(), Refusal("/x", "A number is needed."))
    assert answer.status_code == 422
    assert b"A number is needed." in answer.body


def test_no_template_has_scripts_or_styles_in_it():
    for template in TEMPLATES.glob("*.html"):
        text = template.read_text()
        assert re.search(r"\son[a-z]+=|\sstyle=|<style|javascript:|https?://", text) is None, template.name


def colours():
    """The colours of both schemes, by name."""
    light, dark = re.findall(r":root \{(.*?)\}", (TEMPLATES / "style.css").read_text(), re.DOTALL)
    return [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", scheme)) for scheme in (light, dark)]


def brightness(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", colours(), ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(scheme, ink, ground):
    darker, lighter = sorted(map(brightness, (scheme[ink], scheme[ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
