"""Two people at once on everything, and both against the calendar: whoever is first, there is one lawful outcome."""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.client import Client

from client import wording
from client.door import Door
from domain import events as ev
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.entities import fold, partnership_of, records_of
from domain.events import AnyEvent
from domain.partnership import Partnership
from domain.requests import AnyRequest, Verdict
from domain.terms import Stage
from domain.values import SIDES, Actor, Level, Member, Organisation, Refusal, Role, Side, StakeholderGroup
from tests import engine as engines
from tests.domain.wandering import SEEDS, Wanderer, can_go_on, life
from tests.fakes.world import FakeLedger, FakePost
from tests.given import (
    CN_FOCAL,
    EU_DEPUTY,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    START,
    TEAM_LEADER,
    deliverable,
    founding,
    holder,
    text,
)
from workflows.chapter import Answer

engine, client = engines.engine, engines.client

SEED = int(os.environ.get("TANDEM_FAULTS_SEED", "20261127"))
LONG = os.environ.get("TANDEM_FAULTS") == "long"
LIVES = SEEDS if LONG else SEEDS[::8]
EVERY = 6 if LONG else 24
TRIES = 150 if LONG else 60
ROUNDS = 20 if LONG else 3
Asked = tuple[AnyRequest, Actor]
Events = tuple[AnyEvent, ...]
_INSTANT = timedelta(microseconds=1)


# --- in the domain: every pair, in both orders ---------------------------------------------------------------------


@cache
def moments() -> tuple[tuple[int, int, Partnership], ...]:
    """States that lives come through: the seed of the life, how many events it had, where it stood."""
    found = []
    for seed in LIVES:
        story = life(seed)
        for number in range(seed % EVERY + 1, len(story.states), EVERY):
            if not story.states[number - 1].ended:
                found.append((seed, number, story.states[number - 1]))
    return tuple(found)


def possible(state: Partnership, seed: int, at: datetime) -> list[Asked]:
    """What somebody could lawfully ask at a time: up to two requests of each kind, by different people."""
    wanderer = Wanderer(seed)
    found: dict[str, list[Asked]] = {}
    for _ in range(TRIES):
        request, by = wanderer.next(state)
        mine = found.setdefault(request.kind, [])
        if len(mine) == 2 or any(one.person == by.person for _, one in mine):
            continue
        try:
            state.ask(request, by, at)
        except Refusal:
            continue
        mine.append((request, by))
    return [asked for mine in found.values() for asked in mine]


def asked(state: Partnership, what: Asked, at: datetime) -> Events | None:
    """What follows, None where it is refused; anything but events or a sentence is a fault."""
    try:
        return state.ask(*what, at)
    except Refusal as refusal:
        assert len(refusal.sentence) > 15
        return None


def lawful(before: Partnership, told: Events, after: Partnership) -> bool:
    """One settlement of each gate, one decision of each decider, four eyes, no way back in time, a way on."""
    settled = Counter(event.gate for event in told if isinstance(event, ev.GateSettled))
    reopened = [event.gate for event in told if isinstance(event, ev.DecisionTakenBack)]
    for code, times in settled.items():
        assert times == 1 or code in reopened, f"{code} settled {times} times"
    for held in after.gates:
        seats = [vote.seat for vote in held.votes]
        people = [vote.person for vote in (*held.votes, *held.late)]
        assert len(seats) == len(set(seats)) <= len(held.seats)
        assert len(people) == len(set(people))
    state, sides = before, dict[str, Side]()
    for event in told:
        if isinstance(event, ev.DecisionMade):
            assert event.by is not None
            gate = state.gate(event.gate)
            assert gate.is_open
            assert not {event.by.person, event.by.on_behalf_of} & set(state.makers_of(gate.stage))
            side = gate.seats[event.seat].side
            assert side not in SIDES or sides.setdefault(event.by.person, side) is side
        if isinstance(event, ev.ProposalConfirmed):
            proposal = state.proposal(event.proposal)
            assert proposal is not None and event.by is not None and proposal.by.person != event.by.person
        state = state.after((event,))
    assert state == after
    assert all(earlier.at <= later.at for earlier, later in pairwise(told))
    assert len([event for event in told if isinstance(event, ev.PartnershipClosed)]) <= 1
    goes_on(after)
    return True


def goes_on(state: Partnership) -> None:
    """As `can_go_on`; under a suspension nothing is owed, but it can be lifted, and then it goes on."""
    if state.suspended and not state.ended:
        keeper = state.holders_of(Role.OPERATOR, Side.PROGRAMME, state.now)[0]
        by = Actor(person=keeper.person, role=keeper.role, side=keeper.side)
        lifted = state.ask(rq.LiftSuspension(order=text("lifted")), by, state.now)
        state = state.after(lifted)
    can_go_on(state)


def test_any_two_requests_at_the_same_instant_end_lawfully_in_either_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts: Counter[str] = Counter()
    kinds: Counter[frozenset[str]] = Counter()
    for seed, number, state in moments():
        at = state.now + timedelta(seconds=seed % 3)
        open_to = possible(state, SEED + number, at)
        for first in open_to:
            one = state.ask(*first, at)
            between = state.after(one)
            for second in open_to:
                if second is first or first[1].person == second[1].person:
                    continue
                two = asked(between, second, at)
                kinds[frozenset((first[0].kind, second[0].kind))] += 1
                if two is None:
                    counts["the second is refused"] += 1
                    continue
                counts["both are lawful"] += 1
                after = between.after(two)
                assert lawful(state, (*one, *two), after), (
                    f"seed {seed}, event {number}: {first} then {second}"
                )
                if sum(counts.values()) % 20 == 0:
                    folded = fold(state.entity, (*life(seed).events[:number], *one, *two))
                    assert folded == after
                    assert records_of(folded) == records_of(after)
    with capsys.disabled():
        print(
            f"\nraces in the domain, seed {SEED}: {len(moments())} states, {sum(counts.values()):,} ordered pairs "
            f"of {len(kinds)} pairs of kinds, {dict(counts)}"
        )
    assert counts["both are lawful"] > 500 and counts["the second is refused"] > 100
    assert len({kind for pair in kinds for kind in pair}) >= 20


def test_a_request_twice_is_refused_or_harmless_the_second_time() -> None:
    """The same words of the same person again, under another id (a second tab, not a double click)."""
    for _, number, state in moments():
        for what in possible(state, SEED + number, state.now):
            once = state.after(state.ask(*what, state.now))
            again = asked(once, what, state.now)
            if again is not None:
                assert lawful(once, again, once.after(again))


def test_a_request_at_the_very_instant_the_calendar_speaks_comes_after_it_in_either_order() -> None:
    """Asked at the instant something falls due, or asked after the calendar spoke: the same words, the same state."""
    met: Counter[str] = Counter()
    for seed, number, state in moments():
        due = state.next_due()
        if due is None:
            continue
        due = max(
            due, state.now
        )  # a change of calendar may have put it into the past; time itself never goes back
        told = state.lapse(due)
        lapsed = state.after(told)
        lawful(state, told, lapsed)
        for what in possible(state, SEED + number, state.now):
            at_once, later = asked(state, what, due), asked(lapsed, what, due)
            if at_once is None or later is None:
                assert at_once is None and later is None, f"seed {seed}, event {number}: {what}"
                met["refused"] += 1
            else:
                assert at_once == (*told, *later), f"seed {seed}, event {number}: {what}"
                lawful(state, at_once, state.after(at_once))
                met["lawful"] += 1
            if due > state.now:
                just_before = asked(state, what, due - _INSTANT)
                if just_before is not None:
                    between = state.after(just_before)
                    speaks = between.lapse(due)
                    lawful(state, (*just_before, *speaks), between.after(speaks))
                    met["just before"] += 1
    assert met["lawful"] > 200 and met["just before"] > 200, met


# --- on the real engine: named pairs, at once ----------------------------------------------------------------------


class Race:
    """Partnerships of one ledger and one worker, brought to where the plan of scoping is to be agreed by both sides."""

    def __init__(self, client: Client, ledger: FakeLedger, speed: int) -> None:
        self.world = engines.new_world(client, speed=speed)
        self.world.ledger, self.world.post = ledger, FakePost(ledger)
        self.clockwork = Clockwork(origin=START, anchor=datetime.now(UTC), speed=speed)
        self.world.door = Door(client, ledger, self.clockwork, patience=40)
        self.version = deliverable("scoping_report").version

    async def begins(self) -> None:
        ask = self.world.ask
        assert await self.world.door.found(founding(self.world.code))
        await ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        await ask(rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report")), MANAGER)
        await ask(self.decides("G2"), TEAM_LEADER)

    def decides(self, gate: str = "G3", verdict: Verdict = Verdict.APPROVE) -> rq.Decide:
        return rq.Decide(gate=gate, version=self.version, verdict=verdict)

    @property
    def state(self) -> Partnership:
        return partnership_of(fold(self.world.entity, [entry.event for entry in self.world.entries]))

    async def at_once(self, *all_asked: Asked, ids: tuple[str | None, ...] = ()) -> list[Answer | Refusal]:
        """The answers to requests sent at the same time; anything but an answer or a refusal is a fault."""
        given = ids or (None,) * len(all_asked)
        asking = [
            self.world.ask(request, by, id=id) for (request, by), id in zip(all_asked, given, strict=True)
        ]
        answers = await asyncio.gather(*asking, return_exceptions=True)
        told: list[Answer | Refusal] = []
        for answer in answers:
            if not isinstance(answer, Answer | Refusal):
                raise AssertionError(f"neither answered nor refused: {answer!r}")
            told.append(answer)
        return told

    async def ends(self) -> None:
        """Sound, no gate settled twice, nobody's decision counted twice, each command once, no task failed."""
        assert self.world.sound()
        told = [entry.event for entry in self.world.entries]
        state = self.state
        for gate in state.gates:
            settled = [event for event in told if isinstance(event, ev.GateSettled) and event.gate == gate.id]
            assert len(settled) <= 1
            people = [vote.person for vote in (*gate.votes, *gate.late)]
            assert len(people) == len(set(people))
        lapsing = state.after(state.lapse(state.now))
        goes_on(lapsing)
        assert await failed_tasks(self.world) == []
        # ended in the middle of a round of letters, it would be cancelled just as it is done: a warning of the library
        await self.world.settled()
        await self.world.end()


async def failed_tasks(world: engines.World) -> list[str]:
    """Tasks that failed, but for those the engine hands out again because something came in meanwhile."""
    came_in = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND
    failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
    return [
        event.workflow_task_failed_event_attributes.failure.message
        for run in await world.runs()
        for event in run.events
        if event.event_type == failed and event.workflow_task_failed_event_attributes.cause != came_in
    ]


def answered(told: list[Answer | Refusal]) -> list[bool]:
    return [isinstance(one, Answer) for one in told]


async def approve_approve(race: Race) -> None:
    told = await race.at_once((race.decides(), EU_FOCAL), (race.decides(), CN_FOCAL))
    assert answered(told) == [True, True]
    assert race.state.passed(Stage.SCOPING)


async def approve_reject(race: Race) -> None:
    told = await race.at_once((race.decides(), EU_FOCAL), (race.decides(verdict=Verdict.REJECT), CN_FOCAL))
    assert answered(told)[1]
    gate = race.state.latest_gate("G3")
    assert gate is not None and gate.outcome is ev.Outcome.REJECTED


async def approve_withdraw(race: Race) -> None:
    leaving = rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave"))
    told = await race.at_once((race.decides(), EU_FOCAL), (leaving, CN_FOCAL))
    assert answered(told)[1]
    assert race.state.ended == any(isinstance(e.event, ev.PartnershipClosed) for e in race.world.entries)


async def replace_decide(race: Race) -> None:
    town = Member(
        side=Side.EU, name="Getafe", country="ES", level=Level.CITY, zone="Europe/Madrid", since=START
    )
    moving = rq.ReplaceMember(
        leaving="Fuenlabrada",
        member=town,
        holders=(holder(Actor(person="p-getafe00", role=Role.FOCAL_POINT, side=Side.EU)),),
        reason="withdrew",
        agreed=text("agreed"),
    )
    told = await race.at_once((moving, OPERATOR), (race.decides(), EU_FOCAL), (race.decides(), CN_FOCAL))
    assert answered(told)[0]
    assert race.state.member(Side.EU).name == "Getafe"


async def decide_take_back(race: Race) -> None:
    await race.world.ask(race.decides(), EU_FOCAL)
    told = await race.at_once((rq.TakeBack(gate="G3"), EU_FOCAL), (race.decides(), CN_FOCAL))
    gate = race.state.latest_gate("G3")
    assert gate is not None
    assert any(answered(told)) and gate.is_open == (len(gate.votes) < 2)


async def hold_decide(race: Race) -> None:
    told = await race.at_once((rq.Hold(reason="travel"), OPERATOR), (race.decides(), EU_FOCAL))
    assert answered(told)[0] and race.state.on_hold


async def hand_over_decide(race: Race) -> None:
    passing = rq.HandOver(gate="G3", to=EU_DEPUTY.person)
    await race.at_once((passing, EU_FOCAL), (race.decides(), EU_FOCAL), (race.decides(), EU_DEPUTY))
    gate = race.state.latest_gate("G3")
    assert gate is not None and len(gate.votes) <= 1


async def confirm_confirm(race: Race) -> None:
    """Two people confirm one proposal to settle the gate, while a third approves at it."""
    matter = rq.SettleGate(gate="G3", verdict=Verdict.APPROVE)
    await race.world.ask(rq.Propose(matter=matter, reason="silence"), OPERATOR)
    confirming = rq.Confirm(proposal=1)
    told = await race.at_once(
        (confirming, OTHER_OPERATOR), (confirming, TEAM_LEADER), (race.decides(), EU_FOCAL)
    )
    assert answered(told)[:2].count(True) <= 1
    assert race.state.passed(Stage.SCOPING)


async def double_click(race: Race) -> None:
    request = race.decides()
    id = wording.command_id(race.world.entity, request, EU_FOCAL)
    told = await race.at_once(*((request, EU_FOCAL),) * 4, ids=(id,) * 4)
    assert all(answered(told)) and len({str(one) for one in told}) == 1
    assert [entry.request for entry in race.world.entries].count(id) >= 1
    gate = race.state.latest_gate("G3")
    assert gate is not None and len(gate.votes) == 1


async def one_place_two_organisations(race: Race) -> None:
    def engage(side: Side) -> rq.Engage:
        return rq.Engage(organisation=Organisation(code="org-1", side=side, group=StakeholderGroup.BUSINESS))

    told = await race.at_once((engage(Side.EU), OPERATOR), (engage(Side.CN), OTHER_OPERATOR))
    assert True in answered(told)
    assert len(race.state.organisations) == answered(told).count(True)


PAIRS: tuple[Callable[[Race], Awaitable[None]], ...] = (
    approve_approve, approve_reject, approve_withdraw, replace_decide, decide_take_back, hold_decide, hand_over_decide,
    confirm_confirm, double_click, one_place_two_organisations,
)  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS, ids=[pair.__name__ for pair in PAIRS])
async def test_named_pairs_raced_on_the_engine_have_one_lawful_outcome(
    client: Client, pair: Callable[[Race], Awaitable[None]]
) -> None:
    ledger = FakeLedger()
    async with engines.company(client, ledger, FakePost(ledger)):
        races = [Race(client, ledger, speed=1) for _ in range(ROUNDS)]

        async def run(race: Race) -> None:
            await race.begins()
            await pair(race)
            await race.ends()

        await asyncio.gather(*(run(race) for race in races))


async def test_approvals_at_the_instant_the_gate_expires_are_in_time_or_late_and_never_both(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two approvals are sent around the very moment at which silence settles the gate, some before and some after."""
    day = 86_400
    dice = random.Random(SEED)
    ledger = FakeLedger()
    ends: Counter[str] = Counter()
    async with engines.company(client, ledger, FakePost(ledger)):

        async def run(race: Race) -> None:
            await race.begins()
            gate = race.state.latest_gate("G3")
            assert gate is not None
            due = race.state.deadline(gate.clock)
            assert due is not None
            wait = (race.clockwork.wall(due.at) - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(max(wait + dice.uniform(-0.06, 0.03), 0))
            told = await race.at_once((race.decides(), EU_FOCAL), (race.decides(), CN_FOCAL))
            settled = [
                entry.event
                for entry in race.world.entries
                if isinstance(entry.event, ev.GateSettled) and entry.event.gate == gate.id
            ]
            for _ in range(100):
                if settled:
                    break
                await asyncio.sleep(0.05)
                settled = [
                    entry.event
                    for entry in race.world.entries
                    if isinstance(entry.event, ev.GateSettled) and entry.event.gate == gate.id
                ]
            (end,) = settled
            assert race.state.passed(Stage.SCOPING)
            in_time = answered(told).count(True)
            ends[f"{in_time} in time, {'by silence' if end.by is None else 'by decision'}"] += 1
            decided = [e.event for e in race.world.entries if isinstance(e.event, ev.DecisionMade)]
            assert all(event.at <= due.at for event in decided if event.gate == gate.id)
            await race.ends()

        await asyncio.gather(*(run(Race(client, ledger, speed=4 * day)) for _ in range(ROUNDS * 4)))
    with capsys.disabled():
        print(f"\napprovals at the instant of expiry, seed {SEED}: {dict(ends)}")


async def test_refusals_beside_lawful_requests_never_cost_the_engine_its_place(client: Client) -> None:
    """A refused update leaves no trace; what came in the same breath must replay nevertheless (decision 0013)."""
    dice = random.Random(SEED)
    ledger = FakeLedger()
    async with engines.company(client, ledger, FakePost(ledger)):
        race = Race(client, ledger, speed=1)
        assert await race.world.door.found(founding(race.world.code))
        for number in range(30 if not LONG else 300):
            organisation = Organisation(code=f"org-{number}", side=Side.EU, group=StakeholderGroup.BUSINESS)
            crowd: list[Asked] = [(rq.Resume(), OPERATOR)] * 8 + [
                (rq.Engage(organisation=organisation), OPERATOR)
            ]
            dice.shuffle(crowd)
            told = await race.at_once(*crowd)
            assert answered(told).count(True) == 1
        await race.ends()
