"""`tandem whatif`: what other terms would have changed in the history on record."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from client import people
from client.reading import SqlLedger, entity
from console import options, showing, termsfile
from console.errors import read_text
from console.options import last_moment
from console.session import AsJson, records
from console.showing import Column, loose, number
from console.tasks import moments
from domain.entities import KINDS, kind_of
from domain.policies import concerns
from domain.terms import Terms
from domain.values import Refusal, listed
from domain.whatif import Difference, What, compared

_ASIDE = "People are taken to do what they did when they did it; only what follows from the terms is worked out anew."


def whatif(
    ctx: typer.Context,
    policy: Annotated[
        Path,
        typer.Argument(
            metavar="POLICY",
            help="Terms, as `tandem partnership terms CODE` or `tandem programme terms CODE` prints them.",
        ),
    ],
    codes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[CODE]...",
            help="Partnerships, visits, pilots, clusters, the programme; without any, all on record.",
            show_default=False,
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            parser=options.kind,
            help=f"Only of this kind: {listed(tuple(KINDS), 'or')}.",
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
        chosen, left_out = _chosen(ledger, terms, codes or [], kind)
        present = moments(ledger)
        for one in chosen:
            entries = ledger.entries(one)
            end = max(entry.event.at for entry in entries)
            if until is not None:
                # what the calendar would have said since counts too; not what is yet to come
                end = min(until, present(one.partition("/")[2]))
            found += compared(entries, end, terms)
        names = people.names(ledger, {one.person for one in found if one.person})
        found = [_with_names(ledger, one) for one in found]
    if as_json:
        showing.as_json(_told(terms, chosen, left_out, [] if totals else found, found, names))
        return
    _show(terms, [] if totals else found, found, names)
    if left_out:
        nouns = listed([KINDS[one].noun for one in left_out], "or")
        showing.aside(f"The terms {terms.name!r} say nothing about any {nouns}; those are left out.")


def _chosen(
    ledger: SqlLedger, terms: Terms, codes: list[str], kind: str | None
) -> tuple[list[str], list[str]]:
    """The entities asked about, each once, and the kinds left out since the terms say nothing about them."""
    if codes:
        return list(dict.fromkeys(entity(ledger, code, kind).entity for code in codes)), []
    known = ledger.standings(kind)
    kinds = list(dict.fromkeys(one.kind for one in known))
    left_out = [one for one in kinds if not concerns(terms, one)]
    if kinds and left_out == kinds:
        nouns = listed([KINDS[one].noun for one in kinds], "or")
        raise Refusal(
            f"the terms {terms.name!r} say nothing about any {nouns}; those of partnerships "
            "(`tandem partnership terms CODE`) do about every kind"
        )
    return [one.entity for one in known if one.kind not in left_out], left_out


def _told(
    terms: Terms,
    chosen: list[str],
    left_out: list[str],
    shown: list[Difference],
    found: list[Difference],
    names: dict[str, str],
) -> dict[str, object]:
    """The answer as JSON values."""
    counts = Counter((one.kind, one.what) for one in found)
    looked_at = Counter(map(kind_of, chosen))
    return {
        "policy": terms.name,
        "entities": len(chosen),
        "left_out": left_out,
        "differences": [_plain(one, names) for one in shown],
        "totals": {what.value: sum(counts[kind, what] for kind in looked_at) for what in What},
        "kinds": {
            kind: {"entities": many, **{what.value: counts[kind, what] for what in What}}
            for kind, many in looked_at.items()
        },
    }


def _show(terms: Terms, shown: list[Difference], found: list[Difference], names: dict[str, str]) -> None:
    if not found:
        showing.line(f"under {terms.name!r} nothing would have been otherwise")
        return
    if shown:
        columns = (Column("kind"), Column("code"), Column("day"), Column("what"))
        showing.table(
            (*columns, loose("of"), loose("was"), loose("would be")),
            [
                (
                    one.kind,
                    one.code,
                    f"{one.on}",
                    one.what.value,
                    _subject(one, names),
                    one.was or "-",
                    one.now or "-",
                )
                for one in shown
            ],
        )
        showing.line()
    counts = Counter((one.kind, one.code, one.what) for one in found)
    differing = list(dict.fromkeys((one.kind, one.code) for one in found))
    showing.table(
        (Column("kind"), Column("code"), *(number(what.value) for what in What)),
        [(kind, code, *(counts[kind, code, what] for what in What)) for kind, code in differing],
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
