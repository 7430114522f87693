"""`tandem pilot`: pilots begun, screened, checked, carried out, and how they pause or stop."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from client import people, pilots
from client.reading import partnership, present, reading
from console import asking, errors, kinds, showing, telling
from console.asking import Desk, Words, asked
from console.errors import misused
from console.options import Reason, code, flag, last_moment, moment, place
from console.session import AsJson, session
from domain import requests as rq
from domain.pilots.facts import (
    Amount,
    CheckItem,
    CheckResult,
    PilotKind,
    PilotStep,
    Scores,
    Source,
    SourceKind,
    SourceState,
    total_of,
)
from domain.pilots.pilot import Pilot
from domain.pilots.steps import SCREENING
from domain.values import NO_TEXT, Refusal, Role

SCREENING_PANEL = "Screening and due diligence"
CARRYING = "Carrying it out"
EXITS = "How it pauses or stops"


def _day(value: str) -> date:
    return moment(value).date()


def _facts(state: Pilot, names: telling.Names) -> Iterator[tuple[str, str | None]]:
    yield "partnership", f"{state.partnership}, action {state.action}, {telling.plain(state.pilot)}"
    yield "in Chinese", state.title_zh or None
    yield "began without a plan", telling.plain(state.waived) if state.waived else None
    if state.parked is not None:
        parked = state.parked
        yield "parked", f"{telling.plain(parked.reason)}, looked at anew on {showing.day(parked.review)}"
    gate = state.latest_gate(SCREENING)
    sheets = state.sheets_at(gate) if gate is not None else ()
    if gate is not None and sheets:
        total = total_of(tuple(sheet.scores for sheet in sheets))
        given = f"{len(sheets)} of {len(gate.seats)} of the panel"
        yield "scores", f"{total} of 100 points, {state.rules.pass_mark} are needed ({given})"
    for held in state.checks:
        listed = f", list of {held.listed_on}" if held.listed_on else ""
        until = showing.day(state.valid_until(held))
        checker = names(held.checker)
        yield (
            f"check of {held.item.words}",
            f"{telling.plain(held.result)}{listed}, by {checker}, good until {until}",
        )
    for one in state.sources:
        ppp = ", public-private" if one.public_private else ""
        kind = telling.plain(one.source)
        yield f"source {one.code}", f"{one.amount} ({kind}{ppp}), {telling.plain(one.state)}"
    if state.notes:
        given_notes = sum(1 for note in state.notes if note.given is not None)
        yield "quarterly notes", f"{given_notes} of {len(state.notes)} given"
    for copy in state.replications:
        yield "repeated at", f"{copy.where} on {showing.day(copy.at)}"
    yield "owner after the programme", state.owner


app = kinds.group("pilot", "Pilots: begin one from an action of a plan, and every request to one.", _facts)


@app.command()
def found(
    ctx: typer.Context,
    pilot: Annotated[str, typer.Argument(metavar="CODE", parser=code, help="A code for it, such as P-01.")],
    of: Annotated[str, typer.Option("--partnership", metavar="CODE", help="Whose plan it belongs to.")],
    action: Annotated[
        str, typer.Option("--action", metavar="CODE", parser=code, help="The action it carries out.")
    ],
    kind: Annotated[PilotKind, typer.Option("--kind", help="What kind of pilot it is.")],
    title: Annotated[
        str,
        typer.Option("--title", metavar="NAME", parser=place, help="What it is called; no names of persons."),
    ],
    acting_as: Annotated[
        str, typer.Option("--as", metavar="KEY", envvar="TANDEM_AS", help="Who acts: a person's key.")
    ],
    title_zh: Annotated[
        str, typer.Option("--title-zh", metavar="NAME", help="What it is called in Chinese.")
    ] = "",
    waive_plan: Annotated[
        str | None,
        typer.Option(
            "--waive-plan",
            metavar="CODE",
            parser=code,
            help="Why it begins although no plan is adopted, as a code.",
        ),
    ] = None,
    acting_role: Annotated[
        Role | None, typer.Option("--role", help="In which role, where the person holds several.")
    ] = None,
    dry_run: Annotated[bool, flag("--dry-run", "Only say whether it could begin; nothing is sent.")] = False,
    as_json: AsJson = False,
) -> None:
    """Begin a pilot from an action of a partnership's adopted plan, with the partnership's people."""
    settings = session(ctx).settings()
    with reading(settings) as ledger:
        state = partnership(ledger, of)
        who = people.person(ledger, acting_as)
        by = people.acting(state, who, None, acting_role, None)
        try:
            event = pilots.begun(
                ledger,
                state,
                by,
                present(ledger, state.programme),
                code=pilot,
                action=action,
                kind=kind,
                title=title,
                title_zh=title_zh,
                waived=waive_plan,
            )
        except ValidationError as wrong:
            raise misused(errors.as_sentence(wrong)) from None
        except Refusal as refusal:
            raise Refusal(people.named(ledger, refusal.sentence), grave=refusal.grave) from None
        if not dry_run:
            asking.found(settings, ledger, event)
    if as_json:
        told = {"pilot": event.code, "partnership": event.partnership, "action": event.action}
        showing.as_json({**told, "founded": not dry_run})
        return
    begins = "could begin; nothing was sent" if dry_run else "begins"
    showing.line(f"{event.code}: {event.title!r} {begins}, for action {event.action} of {event.partnership}")
    if not dry_run:
        showing.line(f"Next: its fiche is opened (tandem pilot open-stage {event.code} pilot_fiche)")


def _points(help: str) -> Any:
    return typer.Option(metavar="0-5", min=0, max=5, help=help)


@asked(app, "score", SCREENING_PANEL, of="pilot")
def score(
    desk: Desk,
    ownership: Annotated[int, _points("A named owner on both sides, the local authority's letter (must).")],
    mutual_benefit: Annotated[int, _points("What both sides gain (must).")],
    maturity: Annotated[int, _points("From an idea to ready to begin.")],
    feasibility: Annotated[int, _points("Technology, law, permits, site.")],
    financing: Annotated[int, _points("Cost, sources, revenue.")],
    impact: Annotated[int, _points("Goals, emissions, jobs; measurable.")],
    additionality: Annotated[int, _points("What it adds to what there is (must).")],
    helix: Annotated[int, _points("Business and research involved.")],
    replicability: Annotated[int, _points("Whether others can repeat it.")],
    safeguards: Annotated[int, _points("Risks and safeguards (must).")],
) -> rq.AnyRequest:
    """Give one's scores as a member of the screening panel; the result is computed from all of them."""
    gate = desk.state.latest_gate(SCREENING)
    version = gate.version if gate is not None else NO_TEXT  # the pilot says that the gate is not open
    if gate is not None:
        desk.notes.append(f"on version {gate.id.rpartition('/')[2]}, {showing.short(version)}")
    scores = Scores(
        ownership=ownership,
        mutual_benefit=mutual_benefit,
        maturity=maturity,
        feasibility=feasibility,
        financing=financing,
        impact=impact,
        additionality=additionality,
        helix=helix,
        replicability=replicability,
        safeguards=safeguards,
    )
    return rq.ScorePilot(version=version, scores=scores)


@asked(app, "record-check", SCREENING_PANEL, of="pilot")
def record_check(
    desk: Desk,
    item: Annotated[CheckItem, typer.Argument(metavar="ITEM", help="Such as restrictive_measures.")],
    result: Annotated[CheckResult, typer.Argument(metavar="RESULT", help="clear, answered or found.")],
    evidence: Annotated[str, Words("What was looked at, and what was found")],
    listed: Annotated[
        Any, typer.Option("--listed", metavar="DAY", parser=_day, help="The day of the list looked up.")
    ] = None,
) -> rq.AnyRequest:
    """Record one item of the due diligence as checked; it counts for a time only."""
    return rq.RecordCheck(item=item, result=result, listed_on=listed, evidence=evidence)


@asked(app, "record-source", CARRYING, of="pilot")
def record_source(
    desk: Desk,
    source: Annotated[str, typer.Argument(metavar="SOURCE", parser=code, help="A code for it.")],
    kind: Annotated[SourceKind, typer.Argument(metavar="KIND", help="Where it comes from.")],
    standing: Annotated[SourceState, typer.Argument(metavar="STATE", help="How far it has come.")],
    amount: Annotated[str, typer.Option("--amount", metavar="AMOUNT", help="With cents, such as 25000.50.")],
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="Such as EUR or CNY.")],
    ppp: Annotated[bool, flag("--ppp", "Paid by a contract between public and private (PPP).")] = False,
    evidence: Annotated[str | None, Words("The letter or contract")] = None,
) -> rq.AnyRequest:
    """Record where money for it comes from, or how far a source has come."""
    return rq.RecordSource(
        source=Source(
            code=source,
            source=kind,
            amount=Amount.model_validate({"amount": amount, "currency": currency.upper()}),
            state=standing,
            public_private=ppp,
            evidence=evidence,
        )
    )


@asked(app, "pilot-step", CARRYING, of="pilot")
def pilot_step(
    desk: Desk,
    step: Annotated[PilotStep, typer.Argument(metavar="STEP", help="agreed, implementing or replicated.")],
    text: Annotated[str | None, Words("The agreement, or the evidence")] = None,
    until: Annotated[
        Any,
        typer.Option("--until", metavar="DAY", parser=_day, help="The last day of the implementation."),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option("--where", metavar="CODE", parser=code, help="Where it was repeated, as a code."),
    ] = None,
) -> rq.AnyRequest:
    """Record that it was agreed on, is being implemented, or was repeated elsewhere."""
    return rq.StepPilot(step=step, text=text, until=until, where=where)


@asked(app, "note-progress", CARRYING, of="pilot")
def note_progress(
    desk: Desk,
    text: Annotated[str, Words("The note")],
    quarter: Annotated[
        int | None, typer.Option("--quarter", metavar="N", min=1, help="Without it the earliest owed.")
    ] = None,
) -> rq.AnyRequest:
    """Give the note of a quarter of the implementation."""
    return rq.NoteProgress(quarter=quarter, text=text)


@asked(app, "park", EXITS, of="pilot")
def park(
    desk: Desk,
    reason: Reason,
    review: Annotated[
        datetime,
        typer.Option("--review", metavar="DAY", parser=last_moment, help="When it is looked at anew."),
    ],
    remark: Annotated[str | None, Words("A remark to go with it")] = None,
) -> rq.AnyRequest:
    """Park it: nothing is expected of it until it is taken up again."""
    return rq.ParkPilot(reason=reason, review=review, remark=remark)


@asked(app, "unpark", EXITS, of="pilot")
def unpark(
    desk: Desk, remark: Annotated[str | None, Words("A remark to go with it")] = None
) -> rq.AnyRequest:
    """Take a parked pilot up again; every clock goes on with the days that remained."""
    return rq.UnparkPilot(remark=remark)


@asked(app, "drop", EXITS, of="pilot")
def drop(desk: Desk, reason: Reason, text: Annotated[str, Words("Why it is given up")]) -> rq.AnyRequest:
    """Give it up, with the reason as a code and in words."""
    return rq.DropPilot(reason=reason, text=text)


@asked(app, "transfer", EXITS, of="pilot")
def transfer(
    desk: Desk,
    to: Annotated[
        str,
        typer.Option("--to", metavar="CODE", parser=code, help="The organisation that owns it afterwards."),
    ],
    agreed: Annotated[str, Words("What was agreed with it")],
    now: Annotated[bool, flag("--now", "Hand it over at once; it ends here.")] = False,
) -> rq.AnyRequest:
    """Name the organisation that owns it after the programme, or hand it over now."""
    return rq.TransferPilot(to=to, agreed=agreed, now=now)
