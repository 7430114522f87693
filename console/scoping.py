"""Who is meant by what concerns many: the options that say so, alike for broadcasts and previews, and their scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from client.errands import in_scope
from client.reading import SqlLedger, unknown
from console.errors import misused
from console.options import country, kind
from domain.entities import KINDS
from domain.scopes import SIDE_ALONE, Scope
from domain.terms import Stage
from domain.values import Component, Refusal, Side, listed

STANDING = tuple(one for one in KINDS if one != "programme")

Kind = Annotated[
    list[str] | None,
    typer.Option(
        "--kind", metavar="KIND", parser=kind, help="Only of this kind; may be given several times."
    ),
]
Member = Annotated[
    str | None,
    typer.Option("--country", metavar="CODE", parser=country, help="Only those with a member there."),
]
MembersSide = Annotated[
    Side | None,
    typer.Option("--side", help="With --country: only those whose member there is of this side."),
]
InComponent = Annotated[Component | None, typer.Option("--component", help="Only of this component.")]
InCluster = Annotated[str | None, typer.Option("--cluster", metavar="CODE", help="Only of this cluster.")]
InStage = Annotated[Stage | None, typer.Option("--stage", help="Only those in this stage now.")]


@dataclass(frozen=True)
class Wishes:
    """What the options say; all that is given has to fit."""

    codes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    country: str | None = None
    side: Side | None = None
    component: Component | None = None
    cluster: str | None = None
    stage: Stage | None = None

    @property
    def narrow(self) -> bool:
        return self != Wishes()


def scope_of(ledger: SqlLedger, programme: str, wishes: Wishes, usual: tuple[str, ...] = ()) -> Scope:
    """Who is meant, of the usual kinds where none is wished; Refusal for what is not on record or where nobody fits."""
    kinds = tuple(dict.fromkeys(wishes.kinds or _kinds_of(ledger, wishes.codes) or usual))
    if not kinds:
        # a whole programme that stands still or goes on does so with its own clocks
        kinds = STANDING if wishes.narrow else tuple(KINDS)
    scope = Scope(
        programme=programme,
        kinds=kinds,
        codes=tuple(dict.fromkeys(wishes.codes)),
        country=wishes.country,
        side=wishes.side,
        component=wishes.component,
        cluster=_cluster(ledger, programme, wishes.cluster),
        stage=wishes.stage.value if wishes.stage else None,
    )
    if scope.side_alone:
        raise misused(SIDE_ALONE)
    if next(in_scope(ledger, scope), None) is None:
        raise Refusal(
            "no entity that is under way fits; `tandem partnership list` shows all partnerships, and visits, "
            "pilots and clusters have such a list too"
        )
    return scope


def _kinds_of(ledger: SqlLedger, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of the entities named; Refusal for a code that is not on record."""
    kinds: list[str] = []
    for one in codes:
        found = ledger.standings(code=one)
        if not found:
            raise Refusal(unknown(ledger, one))
        kinds.append(found[0].kind)
    return tuple(kinds)


def _cluster(ledger: SqlLedger, programme: str, given: str | None) -> str | None:
    if given is None:
        return None
    known = sorted({one.cluster for one in ledger.standings(programme=programme) if one.cluster})
    found = next((one for one in known if one.lower() == given.lower()), None)
    if found is None:
        raise Refusal(
            f"no entity of programme {programme} is in cluster {given!r}; there are {listed(known)}"
        )
    return found
