"""Commands that take two persons: proposed by one, confirmed or declined by another."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from client import clusters
from console.asking import Desk, Words, asked
from console.deciding import gate_code
from console.options import GateCode, NewEnd, Reason, StageName, TheVerdict, code
from console.partnerships import app
from domain import requests as rq
from domain.entities import partnership_of
from domain.values import Refusal, listed

PANEL = "For two persons"
propose_app = typer.Typer(no_args_is_help=True, help="Propose what two persons must want.")
app.add_typer(propose_app, name="propose", rich_help_panel=PANEL)

Remark = Annotated[str | None, Words("A remark to go with it")]
Addendum = Annotated[str, Words("The addendum to the contract")]
Number = Annotated[
    int | None, typer.Argument(metavar="NUMBER", help="Which proposal; may be left out where one is open.")
]


@asked(propose_app, "waive", shared=True, group="propose")
def waive(
    desk: Desk,
    stage: StageName,
    condition: Annotated[str, typer.Argument(metavar="CONDITION", help="Such as evidenced_exchange.")],
    reason: Reason,
    remark: Remark = None,
) -> rq.AnyRequest:
    """Let a stage open although a condition does not hold."""
    matter = rq.Waive(stage=stage, condition=condition.replace("-", "_"))
    return rq.Propose(matter=matter, reason=reason, remark=remark)


@asked(propose_app, "extend", shown_first="always")
def extend(
    desk: Desk,
    ends: NewEnd,
    reason: Reason,
    addendum: Addendum,
    remark: Remark = None,
) -> rq.AnyRequest:
    """Extend a partnership at no cost, where no programme is on record that would extend all of them."""
    programme = desk.state.programme
    if desk.ledger.standing(f"programme/{programme}") is not None:
        raise Refusal(
            f"{desk.state.code} ends with programme {programme}, which is extended as a whole and carries it to "
            f"everybody (tandem programme propose extend {programme})"
        )
    return extension(ends, reason, addendum, remark)


def extension(ends: datetime, reason: str, addendum: str, remark: str | None) -> rq.Propose:
    """A new end, as a partnership or the whole programme is asked for it."""
    return rq.Propose(matter=rq.Extend(ends=ends, addendum=addendum), reason=reason, remark=remark)


@asked(propose_app, "settle-gate", shared=True, group="propose")
def settle_gate(
    desk: Desk, gate: GateCode, verdict: TheVerdict, reason: Reason, remark: Remark = None
) -> rq.AnyRequest:
    """Settle an open gate without its deciders."""
    return rq.Propose(
        matter=rq.SettleGate(gate=gate_code(desk, gate), verdict=verdict), reason=reason, remark=remark
    )


@asked(propose_app, "add-round", shared=True, group="propose")
def add_round(desk: Desk, stage: StageName, reason: Reason, remark: Remark = None) -> rq.AnyRequest:
    """Allow one more round after the rounds ran out or a version was rejected."""
    return rq.Propose(matter=rq.AddRound(stage=stage), reason=reason, remark=remark)


@asked(propose_app, "merge")
def merge(
    desk: Desk,
    into: Annotated[str, typer.Argument(metavar="CLUSTER", parser=code, help="The cluster it goes on in.")],
    reason: Reason,
    consent: Annotated[str, Words("Both sides' consent")],
    remark: Remark = None,
) -> rq.AnyRequest:
    """Let the partnership go on inside a thematic cluster; as a partnership it ends."""
    into = _cluster(desk, into)
    of = clusters.merging(desk.ledger, partnership_of(desk.state), into, desk.by)
    return rq.Propose(matter=rq.Merge(into=into, consent=consent, of=of), reason=reason, remark=remark)


def _cluster(desk: Desk, given: str) -> str:
    """A cluster's code as the programme spells it; Refusal where the programme is on file and has no such cluster."""
    of = next((one for one in desk.ledger.programmes() if one.code == desk.state.programme), None)
    clusters = of.facts.get("programme", {}).get("clusters", []) if of is not None else []
    known: list[str] = [one["code"] for one in clusters]
    found = next((code for code in known if code.lower() == given.lower()), None)
    if known and found is None:
        raise Refusal(
            f"{given!r} is no cluster of programme {desk.state.programme}; there are {listed(known)}"
        )
    return found or given


@asked(app, "confirm", PANEL, shared=True, shown_first="of many")
def confirm(desk: Desk, proposal: Number = None) -> rq.AnyRequest:
    """Confirm a proposal as the second person; what moves dates of many is shown first, and asks back."""
    return rq.Confirm(proposal=_number(desk, proposal))


@asked(app, "decline", PANEL, shared=True)
def decline(desk: Desk, proposal: Number = None, remark: Remark = None) -> rq.AnyRequest:
    """Decline a proposal."""
    return rq.Decline(proposal=_number(desk, proposal), remark=remark)


def _number(desk: Desk, given: int | None) -> int:
    if given is not None:
        return given
    known = [proposal.number for proposal in desk.state.proposals]
    if len(known) == 1:
        return known[0]
    if not known:
        raise Refusal(f"no proposal is open in {desk.state.code}")
    raise Refusal(f"several proposals are open ({', '.join(map(str, known))}); say which by its number")
