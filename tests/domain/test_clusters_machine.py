"""Whatever people ask of a cluster in whatever order, its promises are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain import events as ev
from domain import requests as rq
from domain.clusters import events as ce
from domain.clusters.cluster import Cluster, founded
from domain.clusters.requests import Matter
from domain.entities import fold
from domain.errands import Carried
from domain.events import AnyEvent
from domain.gates import Gate
from domain.requests import Verdict
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import OF_A_SIDE, SIDES, Actor, Refusal, Role
from tests.clusters import CITIES, FOUR, STAFF, cluster_founding, its_holders, join, of
from tests.given import (
    DELEGATION,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    actor,
    deliverable,
    holder,
    text,
)
from tests.reading_back import read_back

CODES = st.sampled_from(FOUR)
SIDE = st.sampled_from(SIDES)
ROLE = st.sampled_from(OF_A_SIDE)
STAFFED = st.sampled_from(STAFF)
VERDICTS = st.sampled_from((*[Verdict.APPROVE] * 5, *Verdict))
GATES = ("K1.team", "K1", "K2.review", "K2.team", "K2.eud", "K2.adopt")
STAGES = st.sampled_from((Stage.JOINT_PLAN, Stage.JOINT_PLAN, Stage.CLUSTER_WORK_PLAN))
HOURS = st.sampled_from((0, 1, 24, 24 * 9, 24 * 40))


class Machine(RuleBasedStateMachine):
    """One cluster, asked anything by anybody; every answer is folded twice and checked."""

    @initialize(codes=st.sampled_from((FOUR[:3], FOUR, FOUR[:2])), begun=st.sampled_from((0, 1, 1, 4, 5)))
    def begins(self, codes: tuple[str, ...], begun: int) -> None:
        """Just founded, active, or with a joint plan at its last gate or adopted: else few would come so far."""
        first = cluster_founding(codes=codes)
        self.cluster: Cluster = founded(first)
        self.events: list[AnyEvent] = [first]
        self.at = first.at
        self.version = 0
        self.newcomers = 0
        if begun:
            self.all_who_are_asked_consent()
            assert self.cluster.active is not None
            self.a_plan_goes_on(begun - 1)

    def ask(self, request: rq.AnyRequest, by: Actor) -> bool:
        try:
            told = self.cluster.ask(request, by, self.at)
        except Refusal as refusal:
            assert len(refusal.sentence) > 15 and not refusal.sentence.endswith("."), refusal.sentence
            return False
        assert not self.cluster.ended, f"{request.kind} was allowed after the end"
        read_back(self.cluster, told, request, by, self.at)
        self.happened(told)
        return True

    def happened(self, told: tuple[AnyEvent, ...]) -> None:
        for event in told:
            assert event.at >= self.events[-1].at, "a history never runs backwards"
            self.cluster = self.cluster.after((event,))
            self.events.append(event)
            if isinstance(event, ev.JointPlanAdopted):
                self.all_have_adopted(event)
            if isinstance(event, ev.ClusterActivated):
                assert not self.cluster.candidates() and self.cluster.enough()

    def all_have_adopted(self, event: ev.JointPlanAdopted) -> None:
        gate = self.cluster.latest_gate("K2.adopt")
        assert gate is not None and gate.version == event.version
        present = [one.code for one in self.cluster.present()]
        assert set(event.covers) == {one.code for one in self.cluster.present() if one.merged is None}
        for code in present:
            for side in SIDES:
                seats = [n for n, seat in enumerate(gate.seats) if (seat.of, seat.side) == (code, side)]
                votes = [gate.vote_of(seat) for seat in seats]
                assert votes and all(vote is not None and vote.verdict.approves for vote in votes)
                assert all(vote is not None and vote.version == event.version for vote in votes)

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @rule(hours=HOURS)
    def the_calendar_speaks(self, hours: int) -> None:
        until = self.at + timedelta(hours=hours)
        while (due := self.cluster.next_due()) is not None and due <= until:
            self.at = max(due, self.at)
            told = self.cluster.lapse(self.at)
            assert told, f"due at {due} and nothing to say"
            self.happened(told)
        self.at = until

    @rule(
        code=CODES,
        who=CODES,
        side=SIDE,
        to=st.sampled_from(Matter),
        given=st.sampled_from((True, True, True, False)),
    )
    def consents(self, code: str, who: str, side: Any, to: Matter, given: bool) -> None:
        self.ask(
            rq.Consent(member=code, to=to, given=given, reason=None if given else "capacity"), of(who, side)
        )

    @rule()
    def all_who_are_asked_consent(self) -> None:
        for one in self.cluster.candidates():
            for side in SIDES:
                for place in one.people:
                    if place.role is Role.FOCAL_POINT and place.side is side:
                        who = Actor(person=place.person, role=place.role, side=place.side)
                        self.ask(rq.Consent(member=one.code, to=Matter.MEMBERSHIP, given=True), who)

    @rule(code=CODES, by=STAFFED)
    def joins(self, code: str, by: Actor) -> None:
        self.ask(join(code), by)

    @rule(code=CODES, side=SIDE)
    def a_partner_wishes_to_leave(self, code: str, side: Any) -> None:
        before = self.cluster.membership(code)
        if self.ask(rq.Leave(member=code, reason="priorities", consent=text("ours")), of(code, side)):
            after = self.cluster.membership(code)
            assert before is not None and before.merged is None
            assert after is not None and after.left is None, "one side alone takes nobody out"

    @rule(code=CODES, really=st.integers(0, 2))
    def leaves(self, code: str, really: int) -> None:
        if really == 0:
            self.ask(rq.Leave(member=code, reason="priorities", consent=text("both")), OPERATOR)

    @rule(code=CODES, by=STAFFED)
    def a_split_is_asked(self, code: str, by: Actor) -> None:
        self.ask(rq.AskSplit(member=code, reason="bilateral"), by)

    @rule(code=CODES)
    def a_split_goes_through(self, code: str) -> None:
        """For a member, and for one that was merged until it goes on elsewhere."""
        self.ask(rq.AskSplit(member=code, reason="bilateral"), MANAGER)
        for member in FOUR:
            for side in SIDES:
                self.ask(rq.Consent(member=code, to=Matter.SPLIT, given=True), of(member, side))
        self.it_goes_on_elsewhere(code)

    @rule(code=CODES)
    def it_goes_on_elsewhere(self, code: str) -> None:
        before = self.cluster.membership(code)
        to = f"partnership/{code}-again"
        if self.ask(rq.GiveBack(of=f"partnership/{code}", to=to), OPERATOR):
            assert before is not None and before.split is not None and before.split.agreed is not None
            given = [event for event in self.events if isinstance(event, ce.ActionsGivenBack)][-1]
            assert given.open == before.taken_over, "all that was taken over, and nothing else"

    @rule(everybody=st.booleans())
    def other_terms_are_adopted(self, everybody: bool) -> None:
        terms = self.cluster.terms
        assert terms.clusters is not None
        clusters = terms.clusters.model_copy(update={"all_split": everybody})
        name = "all" if everybody else "partners"
        terms = terms.model_copy(update={"clusters": clusters, "name": name})
        self.ask(rq.AdoptTerms(terms=terms, decision=text("decision")), TEAM_LEADER)

    @rule(code=CODES)
    def a_merger_is_asked(self, code: str) -> None:
        self.ask(rq.AskMerger(member=code, reason="common_theme"), MANAGER)

    @rule(code=CODES)
    def a_partnership_merged(self, code: str) -> None:
        if self.ask(rq.TakeOver(of=f"partnership/{code}", open=("submit/scoping/0",)), OPERATOR):
            found = self.cluster.membership(code)
            assert found is not None and found.merger_agreed is not None

    @rule(stage=STAGES, by=st.sampled_from((OPERATOR, TEAM_LEADER, MANAGER)))
    def opens(self, stage: Stage, by: Actor) -> None:
        if self.ask(rq.OpenStage(stage=stage), by):
            assert self.cluster.active is not None

    @rule(stage=STAGES)
    def hands_in(self, stage: Stage) -> None:
        self.version += 1
        kind = "joint_plan" if stage is Stage.JOINT_PLAN else "cluster_work_plan"
        self.ask(rq.Submit(stage=stage, deliverable=deliverable(kind, str(self.version))), MANAGER)

    def seated(self, gate: Gate, place: int) -> Actor | None:
        seat = gate.seats[place]
        persons = self.cluster.persons_for(seat, self.at)
        return Actor(person=persons[0], role=seat.role, side=seat.side) if persons else None

    @precondition(lambda self: self.cluster.open_gates())
    @rule(data=st.data(), verdict=VERDICTS)
    def decides(self, data: st.DataObject, verdict: Verdict) -> None:
        gate = data.draw(st.sampled_from(self.cluster.open_gates()))
        by = self.seated(gate, data.draw(st.sampled_from(range(len(gate.seats)))))
        if by is not None:
            self.ask(rq.Decide(gate=gate.code, version=gate.version, verdict=verdict), by)

    @precondition(lambda self: self.cluster.open_gates())
    @rule(leave_one=st.booleans())
    def nearly_all_approve(self, leave_one: bool) -> None:
        """Else a plan would hardly ever come to its last gate."""
        gate = self.cluster.open_gates()[0]
        for place in gate.waiting()[: -1 if leave_one else None]:
            by = self.seated(gate, place)
            if by is not None and self.cluster.latest_gate(gate.code) is not None:
                self.ask(rq.Decide(gate=gate.code, version=gate.version, verdict=Verdict.APPROVE), by)

    @rule(gates=st.integers(1, 4))
    def a_plan_goes_on(self, gates: int) -> None:
        """Opened, handed in, and approved at so many gates by everybody there."""
        if not gates:
            return
        self.ask(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
        self.hands_in(Stage.JOINT_PLAN)
        for _ in range(gates):
            if self.cluster.open_gates():
                self.nearly_all_approve(leave_one=False)

    @rule(code=CODES)
    def a_merger_goes_through(self, code: str) -> None:
        self.ask(rq.AskMerger(member=code, reason="common_theme"), MANAGER)
        for side in SIDES:
            self.ask(rq.Consent(member=code, to=Matter.MERGER, given=True), of(code, side))
        self.a_partnership_merged(code)

    @rule(code=CODES, side=SIDE, role=ROLE, gate=st.sampled_from(GATES))
    def anybody_decides_anywhere(self, code: str, side: Any, role: Role, gate: str) -> None:
        latest = self.cluster.latest_gate(gate)
        version = latest.version if latest is not None else text("none")
        self.ask(rq.Decide(gate=gate, version=version, verdict=Verdict.APPROVE), of(code, side, role))

    @rule(gate=st.sampled_from(GATES), verdict=st.sampled_from(tuple(Verdict)))
    def two_persons_settle(self, gate: str, verdict: Verdict) -> None:
        matter = rq.SettleGate(gate=gate, verdict=verdict)
        if self.ask(rq.Propose(matter=matter, reason="urgency"), OPERATOR):
            assert not (gate == "K2.adopt" and verdict.approves)
            self.ask(rq.Confirm(proposal=self.cluster.proposed), OTHER_OPERATOR)

    @rule(stage=STAGES)
    def two_persons_add_a_round(self, stage: Stage) -> None:
        if self.ask(rq.Propose(matter=rq.AddRound(stage=stage), reason="urgency"), OPERATOR):
            self.ask(rq.Confirm(proposal=self.cluster.proposed), TEAM_LEADER)

    @rule(code=CODES, side=SIDE, role=ROLE, named=st.booleans())
    def people_change(self, code: str, side: Any, role: Role, named: bool) -> None:
        found = self.cluster.membership(code)
        now = [p.person for p in (found.people if found else ()) if (p.role, p.side) == (role, side)]
        if not now:
            return
        self.newcomers += 1
        to = holder(actor(f"newcomer{self.newcomers}", role, side), self.at) if named else None
        self.ask(rq.ChangeHolder(role=role, side=side, leaving=now[0], to=to), OPERATOR)

    @rule(code=CODES)
    def people_are_named(self, code: str) -> None:
        self.ask(rq.NamePeople(member=code, holders=its_holders(code, self.at)), OPERATOR)

    @rule(
        code=st.sampled_from(("js-1", "js-2")),
        days=st.integers(-3, 60),
        mode=st.sampled_from(rq.ExchangeMode),
    )
    def a_session_is_planned(self, code: str, days: int, mode: rq.ExchangeMode) -> None:
        starts = self.at + timedelta(days=days)
        self.ask(rq.PlanSession(code=code, mode=mode, starts=starts, reason="elections"), MANAGER)

    @rule(
        code=st.sampled_from(("js-1", "js-2")),
        step=st.sampled_from(rq.SessionStep),
        member=CODES,
        side=SIDE,
        staff=st.booleans(),
        words=st.sampled_from(("agenda", "minutes", None)),
    )
    def a_session_steps_on(
        self, code: str, step: rq.SessionStep, member: str, side: Any, staff: bool, words: str | None
    ) -> None:
        by = MANAGER if staff else of(member, side)
        said = text(words) if words else None
        self.ask(rq.StepSession(code=code, step=step, text=said, reason="elections"), by)

    @rule(
        code=st.sampled_from(("js-1", "js-2")),
        names=st.lists(
            st.sampled_from(sorted({name for pair in CITIES.values() for name in pair})), min_size=1
        ),
        proof=st.booleans(),
    )
    def a_session_is_held(self, code: str, names: list[str], proof: bool) -> None:
        held = rq.HoldJointSession.model_validate(
            {
                "code": code,
                "mode": "virtual",
                "held": self.at,
                "attended": [{"name": name, "number": 2} for name in names],
                "evidence": text("list") if proof else None,
            }
        )
        self.ask(held, MANAGER)

    @precondition(lambda self: self.cluster.errands)
    @rule(over=st.booleans())
    def an_errand_is_carried(self, over: bool) -> None:
        errand = self.cluster.errands[0]
        came = Carried(done=errand.to, after=errand.to[-1], over=over)
        told = self.cluster.carried(errand.id, came, self.at)
        self.happened(told)
        assert self.cluster.carried(errand.id, came, self.at) == (), "carried again it changes nothing"

    @rule(by=st.sampled_from((MANAGER, DELEGATION)))
    def reviewed(self, by: Actor) -> None:
        self.ask(rq.ReviewCluster(finding=text("goes on")), by)

    @rule(what=st.sampled_from((rq.Hold(reason="elections"), rq.Resume(), rq.Resume())))
    def held_up(self, what: rq.AnyRequest) -> None:
        self.ask(what, OPERATOR)

    @rule(days=st.integers(0, 30))
    def suspended_for_a_time(self, days: int) -> None:
        self.ask(rq.Suspend(order=text("o")), OPERATOR)
        self.at += timedelta(days=days)
        assert self.cluster.suspended <= (self.cluster.next_due() is None)
        self.ask(rq.LiftSuspension(order=text("o")), OPERATOR)

    @precondition(lambda self: len(self.events) > 60)
    @rule()
    def closed(self) -> None:
        self.ask(rq.CloseCluster(reason="end_of_work"), TEAM_LEADER)

    # What always holds

    def teardown(self) -> None:
        """Folding what was answered, one by one, is replaying it from the beginning."""
        if hasattr(self, "events"):
            assert fold(self.cluster.entity, self.events) == self.cluster

    @invariant()
    def an_active_cluster_has_every_consent_and_enough_members(self) -> None:
        if self.cluster.active is None:
            return
        assert self.cluster.enough()
        for one in self.cluster.present():
            assert set(one.consents) == set(SIDES), one.code
            given = [
                e.side
                for e in self.events
                if isinstance(e, ev.ConsentGiven) and e.member == one.code and e.to is Matter.MEMBERSHIP
            ]
            assert set(given) == set(SIDES)

    @invariant()
    def an_errand_has_a_name_of_its_own(self) -> None:
        names = [errand.id for errand in self.cluster.errands]
        assert len(names) == len(set(names))

    @invariant()
    def tasks_have_names_of_their_own_and_none_is_left_at_the_end(self) -> None:
        names = [task.id for task in tasks_of(self.cluster)]
        assert len(names) == len(set(names))
        if self.cluster.ended:
            assert names == [] and self.cluster.next_due() is None

    @invariant()
    def a_merged_member_stays_unless_it_goes_on_elsewhere(self) -> None:
        for one in self.cluster.memberships:
            assert (one.went_on is not None) == (one.merged is not None and one.left is not None), one.code
            assert one.went_on is None or (one.split is not None and one.split.agreed is not None)

    @invariant()
    def nobody_leaves_or_goes_on_without_the_word_of_both_sides(self) -> None:
        """As their consent since it was asked last, or as a text that the secretariat recorded."""
        heard: dict[str, set[str]] = {}
        for event in self.events:
            if isinstance(event, ce.SplitAsked | ev.MemberAsked):
                heard[event.member if isinstance(event, ce.SplitAsked) else event.member.code] = set()
            elif isinstance(event, ev.ConsentGiven) and event.to is Matter.SPLIT:
                heard[event.member] |= set(event.voices)
            elif isinstance(event, ce.SplitAgreed) or (
                isinstance(event, ev.MemberLeft) and event.consent is None
            ):
                assert {f"{event.member}.{side.value}" for side in SIDES} <= heard[event.member]
            elif isinstance(event, ev.MemberLeft):
                assert event.by is not None and event.by.role in (Role.OPERATOR, Role.TEAM_LEADER)

    @invariant()
    def what_everybody_agreed_to_is_carried_out(self) -> None:
        for one in self.cluster.present():
            if one.split is not None and one.split.agreed is None:
                assert set(self.cluster.split_voices(one)) - set(one.split.consents), one.code


TestClusters = Machine.TestCase
TestClusters.settings = settings(
    max_examples=15,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
