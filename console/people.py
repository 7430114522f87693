"""People on file: listed, shown, and erased without touching an entry."""

from __future__ import annotations

from typing import Annotated

import typer

from client import people as registry
from console import showing, telling
from console.options import flag
from console.session import AsJson, records
from console.showing import Column, loose
from domain.values import Refusal

app = typer.Typer(no_args_is_help=True, help="People: the one place of names and addresses.")

Key = Annotated[str, typer.Argument(metavar="KEY", help="The key of a person, such as c1-01.eu.focal.")]


@app.command("list")
def list_people(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Everybody on file, by key."""
    with records(ctx) as ledger:
        known = list(ledger.people().values())
    if as_json:
        showing.as_json(known)
        return
    if not known:
        showing.line("Nobody is on file; `tandem programme load FILE --people FILE` enters people.")
        return
    showing.table(
        [Column("Key"), loose("Name"), loose("E-mail"), Column("Lang."), Column("Zone")],
        [(one.key, one.name, one.email, one.language, one.zone) for one in known],
    )
    invented = sum(1 for one in known if one.demo)
    showing.line()
    note = f", {invented} of them invented for a demonstration" if invented else ""
    showing.line(f"{showing.counted(len(known), 'person', 'people')}{note}")


@app.command()
def show(ctx: typer.Context, key: Key, as_json: AsJson = False) -> None:
    """A person: how to reach them, and what they do in which partnership."""
    with records(ctx) as ledger:
        person = registry.person(ledger, key)
        roles = [
            (state.code, held)
            for record in ledger.partnerships()
            if (state := ledger.state(record.entity)) is not None
            for held in state.holders
            if held.person == person.id
        ]
    if as_json:
        held = [{"partnership": code, **one.model_dump(mode="json")} for code, one in roles]
        showing.as_json({**person.model_dump(mode="json"), "roles": held})
        return
    showing.heading(f"{person.name} ({person.key})")
    showing.facts(
        [
            ("e-mail", person.email),
            ("phone", person.phone),
            ("language", {"en": "English", "zh": "Chinese"}.get(person.language, person.language)),
            ("zone", person.zone),
            ("id", person.id),
            ("note", "invented for a demonstration" if person.demo else None),
        ]
    )
    if roles:
        showing.line()
        showing.table(
            [Column("Code"), Column("Role"), Column("Since"), Column("Until")],
            [
                (
                    code,
                    telling.seat_words(one.role, one.side),
                    showing.day(one.since),
                    showing.day(one.until) if one.until else "",
                )
                for code, one in roles
            ],
        )


@app.command()
def erase(
    ctx: typer.Context,
    key: Key,
    yes: Annotated[bool, flag("--yes", "Do not ask.")] = False,
) -> None:
    """Erase a person's name, address and texts. Entries keep the opaque id; this cannot be undone."""
    with records(ctx) as ledger:
        person = registry.person(ledger, key)
        if not yes:
            showing.aside(
                f"{person.name} ({person.key}) would be erased with every text that is theirs; no entry changes."
            )
            if not typer.confirm("Erase for good?", err=True):
                raise Refusal("nothing was erased")
        registry.erase(ledger, person.id)
    showing.line(f"{person.key} is erased; entries speak of {person.id} from now on")
