"""`tandem rehearse`: a whole programme played by invented people in the pure core, and what it asks of everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from client import programme
from client.casting import cast
from console import pictures, showing, termsfile
from console.errors import misused, read_text
from console.options import flag
from console.session import AsJson
from console.showing import Column, loose, number
from domain.life import usable_terms
from domain.policies import filled
from domain.rehearsal import Script, rehearse_all
from domain.rehearsal.weighing import Weighed, weigh
from domain.terms import Terms

SEED = 2021
_AFTERWARDS = timedelta(days=180)
"""So long after a programme's last day its rehearsal goes on without --years: for what is settled late."""
_BUSIEST = 10


@dataclass(frozen=True)
class _Played:
    """One rehearsal: what was played, by which rules, and what it came to."""

    policy: str
    weighed: Weighed


def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A programme file.")],
    people: Annotated[
        Path | None,
        typer.Option("--people", metavar="FILE", help="Who takes part; without anybody, people are made up."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option("--script", metavar="FILE", help="What is to happen; without it everybody improvises."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Another number is another course of events.")
    ] = SEED,
    years: Annotated[
        float | None,
        typer.Option(
            "--years",
            metavar="N",
            min=0.1,
            max=20,
            help="How long; without it, until half a year after its end.",
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="Terms to play by, in place of the programme's own."),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="FILE", help="Other terms, to play once more by and lay beside."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--pictures", metavar="DIR", help="Write a Gantt chart and the load there.")
    ] = None,
    terms: Annotated[
        bool, flag("--show-policy", "Print the programme's own terms, to edit, and stop.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Play a programme with invented people, without engine or ledger, and count what it asks of whom and when."""
    told = programme.read_script(script) if script is not None else Script()
    read = programme.as_scripted(programme.read(file, people, cast), told)
    if terms:
        termsfile.show(read.terms, as_json=as_json)
        return
    played_by = [_terms(policy, read.terms) if policy else read.terms]
    if compare is not None:
        other = _terms(compare, read.terms)
        if other.name == played_by[0].name:
            other = other.model_copy(update={"name": f"{other.name} ({compare.name})"})
        played_by.append(other)
    if folder is not None and folder.exists() and not folder.is_dir():
        raise misused(f"{folder} is no folder")
    starts = datetime.combine(read.facts.starts, time(8), UTC)
    until = starts + timedelta(days=365.25 * years) if years is not None else read.ends + _AFTERWARDS
    ids = {person.key: f"p-{place:026d}" for place, person in enumerate(read.people)}
    names = {ids[person.key]: f"{person.written} ({person.key})" for person in read.people}
    foundings = programme.foundings(read, ids, starts)
    governing = programme.programme_founding(read, ids, starts)
    hands = programme.stagehands(read, told, ids, starts, seed)
    plays = []
    for by in played_by:
        under = tuple(founding.model_copy(update={"terms": by}) for founding in foundings)
        with _on_the_way(starts, until) as watched:
            rehearsed = rehearse_all(under, hands, until, governing=governing, watched=watched)
        plays.append(_Played(by.name, weigh(rehearsed.all(), until, rehearsed.unfounded)))
    written = _pictures(folder, read.facts.title, plays, starts, until) if folder is not None else []
    if as_json:
        showing.as_json([_plain(one, seed, names) for one in plays])
        return
    _show(plays, names)
    for path in written:
        showing.aside(f"written: {path}")


def _terms(path: Path, own: Terms) -> Terms:
    """The terms of a file, with which a partnership of this programme can live."""
    terms = filled(termsfile.read(path, read_text(path)))
    usable_terms(terms, [one.stage for one in own.stages])
    return terms


@contextmanager
def _on_the_way(starts: datetime, until: datetime) -> Iterator[Callable[[datetime], None] | None]:
    """A bar on the terminal of how far time has come; nothing in a pipe."""
    console = showing.terminal(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(console=console, transient=True) as bar:
        told = bar.add_task("rehearsing", total=(until - starts).days)
        yield lambda at: bar.update(told, completed=(at - starts).days)


def _pictures(
    folder: Path, title: str, plays: list[_Played], starts: datetime, until: datetime
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    span = (starts.date(), until.date())
    written = []
    for place, one in enumerate(plays):
        mark = "" if place == 0 else "-compared"
        told = f"{title}, rehearsed under the terms {one.policy!r}"
        for name, drawn in (
            ("gantt", pictures.gantt(told, one.weighed.stretches, *span)),
            ("load", pictures.load(told, one.weighed.secretariat, *span)),
        ):
            path = folder / f"{name}{mark}.svg"
            path.write_text(drawn, encoding="utf-8")
            written.append(path)
    return written


def _plain(one: _Played, seed: int, names: dict[str, str]) -> dict[str, Any]:
    plain = one.weighed.model_dump(mode="json")
    plain["contacts"] = [{**held, "name": names.get(held["person"])} for held in plain["contacts"]]
    return {"policy": one.policy, "seed": seed, **plain}


def _show(plays: list[_Played], names: dict[str, str]) -> None:
    rows = [list(_figures(one.weighed)) for one in plays]
    columns = [Column(""), *(Column(one.policy, justify="right") for one in plays)]
    # a cut-off or an end that only one of two came to is a row in both
    labels = list(dict.fromkeys(name for each in rows for name, _ in each))
    told = [dict(each) for each in rows]
    showing.table(columns, [[name, *(each.get(name, "0") for each in told)] for name in labels])
    for one in plays:
        for refusal in one.weighed.refusals:
            said = re.sub(r"p-[0-9]{26}", lambda found: names.get(found[0], found[0]), refusal)
            showing.line(f"refused, and nobody meant it to be: {said}", style="bold red")
    if len(plays) > 1:
        return
    weighed = plays[0].weighed
    showing.line()
    showing.table(
        (Column("gate"), loose("what"), *map(number, ("opened", "in time", "late", "by silence", "open"))),
        [(g.code, g.title, g.opened, g.in_time, g.late, g.silent, g.open) for g in weighed.gates],
    )
    showing.line()
    showing.table(
        (loose("most letters"), number("letters"), number("most in a week"), Column("that of")),
        [
            (names.get(c.person, c.person), c.letters, c.most, f"{c.week}")
            for c in weighed.contacts[:_BUSIEST]
        ],
    )


def _figures(weighed: Weighed) -> Iterator[tuple[str, str]]:
    """The figures two policies are compared by."""
    weeks, busiest = weighed.secretariat, weighed.busiest
    in_time, settled = weighed.in_time
    yield "partnerships", f"{weighed.partnerships:,}"
    if weighed.visits:
        yield "study visits", f"{sum(weighed.visits.values()):,}"
    if weighed.pilots:
        yield "pilots", f"{sum(weighed.pilots.values()):,}"
    yield "entries", f"{weighed.events:,}"
    yield "letters", f"{weighed.letters:,}"
    yield "  of these reminders", f"{weighed.reminders:,}"
    yield "  of these escalations", f"{weighed.escalations:,}"
    if busiest is not None and weeks and weighed.people:
        each = weighed.letters / weighed.people / weighed.weeks
        yield "letters to a contact in a week, on average", f"{each:.2f}"
        yield "  the most to one contact in a week", f"{busiest.most}"
        yield (
            "secretariat: requests in a week, on average",
            f"{sum(one.requests for one in weeks) / weighed.weeks:.1f}",
        )
        yield "  the most requests in a week", f"{max(one.requests for one in weeks)}"
        yield (
            "tasks waiting for it at a week's end, on average",
            f"{sum(one.waiting for one in weeks) / weighed.weeks:.1f}",
        )
        yield "  the most tasks waiting", f"{max(one.waiting for one in weeks)}"
    share = f" ({in_time / settled:.0%})" if settled else ""
    yield "gates settled in time", f"{in_time} of {settled}{share}"
    yield "gates settled by silence", f"{sum(one.silent for one in weighed.gates)}"
    yield "deadlines missed", f"{weighed.overdue} of {weighed.deadlines:,}"
    for season, count in weighed.seasons.items():
        yield f"deadlines in {season if season == 'August' else f'the {season}'}", f"{count}"
    for cut_off, count in weighed.cut_offs.items():
        yield f"hit by a cut-off: {cut_off}", f"{count}"
    for end, count in weighed.ends.items():
        yield f"ended: {end.replace('_', ' ')}" if end != "still running" else end, f"{count}"
