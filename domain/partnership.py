"""The partnership: ask it, and it answers with events or refuses; fold them, and it is the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Self, cast

from domain import deciding, exchanging, life, proposing, sessions, staging
from domain import requests as rq
from domain.clocks import Clock, Receipt
from domain.events import AnyEvent, PartnershipFounded
from domain.folding import fold
from domain.lapsing import first_lapse, next_due
from domain.state import PartnershipState, StageStatus
from domain.tasks import tasks_of
from domain.values import SIDES, Actor, Refusal, Value, listed

_RULES: dict[type[Any], Callable[[Any, Any, Actor, datetime], tuple[AnyEvent, ...]]] = {
    rq.OpenStage: staging.open_stage,
    rq.Submit: staging.submit,
    rq.Decide: deciding.decide,
    rq.TakeBack: deciding.take_back,
    rq.HandOver: deciding.hand_over,
    rq.AskAdvice: deciding.ask_advice,
    rq.GiveAdvice: deciding.give_advice,
    rq.AddDecider: deciding.add_decider,
    rq.Clarify: deciding.clarify,
    rq.Answer: deciding.answer,
    rq.StepAgreement: exchanging.agreement_step,
    rq.PlanSession: sessions.plan_session,
    rq.StepSession: sessions.session_step,
    rq.RecordExchange: exchanging.record_exchange,
    rq.Engage: exchanging.engage,
    rq.Hold: life.hold,
    rq.Resume: life.resume,
    rq.Suspend: life.suspend,
    rq.LiftSuspension: life.lift_suspension,
    rq.Withdraw: life.withdraw,
    rq.ReplaceMember: life.replace_member,
    rq.ChangeHolder: life.change_holder,
    rq.Propose: proposing.propose,
    rq.Confirm: proposing.confirm,
    rq.Decline: proposing.decline,
    rq.AdoptCalendar: life.adopt_calendar,
    rq.AdoptTerms: life.adopt_terms,
    rq.Delegate: life.delegate,
    rq.LogContact: life.log_contact,
}

_ALSO_WHEN_SUSPENDED = (
    rq.LiftSuspension,
    rq.ChangeHolder,
    rq.LogContact,
    rq.AdoptCalendar,
    rq.Propose,
    rq.Confirm,
    rq.Decline,
)
_ALSO_ON_HOLD = (
    *_ALSO_WHEN_SUSPENDED,
    rq.Resume,
    rq.Suspend,
    rq.Withdraw,
    rq.ReplaceMember,
    rq.AdoptTerms,
    rq.Delegate,
    rq.PlanSession,
    rq.StepSession,
    rq.RecordExchange,
    rq.Engage,
)


class Tags(Value):
    """What lists are searched by: the open stages, component, cluster and the number of overdue tasks."""

    stage: str
    component: str
    cluster: str
    overdue: int


class Partnership(PartnershipState):
    """One partnership of a European and a Chinese city or region, over its whole life."""

    def ask(self, request: rq.AnyRequest, by: Actor, at: datetime) -> tuple[AnyEvent, ...]:
        """The events a request would cause now, what the calendar owed before them included.

        Changes nothing. Raises Refusal, with a sentence for people, where it is not allowed.
        """
        lapsed = self.lapse(at)
        now = self.after(lapsed)
        now._can_be_asked(request)
        asked = _RULES[type(request)](now, request, by, at)
        before = tuple(task.id for task in tasks_of(now))
        then = now.after(asked)
        stops: list[AnyEvent] = []
        for person in dict.fromkeys((by.person, by.on_behalf_of)):
            if person is not None and not then.ended:
                stops += life.ladders_stopped(then, person, at, because="acted", by=by, among=before)
        return (*lapsed, *asked, *stops)

    def _can_be_asked(self, request: rq.AnyRequest) -> None:
        if self.end is not None and self.ended_at is not None:
            how = self.end.value.replace("_", " ")
            raise Refusal(f"{self.code} ended on {self.ended_at:%Y-%m-%d} ({how}); its record can be read")
        wanted = request.kind.replace("_", "-")
        if self.suspended and not isinstance(request, _ALSO_WHEN_SUSPENDED):
            since = f"{self.code} is suspended by the authority since {self._stopped_since('suspension')}"
            if isinstance(request, rq.Suspend):
                raise Refusal(f"{since} already; the order that ends it is recorded with lift-suspension")
            raise Refusal(f"{since}; {wanted} waits until that is lifted (lift-suspension)")
        if self.on_hold and not isinstance(request, _ALSO_ON_HOLD):
            since = f"{self.code} is on hold since {self._stopped_since('hold')}"
            if isinstance(request, rq.Hold):
                raise Refusal(f"{since} already; it goes on with resume")
            raise Refusal(f"{since}; {wanted} waits until it is resumed (resume)")

    def _stopped_since(self, why: str) -> str:
        return next(f"{span.since:%Y-%m-%d}" for span in self.stops if span.until is None and span.why == why)

    def after(self, events: Iterable[AnyEvent]) -> Self:
        """The partnership once these events have happened, in their order."""
        state: PartnershipState = self
        for event in events:
            state = fold(state, event)
        return cast(Self, state)

    def next_due(self) -> datetime | None:
        """When the calendar must speak up if nobody else does; None where it never will."""
        return next_due(self)

    def lapse(self, at: datetime) -> tuple[AnyEvent, ...]:
        """Everything the calendar has to say up to `at`, each event at the time it was due."""
        state: Partnership = self
        events: list[AnyEvent] = []
        while found := first_lapse(state, at):
            events += found
            state = state.after(found)
        return tuple(events)

    def tags(self) -> Tags:
        return Tags(
            stage=self.standing(), component=self.component, cluster=self.cluster, overdue=len(self.overdue)
        )

    def standing(self) -> str:
        """Where it stands in one word or two: the stages under way, how it ended, or what it waits for."""
        if self.end is not None:
            return self.end.value
        running = [held.stage.value for held in self.stages if held.status is not StageStatus.PASSED]
        if running:
            return "+".join(running)
        passed = [held for held in self.stages if held.passed]
        return f"after {passed[-1].stage.value}" if passed else "founded"

    def status(self) -> str:
        """running, on_hold, suspended, or how it ended."""
        if self.end is not None:
            return self.end.value
        return "suspended" if self.suspended else "on_hold" if self.on_hold else "running"

    def clocks(self) -> dict[str, Clock]:
        """Every clock it has or had, by the id a receipt is asked for with."""
        clocks = [held.clock for held in self.stages]
        for gate in self.gates:
            clocks.append(gate.clock)
            clocks += [advice.clock for advice in gate.advice]
            if gate.answer_clock is not None:
                clocks.append(gate.answer_clock)
        clocks += [proposal.clock for proposal in self.proposals]
        clocks += [watch.clock for watch in self.watches]
        clocks += [clock for held in self.sessions for clock in (held.report, held.clock)]
        if self.agreement.clock is not None:
            clocks.append(self.agreement.clock)
        return {clock.id: clock for clock in clocks}

    def receipt(self, clock_id: str) -> Receipt:
        """How a deadline came about; Refusal for a clock it does not know."""
        clock = self.clocks().get(clock_id)
        if clock is None:
            known = listed(tuple(f"{self.code}/{known}" for known in self.clocks())) or "none yet"
            raise Refusal(f"{self.code} has no deadline {clock_id!r}; it has {known}")
        suspended = tuple(span for span in self.stops if span.why == "suspension")
        also = suspended if clock_id.startswith("hold/") else self.stops
        return clock.receipt(self.edition, also=also)

    def details(self) -> str:
        """Where it stands, as Markdown for the engine's own web page; nothing personal."""
        lines = [f"**{self.code}** {self.standing()} ({self.status()})", ""]
        for task in tasks_of(self):
            due = f"due {task.deadline.on}" if task.deadline else "no date" if not task.stopped else "stopped"
            late = " **overdue**" if task.id in self.overdue else ""
            lines.append(
                f"- {task.seat}: {task.what} {task.subject}, since {task.since:%Y-%m-%d}, {due}{late}"
            )
        return "\n".join(lines)


def founded(event: PartnershipFounded) -> Partnership:
    """The partnership as its first event makes it."""
    for side in SIDES:
        if not any(member.side is side for member in event.members):
            raise ValueError(f"partnership {event.code} has no {side.value.upper()} member")
    countries = tuple(dict.fromkeys(held.country for held in event.holders))
    known = [calendar.country for calendar in event.edition.countries]
    lacking = [country for country in countries if country not in known]
    lacking += [member.country for member in event.members if member.country not in known]
    if lacking:
        raise ValueError(f"partnership {event.code}: its calendar edition lacks {listed(lacking)}")
    return Partnership(
        entity=f"partnership/{event.code}",
        programme=event.programme,
        code=event.code,
        component=event.component,
        mode=event.mode,
        cluster=event.cluster,
        themes=event.themes,
        members=event.members,
        holders=event.holders,
        terms=event.terms,
        edition=event.edition,
        founded=event.at,
        now=event.at,
        ends=event.ends,
    )
