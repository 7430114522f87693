"""Whatever happens to a pilot, in whatever order: what must always hold does."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import events as ev
from domain import requests as rq
from domain.deliverables import Deliverable
from domain.pilots.facts import (
    LISTS,
    MUSTS,
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
from domain.pilots.pilot import Pilot, founded
from domain.pilots.steps import CHECKED, SCREENING
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Actor, Refusal
from tests.domain.piloting import PilotStory
from tests.given import (
    COUNTERPART,
    EU_FOCAL,
    EVERYBODY,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    deliverable,
    text,
)
from tests.story import DECIDERS, KINDS

STAGES = (Stage.PILOT_FICHE, Stage.PILOT_CONCEPT, Stage.PILOT_COMPLETION)
GATES = (SCREENING, *CHECKED)
PEOPLE = st.sampled_from(EVERYBODY)
POINTS = st.integers(0, 5)
CODES = st.sampled_from(["own-budget", "bank-loan", "city-grant"])


class PilotMachine(RuleBasedStateMachine):
    """People do what they may and may not; the calendar says what it has to; nothing else is assumed."""

    def __init__(self) -> None:
        super().__init__()
        self.story = PilotStory(kind=PilotKind.INVESTMENT)
        self.versions = 0
        self.seen = 1

    @property
    def pilot(self) -> Pilot:
        return self.story.pilot

    def tries(self, request: rq.AnyRequest, by: Actor) -> None:
        """Ask; a refusal is a sentence and changes nothing."""
        before = self.pilot
        try:
            self.story.asks(request, by)
        except Refusal as refusal:
            assert len(refusal.sentence) > 15
            assert self.pilot is before
        else:
            assert not before.ended, "one that has ended answers with refusals only"

    def submitted(self, stage: Stage) -> Deliverable:
        self.versions += 1
        changes = {"pilot": self.pilot.pilot} if stage is Stage.PILOT_FICHE else {}
        return deliverable(KINDS[stage], f"{self.versions}", **changes)

    @initialize(come=st.sampled_from(["nothing", "fiche", "screened", "concept", "endorsed", "begun"]))
    def has_come_so_far(self, come: str) -> None:
        """Chance alone seldom gets further than a fiche."""
        if come == "begun":
            self.story.endorsed()
            self.records_source("own-budget", Decimal("1"), "EUR", SourceState.COMMITTED, SourceKind.OWN)
            self.steps(PilotStep.AGREED, 1)
            self.steps(PilotStep.IMPLEMENTING, 300)
        elif come != "nothing":
            getattr(self.story, come)()

    # What people do

    @rule(stage=st.sampled_from(STAGES))
    def opens(self, stage: Stage) -> None:
        self.tries(rq.OpenStage(stage=stage), OPERATOR)

    @rule(stage=st.sampled_from(STAGES), by=st.sampled_from([EU_FOCAL, MANAGER]))
    def hands_in(self, stage: Stage, by: Actor) -> None:
        self.tries(rq.Submit(stage=stage, deliverable=self.submitted(stage)), by)

    @rule(
        low=POINTS,
        high=POINTS,
        at=st.sampled_from(list(Scores.model_fields)),
        by=st.sampled_from([TEAM_LEADER, COUNTERPART]),
    )
    def scores(self, low: int, high: int, at: str, by: Actor) -> None:
        gate = self.pilot.latest_gate(SCREENING)
        version = gate.version if gate else text("none")
        sheet = Scores.model_validate(dict.fromkeys(Scores.model_fields, high) | {at: low})
        self.tries(rq.ScorePilot(version=version, scores=sheet), by)

    @rule()
    def scores_well(self) -> None:
        for by in (TEAM_LEADER, COUNTERPART):
            self.scores(4, 4, "impact", by)

    @rule(gate=st.sampled_from(GATES), verdict=st.sampled_from(Verdict), by=PEOPLE, why=st.booleans())
    def decides(self, gate: str, verdict: Verdict, by: Actor, why: bool) -> None:
        found = self.pilot.latest_gate(gate)
        request = rq.Decide(
            gate=gate,
            version=found.version if found else text("none"),
            verdict=verdict,
            remark=text("why") if why else None,
        )
        self.tries(request, by)

    @rule()
    def those_asked_approve(self) -> None:
        for gate in self.pilot.open_gates():
            for by in DECIDERS[gate.code]:
                self.tries(rq.Decide(gate=gate.code, version=gate.version, verdict=Verdict.APPROVE), by)

    @rule(gate=st.sampled_from(GATES), verdict=st.sampled_from(Verdict))
    def two_persons_settle(self, gate: str, verdict: Verdict) -> None:
        matter = rq.SettleGate(gate=gate, verdict=verdict)
        self.tries(rq.Propose(matter=matter, reason="agreed"), OPERATOR)
        self.tries(rq.Confirm(proposal=max(self.pilot.proposed, 1)), OTHER_OPERATOR)

    @rule(item=st.sampled_from(CheckItem), result=st.sampled_from(CheckResult), age=st.integers(0, 100))
    def checks(self, item: CheckItem, result: CheckResult, age: int) -> None:
        listed = self.story.at.date() - timedelta(days=age) if item in LISTS else None
        self.tries(
            rq.RecordCheck(item=item, result=result, listed_on=listed, evidence=text("evidence")), MANAGER
        )

    @rule()
    def checks_all(self) -> None:
        for item in CheckItem:
            self.checks(item, CheckResult.CLEAR, 0)

    @rule(
        code=CODES,
        amount=st.decimals(min_value=0, max_value=10**9, places=2),
        currency=st.sampled_from(["EUR", "CNY"]),
        state=st.sampled_from(SourceState),
        kind=st.sampled_from(SourceKind),
    )
    def records_source(
        self, code: str, amount: Decimal, currency: str, state: SourceState, kind: SourceKind
    ) -> None:
        source = Source(
            code=code,
            source=kind,
            amount=Amount(amount=amount, currency=currency),
            state=state,
            evidence=text("letter"),
        )
        self.tries(rq.RecordSource(source=source), OPERATOR)

    @rule(step=st.sampled_from(PilotStep), days=st.integers(1, 900))
    def steps(self, step: PilotStep, days: int) -> None:
        until: date | None = self.story.at.date() + timedelta(days=days)
        where = "es-getafe" if step is PilotStep.REPLICATED else None
        self.tries(rq.StepPilot(step=step, text=text("text"), until=until, where=where), OPERATOR)

    @rule()
    def it_goes_on(self) -> None:
        """What would come next if all went well."""
        for stage in STAGES:
            held = self.pilot.stage(stage)
            if held is None and stage is not Stage.PILOT_COMPLETION:
                self.opens(stage)
            if (held := self.pilot.stage(stage)) is not None and held.awaiting:
                return self.hands_in(stage, EU_FOCAL)
            if held is not None and held.passed is None:
                self.scores_well()
                self.checks_all()
                return self.those_asked_approve()
        self.checks_all()
        self.records_source("own-budget", Decimal("25000.5"), "EUR", SourceState.COMMITTED, SourceKind.OWN)
        for step in PilotStep:
            self.steps(step, 200)

    @rule(quarter=st.none() | st.integers(1, 6))
    def notes(self, quarter: int | None) -> None:
        self.tries(rq.NoteProgress(quarter=quarter, text=text("note")), EU_FOCAL)

    @rule(days=st.integers(-5, 700))
    def parks(self, days: int) -> None:
        review = self.story.at + timedelta(days=days)
        self.tries(rq.ParkPilot(reason="no_funding", review=review), OPERATOR)

    @rule()
    def unparks(self) -> None:
        self.tries(rq.UnparkPilot(), OPERATOR)

    @rule(days=st.integers(0, 120), suspended=st.booleans())
    def all_stands_still_for_a_while(self, days: int, suspended: bool) -> None:
        begin: rq.AnyRequest = rq.Suspend(order=text("order")) if suspended else rq.Hold(reason="travel")
        end: rq.AnyRequest = rq.LiftSuspension(order=text("order")) if suspended else rq.Resume()
        self.tries(begin, OPERATOR)
        self.story.day_by_day(self.story.at + timedelta(days=days // 2))
        self.it_goes_on()
        self.story.day_by_day(self.story.at + timedelta(days=days - days // 2))
        self.tries(end, OPERATOR)

    @rule(now=st.sampled_from([False, False, False, True]))
    def transfers(self, now: bool) -> None:
        self.tries(rq.TransferPilot(to="cn-chamber", agreed=text("agreed"), now=now), OPERATOR)

    @precondition(lambda self: len(self.story.entries) > 40)
    @rule()
    def drops(self) -> None:
        self.tries(rq.DropPilot(reason="no_permit", text=text("why")), OPERATOR)

    @rule(days=st.sampled_from([1, 5, 20, 45, 95]))
    def time_passes(self, days: int) -> None:
        self.story.day_by_day(self.story.at + timedelta(days=days))

    @rule(days=st.sampled_from([30, 100]))
    def nobody_was_awake(self, days: int) -> None:
        """The same after an outage: all that was due is said at once, later."""
        self.story.until(self.story.at + timedelta(days=days))

    # What must always hold

    def teardown(self) -> None:
        """The record alone tells where it stands."""
        first, *others = self.story.events
        assert isinstance(first, ev.PilotFounded)
        assert founded(first).after(others) == self.pilot
        assert Pilot.model_validate_json(self.pilot.model_dump_json()) == self.pilot

    @invariant()
    def whoever_is_due_has_something_to_say(self) -> None:
        due = self.pilot.next_due()
        if due is not None:
            assert self.pilot.lapse(max(due, self.pilot.now))
        else:
            assert self.pilot.ended or self.pilot.suspended

    @invariant()
    def nothing_passes_unchecked_or_against_its_score(self) -> None:
        last = self.seen
        self.seen = len(self.story.entries)
        for place in range(last, self.seen):
            before, event = self.story.states[place - 1], self.story.events[place]
            match event:
                case ev.PilotStepTaken() if event.step is PilotStep.IMPLEMENTING:
                    assert before.lacking(event.at) == ()
                case ev.GateSettled() if event.outcome.passes:
                    gate = before.gate(event.gate)
                    assert not event.silent
                    if gate.code in CHECKED:
                        assert before.lacking(event.at) == ()
                    elif not event.overridden:
                        given = tuple(sheet.scores for sheet in before.sheets_at(gate))
                        assert len(given) == len(gate.seats)
                        assert total_of(given) >= before.rules.pass_mark
                        assert all(getattr(sheet, must) for sheet in given for must in MUSTS)

    @invariant()
    def it_comes_only_so_far_as_its_gates_let_it(self) -> None:
        pilot = self.pilot
        if pilot.endorsed is not None:
            assert pilot.passed(Stage.PILOT_CONCEPT)
        if pilot.began is not None:
            assert pilot.agreed is not None and pilot.endorsed is not None
        if pilot.completed is not None:
            assert pilot.began is not None

    @invariant()
    def money_stays_in_cents(self) -> None:
        for source in self.pilot.sources:
            assert isinstance(source.amount.amount, Decimal)
            assert source.amount.amount.as_tuple().exponent == -2

    @invariant()
    def its_partnership_is_told_each_thing_once(self) -> None:
        ids = [one.id for one in self.pilot.errands]
        assert len(ids) == len(set(ids))
        assert ("endorsed" in ids) == (self.pilot.endorsed is not None)
        assert ("completed" in ids) == (self.pilot.completed is not None)


PilotMachine.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestPilots = PilotMachine.TestCase
