"""Programmes: loaded from a file, shown as loaded."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from client import preparing, programme
from client.asking import clockwork_of, opened
from client.reading import Programme, SqlLedger, programmes, reading
from client.settings import Settings
from console import programme_standing, showing
from console.options import flag
from console.session import AsJson, records, session
from domain.values import Refusal

_SHOWN = (
    "short_title",
    "predecessor",
    "field_of_expertise",
    "objective",
    "funder",
    "instrument",
    "implementing_partner",
    "national_counterpart",
)

app = typer.Typer(no_args_is_help=True, help="Programmes: load one from its file, show what was loaded.")


@app.command()
def load(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The programme's YAML file.")],
    people: Annotated[
        Path | None,
        typer.Option(
            "--people", metavar="FILE", help="People in a file of their own, so that it can be kept apart."
        ),
    ] = None,
    check: Annotated[bool, flag("--check", "Only read the files; load nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Enter a programme's people and found its partnerships; loading it again does no harm."""
    read = programme.read(file, people)
    if check:
        if as_json:
            codes = [one.code for one in read.partnerships]
            showing.as_json({"programme": read.code, "partnerships": codes, "people": len(read.people)})
            return
        partnerships = showing.counted(len(read.partnerships), "partnership")
        everybody = showing.counted(len(read.people), "person", "people")
        showing.line(f"OK: programme {read.code}, {partnerships}, {everybody}; nothing was loaded")
        return
    settings = session(ctx).settings()
    if settings.temporal_address is not None:
        preparing.tables(settings)
    with reading(settings) as ledger:
        loaded = asyncio.run(_loaded(settings, ledger, read))
    if as_json:
        showing.as_json({"programme": read.code, **loaded.model_dump(mode="json")})
        return
    _tell(read, loaded)


async def _loaded(settings: Settings, ledger: SqlLedger, read: programme.Programme) -> programme.Loaded:
    clockwork = clockwork_of(ledger, read.code)
    at = clockwork.at(datetime.now(UTC))
    if at >= read.ends:
        raise Refusal(
            f"programme {read.code} ended on {read.facts.ends}: partnerships founded now would end at once; "
            "nothing was loaded. `tandem demo` plays a programme in its own time"
        )
    async with opened(settings, ledger, read.code) as door:
        return await programme.load(
            read,
            door,
            ledger,
            clockwork,
            at,
            lambda code, new: showing.aside(f"{code} {'founded' if new else 'there'}"),
        )


def _tell(read: programme.Programme, loaded: programme.Loaded) -> None:
    """What was new, what was there already, what differs."""
    showing.line(
        f"Programme {read.code}{' founded' if loaded.programme else ''}: "
        f"{showing.counted(len(loaded.founded), 'partnership')} founded, {len(loaded.there)} there already"
    )
    people = f"{showing.counted(len(loaded.people_new), 'person', 'people')} new"
    changed = f", {len(loaded.people_changed)} changed ({', '.join(loaded.people_changed)})"
    showing.line(f"People: {people}{changed if loaded.people_changed else ''}")
    for difference in loaded.differences:
        showing.line(f"- {difference}", style="yellow")
    if read.demonstration:
        showing.line("Every person in it is invented.")


@app.command()
def show(
    ctx: typer.Context,
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Which; without it all of them.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A programme: what is published of it, its clock, and where it stands: reports, cut-offs, broadcasts."""
    with records(ctx) as ledger:
        wanted = programmes(ledger, code)
        counts = {one.code: len(ledger.partnerships(one.code)) for one in wanted}
        standing = {one.code: ledger.standing(f"programme/{one.code}") for one in wanted}
        if as_json:
            told = [showing.jsonable(one) | {"standing": standing[one.code]} for one in wanted]
            showing.as_json(told[0] if code is not None else told)
            return
        if not wanted:
            showing.line("No programme is on record; `tandem programme load FILE` loads one.")
        for place, one in enumerate(wanted):
            if place:
                showing.line()
            _show(one, counts[one.code])
            if standing[one.code] is not None:
                programme_standing.show(ledger, one.code)


def _show(one: Programme, partnerships: int) -> None:
    facts: dict[str, Any] = one.facts.get("programme", {})
    showing.heading(f"{one.code}: {one.title}")
    showing.facts(
        [
            ("runs", f"{facts['starts']} to {facts['ends']}" if facts else None),
            *((name.replace("_", " "), facts.get(name)) for name in _SHOWN),
            ("components", _titles(facts.get("components", []))),
            ("clusters", _titles(facts.get("clusters", []))),
            ("themes", _titles(facts.get("cross_cutting_themes", []))),
            ("closed to travel", _closed(facts.get("travel_restriction"))),
            ("partnerships", partnerships),
            ("clock", _clock(one)),
            (
                "note",
                "demonstration: every person in it is invented" if one.facts.get("demonstration") else None,
            ),
        ]
    )


def _titles(listed: list[dict[str, Any]]) -> str:
    return "; ".join(f"{one['code']} {one['title']}" for one in listed)


def _closed(restriction: dict[str, Any] | None) -> str | None:
    if not restriction:
        return None
    return f"{restriction['country']}, {restriction['from']} to {restriction['until']}"


def _clock(one: Programme) -> str:
    if one.origin is None:
        return "real time"
    return (
        f"a rehearsal: began at {showing.minute(one.origin)} UTC, {one.speed:,.0f} times as fast as real time"
    )
