"""Whatever is asked of a programme in whatever order, its promises hold."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import events as ev
from domain import requests as rq
from domain.broad_requests import Broad
from domain.entities import fold, letters_for, records_of, revived, snapshot
from domain.entries import as_happened
from domain.errands import Carried, TurnedDown
from domain.events import AnyEvent
from domain.holiday_lists import edition
from domain.programme import Programme, founded
from domain.programmes.steps import CUT_OFFS, REPORTS
from domain.requests import AnyRequest, Verdict
from domain.scopes import Scope
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import Actor, Refusal
from tests.given import (
    COUNTERPART,
    DELEGATION,
    END,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    deliverable,
    on,
    programme_founding,
    text,
)
from tests.reading_back import read_back

PEOPLE = st.sampled_from((OPERATOR, OTHER_OPERATOR, TEAM_LEADER, DELEGATION, COUNTERPART, MANAGER))
SECRETARIAT = st.sampled_from((OPERATOR, OTHER_OPERATOR, TEAM_LEADER))
STAGES = tuple(step.stage for step in REPORTS)
KINDS = {step.stage: str(step.deliverable.model_fields["kind"].default) for step in REPORTS}
GATES = st.sampled_from(("R1", "R2", "R3", "R4"))
CODES = st.sampled_from((*(f"E-{days}" for _, days in CUT_OFFS), "E-1"))
LATER_LISTS = edition("of May 2022", date(2022, 5, 1), ("ES", "CN", "BE"), 2021, 2024)
REQUESTS: st.SearchStrategy[Broad] = st.sampled_from(
    (
        rq.Suspend(order=text("order")),
        rq.LiftSuspension(order=text("order")),
        rq.Hold(reason="travel"),
        rq.Resume(),
        rq.RestrictTravel(country="CN", since=on(2022, 1, 1), order=text("order")),
        rq.ResumeTravel(country="CN", since=on(2022, 6, 1), order=text("order")),
        rq.AdoptCalendar(edition=LATER_LISTS),
    )
)
SCOPES = st.sampled_from(
    (
        Scope(programme="11438", kinds=()),
        Scope(programme="11438", country="CN"),
        Scope(programme="other"),
    )
)


class ProgrammeMachine(RuleBasedStateMachine):
    """A programme, and everybody of its staff doing anything at any time."""

    state: Programme
    events: list[AnyEvent]
    versions = 0

    @initialize(taken_on=st.sampled_from((0, 200, 700)))
    def begin(self, taken_on: int) -> None:
        first = programme_founding(at=on(2021, 3, 1, 8) + timedelta(days=taken_on))
        self.state, self.events, self.at = founded(first), [first], first.at

    def _happens(self, events: tuple[AnyEvent, ...]) -> None:
        last = len(self.events)
        for entry in as_happened(self.state.entity, events, last):
            before, self.state = self.state, self.state.after((entry.event,))
            for letter in letters_for(before, self.state, entry):
                assert self.state.last_known(letter.recipient) is not None
        self.events += events

    def _ask(self, request: AnyRequest, by: Actor) -> None:
        kept = self.state.model_dump_json()
        try:
            events = self.state.ask(request, by, self.at)
        except Refusal as refused:
            assert len(refused.sentence) > 15 and refused.sentence[-1] != "."
            assert self.state.model_dump_json() == kept
            return
        assert not self.state.ended
        read_back(self.state, events, request, by, self.at)
        self._happens(events)

    @rule(days=st.sampled_from((1, 5, 12, 46, 61, 190)), watched=st.booleans())
    def time_passes(self, days: int, watched: bool) -> None:
        until = self.at + timedelta(days=days)
        while watched and (due := self.state.next_due()) is not None and due <= until:
            self._happens(self.state.lapse(due))
        self.at = until
        self._happens(self.state.lapse(until))

    @rule(by=PEOPLE)
    def a_report_is_handed_in(self, by: Actor) -> None:
        awaited = [held.stage for held in self.state.stages if held.awaiting and held.stage in STAGES]
        stage = awaited[0] if awaited else Stage.INTERIM_REPORT
        self.versions += 1
        report = deliverable(KINDS[stage], str(self.versions))
        self._ask(rq.Submit(stage=stage, deliverable=report), by)

    @rule(by=PEOPLE, verdict=st.sampled_from(Verdict))
    def somebody_decides(self, by: Actor, verdict: Verdict) -> None:
        for gate in self.state.open_gates()[:1]:
            self._ask(rq.Decide(gate=gate.code, version=gate.version, verdict=verdict), by)

    @rule(gate=GATES, by=PEOPLE)
    def acceptance_is_asked_for(self, gate: str, by: Actor) -> None:
        self._ask(rq.AskAcceptance(gate=gate, letter=text("please")), by)

    @rule(gate=GATES, asking=st.booleans())
    def a_formal_question(self, gate: str, asking: bool) -> None:
        question: AnyRequest = rq.Clarify(gate=gate, question=text("?"))
        self._ask(
            question if asking else rq.Answer(gate=gate, answer=text("!")),
            DELEGATION if asking else TEAM_LEADER,
        )

    @rule(gate=GATES)
    def a_decision_is_taken_back(self, gate: str) -> None:
        self._ask(rq.TakeBack(gate=gate), DELEGATION)

    @rule(code=CODES, by=PEOPLE)
    def somebody_objects(self, code: str, by: Actor) -> None:
        self._ask(rq.ObjectCutOff(cut_off=code, reason="visa", text=text("no")), by)

    @rule(number=st.integers(1, 3), upheld=st.booleans(), by=PEOPLE)
    def somebody_answers(self, number: int, upheld: bool, by: Actor) -> None:
        self._ask(rq.AnswerObjection(objection=number, upheld=upheld, answer=text("so")), by)

    @rule(request=REQUESTS, scope=SCOPES, by=PEOPLE)
    def a_broadcast_is_proposed(self, request: Broad, scope: Scope, by: Actor) -> None:
        self._ask(rq.Propose(matter=rq.Broadcast(scope=scope, request=request), reason="why"), by)

    @rule(days=st.sampled_from((-1, 91, 400)), by=SECRETARIAT)
    def an_extension_is_proposed(self, days: int, by: Actor) -> None:
        ends = self.state.ends + timedelta(days=days)
        if ends < END + timedelta(days=900):
            self._ask(rq.Propose(matter=rq.Extend(ends=ends, addendum=text("a")), reason="why"), by)

    @rule(by=PEOPLE, agrees=st.booleans())
    def a_proposal_is_confirmed_or_declined(self, by: Actor, agrees: bool) -> None:
        for proposal in self.state.proposals[:1]:
            number = proposal.number
            self._ask(rq.Confirm(proposal=number) if agrees else rq.Decline(proposal=number), by)

    @precondition(lambda self: bool(self.state.errands))
    @rule(refused=st.booleans(), over=st.booleans())
    def a_round_is_carried(self, refused: bool, over: bool) -> None:
        errand = self.state.errands[0]
        one = f"partnership/C{len(self.events):06}"
        told = Carried(
            done=() if refused else (one,),
            refused=(TurnedDown(entity=one, sentence="it has ended"),) if refused else (),
            after=one,
            over=over,
        )
        self._happens(self.state.carried(errand.id, told, self.at))
        assert over is not any(held.id == errand.id for held in self.state.errands)

    @rule(request=REQUESTS, by=PEOPLE)
    def the_programme_itself_is_asked(self, request: Broad, by: Actor) -> None:
        self._ask(request, by)

    @invariant()
    def it_is_the_same_told_from_scratch(self) -> None:
        state = self.state
        assert fold(state.entity, self.events) == state
        again = revived(state.entity, snapshot(state))
        assert again == state and records_of(again) == records_of(state)

    @invariant()
    def the_calendar_has_something_to_say_when_it_is_due(self) -> None:
        due = self.state.next_due()
        if self.state.ended:
            assert due is None and tasks_of(self.state) == ()
        elif due is not None:
            told = self.state.lapse(due)
            assert told, f"it was due at {due} and nothing was said"
            later = self.state.after(told).next_due()
            assert later is None or later > due

    @invariant()
    def time_never_runs_backwards(self) -> None:
        times = [event.at for event in self.events]
        assert times == sorted(times)

    @invariant()
    def silence_approves_a_report_only_after_the_request_and_both_times(self) -> None:
        opened = {event.gate: event for event in self.events if isinstance(event, ev.GateOpened)}
        asked = {event.gate: event for event in self.events if isinstance(event, ev.AcceptanceAsked)}
        for event in self.events:
            if not (isinstance(event, ev.GateSettled) and event.silent and event.outcome.passes):
                continue
            request = asked[event.gate]
            assert event.basis
            assert request.by is not None and request.by.role in (OPERATOR.role, TEAM_LEADER.role)
            assert request.at - opened[event.gate].at >= timedelta(days=45)
            assert event.at - request.at >= timedelta(days=45)

    @invariant()
    def a_broadcast_never_without_two_persons(self) -> None:
        proposed: dict[int, ev.ProposalMade] = {}
        confirmed = None
        for event in self.events:
            if isinstance(event, ev.ProposalMade):
                proposed[event.proposal] = event
            elif isinstance(event, ev.ProposalConfirmed):
                confirmed = proposed[event.proposal]
            elif isinstance(event, ev.BroadcastOrdered):
                assert confirmed is not None and confirmed.by is not None and event.by is not None
                assert confirmed.by.person == event.proposed != event.by.person
                assert event.acting in (confirmed.by, event.by)
        numbers = [event.number for event in self.events if isinstance(event, ev.BroadcastOrdered)]
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def all_that_follows_ends(self) -> None:
        """The engine lives on to the end in thought before it takes a far-reaching request."""
        state = self.state
        for _ in range(600):
            due = state.next_due()
            if due is None:
                return
            state = state.after(state.lapse(due))
        raise AssertionError("the calendar never stops")


ProgrammeMachine.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestProgramme = ProgrammeMachine.TestCase
