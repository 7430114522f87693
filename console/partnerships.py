"""Partnerships on record: listed, and one shown with all that stands open in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from client import people
from client.reading import PartnershipRecord, SqlLedger, partnership, present
from console import showing, tasks, telling
from console.errors import misused
from console.options import flag
from console.session import AsJson, records
from console.showing import Column, loose, number
from domain.entity import StageStatus
from domain.events import End
from domain.gates import Gate
from domain.living import Entity
from domain.partnership import Partnership
from domain.requests import SessionStep
from domain.state import Session
from domain.terms import Seat, Stage
from domain.values import Component, listed

app = typer.Typer(no_args_is_help=True, help="Partnerships: what stands where, and every request to one.")

Code = Annotated[str, typer.Argument(metavar="CODE", help="A partnership, such as C1-01.")]

_STATUSES = ("running", "on_hold", "suspended", *(end.value for end in End))


def _status(value: str) -> str:
    wanted = value.lower().replace("-", "_").replace(" ", "_")
    if wanted not in _STATUSES:
        raise misused(f"{value!r} is no status; there are {', '.join(_STATUSES)}")
    return wanted


@app.command("list")
def list_partnerships(
    ctx: typer.Context,
    component: Annotated[Component | None, typer.Option("--component", help="Cities or regions.")] = None,
    cluster: Annotated[str | None, typer.Option("--cluster", metavar="CODE", help="Such as ECO.")] = None,
    stage: Annotated[Stage | None, typer.Option("--stage", help="With this stage under way.")] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar="STATUS", parser=_status, help=f"One of {', '.join(_STATUSES)}."),
    ] = None,
    at_risk: Annotated[bool, flag("--at-risk", "Only those at risk.")] = False,
    overdue: Annotated[bool, flag("--overdue", "Only those where something is overdue.")] = False,
    as_json: AsJson = False,
) -> None:
    """The partnerships on record."""
    with records(ctx) as ledger:
        found = ledger.partnerships(
            component=component.value if component else None,
            cluster=cluster,
            stage=stage.value if stage else None,
            status=status,
            at_risk=True if at_risk else None,
            overdue=True if overdue else None,
        )
        several = len({record.programme for record in ledger.partnerships()}) > 1
    if as_json:
        showing.as_json(list(found))
        return
    if not found:
        showing.line("No partnership is on record that fits.")
        return
    columns = [
        Column("Code"),
        loose("EU member"),
        loose("CN member"),
        Column("Cluster"),
        loose("Stands"),
        loose("Status"),
        Column("Ends"),
        number("Overdue"),
    ]
    showing.table(
        [*columns, *([Column("Programme")] if several else [])], [_row(one, several) for one in found]
    )


def _row(record: PartnershipRecord, several: bool) -> tuple[str | int, ...]:
    status = telling.plain(record.status) + (", at risk" if record.at_risk else "")
    row = (
        record.code,
        f"{record.eu_member} ({record.eu_country})",
        record.cn_member,
        record.cluster,
        telling.plain(record.stage).replace("+", ", "),
        status,
        showing.day(record.ends),
        record.overdue or "",
    )
    return (*row, record.programme) if several else row


@app.command()
def show(ctx: typer.Context, code: Code, as_json: AsJson = False) -> None:
    """Where a partnership stands: people, stages, gates, what is owed by whom."""
    with records(ctx) as ledger:
        state = partnership(ledger, code)
        if as_json:
            showing.as_json(_plain(ledger, state))
            return
        names = telling.Names(people.names(ledger))
        owed = tasks.owed_of(
            ledger.tasks(entity=state.entity), names, lambda _: present(ledger, state.programme)
        )
    _headline(state)
    people_of(state, names)
    stages(state)
    gates(state, names)
    _beside(state, names)
    if owed:
        showing.line()
        showing.heading("Owed now")
        tasks.show(owed)


def _plain(ledger: SqlLedger, state: Partnership) -> dict[str, Any]:
    record = ledger.partnership(state.code)
    told = state.model_dump(
        mode="json",
        exclude={"edition": {"countries"}, "terms": True, "ladders": True},
        exclude_defaults=False,
    )
    return {
        "record": record,
        "gates": list(ledger.gates(state.entity)),
        "tasks": list(ledger.tasks(entity=state.entity)),
        "state": told | {"edition": {"name": state.edition.name, "hash": state.edition.content_hash}},
        "terms": state.terms.name,
        "receipts": [f"{state.code}/{clock}" for clock in state.clocks()],
    }


def _headline(state: Partnership) -> None:
    members = " and ".join(
        f"{member.name}{f' {member.name_zh}' if member.name_zh else ''} ({member.country})"
        for member in state.members
        if not member.until
    )
    showing.heading(f"{state.code}: {members}")
    stops = "; ".join(
        f"{telling.plain(span.why)} since {showing.day(span.since)}" for span in state.stops if not span.until
    )
    ended = f" on {showing.day(state.ended_at)}" if state.ended_at else ""
    showing.facts(
        [
            ("stands", f"{telling.plain(state.standing()).replace('+', ', ')}{ended}"),
            ("stopped", stops),
            ("at risk", telling.plain(state.at_risk) if state.at_risk else None),
            (
                "programme",
                f"{state.programme}, component {state.component}, cluster {state.cluster}, {state.mode}",
            ),
            ("runs", f"{showing.day(state.founded)} to {showing.day(state.ends)}"),
            ("former", ", ".join(_former(state))),
            ("continues", _continues(state)),
            ("terms", f"{state.terms.name}; calendar edition {state.edition.name}"),
        ]
    )


def _continues(state: Partnership) -> str | None:
    """Where it comes from, where it was split from a cluster, and what was open then."""
    before = state.continues
    if before is None:
        return None
    back = f"; given back: {', '.join(before.open)}" if before.open else ""
    return f"{before.of.partition('/')[2]}, split from cluster {before.cluster.partition('/')[2]}{back}"


def _former(state: Partnership) -> Iterator[str]:
    for member in state.members:
        if member.until is not None:
            yield f"{member.name} until {showing.day(member.until)}"


def people_of(state: Entity, names: telling.Names) -> None:
    """Who holds which role now."""
    now = [held for held in state.holders if held.until is None]
    showing.line()
    showing.table(
        [Column("Role"), loose("Who"), Column("Since")],
        [
            (str(Seat(role=held.role, side=held.side)), names(held.person), showing.day(held.since))
            for held in now
        ],
    )


def stages(state: Entity) -> None:
    """The stages opened so far."""
    if not state.stages:
        return
    showing.line()
    rows = []
    for held in state.stages:
        current = f"v{held.current.number} {showing.short(held.current.version)}" if held.current else ""
        how = (
            "waits for a version" if held.status is StageStatus.OPEN and held.awaiting else held.status.value
        )
        passed = showing.day(held.passed) if held.passed else ""
        rows.append((held.stage.words, how, showing.day(held.opened), passed, current))
    showing.table(
        [Column("Stage"), Column("Status"), Column("Opened"), Column("Passed"), loose("Version")], rows
    )


def gates(state: Entity, names: telling.Names) -> None:
    """The gates opened so far, with their votes."""
    if not state.gates:
        return
    showing.line()
    showing.table(
        [Column("Gate"), loose("About"), loose("Votes"), loose("Outcome"), Column("Due")],
        [
            (gate.id, gate.terms.title, _votes(gate, names), _outcome(gate), _due(state, gate))
            for gate in state.gates
        ],
    )


def _votes(gate: Gate, names: telling.Names) -> str:
    told = []
    for place, seat in enumerate(gate.seats):
        vote = gate.vote_of(place)
        if vote is not None:
            behalf = f" for {names(vote.on_behalf_of)}" if vote.on_behalf_of else ""
            told.append(f"{names(vote.person)}{behalf}: {telling.plain(vote.verdict)}")
        elif gate.is_open:
            held = f"{names(seat.person)}" if seat.person else str(seat)
            told.append(f"{held}: –")
    told += [f"{names(vote.person)}, late: {telling.plain(vote.verdict)}" for vote in gate.late]
    return "; ".join(told)


def _outcome(gate: Gate) -> str:
    if gate.outcome is None:
        return "question open" if gate.asked_by else "open"
    silent = (" by silence" if gate.outcome.passes else " without a reply") if gate.silent else ""
    return (
        f"{telling.plain(gate.outcome)}{silent} {showing.day(gate.settled) if gate.settled else ''}".strip()
    )


def _due(state: Entity, gate: Gate) -> str:
    if gate.is_open and not state.ended:
        deadline = state.deadline(gate.clock)
        return telling.when_due(
            deadline.at if deadline else None, bool(deadline and deadline.provisional), deadline is None
        )
    return str(showing.last_day(gate.due)) if gate.due else ""


def _session(held: Session) -> str:
    moved = f", planned anew {showing.counted(held.moved, 'time')}" if held.moved else ""
    how = f"{telling.plain(held.step)}, {telling.plain(held.mode)}"
    return f"{how}, {showing.minute(held.starts)} UTC{moved}"


def _beside(state: Partnership, names: telling.Names) -> None:
    """The tracks beside the stages: agreement, exchanges, organisations, delegations, proposals."""
    agreement = state.agreement
    signed = f" on {showing.day(agreement.signed)}" if agreement.signed else ""
    exchanges = sum(1 for one in state.exchanges if one.evidence)
    told = [
        ("agreement", f"{telling.plain(agreement.step)}{signed}"),
        ("exchanges", f"{len(state.exchanges)}, {exchanges} with evidence" if state.exchanges else None),
        *(
            (f"session {one.code}", _session(one))
            for one in state.sessions
            if one.step not in (SessionStep.AGREED, SessionStep.CANCELLED)
        ),
        ("organisations", ", ".join(f"{one.code} ({one.group})" for one in state.organisations)),
        (
            "waived",
            ", ".join(f"{telling.plain(one.condition)} for {one.stage.words}" for one in state.waivers),
        ),
        *(
            (
                "delegated",
                f"{names(one.giver)} lets {names(one.to)} act as {Seat(role=one.role, side=one.side)}"
                f"{f' in {listed([stage.words for stage in one.stages])}' if one.stages else ''} "
                f"from {showing.day(one.since)} to {showing.last_day(one.until)}",
            )
            for one in state.delegations
        ),
        *(
            (
                f"proposal {one.number}",
                f"{telling.matter_words(one.matter)}, by {names(one.by.person)} on {showing.day(one.at)}",
            )
            for one in state.proposals
        ),
    ]
    showing.line()
    showing.facts(told)
