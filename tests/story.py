"""A partnership's life told in a test: who asks for what, when, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

import pytest

from domain import events as ev
from domain import requests as rq
from domain.entries import Entry, numbered
from domain.events import AnyEvent
from domain.gates import Gate
from domain.letters import Letter, letters_for
from domain.partnership import Partnership, founded
from domain.requests import AnyRequest, Verdict
from domain.stages import step_of
from domain.tasks import Task, tasks_of
from domain.terms import GateTerms, Seat, Silence, Stage, Terms
from domain.values import Actor, Refusal
from tests.given import (
    CN_FOCAL,
    CN_MAYOR,
    COUNTERPART,
    DELEGATION,
    EU_FOCAL,
    EU_MAYOR,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    deliverable,
    founding,
    text,
)
from tests.reading_back import read_back

E = TypeVar("E", bound=ev.Event)

KINDS = {stage: str(step_of(stage).deliverable.model_fields["kind"].default) for stage in Stage}
"""The kind of deliverable each stage asks for."""

MAKERS = {
    Stage.SCOPING: MANAGER,
    Stage.STUDY_VISITS: OPERATOR,
    Stage.ACTION_PLAN: MANAGER,
    Stage.PILOT_INVESTMENTS: EU_FOCAL,
    Stage.CLOSING: OPERATOR,
    Stage.PILOT_FICHE: EU_FOCAL,
    Stage.PILOT_CONCEPT: EU_FOCAL,
    Stage.PILOT_COMPLETION: EU_FOCAL,
    Stage.INCEPTION_REPORT: TEAM_LEADER,
    Stage.INTERIM_REPORT: TEAM_LEADER,
    Stage.DRAFT_FINAL_REPORT: TEAM_LEADER,
    Stage.FINAL_REPORT: TEAM_LEADER,
}

DECIDERS = {
    "G2": (TEAM_LEADER,),
    "G3": (EU_FOCAL, CN_FOCAL),
    "G4": (TEAM_LEADER,),
    "G4.next": (EU_FOCAL, CN_FOCAL),
    "G4.cost": (DELEGATION,),
    "G5.review": (EU_FOCAL, CN_FOCAL),
    "G5.team": (TEAM_LEADER,),
    "G5.eud": (DELEGATION,),
    "G5.adopt": (EU_MAYOR, CN_MAYOR),
    "G6": (TEAM_LEADER, COUNTERPART),
    "G7.eud": (DELEGATION,),
    "G7": (EU_MAYOR, CN_MAYOR),
    "G9.partners": (EU_FOCAL, CN_FOCAL),
    "G9": (TEAM_LEADER,),
    "P6": (TEAM_LEADER, COUNTERPART),
    "P7.dd": (TEAM_LEADER,),
    "P7.eud": (DELEGATION,),
    "P7": (EU_MAYOR, CN_MAYOR),
    "P8": (TEAM_LEADER, COUNTERPART),
    "R1": (DELEGATION,),
    "R2": (DELEGATION,),
    "R3": (DELEGATION,),
    "R4": (DELEGATION,),
}
"""Those whose approval passes each gate of the default terms."""


class Story:
    """A partnership, the entries of its life so far, and the time it has come to."""

    def __init__(self, **given: Any) -> None:
        first = founding(**given)
        self.partnership: Partnership = founded(first)
        self.at: datetime = first.at
        self.entries: list[Entry] = []
        self.letters: list[Letter] = []
        self.states: list[Partnership] = []
        """The partnership after each entry."""
        self._record((first,), None)

    @property
    def events(self) -> tuple[AnyEvent, ...]:
        return tuple(entry.event for entry in self.entries)

    def of(self, kind: type[E]) -> list[E]:
        """All events of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def _record(
        self, events: Iterable[AnyEvent], before: Partnership | None, request: str | None = None
    ) -> tuple[AnyEvent, ...]:
        told = tuple(events)
        state = before
        for entry in numbered(self.partnership.entity, len(self.entries), told, self.at, request):
            after = state.after((entry.event,)) if state is not None else self.partnership
            self.letters += letters_for(state, after, entry)
            self.entries.append(entry)
            self.states.append(after)
            state = after
        if state is not None:
            self.partnership = state
        return told

    def until(self, at: datetime) -> tuple[AnyEvent, ...]:
        """What the calendar says by itself until then."""
        self.at = at
        return self._record(self.partnership.lapse(at), self.partnership)

    def day_by_day(self, at: datetime) -> tuple[AnyEvent, ...]:
        """The same, each thing spoken when it is due: a workflow that never sleeps in."""
        told: list[AnyEvent] = []
        while (due := self.partnership.next_due()) is not None and due <= at:
            told += self.until(max(due, self.at))
        self.at = at
        return tuple(told)

    def asks(self, request: AnyRequest, by: Actor, at: datetime | None = None) -> tuple[AnyEvent, ...]:
        """The events of a request that is allowed."""
        self.at = at or self.at
        before = self.partnership
        told = self._record(before.ask(request, by, self.at), before, f"asked-{len(self.entries)}")
        read_back(before, told, request, by, self.at)
        return told

    def refuses(self, request: AnyRequest, by: Actor, at: datetime | None = None) -> Refusal:
        """The refusal of a request that is not, which changes nothing."""
        before = self.partnership.model_dump_json()
        with pytest.raises(Refusal) as refused:
            self.partnership.ask(request, by, at or self.at)
        assert self.partnership.model_dump_json() == before
        return refused.value

    def opens(self, stage: Stage, at: datetime | None = None) -> tuple[AnyEvent, ...]:
        return self.asks(rq.OpenStage(stage=stage), OPERATOR, at)

    def hands_in(
        self,
        stage: Stage,
        version: str = "one",
        by: Actor | None = None,
        at: datetime | None = None,
        **changes: Any,
    ) -> tuple[AnyEvent, ...]:
        """The stage's maker hands in a complete deliverable."""
        made = deliverable(KINDS[stage], version, **changes)
        return self.asks(rq.Submit(stage=stage, deliverable=made), by or MAKERS[stage], at)

    def verdict(self, gate: str, verdict: Verdict = Verdict.APPROVE, version: str | None = None) -> rq.Decide:
        """A decision on the version the newest gate of that code is about, or on the one named."""
        latest = self.partnership.latest_gate(gate)
        seen = version or (latest.version if latest else text("nothing"))
        return rq.Decide(gate=gate, version=seen, verdict=verdict)

    def decides(
        self,
        gate: str,
        by: Actor,
        verdict: Verdict = Verdict.APPROVE,
        at: datetime | None = None,
    ) -> tuple[AnyEvent, ...]:
        return self.asks(self.verdict(gate, verdict), by, at)

    def approves(self, gate: str) -> None:
        """Everybody needed approves."""
        for by in DECIDERS[gate]:
            self.decides(gate, by)

    def passes(self, stage: Stage, version: str = "one") -> None:
        """A stage is opened, handed in and approved at every gate, all at this time."""
        if self.partnership.stage(stage) is None or self.partnership.passed(stage):
            self.opens(stage)
        self.hands_in(stage, version)
        for gate in self.partnership.terms.stage(stage).gates:
            self.approves(gate.code)

    def exchanges(self, code: str = "webinar-1", **changes: Any) -> None:
        """An exchange with evidence goes on record."""
        facts = {"mode": "virtual", "held": self.at, "participants_eu": 8, "participants_cn": 9}
        facts |= {"evidence": text("attendance")} | changes
        self.asks(rq.RecordExchange.model_validate({"code": code} | facts), OPERATOR)

    def two_agree(self, matter: rq.Matter, *, second: Actor = OTHER_OPERATOR) -> tuple[AnyEvent, ...]:
        """One operator proposes, a second person confirms."""
        made = self.asks(rq.Propose(matter=matter, reason="agreed"), OPERATOR)
        number = next(event.proposal for event in made if isinstance(event, ev.ProposalMade))
        return self.asks(rq.Confirm(proposal=number), second)

    def gate(self, code: str) -> Gate:
        found = self.partnership.latest_gate(code)
        assert found is not None
        return found

    def task(self, name: str) -> Task:
        return next(task for task in tasks_of(self.partnership) if task.id == name)

    def tasks(self) -> list[str]:
        return [task.id for task in tasks_of(self.partnership)]

    def reminders(self) -> list[tuple[str, datetime, int]]:
        """Every reminder so far: to whom, when, which rung."""
        return [
            (fell.recipient, fell.at, reminder.offset)
            for fell in self.of(ev.ReminderFell)
            for reminder in fell.reminders
        ]


def only_gate(
    seats: tuple[Seat, ...],
    needed: int | None = None,
    silence: Silence = Silence.NEVER,
    basis: str = "",
    stage: Stage = Stage.STUDY_VISITS,
    max_rounds: int = 3,
    **more: Any,
) -> Terms:
    """Default terms in which one stage has one gate, G.test, decided as the test wants it."""
    from domain.stages import default_terms
    from domain.terms import joint_days

    terms = default_terms()
    gate = GateTerms(
        code="G.test",
        title="a gate to test",
        seats=seats,
        needed=needed,
        allowance=more.pop("allowance", joint_days(10)),
        silence=silence,
        basis=basis,
        **more,
    )
    stages = tuple(
        one.model_copy(update={"gates": (gate,), "max_rounds": max_rounds}) if one.stage is stage else one
        for one in terms.stages
    )
    return terms.model_copy(update={"stages": stages})


def in_review() -> Story:
    """Scoping is passed, and both sides have an action plan before them."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    return story
