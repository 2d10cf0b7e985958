"""A forecast as a picture: messages and expected calls by day, or by hour of one day, as SVG.

It reads in black and white (each channel has its own hatching), in light and dark, printed, and aloud: the
words are text, and `<desc>` says what the bars show.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from typing import Final

from app.rules.forecast import Forecast, counted, no_room

CHANNELS: Final = {"sms": "Texts", "email": "E-mails", "voice": "Calls"}
WIDTH, LEFT, RIGHT = 960, 72, 16
MESSAGES: Final = (110, 330)
"""Top and foot of the upper part: messages."""
CALLS: Final = (410, 560)
"""Top and foot of the lower part: people who call."""
HEIGHT: Final = 620
LABELS: Final = 12
"""So many labels stand below the bars, at most."""
WEEKS_FROM: Final = 120
"""From so many days on, a bar is a week."""
WEEK: Final = 7
HOURS: Final = range(7, 21)
STYLE: Final = """
svg { --ink: #1b1f24; --paper: #fff; --faint: #c9ced6; --sms: #14507d; --email: #b8651b; --voice: #2f7d4f;
  --limit: #a1122b; background: var(--paper); font: 14px system-ui, sans-serif; }
text { fill: var(--ink); } .small { font-size: 12px; } .title { font-size: 20px; font-weight: 600; }
.end { text-anchor: end; } .middle { text-anchor: middle; }
.axis { stroke: var(--ink); } .grid { stroke: var(--faint); } .paper { fill: var(--paper); }
.sms, .calls { fill: var(--sms); } .email { fill: url(#email); } .voice { fill: url(#voice); }
#email path { stroke: var(--email); stroke-width: 3; } #voice circle { fill: var(--voice); }
.bar { stroke: var(--ink); stroke-width: .5; }
.limit { stroke: var(--limit); stroke-width: 2; stroke-dasharray: 7 4; fill: none; }
@media (prefers-color-scheme: dark) { svg { --ink: #eceff3; --paper: #14171b; --faint: #3a414a; --sms: #7fb6e6;
  --email: #f0a860; --voice: #7fd0a0; --limit: #ff8095; } }
@media print { svg { --ink: #000; --paper: #fff; --faint: #bbb; --sms: #333; --email: #000; --voice: #000;
  --limit: #000; } }
"""
PATTERNS: Final = """
<pattern id="email" width="7" height="7" patternUnits="userSpaceOnUse"><rect class="paper" width="7" height="7"/>
<path d="M-1 8 8 -1 M-1 1 1 -1 M6 8 8 6"/></pattern>
<pattern id="voice" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="paper" width="6" height="6"/>
<circle cx="3" cy="3" r="1.6"/></pattern>
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what stands below it, and what it shows."""

    label: str
    messages: dict[str, int]
    calls: float
    capacity: float | None
    is_too_much: bool
    """Whether in some hour of it more people are expected to call than the call centre can take."""

    @property
    def height(self) -> int:
        """All its messages."""
        return sum(self.messages.values())


def picture(forecast: Forecast, day: date | None = None) -> str:
    """Draw the whole time, or one day of it by hours."""
    bars = _hours(forecast, day) if day else _days(forecast)
    what = f"{day:%A, %B} {day.day}, {day.year}, by hour" if day else f"{forecast.first} to {forecast.last}"
    title = f"What {forecast.agency} is to send: {what}"
    most = max((bar.height for bar in bars), default=0)
    calls = max((max(bar.calls, bar.capacity or 0) for bar in bars), default=0.0)
    parts = [
        _text(LEFT, 34, title, "title"), _text(LEFT, 58, _in_short(forecast, bars), "small"), *_legend(bars),
        _text(LEFT, MESSAGES[0] - 8, "Messages", "small"), *_grid(MESSAGES, most), *_messages(bars, most),
        _text(LEFT, CALLS[0] - 8, "People expected to call, and what the call centre can take (dashed)", "small"),
        *_grid(CALLS, calls), *_calls(bars, calls), *_labels(bars), *_busiest(forecast, bars, day),
    ]  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="title desc"><title id="title">{escape(title)}</title>'
        f'<desc id="desc">{escape(_told(forecast, bars))}</desc><style>{STYLE}</style><defs>{PATTERNS}</defs>'
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>{"".join(parts)}</svg>\n'
    )


def _days(forecast: Forecast) -> list[Bar]:
    """Make a bar for each day, or for each week of a long time."""
    found = {row["day"]: row for row in forecast.days}
    full = {day for day, _ in forecast.too_many_calls}
    span = (forecast.last - forecast.first).days + 1
    step = WEEK if span > WEEKS_FROM else 1
    bars = []
    for start in range(0, span, step):
        first = forecast.first + timedelta(days=start)
        rows = [row for number in range(step) if (row := found.get(first + timedelta(days=number)))]
        limits = [row["capacity"] for row in rows if row["capacity"] is not None]
        messages = {channel: sum(row[channel] for row in rows) for channel in CHANNELS}
        calls = sum(row["call_backs"] for row in rows)
        is_too_much = any(row["day"] in full for row in rows)
        bars.append(Bar(f"{first:%b} {first.day}", messages, calls, sum(limits) if limits else None, is_too_much))
    return bars


def _hours(forecast: Forecast, day: date) -> list[Bar]:
    messages, calls = Counter[tuple[str, int]](), forecast.calls
    for line in forecast.lines:
        if line.day == day:
            messages[line.channel, line.hour] += line.messages
    return [
        Bar(
            f"{hour}:00", {channel: messages[channel, hour] for channel in CHANNELS}, calls.get((day, hour), 0.0),
            forecast.capacity.get((day, hour)), (day, hour) in forecast.too_many_calls,
        )
        for hour in HOURS
    ]  # fmt: skip


def _in_short(forecast: Forecast, bars: Sequence[Bar]) -> str:
    sent = sum(bar.height for bar in bars)
    calls = sum(bar.calls for bar in bars)
    fits = "Everything fits before its deadline." if forecast.fits else (
        f"{no_room(forecast.totals['late'])} before {'its' if forecast.totals['late'] == 1 else 'their'} deadline."
    )  # fmt: skip
    return f"{counted(sent, 'message')}, about {counted(calls, 'person', 'people')} expected to call. {fits}"


def _told(forecast: Forecast, bars: Sequence[Bar]) -> str:
    """Say in words what the bars show, for those who hear the picture."""
    said = [_in_short(forecast, bars)]
    channels = {name: sum(bar.messages[channel] for bar in bars) for channel, name in CHANNELS.items()}
    said.append(", ".join(f"{name}: {count:,}" for name, count in channels.items()) + ".")
    if top := max(bars, key=lambda bar: bar.height, default=None):
        said.append(f"The highest bar is {top.label} with {counted(top.height, 'message')}.")
    over = [bar.label for bar in bars if bar.is_too_much]
    if any(bar.capacity is not None for bar in bars):
        said.append(f"More calls than the call centre can take: {', '.join(over) or 'never'}.")
    return " ".join([*said, *forecast.changes])


def _legend(bars: Sequence[Bar]) -> list[str]:
    shown = [channel for channel in CHANNELS if any(bar.messages[channel] for bar in bars)] or list(CHANNELS)
    return [
        f'<rect class="bar {channel}" x="{WIDTH - RIGHT - 290 + 100 * place}" y="{MESSAGES[0] - 22}" width="16" '
        f'height="12"/>' + _text(WIDTH - RIGHT - 268 + 100 * place, MESSAGES[0] - 11, CHANNELS[channel], "small")
        for place, channel in enumerate(shown)
    ]


def _grid(part: tuple[int, int], most: float) -> list[str]:
    """Draw the lines and numbers of a part."""
    top, foot = part
    lines = [
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        + _text(LEFT - 8, y + 4, f"{most * share:,.0f}", "small end")
        for share in ((0.5, 1.0) if most else ())
        for y in (round(foot - (foot - top) * share),)
    ]
    return [*lines, f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{foot}" y2="{foot}"/>']


def _messages(bars: Sequence[Bar], most: int) -> list[str]:
    """Draw the stacked bars."""
    (top, foot), wide = MESSAGES, _wide(bars)
    drawn = []
    for place, bar in enumerate(bars):
        y = float(foot)
        for channel, count in bar.messages.items():
            if count:
                height = (foot - top) * count / most
                y -= height
                drawn.append(
                    f'<rect class="bar {channel}" x="{_x(place, wide):.1f}" y="{y:.1f}" width="{wide * 0.8:.1f}" '
                    f'height="{height:.1f}"><title>{bar.label}, {CHANNELS[channel]}: {count:,}</title></rect>'
                )
    return drawn


def _calls(bars: Sequence[Bar], most: float) -> list[str]:
    """Draw the expected calls, and the line that they should stay below."""
    if not most:
        return []
    (top, foot), wide = CALLS, _wide(bars)
    scale = (foot - top) / most
    drawn = [
        f'<rect class="bar calls" x="{_x(place, wide):.1f}" y="{foot - bar.calls * scale:.1f}" '
        f'width="{wide * 0.8:.1f}" height="{bar.calls * scale:.1f}"><title>{bar.label}: {bar.calls:,.0f}</title></rect>'
        for place, bar in enumerate(bars)
        if bar.calls
    ]
    lines = [
        f"M{LEFT + place * wide:.1f} {foot - bar.capacity * scale:.1f}h{wide:.1f}"
        for place, bar in enumerate(bars)
        if bar.capacity is not None
    ]
    return [*drawn, f'<path class="limit" d="{"".join(lines)}"/>'] if lines else drawn


def _labels(bars: Sequence[Bar]) -> list[str]:
    wide, every = _wide(bars), max(1, -(-len(bars) // LABELS))
    return [
        _text(LEFT + (place + 0.5) * wide, foot + 18, bar.label, "small middle")
        for foot in (MESSAGES[1], CALLS[1])
        for place, bar in enumerate(bars)
        if place % every == 0
    ]


def _busiest(forecast: Forecast, bars: Sequence[Bar], day: date | None) -> list[str]:
    """Name the busiest hour below the bars."""
    at = forecast.busiest
    if day:
        top = max(bars, key=lambda bar: bar.height)
        return [_text(LEFT, HEIGHT - 16, f"Busiest hour: {top.label} with {counted(top.height, 'message')}.", "small")]
    if at is None:
        return [_text(LEFT, HEIGHT - 16, "Nothing is due in this time.", "small")]
    count = sum(line.messages for line in forecast.lines if (line.day, line.hour) == at)
    said = f"Busiest hour: {at[0]:%A, %B} {at[0].day}, {at[1]}:00 with {counted(count, 'message')}."
    return [_text(LEFT, HEIGHT - 16, said, "small")]


def _wide(bars: Sequence[Bar]) -> float:
    return (WIDTH - LEFT - RIGHT) / max(len(bars), 1)


def _x(place: int, wide: float) -> float:
    return LEFT + place * wide + wide * 0.1


def _text(x: float, y: float, words: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
