"""Random requests by random people at increasing times: half of them what is due next, half anything at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from random import Random

from pydantic import TypeAdapter

from domain import requests as rq
from domain.events import AnyEvent
from domain.gates import Gate
from domain.letters import Letter
from domain.partnership import Partnership
from domain.pilots.facts import PilotKind, Reached
from domain.requests import AgreementStep, AnyRequest, ExchangeMode, SessionStep, Verdict
from domain.stages import LIFECYCLE, default_terms
from domain.tasks import Task, tasks_of
from domain.terms import Seat, Stage
from domain.values import (
    POLITICAL,
    SIDES,
    Actor,
    Level,
    Member,
    Organisation,
    Refusal,
    Role,
    Side,
    StakeholderGroup,
)
from tests.given import EVERYBODY, actor, calendars, deliverable, holder, on, text
from tests.story import KINDS, Story

STRANGER = actor("stranger", Role.FOCAL_POINT, Side.EU)
AUDITOR = actor("auditor", Role.AUDITOR)
NEWCOMERS = tuple(
    actor(f"{side.value}new{number}", role, side)
    for side in SIDES
    for number, role in enumerate((Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY))
)
PEOPLE = (*EVERYBODY, *NEWCOMERS, STRANGER, AUDITOR)
REQUEST: TypeAdapter[AnyRequest] = TypeAdapter(AnyRequest)
Choice = Callable[[Partnership], AnyRequest]
_STEPS = {
    "invite": SessionStep.INVITED,
    "attend": SessionStep.CONFIRMED,
    "minutes": SessionStep.MINUTED,
    "agree_minutes": SessionStep.AGREED,
}
TURNS = (0, 0, 0, 0, 60, 60, 3600, 8 * 3600, 86_400, 3 * 86_400, 9 * 86_400, 25 * 86_400)
"""Seconds between two requests."""


class Wanderer:
    """Chooses who asks for what next."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.count = 0

    def later(self, at: datetime) -> datetime:
        return at + timedelta(seconds=self.random.choice(TURNS))

    def next(self, state: Partnership) -> tuple[AnyRequest, Actor]:
        """A request and the person it comes from, sensible or not."""
        self.count += 1
        if self.random.random() < 0.6:
            sensible = self._sensible(state)
            if sensible is not None:
                return sensible
        make, usual = self.random.choice(self._repertoire())
        request = make(state)
        return request, self._somebody(state, usual, request)

    def _repertoire(self) -> tuple[tuple[Choice, tuple[Role, ...]], ...]:
        """What can be asked, by whom it usually is (nobody in particular: who sits at the gate)."""
        staff, side, seated = (Role.OPERATOR, Role.TEAM_LEADER), (Role.FOCAL_POINT,), ()
        at_gates = (
            self._decide, self._decide, self._take_back, self._take_back, self._hand_over, self._ask_advice,
            self._clarify, self._clarify, self._give_advice, self._answer, self._add_decider,
        )  # fmt: skip
        by_staff = (
            self._open, self._exchange, self._exchange, self._exchange, self._engage, self._hold,
            self._resume, self._suspend, self._lift, self._replace, self._change, self._change,
            self._propose, self._propose, self._propose, self._confirm, self._decline, self._calendar,
            self._terms, self._contact, self._agreement, self._session, self._session_step,
            self._session_step, self._restrict, self._travel_again, self._later_end, self._joint_plan, self._pilot,
        )  # fmt: skip
        of_a_side = (self._withdraw, self._agreement, self._submit, self._engage, self._session_step)
        return (
            *((make, seated) for make in at_gates * 2),
            *((make, staff) for make in by_staff),
            *((make, side) for make in of_a_side),
            (self._delegate, tuple(Role)),
            (self._delegate, tuple(Role)),
        )

    def _somebody(self, state: Partnership, usual: tuple[Role, ...], request: AnyRequest) -> Actor:
        given = state.delegations
        chance = self.random.random()
        if given and chance < 0.2:
            lent = self.random.choice(given)
            return Actor(person=lent.to, role=lent.role, side=lent.side, on_behalf_of=lent.giver)
        if chance < 0.3:
            return self.random.choice(PEOPLE)
        if isinstance(request, rq.Delegate):
            usual = (request.role,)
        code = getattr(request, "gate", None)
        gate = state.latest_gate(code) if code else None
        if gate is not None and not usual:
            usual = tuple(seat.role for seat in gate.seats)
        held = [one for one in state.holders if not usual or one.role in usual]
        one = self.random.choice(held or state.holders)
        return Actor(person=one.person, role=one.role, side=one.side)

    def _sensible(self, state: Partnership) -> tuple[AnyRequest, Actor] | None:
        """What the calendar of tasks asks for, from one who owes it."""
        if state.suspended:
            return (self._lift(state), EVERYBODY[0]) if self.random.random() < 0.5 else None
        if state.on_hold:
            return (self._resume(state), EVERYBODY[0]) if self.random.random() < 0.5 else None
        tasks = tasks_of(state)
        if not tasks:
            return None
        task = self.random.choice(tasks)
        owners = [
            held
            for held in state.holders
            if held.holds(state.now)
            and (held.person in task.persons if task.seat.person else held.role is task.seat.role)
            and held.side is task.seat.side
        ]
        if not owners:
            return None
        owner = self.random.choice(owners)
        by = Actor(person=owner.person, role=owner.role, side=owner.side)
        request = self._due(state, task)
        return None if request is None else (request, by)

    def _due(self, state: Partnership, task: Task) -> AnyRequest | None:
        match task.what:
            case "open":
                if not state.exchanges and state.passed(Stage.SCOPING):
                    return self._exchange(state)
                return rq.OpenStage(stage=Stage(task.id.removeprefix("open/")))
            case "submit":
                return self._submission(Stage(task.id.split("/")[1]))
            case "decide" if task.gate is not None:
                verdict = self._verdict() if self.random.random() < 0.25 else Verdict.APPROVE
                return rq.Decide(gate=task.gate.code, version=task.gate.version, verdict=verdict)
            case "answer" if task.gate is not None:
                return rq.Answer(gate=task.gate.code, answer=self._text())
            case "advise" if task.gate is not None:
                return rq.GiveAdvice(gate=task.gate.code, answer=self._text())
            case "confirm":
                return rq.Confirm(proposal=int(task.id.removeprefix("confirm/")))
            case "escalation":
                stage = Stage(task.id.removeprefix("escalation/"))
                return rq.Propose(matter=rq.AddRound(stage=stage), reason="another-try")
            case "agreement":
                return self._agreement(state)
            case "invite" | "attend" | "minutes" | "agree_minutes":
                return rq.StepSession(code=task.subject, step=_STEPS[task.what], text=self._text())
            case "report" if task.when is not None and task.when <= state.now:
                return self._exchange(state).model_copy(update={"code": task.subject, "held": task.when})
            case "dormant":
                return self._session(state)
            case _:
                return None

    def _text(self) -> str:
        return text(f"words {self.count}")

    def _stage(self) -> Stage:
        return self.random.choice(tuple(step.stage for step in LIFECYCLE))

    def _verdict(self) -> Verdict:
        return self.random.choice(tuple(Verdict))

    def _gate(self, state: Partnership) -> Gate | None:
        return self.random.choice(state.gates) if state.gates else None

    def _code(self, state: Partnership) -> str:
        known = [gate.code for stage in state.terms.stages for gate in stage.gates]
        gates = [gate.code for gate in state.open_gates()]
        return self.random.choice(gates if gates and self.random.random() < 0.8 else known)

    def _person(self, state: Partnership) -> str:
        if self.random.random() < 0.8:
            return self.random.choice(state.holders).person
        return self.random.choice(PEOPLE).person

    def _open(self, state: Partnership) -> AnyRequest:
        return rq.OpenStage(stage=self._stage())

    def _submission(self, stage: Stage) -> AnyRequest:
        made = deliverable(KINDS[stage], f"version {self.count}")
        return rq.Submit(stage=stage, deliverable=made, text=self._text())

    def _submit(self, state: Partnership) -> AnyRequest:
        return self._submission(self._stage())

    def _decide(self, state: Partnership) -> AnyRequest:
        gate = self._gate(state)
        code = gate.code if gate else "G2"
        version = gate.version if gate else self._text()
        return rq.Decide(gate=code, version=version, verdict=self._verdict(), remark=self._text())

    def _take_back(self, state: Partnership) -> AnyRequest:
        return rq.TakeBack(gate=self._code(state))

    def _hand_over(self, state: Partnership) -> AnyRequest:
        return rq.HandOver(gate=self._code(state), to=self._person(state))

    def _ask_advice(self, state: Partnership) -> AnyRequest:
        return rq.AskAdvice(gate=self._code(state), of=self._person(state), question=self._text())

    def _give_advice(self, state: Partnership) -> AnyRequest:
        return rq.GiveAdvice(gate=self._code(state), answer=self._text())

    def _add_decider(self, state: Partnership) -> AnyRequest:
        by_name = self.random.random() < 0.5
        held = self.random.choice(state.holders)
        named = held.person if by_name else None
        return rq.AddDecider(gate=self._code(state), seat=Seat(role=held.role, side=held.side, person=named))

    def _clarify(self, state: Partnership) -> AnyRequest:
        return rq.Clarify(gate=self._code(state), question=self._text())

    def _answer(self, state: Partnership) -> AnyRequest:
        return rq.Answer(gate=self._code(state), answer=self._text())

    def _agreement(self, state: Partnership) -> AnyRequest:
        from domain.exchanging import FOLLOWS

        steps = FOLLOWS[state.agreement.step] if self.random.random() < 0.8 else tuple(AgreementStep)
        step = self.random.choice(steps)
        scheduled = step is AgreementStep.SIGNING_SCHEDULED
        signing = state.now + timedelta(days=400) if scheduled else None
        return rq.StepAgreement(step=step, signing=signing, text=self._text())

    def _session(self, state: Partnership) -> AnyRequest:
        known = [held.code for held in state.sessions if self.random.random() < 0.5]
        return rq.PlanSession(
            code=self.random.choice(known) if known else f"session-{self.count}",
            mode=self.random.choice(tuple(ExchangeMode)),
            starts=state.now + timedelta(days=self.random.choice((-1, 0, 2, 20, 60)), hours=1),
            reason=self.random.choice((None, "elections")),
        )

    def _session_step(self, state: Partnership) -> AnyRequest:
        known = [held.code for held in state.sessions] or ["session-0"]
        return rq.StepSession(
            code=self.random.choice(known),
            step=self.random.choice(tuple(SessionStep)),
            text=self.random.choice((None, self._text(), self._text())),
            reason=self.random.choice((None, "elections")),
        )

    def _exchange(self, state: Partnership) -> rq.RecordExchange:
        return rq.RecordExchange(
            code=f"exchange-{self.count}",
            mode=self.random.choice(tuple(ExchangeMode)),
            held=state.now,
            participants_eu=self.random.randint(0, 99),
            participants_cn=9,
            evidence=self.random.choice((None, self._text(), self._text())),
        )

    def _restrict(self, state: Partnership) -> AnyRequest:
        since = state.now + timedelta(days=self.random.choice((0, 5, 30)))
        until = self.random.choice((None, since + timedelta(days=60)))
        country = self.random.choice(("CN", "ES"))
        return rq.RestrictTravel(country=country, since=since, until=until, order=self._text())

    def _travel_again(self, state: Partnership) -> AnyRequest:
        closed = [one.country for one in state.terms.restrictions] or ["CN"]
        return rq.ResumeTravel(country=self.random.choice(closed), since=state.now, order=self._text())

    def _later_end(self, state: Partnership) -> AnyRequest:
        """As the programme's extension brings it to each entity."""
        ends = state.ends + timedelta(days=self.random.choice((-30, 30, 91)))
        return rq.ChangeEnd(ends=ends, addendum=self._text(), second=self._person(state))

    def _joint_plan(self, state: Partnership) -> AnyRequest:
        return rq.AdoptJointPlan(of="cluster/ECO", version=self._text())

    def _pilot(self, state: Partnership) -> AnyRequest:
        return rq.RecordPilot(
            pilot=f"P-{self.random.randint(1, 3)}",
            pilot_kind=self.random.choice(tuple(PilotKind)),
            action=self.random.choice(("A1", "A2")),
            reached=self.random.choice((Reached.ENDORSED, Reached.COMPLETED)),
            since=state.now - timedelta(days=self.random.choice((0, 3, 40))),
        )

    def _engage(self, state: Partnership) -> AnyRequest:
        return rq.Engage(
            organisation=Organisation(
                code=f"org-{self.random.randint(1, 9)}",
                side=self.random.choice(tuple(Side)),
                group=self.random.choice(tuple(StakeholderGroup)),
            )
        )

    def _hold(self, state: Partnership) -> AnyRequest:
        return rq.Hold(reason="elections")

    def _resume(self, state: Partnership) -> AnyRequest:
        return rq.Resume()

    def _suspend(self, state: Partnership) -> AnyRequest:
        return rq.Suspend(order=self._text())

    def _lift(self, state: Partnership) -> AnyRequest:
        return rq.LiftSuspension(order=self._text())

    def _withdraw(self, state: Partnership) -> AnyRequest:
        if self.random.random() < 0.8:  # else hardly any life would be long
            return self._contact(state)
        return rq.Withdraw(side=self.random.choice(tuple(Side)), reason="elections", notice=self._text())

    def _replace(self, state: Partnership) -> AnyRequest:
        side = self.random.choice(SIDES)
        old = state.member(side)
        new = Member(
            side=side,
            name=f"Town {self.count}",
            country=old.country,
            level=Level.CITY,
            zone=old.zone,
            since=state.now,
        )
        people = [who for who in NEWCOMERS if who.side is side]
        return rq.ReplaceMember(
            leaving=old.name,
            member=new,
            holders=tuple(holder(who, state.now) for who in people[: self.random.randint(0, 3)]),
            reason="withdrew",
            agreed=self._text(),
        )

    def _change(self, state: Partnership) -> AnyRequest:
        held = self.random.choice(state.holders)
        to = None
        if self.random.random() < 0.6:
            name = self._person(state)
            staff = any(other.person == name and other.side is Side.PROGRAMME for other in state.holders)
            if held.role in POLITICAL and staff:
                name = PEOPLE[-1].person  # an operator who is a mayor too could not be written to at all
            to = held.model_copy(update={"person": name, "since": state.now, "until": None})
        leaving = held.person if self.random.random() < 0.8 else None
        return rq.ChangeHolder(role=held.role, side=held.side, leaving=leaving, to=to)

    def _matter(self, state: Partnership) -> rq.Matter:
        from domain.staging import conditions_of

        stage = self._stage()
        match self.random.randint(0, 20):
            case 0 | 1 | 2 | 3 | 4:
                return rq.Waive(stage=stage, condition=self.random.choice(conditions_of(stage)))
            case 5 | 6 | 7 | 8:
                ends = state.ends + timedelta(days=self.random.choice((-30, 30, 90)))
                return rq.Extend(ends=ends, addendum=self._text())
            case 9 | 10 | 11 | 12 | 13:
                return rq.SettleGate(gate=self._code(state), verdict=self._verdict())
            case 14 | 15 | 16 | 17 | 18 | 19:
                return rq.AddRound(stage=stage)
            case _:
                return rq.Merge(into="INN", consent=self._text())

    def _propose(self, state: Partnership) -> AnyRequest:
        return rq.Propose(matter=self._matter(state), reason="needed", remark=self._text())

    def _number(self, state: Partnership) -> int:
        open_ones = [proposal.number for proposal in state.proposals]
        return self.random.choice(open_ones) if open_ones else self.random.randint(1, 5)

    def _confirm(self, state: Partnership) -> AnyRequest:
        return rq.Confirm(proposal=self._number(state))

    def _decline(self, state: Partnership) -> AnyRequest:
        return rq.Decline(proposal=self._number(state))

    def _calendar(self, state: Partnership) -> AnyRequest:
        known_to = state.now.date() + timedelta(days=self.random.randint(30, 700))
        edition = calendars().cut_at(known_to, "CN")
        named = edition.model_copy(
            update={"name": f"lists {self.count}", "published": max(edition.published, state.now.date())}
        )
        return rq.AdoptCalendar(edition=named)

    def _terms(self, state: Partnership) -> AnyRequest:
        terms = default_terms().model_copy(
            update={"name": f"terms {self.count}", "hold_review": self.random.choice((30, 60, 90))}
        )
        return rq.AdoptTerms(terms=terms, decision=self._text())

    def _delegate(self, state: Partnership) -> AnyRequest:
        held = self.random.choice(state.holders)
        since = state.now + timedelta(days=self.random.randint(-5, 5))
        return rq.Delegate(
            to=self._person(state),
            role=held.role,
            side=held.side,
            since=since,
            until=since + timedelta(days=self.random.randint(-1, 200)),
            stages=self.random.choice(((), (), (self._stage(),))),
        )

    def _contact(self, state: Partnership) -> AnyRequest:
        return rq.LogContact(
            person=self._person(state), channel=self.random.choice(tuple(rq.Channel)), note=self._text()
        )


SEEDS = range(160)
STEPS = 80


@cache
def life(seed: int) -> Story:
    """A random life; every other one is watched day by day, the rest oversleep as after an outage."""
    story = Story(ends=on(2021, 12, 15) if seed % 4 == 0 else on(2023, 3, 31))
    wanderer = Wanderer(seed)
    for turn in range(STEPS):
        at = wanderer.later(story.at)
        story.day_by_day(at) if seed % 2 else story.until(at)
        if story.partnership.ended:
            break
        request, by = wanderer.next(story.partnership)
        before = story.partnership
        kept = before.model_dump_json() if turn % 15 == 0 else ""
        try:
            story.asks(request, by, at)
        except Refusal as refused:
            assert len(refused.sentence) > 15
        if kept:
            assert before.model_dump_json() == kept, "asking changed the partnership"
            assert REQUEST.validate_json(REQUEST.dump_json(request)) == request
        can_go_on(story.partnership)
    return story


def can_go_on(state: Partnership) -> None:
    """The calendar has something to say, or somebody something to do, or it is over; and time progresses."""
    due = state.next_due()
    if state.ended:
        assert due is None
        assert tasks_of(state) == ()
        return
    assert state.suspended or due is not None
    assert due is not None or tasks_of(state)
    if due is not None:
        told = state.lapse(due)
        assert told, f"it was due at {due} and nothing was said"
        later = state.after(told).next_due()
        assert later is None or later > due


def steps(story: Story) -> Iterator[tuple[Partnership | None, AnyEvent, Partnership, list[Letter]]]:
    """Each event with the partnership before and after it, and the letters it caused."""
    letters: dict[int, list[Letter]] = {}
    for letter in story.letters:
        letters.setdefault(letter.number, []).append(letter)
    befores = (None, *story.states[:-1])
    for before, entry, after in zip(befores, story.entries, story.states, strict=True):
        yield before, entry.event, after, letters.get(entry.number, [])
