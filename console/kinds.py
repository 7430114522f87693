"""The command group of any kind of entity: its list, one shown with all that is open in it, and the requests to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from client import people
from client.reading import EntityRecord, SqlLedger, entity, present
from console import asking, showing, tasks, telling
from console.partnerships import gates, people_of, stages
from console.session import AsJson, records
from console.showing import Column, loose, number
from domain.entities import KINDS
from domain.living import Entity

_MODULES = ("staging", "deciding", "steering", "proposing")
"""Where the requests that every kind can be asked are defined."""

Code = Annotated[str, typer.Argument(metavar="CODE", help="Its code.")]

Facts = Callable[[Any, telling.Names], Iterable[tuple[str, str | None]]]
"""What is shown of one of its kind besides what every entity has."""


@dataclass(frozen=True)
class More:
    """A table of its kind's own in what is shown of one: its name, its rows as JSON values, and how it is printed."""

    name: str
    rows: Callable[[Any], list[dict[str, Any]]]
    show: Callable[[Any], None]


def group(kind: str, help: str, facts: Facts, more: More | None = None) -> typer.Typer:
    """The commands of a kind: `list`, `show` and all that every kind can be asked; its own are added by its module."""
    app = typer.Typer(no_args_is_help=True, help=help)
    noun = KINDS[kind].noun

    def list_them(ctx: typer.Context, as_json: AsJson = False) -> None:
        with records(ctx) as ledger:
            found = ledger.standings(kind)
        if as_json:
            showing.as_json(list(found))
            return
        if not found:
            showing.line(f"No {noun} is on record.")
            return
        _table(found)

    list_them.__doc__ = f"Every {noun} on record: where it stands, and what is overdue."
    app.command("list")(list_them)

    def show(
        ctx: typer.Context,
        code: Code,
        as_json: AsJson = False,
    ) -> None:
        with records(ctx) as ledger:
            _show(ledger, entity(ledger, code, kind), facts, more, as_json=as_json)

    # by hand, since annotations are read where `noun` is not known
    show.__annotations__["code"] = Annotated[str, typer.Argument(metavar="CODE", help=f"A {noun}.")]
    show.__doc__ = f"Where a {noun} stands: people, stages, gates, what is owed by whom."
    app.command("show")(show)
    share(app, kind)
    return app


def share(app: typer.Typer, kind: str) -> dict[str, typer.Typer]:
    """Add the requests that every kind can be asked; the groups they came in, by name, for those of the kind's own."""
    for module in _MODULES:
        import_module(f"console.{module}")
    groups: dict[str, typer.Typer] = {}
    for one in tuple(asking.SHARED):
        of = app
        if one.group:
            if one.group not in groups:
                groups[one.group] = typer.Typer(
                    no_args_is_help=True, help="Propose what two persons must want."
                )
                app.add_typer(groups[one.group], name=one.group, rich_help_panel="For two persons")
            of = groups[one.group]
        asking.asked(of, one.name, one.panel, of=kind, shown_first=one.shown_first)(one.build)
    return groups


def _table(found: tuple[EntityRecord, ...]) -> None:
    showing.table(
        [Column("Code"), loose("Title"), loose("Stands"), loose("Status"), number("Overdue")],
        [
            (one.code, one.title, telling.plain(one.stage), telling.plain(one.status), one.overdue or "")
            for one in found
        ],
    )


def _show(ledger: SqlLedger, state: Entity, facts: Facts, more: More | None, *, as_json: bool) -> None:
    owed = ledger.tasks(entity=state.entity)
    if as_json:
        told = state.model_dump(
            mode="json", exclude={"edition": {"countries"}, "terms": True, "ladders": True}
        )
        showing.as_json(
            {
                "record": ledger.standing(state.entity),
                "gates": list(ledger.gates(state.entity)),
                "tasks": list(owed),
                "state": told | {"edition": {"name": state.edition.name, "hash": state.edition.content_hash}},
                "terms": state.terms.name,
                "receipts": [f"{state.code}/{clock}" for clock in state.clocks()],
                **({more.name: more.rows(state)} if more is not None else {}),
            }
        )
        return
    names = telling.Names(people.names(ledger))
    open_now = tasks.owed_of(owed, names, lambda _: present(ledger, state.programme))
    showing.heading(f"{state.code}: {state.own_title()}")
    stops = "; ".join(
        f"{telling.plain(span.why)} since {showing.day(span.since)}" for span in state.stops if not span.until
    )
    ended = f" on {showing.day(state.ended_at)}" if state.ended_at else ""
    showing.facts(
        [
            ("stands", f"{telling.plain(state.standing()).replace('+', ', ')}{ended}"),
            ("stopped", stops),
            ("programme", state.programme),
            *facts(state, names),
        ]
    )
    people_of(state, names)
    stages(state)
    gates(state, names)
    if more is not None:
        more.show(state)
    if open_now:
        showing.line()
        showing.heading("Owed now")
        tasks.show(open_now)
