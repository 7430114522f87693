"""A rehearsal as pictures: a Gantt chart of the programme, and the secretariat's load by week. Plain SVG, no script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from xml.sax.saxutils import escape

from domain.rehearsal.weighing import Stretch, WeekLoad
from domain.terms import Stage

_LEFT, _TOP, _ROW, _WIDE, _TALL = 90, 64, 22, 960, 220
_COLOURS = {
    Stage.SCOPING: "#0072b2",
    Stage.STUDY_VISITS: "#e69f00",
    Stage.ACTION_PLAN: "#009e73",
    Stage.PILOT_INVESTMENTS: "#cc79a7",
    Stage.CLOSING: "#777777",
}
"""Colours that people who see fewer of them still tell apart (Okabe and Ito's)."""
_BESIDE, _BESIDE_WORDS = "#56b4e9", "papers of visits, clusters and the programme"
_REQUESTS, _WAITING = "#0072b2", "#e69f00"


def gantt(title: str, stretches: Sequence[Stretch], first: date, last: date) -> str:
    """One row for each partnership or other entity, one bar for each stage; with a dashed end it was not passed."""
    codes = sorted({one.code for one in stretches})
    rows = {code: _TOP + place * _ROW for place, code in enumerate(codes)}
    known = [(stage.words, colour) for stage, colour in _COLOURS.items()]
    parts = [_legend((*known, (_BESIDE_WORDS, _BESIDE)))]
    parts += _years(first, last, _TOP + len(codes) * _ROW)
    for code, y in rows.items():
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(code)}</text>')
    lanes: dict[str, list[date]] = {}
    """When each lane of a row is free again."""
    for one in stretches:
        # several stages may be open at once: the later one lies a little lower, so that both are seen
        ends = lanes.setdefault(one.code, [])
        lane = next((place for place, end in enumerate(ends) if end <= one.since), len(ends))
        ends[lane : lane + 1] = [one.until]
        x, end = (_x(day, first, last) for day in (one.since, one.until))
        dashed = "" if one.passed else ' stroke="#333333" stroke-dasharray="3 2"'
        told = f"{one.code}: {one.stage.words}, {one.since} to {one.until}"
        parts.append(
            f'<rect x="{x:.1f}" y="{rows[one.code] + 2 + 5 * min(lane, 2)}" width="{max(end - x, 1):.1f}" height="8" '
            f'fill="{_COLOURS.get(one.stage, _BESIDE)}"{dashed}><title>{escape(told)}</title></rect>'
        )
    return _drawing(title, _TOP + len(codes) * _ROW + 30, parts)


def load(title: str, weeks: Sequence[WeekLoad], first: date, last: date) -> str:
    """The secretariat's weeks: requests it made as bars, and tasks that waited for it as a line."""
    most = max((max(one.requests, one.waiting) for one in weeks), default=0) or 1
    bottom = _TOP + _TALL
    parts = [_legend((("requests made in the week", _REQUESTS), ("tasks waiting at its end", _WAITING)))]
    parts += _years(first, last, bottom)
    for share in (0, 0.5, 1):
        y = bottom - share * _TALL
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{most * share:g}</text>')
        parts.append(f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + _WIDE}" y2="{y:.1f}" stroke="#cccccc"/>')
    line = []
    for one in weeks:
        x, end = (_x(day, first, last) for day in (one.week, one.week + timedelta(days=6)))
        high = one.requests / most * _TALL
        told = f"week of {one.week}: {one.requests} requests, {one.waiting} waiting"
        parts.append(
            f'<rect x="{x:.1f}" y="{bottom - high:.1f}" width="{max(end - x, 1):.1f}" height="{high:.1f}" '
            f'fill="{_REQUESTS}"><title>{escape(told)}</title></rect>'
        )
        line.append(f"{(x + end) / 2:.1f},{bottom - one.waiting / most * _TALL:.1f}")
    parts.append(f'<polyline points="{" ".join(line)}" fill="none" stroke="{_WAITING}" stroke-width="2"/>')
    return _drawing(title, bottom + 30, parts)


def _x(day: date, first: date, last: date) -> float:
    share = (day - first) / max(last - first, timedelta(days=1))
    return _LEFT + min(max(share, 0), 1) * _WIDE


def _years(first: date, last: date, bottom: int) -> Iterator[str]:
    for year in range(first.year, last.year + 1):
        for month in (1, 7):
            day = date(year, month, 1)
            if first <= day <= last:
                x = _x(day, first, last)
                yield f'<line x1="{x:.1f}" y1="{_TOP - 6}" x2="{x:.1f}" y2="{bottom}" stroke="#dddddd"/>'
                yield f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{day:%Y-%m}</text>'


def _legend(entries: Iterable[tuple[str, str]]) -> str:
    x, parts = _LEFT, []
    for words, colour in entries:
        parts.append(f'<rect x="{x}" y="36" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 15}" y="45">{escape(words)}</text>')
        x += 40 + 7 * len(words)
    return "".join(parts)


def _drawing(title: str, height: int, parts: Sequence[str]) -> str:
    width = _LEFT + _WIDE + 20
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="sans-serif" font-size="12">\n<title>{escape(title)}</title>\n'
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>\n'
        f'<text x="{_LEFT}" y="22" font-size="15" font-weight="bold">{escape(title)}</text>\n{inside}\n</svg>\n'
    )
