"""A partnership's life as a person's timeline: idle time and letters folded, everything else in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from client import people
from client.reading import FiledEntry, FiledLetter, Programme, entity
from console import errors, showing, telling
from console.options import flag
from console.session import AsJson, records
from domain import events as ev
from domain.entities import folded
from domain.living import Entity

IDLE = timedelta(days=7)
"""So long without anything is worth a line that says so."""
LATE = timedelta(minutes=15)
"""An entry written down so much after it took effect is marked as recorded late."""
_QUIET = (ev.ReminderFell, ev.LadderStopped)
"""What the ladders do by themselves is folded away with the letters."""
_REMINDING = ("reminder", "signature", "escalation")


@dataclass
class Moment:
    """What happened at one instant by one request: its sentences, and the letters that went out for it."""

    at: datetime
    told: list[str] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)
    letters: list[FiledLetter] = field(default_factory=list)
    recorded_late: datetime | None = None


def history(
    ctx: typer.Context,
    code: Annotated[
        str, typer.Argument(metavar="CODE", help="A partnership or another entity, such as C1-01.")
    ],
    letters: Annotated[
        bool,
        flag("--letters", "Every letter and reminder on a line of its own."),
    ] = False,
    zone: Annotated[str, typer.Option("--zone", help="The time zone of the times shown.")] = "UTC",
    as_json: AsJson = False,
) -> None:
    """The timeline of a partnership, or of another entity, from its founding to now or to its end."""
    shown_in = _zone(zone)
    with records(ctx) as ledger:
        lived = entity(ledger, code)
        entries = ledger.history(lived.entity)
        filed = ledger.letters(lived.entity)
        known = ledger.programme(lived.programme)
        names = telling.Names(people.names(ledger))
    by_number: dict[int, list[FiledLetter]] = {}
    for one in filed:
        by_number.setdefault(one.letter.number, []).append(one)
    late_after = _late_after(known)
    if as_json:
        showing.as_json([_plain(*line, by_number, names, late_after) for line in _told(entries, names)])
        return
    state, moments = _moments(entries, by_number, names, late_after)
    _headline(state, entries, zone)
    _timeline(moments, names, shown_in, unfolded=letters)
    _ending(state, filed)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise errors.misused(
            f"{name!r} is no time zone; use a name such as Europe/Madrid or Asia/Shanghai"
        ) from None


def _late_after(programme: Programme | None) -> timedelta:
    """In a rehearsal a second of real time is days of programme time, so being late is something else there."""
    speed = programme.speed if programme is not None else 1.0
    return max(LATE, timedelta(seconds=10 * speed)) if speed > 1 else LATE


def _told(entries: tuple[FiledEntry, ...], names: telling.Names) -> Iterator[tuple[FiledEntry, Entity, str]]:
    """Each entry with the partnership as it stood after it, and its sentence."""
    tell = telling.Telling(names)
    state: Entity | None = None
    for filed in entries:
        state = folded(filed.entry.entity, state, filed.entry.event)
        yield filed, state, tell(filed.entry.event, state)


def _plain(
    filed: FiledEntry,
    state: Entity,
    told: str,
    letters: dict[int, list[FiledLetter]],
    names: telling.Names,
    late_after: timedelta,
) -> dict[str, Any]:
    entry = filed.entry
    return {
        "number": entry.number,
        "position": filed.position,
        "at": entry.event.at,
        "recorded_at": entry.recorded_at,
        "recorded_late": entry.recorded_at - entry.event.at > late_after,
        "kind": entry.event.kind,
        "told": told,
        "by": entry.event.by,
        "by_name": names(entry.event.by.person) if entry.event.by else None,
        "request": entry.request,
        "stage": state.standing(),
        "letters": [
            {
                "kind": one.letter.kind,
                "recipient": one.letter.recipient,
                "name": names(one.letter.recipient),
                "status": one.status.value,
                "sent_at": one.sent_at,
            }
            for one in letters.get(entry.number, [])
        ],
        "code": filed.code,
        "hash": filed.hash,
        "event": entry.event,
    }


def _moments(
    entries: tuple[FiledEntry, ...],
    letters: dict[int, list[FiledLetter]],
    names: telling.Names,
    late_after: timedelta,
) -> tuple[Entity, list[Moment]]:
    """The last state, and the entries gathered by instant and request."""
    moments: list[Moment] = []
    state: Entity | None = None
    before: tuple[datetime, str | None] | None = None
    for filed, after, told in _told(entries, names):
        state = after
        entry = filed.entry
        key = (entry.event.at, entry.request)
        if key != before:
            moments.append(Moment(at=entry.event.at))
            before = key
        moment = moments[-1]
        (moment.quiet if isinstance(entry.event, _QUIET) else moment.told).append(told)
        moment.letters += letters.get(entry.number, [])
        if entry.recorded_at - entry.event.at > late_after:
            moment.recorded_late = entry.recorded_at
    assert state is not None
    return state, moments


def _headline(state: Entity, entries: tuple[FiledEntry, ...], zone: str) -> None:
    showing.heading(f"{state.code}: {state.own_title()}")
    standing = telling.plain(state.standing()).replace("+", ", ")
    status = "" if state.ended else f" ({telling.plain(state.status())})"
    showing.line(f"{standing}{status}; {showing.counted(len(entries), 'entry', 'entries')}; times in {zone}")
    showing.line()


def _timeline(moments: list[Moment], names: telling.Names, zone: ZoneInfo, *, unfolded: bool) -> None:
    lines = _Lines(zone)
    previous: datetime | None = None
    waiting: Counter[str] = Counter()
    for moment in moments:
        if not moment.told and not unfolded:
            waiting += _count(moment.letters)
            continue
        idle = moment.at - previous if previous is not None else timedelta()
        if idle >= IDLE or waiting:
            lines.idle(idle, waiting)
        waiting = Counter()
        previous = moment.at
        lines.moment(moment, names, unfolded=unfolded)
    if waiting:
        lines.idle(moments[-1].at - (previous or moments[-1].at), waiting)
    lines.show()


def _count(letters: list[FiledLetter]) -> Counter[str]:
    return Counter("reminder" if one.letter.kind in _REMINDING else "letter" for one in letters)


def _folded_letters(count: Counter[str]) -> str:
    told = [showing.counted(count[kind], kind) for kind in ("letter", "reminder") if count[kind]]
    return ", ".join(told)


class _Lines:
    """The timeline being written: on a terminal with hanging indents, in a pipe one sentence a line."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._rows: list[tuple[Text, Text]] = []

    def _add(self, when: str, what: Text) -> None:
        self._rows.append((Text(when, style="cyan"), what))

    def idle(self, time: timedelta, letters: Counter[str]) -> None:
        nothing = f"nothing but {_folded_letters(letters)}" if letters else "nothing"
        length = f"{showing.days(time.days)}, " if time.days else ""
        self._add("", Text(f"… {length}{nothing} …", style="dim"))

    def moment(self, moment: Moment, names: telling.Names, *, unfolded: bool) -> None:
        when = f"{moment.at.astimezone(self._zone):%Y-%m-%d %H:%M}"
        told = moment.told + (moment.quiet if unfolded else [])
        for place, sentence in enumerate(told):
            # an erased person's id is not a word to be made a capital of
            text = Text(sentence if sentence.startswith("p-") else sentence[:1].upper() + sentence[1:])
            if place == 0 and moment.recorded_late is not None:
                late = moment.recorded_late.astimezone(self._zone)
                text.append(f"  [recorded late, {late:%Y-%m-%d %H:%M}]", style="yellow")
            self._add(when if place == 0 else "", text)
        if unfolded:
            for letter in moment.letters:
                self._add("", _letter(letter, names))
        elif moment.letters:
            self._add("", Text(f"→ {_folded_letters(_count(moment.letters))}", style="dim"))

    def show(self) -> None:
        console = showing.terminal()
        if not console.is_terminal:
            for when, what in self._rows:
                print(f"{when.plain:<16}  {what.plain}".rstrip())
            return
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True, width=16)
        grid.add_column(overflow="fold")
        for row in self._rows:
            grid.add_row(*row)
        console.print(grid)


def _letter(filed: FiledLetter, names: telling.Names) -> Text:
    letter = filed.letter
    how = filed.status.value
    if filed.sent_at is not None:
        how = f"sent {showing.minute(filed.sent_at)} UTC"
    copies = f", copy to {names.all(letter.copies)}" if letter.copies else ""
    return Text(f"→ {telling.plain(letter.kind)}: {names(letter.recipient)}{copies} ({how})", style="dim")


def _ending(state: Entity, letters: tuple[FiledLetter, ...]) -> None:
    count = _count(list(letters))
    sent = sum(1 for one in letters if one.sent_at is not None)
    showing.line()
    told = _folded_letters(count) or "no letters"
    showing.line(f"{told}, {sent} of them sent; --letters shows each")
