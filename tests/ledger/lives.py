"""The first year of a partnership, as the entries its workflow would hand over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from domain import requests as rq
from domain.entries import Entry, numbered
from domain.events import AnyEvent
from domain.partnership import Partnership, founded
from domain.terms import Stage
from domain.values import Actor, Organisation, Side, StakeholderGroup
from tests.given import (
    CN_FOCAL,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    START,
    TEAM_LEADER,
    deliverable,
    founding,
    on,
    text,
)

Batches = tuple[tuple[Entry, ...], ...]


class _Telling:
    """Plays a life and keeps what the workflow would record, batch by batch."""

    def __init__(self, code: str) -> None:
        first = founding(code)
        self.state: Partnership = founded(first)
        self.batches: list[tuple[Entry, ...]] = []
        self._keep((first,), START, None)

    def ask(self, request: rq.AnyRequest, by: Actor, at: datetime) -> None:
        events = self.state.ask(request, by, at)
        self.state = self.state.after(events)
        self._keep(events, at, f"{request.kind}-{len(self.batches)}")

    def lapse(self, at: datetime) -> None:
        events = self.state.lapse(at)
        self.state = self.state.after(events)
        self._keep(events, at, None)

    def _keep(self, events: Iterable[AnyEvent], at: datetime, request: str | None) -> None:
        last = self.batches[-1][-1].number if self.batches else 0
        if batch := numbered(self.state.entity, last, events, at, request):
            self.batches.append(batch)


@cache
def batches(code: str = "C1-01") -> Batches:
    """Scoping with reminders, a return and an approval, organisations engaged, a hold: some thirty entries."""
    life = _Telling(code)
    life.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR, on(2021, 3, 2))
    life.lapse(on(2021, 5, 10))
    for number, (side, group) in enumerate(
        (side, group)
        for side in (Side.EU, Side.CN)
        for group in (StakeholderGroup.GOVERNMENT, StakeholderGroup.RESEARCH, StakeholderGroup.BUSINESS)
    ):
        organisation = Organisation(code=f"{side.value}-organisation-{number}", side=side, group=group)
        life.ask(rq.Engage(organisation=organisation), OPERATOR, on(2021, 5, 11, 8 + number))
    life.ask(
        rq.LogContact(person=MANAGER.person, channel=rq.Channel.PHONE, note=text("called, will send it")),
        OPERATOR,
        on(2021, 5, 12),
    )
    report = deliverable("scoping_report")
    life.ask(rq.Submit(stage=Stage.SCOPING, deliverable=report), MANAGER, on(2021, 5, 14))
    life.lapse(on(2021, 6, 1))
    gate = life.state.open_gates()[0]
    verdict = rq.Decide(
        gate=gate.code, version=report.version, verdict=rq.Verdict.RETURN, remark=text("say more on risks")
    )
    life.ask(verdict, TEAM_LEADER, on(2021, 6, 2))
    life.ask(rq.Hold(reason="elections"), OPERATOR, on(2021, 6, 10))
    life.ask(rq.Resume(), OPERATOR, on(2021, 7, 10))
    second = deliverable("scoping_report", "two")
    life.ask(rq.Submit(stage=Stage.SCOPING, deliverable=second), MANAGER, on(2021, 7, 12))
    approval = rq.Decide(gate=gate.code, version=second.version, verdict=rq.Verdict.APPROVE)
    life.ask(approval, TEAM_LEADER, on(2021, 7, 14))
    life.ask(rq.StepAgreement(step=rq.AgreementStep.PROPOSED), EU_FOCAL, on(2021, 7, 15))
    life.ask(rq.StepAgreement(step=rq.AgreementStep.DRAFTING), CN_FOCAL, on(2021, 8, 2))
    return tuple(life.batches)


def entries(code: str = "C1-01") -> tuple[Entry, ...]:
    """All entries of that life, in their order."""
    return tuple(entry for batch in batches(code) for entry in batch)
