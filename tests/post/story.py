"""A partnership's life played on the real rules, as the letters it causes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

from domain import requests as rq
from domain.entries import numbered
from domain.events import AnyEvent
from domain.holiday_lists import edition
from domain.letters import Letter, letters_for
from domain.partnership import Partnership, founded
from domain.terms import Stage
from domain.values import Actor, Level, Member, Refusal, Role, Side
from tests import given
from tests.given import (
    CN_DEPUTY,
    CN_FOCAL,
    CN_MAYOR,
    DELEGATION,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    deliverable,
    text,
)

APPROVE, RETURN, REJECT = rq.Verdict.APPROVE, rq.Verdict.RETURN, rq.Verdict.REJECT


class Story:
    """A partnership asked one thing after another, and every letter that followed."""

    def __init__(self) -> None:
        first = given.founding()
        self.state: Partnership = founded(first)
        self.at = given.START
        self.number = 1
        (entry,) = numbered(self.state.entity, 0, (first,), self.at, None)
        self.letters: list[Letter] = list(letters_for(None, self.state, entry))

    def _tell(self, events: Iterable[AnyEvent]) -> None:
        for entry in numbered(self.state.entity, self.number, events, self.at, None):
            before, self.state = self.state, self.state.after((entry.event,))
            self.letters += letters_for(before, self.state, entry)
            self.number = entry.number

    def ask(self, request: rq.AnyRequest, by: Actor, days: float = 1) -> None:
        """Asked some days later."""
        self.at += timedelta(days=days)
        self._tell(self.state.lapse(self.at))
        self._tell(self.state.ask(request, by, self.at))

    def wait(self, days: float) -> None:
        """Nobody does anything for some days; the calendar speaks whenever it has to."""
        until = self.at + timedelta(days=days)
        while (due := self.state.next_due()) is not None and due <= until:
            self.at = max(self.at, due)
            self._tell(self.state.lapse(self.at))
        self.at = until

    def submit(self, stage: Stage, kind: str, by: Actor, version: str = "one", days: float = 5) -> None:
        self.ask(rq.Submit(stage=stage, deliverable=deliverable(kind, version)), by, days)

    def decide(self, gate: str, by: Actor, verdict: rq.Verdict = APPROVE, days: float = 1) -> None:
        open_gate = next(one for one in self.state.gates[::-1] if one.code == gate)
        self.ask(rq.Decide(gate=gate, version=open_gate.version, verdict=verdict), by, days)


def _scoped(story: Story) -> None:
    story.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    story.submit(Stage.SCOPING, "scoping_report", MANAGER)
    story.decide("G2", TEAM_LEADER)
    story.decide("G3", EU_FOCAL)


@cache
def letters() -> tuple[Letter, ...]:
    """The letters of a long life and of a few short ones."""
    told: list[Letter] = []
    told += _long_life().letters
    told += _silent_life().letters
    told += _broken_off().letters
    return tuple(told)


def _long_life() -> Story:
    story = Story()
    story.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    story.wait(90)  # the whole ladder, overdue, at risk
    story.submit(Stage.SCOPING, "scoping_report", MANAGER)
    story.ask(rq.Clarify(gate="G2", question=text("which schools?")), TEAM_LEADER)
    story.ask(rq.Answer(gate="G2", answer=text("three of them")), MANAGER)
    story.decide("G2", TEAM_LEADER, RETURN)
    story.submit(Stage.SCOPING, "scoping_report", MANAGER, "two")
    story.decide("G2", TEAM_LEADER)
    story.ask(rq.AskAdvice(gate="G3", of=CN_DEPUTY.person, question=text("is it feasible?")), CN_FOCAL)
    story.ask(rq.GiveAdvice(gate="G3", answer=text("it is")), CN_DEPUTY)
    story.ask(rq.HandOver(gate="G3", to=CN_DEPUTY.person), CN_FOCAL)
    story.decide("G3", EU_FOCAL)
    story.ask(rq.TakeBack(gate="G3"), EU_FOCAL)
    story.decide("G3", EU_FOCAL)
    story.decide("G3", CN_DEPUTY)
    story.ask(rq.Hold(reason="elections"), OPERATOR)
    story.wait(100)
    story.ask(rq.Resume(), OPERATOR)
    for step in (rq.AgreementStep.PROPOSED, rq.AgreementStep.DRAFTING):
        story.ask(rq.StepAgreement(step=step), OPERATOR)
    exchange = rq.RecordExchange(
        code="session-1",
        mode=rq.ExchangeMode.VIRTUAL,
        held=story.at,
        participants_eu=5,
        participants_cn=6,
        evidence=text("attendance"),
    )
    story.ask(exchange, OPERATOR)
    story.ask(rq.OpenStage(stage=Stage.ACTION_PLAN), OPERATOR)
    story.submit(Stage.ACTION_PLAN, "action_plan", MANAGER)
    newer = edition("2022-11", date(2021, 11, 1), ("ES", "CN", "BE"), 2021, 2022)
    story.ask(rq.AdoptCalendar(edition=newer), OPERATOR)
    story.decide("G5.review", EU_FOCAL)
    story.decide("G5.review", CN_FOCAL)
    story.decide("G5.team", TEAM_LEADER)
    story.decide("G5.eud", DELEGATION)
    story.wait(80)  # the mayors are slow: the focal points are asked to remind them
    story.decide("G5.adopt", EU_MAYOR)
    story.decide("G5.adopt", CN_MAYOR)
    successor = given.holder(given.actor("newfocal", Role.FOCAL_POINT, Side.CN), story.at)
    change = rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.CN, leaving=CN_FOCAL.person, to=successor)
    story.ask(change, OPERATOR, 0)
    story.ask(
        rq.Propose(
            matter=rq.Extend(ends=given.END + timedelta(days=90), addendum=text("addendum")), reason="travel"
        ),
        OPERATOR,
    )
    story.ask(rq.Confirm(proposal=1), OTHER_OPERATOR)
    return story


def _silent_life() -> Story:
    story = Story()
    _scoped(story)
    story.wait(60)  # the Chinese focal point says nothing: deemed approved
    story.decide("G3", CN_FOCAL, REJECT)
    story.ask(rq.Suspend(order=text("order")), OPERATOR)
    story.ask(rq.LiftSuspension(order=text("lifted")), OPERATOR, 30)
    bari = Member(
        side=Side.EU, name="Bari", country="IT", level=Level.CITY, zone="Europe/Rome", since=story.at
    )
    replaced = rq.ReplaceMember(
        leaving="Fuenlabrada",
        member=bari.model_copy(update={"country": "ES"}),
        holders=(given.holder(given.actor("barifocal", Role.FOCAL_POINT, Side.EU), story.at),),
        reason="withdrawal",
        agreed=text("agreed"),
    )
    story.ask(replaced, OPERATOR, 0)
    story.wait(1500)
    return story


def _broken_off() -> Story:
    story = Story()
    _scoped(story)
    story.decide("G3", CN_FOCAL)
    withdrawal = rq.Withdraw(side=Side.CN, reason="restructuring", notice=text("notice"))
    for by in (OPERATOR, CN_FOCAL):
        try:
            story.ask(withdrawal, by)
            break
        except Refusal:
            continue
    return story
