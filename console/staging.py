"""Commands of the stages and beside them: open, submit, templates, agreement, exchanges, organisations."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from client import clusters
from console import forms, showing
from console.asking import Desk, Words, asked
from console.errors import misused
from console.options import StageName, code, content_hash, country, group, instant, moment
from console.partnerships import app
from console.session import AsJson
from domain import requests as rq
from domain.deliverables import deliverable_of
from domain.entities import partnership_of
from domain.pilots.facts import PilotKind, Reached
from domain.values import Organisation, Refusal, Side, StakeholderGroup

PANEL = "Stages and beside them"


@asked(app, "open-stage", PANEL, shared=True)
def open_stage(desk: Desk, stage: StageName) -> rq.AnyRequest:
    """Open a stage; refused with what is missing and who owes it."""
    return rq.OpenStage(stage=stage)


@asked(app, "submit", PANEL, shared=True)
def submit(
    desk: Desk,
    stage: StageName,
    file: Annotated[
        Path,
        typer.Option(
            "--file", metavar="FORM", help="The form filled in, YAML or JSON (see template), - for stdin."
        ),
    ],
    document: Annotated[
        Path | None,
        typer.Option("--document", metavar="FILE", help="The document itself; its hash is the version."),
    ] = None,
) -> rq.AnyRequest:
    """Hand in a version of a stage's deliverable."""
    kind = deliverable_of(stage)
    text = desk.read(file)
    if not text.strip():
        raise Refusal(f"{file} is empty; `tandem partnership template {stage.value}` prints the form")
    kept = desk.keep("form", text)
    version = content_hash(document) if document is not None else kept
    deliverable = forms.checked(file, text, kind, version)
    return rq.Submit(stage=stage, deliverable=deliverable, text=kept)


@app.command(rich_help_panel=PANEL)
def template(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="A kind of deliverable such as action_plan, or its stage.")
    ],
    as_json: AsJson = False,
) -> None:
    """Print the form of a deliverable, to be filled in and handed in with submit."""
    found = forms.kind_called(kind)
    if as_json:
        showing.as_json(forms.as_json(found))
    else:
        print(forms.as_yaml(found), end="")


@asked(app, "agreement-step", PANEL)
def agreement_step(
    desk: Desk,
    step: Annotated[rq.AgreementStep, typer.Argument(metavar="STEP", help="The step taken.")],
    signing: Annotated[
        datetime | None,
        typer.Option(
            "--signing", metavar="DAY", parser=moment, help="The day fixed, or the day it was signed."
        ),
    ] = None,
    text: Annotated[
        str | None,
        Words("The text agreed or signed, or a note on it; a signing is counted with its text only"),
    ] = None,
) -> rq.AnyRequest:
    """Take the agreement (MoU) a step further."""
    return rq.StepAgreement(step=step, signing=signing, text=text)


def plan_session(
    desk: Desk,
    session: Annotated[
        str, typer.Argument(metavar="SESSION", parser=code, help="A code for it, such as ws-2022-11.")
    ],
    mode: Annotated[rq.ExchangeMode, typer.Argument(metavar="MODE", help="How it is to be held.")],
    starts: Annotated[
        datetime, typer.Option("--starts", metavar="TIME", parser=instant, help="When it begins.")
    ],
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="CODE", parser=code, help="Why, where it was planned otherwise."),
    ] = None,
) -> rq.AnyRequest:
    """Plan a working session, or give a planned one another time or way."""
    return rq.PlanSession(code=session, mode=mode, starts=starts, reason=reason)


def session_step(
    desk: Desk,
    session: Annotated[
        str, typer.Argument(metavar="SESSION", parser=code, help="The code it was planned by.")
    ],
    step: Annotated[
        rq.SessionStep,
        typer.Argument(metavar="STEP", help="invited, confirmed, minuted, minutes_agreed or cancelled."),
    ],
    text: Annotated[str | None, Words("The agenda, or the minutes")] = None,
    remark: Annotated[str | None, Words("A remark to go with it")] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="CODE", parser=code, help="Why it is cancelled.")
    ] = None,
) -> rq.AnyRequest:
    """Take a planned session a step further; that it was held is recorded apart."""
    return rq.StepSession(code=session, step=step, text=text, remark=remark, reason=reason)


# clusters plan sessions too
asked(app, "plan-session", PANEL)(plan_session)
asked(app, "session-step", PANEL)(session_step)


@asked(app, "record-exchange", PANEL)
def record_exchange(
    desk: Desk,
    exchange: Annotated[
        str, typer.Argument(metavar="EXCHANGE", parser=code, help="A code for it, such as ws-2022-11.")
    ],
    mode: Annotated[rq.ExchangeMode, typer.Argument(metavar="MODE", help="How it was held.")],
    held: Annotated[datetime, typer.Option("--held", metavar="DAY", parser=moment, help="When it was held.")],
    eu: Annotated[int, typer.Option("--eu", min=0, help="Participants of the EU side.")],
    cn: Annotated[int, typer.Option("--cn", min=0, help="Participants of the Chinese side.")],
    where: Annotated[
        str | None, typer.Option("--country", metavar="CODE", parser=country, help="Where it was held.")
    ] = None,
    document: Annotated[
        Path | None,
        typer.Option(
            "--document", metavar="FILE", help="The attendance list; without evidence it does not count."
        ),
    ] = None,
    evidence: Annotated[str | None, Words("Evidence in words, where there is no document")] = None,
    organisation: Annotated[
        list[str] | None,
        typer.Option(
            "--organisation",
            metavar="CODE",
            parser=code,
            help="An engaged organisation that attended, by its code; may be given several times.",
        ),
    ] = None,
) -> rq.AnyRequest:
    """Record a working session, webinar or visit that was held; a planned session has its own code."""
    if document is not None and evidence is not None:
        raise misused("give --document or --evidence, not both")
    proof = content_hash(document) if document is not None else evidence
    return rq.RecordExchange(
        code=exchange,
        mode=mode,
        held=held,
        country=where or "",
        participants_eu=eu,
        participants_cn=cn,
        evidence=proof,
        organisations=tuple(organisation or ()),
    )


@asked(app, "record-pilot", PANEL)
def record_pilot(
    desk: Desk,
    pilot: Annotated[str, typer.Argument(metavar="PILOT", parser=code, help="The pilot's code.")],
    kind: Annotated[PilotKind, typer.Argument(metavar="KIND", help="What kind of pilot it is.")],
    reached: Annotated[Reached, typer.Argument(metavar="STATE", help="endorsed or completed.")],
    action: Annotated[
        str, typer.Option("--action", metavar="CODE", parser=code, help="The action it carries out.")
    ],
    since: Annotated[datetime, typer.Option("--since", metavar="DAY", parser=moment, help="Since when.")],
) -> rq.AnyRequest:
    """Record how far a pilot of the plan has come, where word of it did not arrive by itself."""
    if reached is not Reached.ENDORSED and reached is not Reached.COMPLETED:
        raise misused("a partnership is told that a pilot was endorsed or completed, nothing else")
    return rq.RecordPilot(pilot=pilot, pilot_kind=kind, reached=reached, action=action, since=since)


@asked(app, "adopt-joint-plan", PANEL)
def adopt_joint_plan(
    desk: Desk,
    of: Annotated[str, typer.Argument(metavar="CLUSTER", parser=code, help="The cluster, such as ECO.")],
) -> rq.AnyRequest:
    """Record that a cluster's joint plan holds here, where that was not recorded by itself."""
    return clusters.adopted(desk.ledger, partnership_of(desk.state), of)


@asked(app, "engage", PANEL)
def engage(
    desk: Desk,
    organisation: Annotated[
        str, typer.Argument(metavar="ORGANISATION", parser=code, help="Its register number or a slug.")
    ],
    side: Annotated[Side, typer.Argument(metavar="SIDE", help="eu or cn.")],
    of: Annotated[
        StakeholderGroup,
        typer.Argument(metavar="GROUP", parser=group, help="government, research, business or private."),
    ],
) -> rq.AnyRequest:
    """Record an organisation that is engaged on one side."""
    return rq.Engage(organisation=Organisation(code=organisation, side=side, group=of))
