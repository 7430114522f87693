"""`tandem whatif`: what other terms would have changed in the history on record."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from client import people
from client.reading import SqlLedger, partnership
from console import showing, termsfile
from console.errors import read_text
from console.options import last_moment
from console.session import AsJson, records
from console.showing import Column, loose, number
from console.tasks import moments
from domain.events import PartnershipFounded
from domain.life import usable_terms
from domain.whatif import Difference, What, compared

_ASIDE = "People are taken to do what they did when they did it; only what follows from the terms is worked out anew."


def whatif(
    ctx: typer.Context,
    policy: Annotated[
        Path, typer.Argument(metavar="POLICY", help="Terms, as `tandem partnership terms CODE` prints them.")
    ],
    codes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CODE]...", help="Partnerships; without any, all on record.", show_default=False
        ),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            metavar="DAY",
            parser=last_moment,
            help="How far; without it, to each one's latest entry.",
        ),
    ] = None,
    totals: Annotated[
        bool, typer.Option("--totals", help="Only count what differs.", show_default=False)
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the letters, deadlines, escalations and silent approvals that other terms would have changed."""
    terms = termsfile.read(policy, read_text(policy))
    found: list[Difference] = []
    with records(ctx) as ledger:
        chosen = [partnership(ledger, code).entity for code in codes or ()]
        entities = list(dict.fromkeys(chosen or [one.entity for one in ledger.partnerships()]))
        present = moments(ledger)
        for entity in entities:
            entries = ledger.entries(entity)
            first = entries[0].event
            assert isinstance(first, PartnershipFounded)
            usable_terms(terms, [one.stage for one in first.terms.stages])
            end = max(entry.event.at for entry in entries)
            if (
                until is not None
            ):  # what the calendar would have said since counts too; not what is yet to come
                end = min(until, present(first.code))
            found += compared(entries, end, terms)
        names = people.names(ledger, {one.person for one in found if one.person})
        found = [_with_names(ledger, one) for one in found]
    counts = Counter((one.code, one.what) for one in found)
    if as_json:
        showing.as_json(
            {
                "policy": terms.name,
                "partnerships": len(entities),
                "differences": [] if totals else [_plain(one, names) for one in found],
                "totals": {what.value: sum(n for (_, w), n in counts.items() if w is what) for what in What},
            }
        )
        return
    if not found:
        showing.line(f"under {terms.name!r} nothing would have been otherwise")
        return
    if not totals:
        showing.table(
            (
                Column("partnership"),
                Column("day"),
                Column("what"),
                loose("of"),
                loose("was"),
                loose("would be"),
            ),
            [
                (one.code, f"{one.on}", one.what.value, _subject(one, names), one.was or "-", one.now or "-")
                for one in found
            ],
        )
        showing.line()
    differing = list(dict.fromkeys(one.code for one in found))
    showing.table(
        (Column("partnership"), *(number(what.value) for what in What)),
        [(code, *(counts[code, what] for what in What)) for code in differing],
    )
    showing.aside(_ASIDE)


def _with_names(ledger: SqlLedger, one: Difference) -> Difference:
    """A refusal in words for people: it names them by their ids."""
    if one.what is not What.REFUSED or one.now is None:
        return one
    return one.model_copy(update={"now": people.named(ledger, one.now)})


def _subject(one: Difference, names: dict[str, str]) -> str:
    if one.person is None:
        return one.subject
    return f"{one.subject}, {names.get(one.person, one.person)}"


def _plain(one: Difference, names: dict[str, str]) -> dict[str, object]:
    return {**one.model_dump(mode="json"), "name": names.get(one.person or "")}
