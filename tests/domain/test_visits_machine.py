"""Any order of requests to a study visit, allowed or not, leaves it in a state the rules know."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain import requests as rq
from domain.entities import fold
from domain.errands import Carried
from domain.requests import AnyRequest, Verdict
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import Actor, ExchangeMode, Refusal, Side
from domain.visits import requests as vr
from domain.visits.events import Direction
from domain.visits.requests import GroupStep, HostConsent
from domain.visits.rows import timetable
from domain.visits.visit import StudyVisit
from tests.given import DELEGATION, OPERATOR, OTHER_OPERATOR, TEAM_LEADER, text
from tests.visiting import DALIAN, DAYS, FIRST, GREECE, LAZIO, ZHENGZHOU, VisitStory

ACTORS = st.sampled_from(
    (OPERATOR, OTHER_OPERATOR, TEAM_LEADER, DELEGATION, LAZIO, GREECE, ZHENGZHOU, DALIAN)
)
GROUPS = st.sampled_from(("g1", "g2"))
STEPS = st.sampled_from(
    "dates freeze invitation bookings agenda briefing survey news summary next_steps".split()
)
FAR = st.sampled_from(("", "approved", "open_delegation", "frozen", "invited", "ready", "made"))
PAPERS = st.sampled_from((Stage.VISIT_CONCEPT, Stage.VISIT_READINESS, Stage.VISIT_REPORT))
COST = vr.Cost(
    what="hotel",
    amount=Decimal("12.30"),
    currency="EUR",
    refund_asked=True,
    refund_denied=True,
    evidence=text("no"),
)
AWAY = st.integers(min_value=-40, max_value=260)


class Visits(RuleBasedStateMachine):
    """What people and the calendar do to one visit."""

    @initialize(mode=st.sampled_from(ExchangeMode), far=FAR)
    def begin(self, mode: ExchangeMode, far: str) -> None:
        """Brought so far in the usual order, so that what comes late in a life is reached too."""
        self.story = VisitStory(mode=mode)
        self.moves = 0
        self.last = FIRST + timedelta(days=DAYS - 1)
        if far and (self.story.visit.delegated or far == "approved"):
            getattr(self.story, far)()

    def _try(self, request: AnyRequest, by: Actor) -> bool:
        """Ask; a refusal changes nothing and has a sentence for people."""
        before = self.story.visit
        try:
            self.story.asks(request, by)
        except Refusal as refusal:
            assert refusal.sentence[0] != " " and "None" not in refusal.sentence
            assert self.story.visit == before
            return False
        return True

    @rule(days=st.integers(min_value=1, max_value=60))
    def time_passes(self, days: int) -> None:
        self.story.until(self.story.at + timedelta(days=days))

    @rule(
        stage=st.sampled_from((Stage.VISIT_CONCEPT, Stage.VISIT_READINESS, Stage.VISIT_REPORT)),
        again=st.integers(0, 3),
    )
    def hand_in(self, stage: Stage, again: int) -> None:
        made = {
            Stage.VISIT_CONCEPT: self.story.concept,
            Stage.VISIT_READINESS: self.story.readiness,
            Stage.VISIT_REPORT: self.story.report,
        }[stage](version=text(f"{stage} {again}"))
        self._try(made, OPERATOR)

    @rule(
        verdict=st.sampled_from((Verdict.APPROVE, Verdict.APPROVE, Verdict.CONDITIONS, Verdict.RETURN)),
        by=ACTORS,
    )
    def decide(self, verdict: Verdict, by: Actor) -> None:
        for gate in self.story.visit.open_gates():
            self._try(rq.Decide(gate=gate.code, version=gate.version, verdict=verdict), by)

    @rule()
    def approve_all(self) -> None:
        for gate in self.story.visit.open_gates():
            by = DELEGATION if gate.code == "G4a" else TEAM_LEADER
            self._try(rq.Decide(gate=gate.code, version=gate.version, verdict=Verdict.APPROVE), by)

    @rule(step=STEPS, about=st.one_of(st.none(), GROUPS, st.just("C2-01")), by=ACTORS)
    def take_a_step(self, step: str, about: str | None, by: Actor) -> None:
        self._try(vr.StepVisit(step=step, about=about, text=text("letter")), by)

    @rule(code=GROUPS)
    def form(self, code: str) -> None:
        self._try(self.story.group(code), OPERATOR)

    @rule(code=GROUPS, many=st.integers(1, 8), prefix=st.sampled_from(("", "new")), by=ACTORS)
    def name(self, code: str, many: int, prefix: str, by: Actor) -> None:
        self._try(self.story.named(code, many, prefix=prefix, reason="leaver"), by)

    @rule(code=GROUPS, step=st.sampled_from(GroupStep), by=ACTORS)
    def clear(self, code: str, step: GroupStep, by: Actor) -> None:
        self._try(vr.StepGroup(group=code, step=step), by)

    @rule(away=st.one_of(st.none(), AWAY), days=st.integers(1, 8), by=ACTORS)
    def move(self, away: int | None, days: int, by: Actor) -> None:
        first = None if away is None else FIRST + timedelta(days=away)
        put_off = self.story.visit.first is not None
        if self._try(vr.MoveVisit(first=first, days=days, reason="host"), by):
            self.moves += put_off
            self.last = self.last if first is None else first + timedelta(days=days - 1)
            assert first is None or self.story.visit.purged is None

    @rule(
        mode=st.sampled_from((ExchangeMode.HYBRID, ExchangeMode.VIRTUAL)),
        reason=st.sampled_from(("visa", "force_majeure")),
        agrees=st.one_of(st.none(), ACTORS),
        paid=st.booleans(),
        by=ACTORS,
    )
    def convert(self, mode: Any, reason: str, agrees: Actor | None, paid: bool, by: Actor) -> None:
        before = self.story.visit
        agreed = () if agrees is None else (HostConsent(host="Lazio", person=agrees.person),)
        request = vr.ConvertVisit(mode=mode, reason=reason, agreed=agreed, costs=(COST,) * paid)
        if self._try(request, by):
            after = self.story.visit
            assert before.begun is None and after.costs == (*before.costs, *request.costs)
            heard = reason == "force_majeure" or (agrees is not None and agrees.side is Side.EU)
            assert mode is ExchangeMode.HYBRID or heard, "its host was not heard"

    @rule(by=ACTORS)
    def restrict(self, by: Actor) -> None:
        since = self.story.at + timedelta(days=1)
        self._try(
            rq.RestrictTravel(country="IT", since=since, until=since + timedelta(days=90), order=text("o")),
            by,
        )

    @rule(really=st.integers(0, 9))
    def cancel(self, really: int) -> None:
        if really == 0:  # seldom, else every life is short
            self._try(vr.CancelVisit(reason="host", text=text("why"), costs=(COST,)), OPERATOR)

    @rule(groups=st.sampled_from(((), ("g1",), ("g1", "g2"))), by=ACTORS)
    def complete(self, groups: tuple[str, ...], by: Actor) -> None:
        first = self.story.visit.first or FIRST
        last = first + timedelta(days=1)
        if self._try(self.story.completion(first=first, last=last, groups=groups), by):
            self.last = last

    @rule()
    def told(self) -> None:
        """The errand comes back; told twice it is taken once."""
        for errand in self.story.visit.errands:
            came = Carried(done=errand.to, after=errand.to[-1], over=True)
            events = self.story.visit.carried(errand.id, came, self.story.at)
            assert events
            self.story._record(events)
            assert self.story.visit.carried(errand.id, came, self.story.at) == ()

    @rule(on=st.booleans())
    def hold(self, on: bool) -> None:
        self._try(rq.Hold(reason="political") if on else rq.Resume(), OPERATOR)

    @rule(on=st.booleans(), by=st.sampled_from((OPERATOR, DELEGATION)))
    def suspend(self, on: bool, by: Actor) -> None:
        order = text("order")
        self._try(rq.Suspend(order=order) if on else rq.LiftSuspension(order=order), by)

    @invariant()
    def travel_data_never_outlive_it(self) -> None:
        """Thirty days after its last day they are gone, as far as that is known, whatever stands still."""
        visit = self.story.visit
        if visit.purged is not None:
            assert visit.purge_due() is None
            return
        zone = ZoneInfo(visit.zone)
        over = datetime.combine(self.last + timedelta(days=1), time(), zone)
        if visit.completion is None and visit.cancelled is not None:
            over = visit.cancelled
        assert self.story.at < over + timedelta(days=30)
        assert not visit.ended

    @invariant()
    def its_timetable_dates_every_task_of_its_steps_and_papers(self) -> None:
        visit = self.story.visit
        rows = timetable(visit)
        names = [row.name for row in rows]
        assert len(names) == len(dict.fromkeys(names))
        tasks = {task.id: task for task in tasks_of(visit)}
        for row in rows:
            assert row.task is None or (row.done is None and row.deadline == tasks[row.task].deadline)
        shown = [row.task for row in rows]
        assert [
            id for id in tasks if id.startswith(("visit_", "submit/", "decide/")) and id not in shown
        ] == []

    @invariant()
    def its_entries_tell_all(self) -> None:
        assert fold(self.story.visit.entity, list(self.story.events)) == self.story.visit

    @invariant()
    def the_calendar_never_falls_silent(self) -> None:
        due = self.story.visit.next_due()
        if due is not None:
            assert self.story.visit.lapse(max(due, self.story.at)), "due, and nothing to say"

    @invariant()
    def its_numbers_hold(self) -> None:
        visit = self.story.visit
        assert visit.moved == self.moves <= visit.rules.postponed + 1
        for group in visit.groups:
            if visit.direction is Direction.CN_TO_EU and group.side is Side.CN:
                assert len(group.participants) <= 6
        everybody = [one for group in visit.groups for one in group.participants]
        assert len(everybody) == len(dict.fromkeys(everybody))

    @invariant()
    def it_is_made_only_as_decided(self) -> None:
        visit = self.story.visit
        made = visit.completion
        if made is not None:
            assert made.mode is visit.mode and visit.cancelled is None
            assert not made.mode.travels or made.mode is ExchangeMode.TEAM_SCOPING or visit.ready
        if visit.end == "completed":
            assert visit.purged is not None and made is not None and visit.ended_at is not None
            # the programme's end comes as it comes; what is to be told then is told all the same
            assert not visit.errands or visit.ended_at >= visit.ends

    @invariant()
    def over_it_owes_nothing(self) -> None:
        visit = self.story.visit
        if visit.ended:
            assert tasks_of(visit) == () and visit.next_due() is None and visit.purged is not None
            assert not isinstance(visit.first, date) or visit.standing() in (
                "completed",
                "cancelled",
                "cut_off",
            )

    @invariant()
    def it_travels_through_json(self) -> None:
        visit = self.story.visit
        assert StudyVisit.model_validate_json(visit.model_dump_json()) == visit


TestVisits = Visits.TestCase
TestVisits.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
