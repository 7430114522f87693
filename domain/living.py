"""An entity as it lives: ask it, and it answers with events or refuses; fold them, and it is the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from domain import deciding, life, proposing, staging
from domain import requests as rq
from domain.clocks import Clock, Receipt
from domain.entity import EntityState
from domain.errands import Carried
from domain.events import AnyEvent, ErrandCarried
from domain.folding import fold
from domain.lapsing import first_lapse, next_due
from domain.tasks import OPERATOR, tasks_of
from domain.values import Actor, Refusal, Value, listed

Rule = Callable[[Any, Any, Actor, datetime], tuple[AnyEvent, ...]]

RULES: Mapping[type[Any], Rule] = {
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
    rq.Hold: life.hold,
    rq.Resume: life.resume,
    rq.Suspend: life.suspend,
    rq.LiftSuspension: life.lift_suspension,
    rq.ChangeHolder: life.change_holder,
    rq.Propose: proposing.propose,
    rq.Confirm: proposing.confirm,
    rq.Decline: proposing.decline,
    rq.AdoptCalendar: life.adopt_calendar,
    rq.AdoptTerms: life.adopt_terms,
    rq.Delegate: life.delegate,
    rq.LogContact: life.log_contact,
    rq.RestrictTravel: life.restrict_travel,
    rq.ResumeTravel: life.resume_travel,
    rq.ChangeEnd: life.change_end,
    rq.RunAgain: life.run_again,
    rq.LetBe: life.let_be,
}
"""What every kind of entity can be asked."""

_ALSO_WHEN_SUSPENDED: tuple[type[Any], ...] = (
    rq.LiftSuspension,
    rq.ChangeHolder,
    rq.LogContact,
    rq.AdoptCalendar,
    rq.Propose,
    rq.Confirm,
    rq.Decline,
    rq.RestrictTravel,
    rq.ResumeTravel,
    rq.ChangeEnd,
    rq.RunAgain,
    rq.LetBe,
)
_ALSO_ON_HOLD: tuple[type[Any], ...] = (
    *_ALSO_WHEN_SUSPENDED,
    rq.Resume,
    rq.Suspend,
    rq.AdoptTerms,
    rq.Delegate,
)


class Tags(Value):
    """What lists are searched by: the open stages, component, cluster and the number of overdue tasks."""

    stage: str
    component: str
    cluster: str
    overdue: int


class Entity(EntityState):
    """Any entity over its whole life."""

    own_rules: ClassVar[Mapping[type[Any], Rule]] = {}
    """The requests of its kind alone."""
    own_on_hold: ClassVar[tuple[type[Any], ...]] = ()
    """Those of them that may be asked while it is on hold."""

    def ask(self, request: rq.AnyRequest, by: Actor, at: datetime) -> tuple[AnyEvent, ...]:
        """The events a request would cause now, what the calendar owed before them included.

        Changes nothing. Raises Refusal, with a sentence for people, where it is not allowed.
        """
        lapsed = self.lapse(at)
        now = self.after(lapsed)
        now._can_be_asked(request)
        asked = self._rule(request)(now, request, by, at)
        before = tuple(task.id for task in tasks_of(now))
        then = now.after(asked)
        stops: list[AnyEvent] = []
        for person in dict.fromkeys((by.person, by.on_behalf_of)):
            if person is not None and not then.ended:
                stops += life.ladders_stopped(then, person, at, because="acted", by=by, among=before)
        return (*lapsed, *asked, *stops)

    def _rule(self, request: rq.AnyRequest) -> Rule:
        rule = self.own_rules.get(type(request)) or RULES.get(type(request))
        if rule is None:
            raise Refusal(f"{request.kind.replace('_', '-')} is not asked of a {self.noun}")
        return rule

    def _can_be_asked(self, request: rq.AnyRequest) -> None:
        self._rule(request)
        if self.end is not None and self.ended_at is not None:
            how = self.end.replace("_", " ")
            raise Refusal(f"{self.code} ended on {self.ended_at:%Y-%m-%d} ({how}); its record can be read")
        wanted = request.kind.replace("_", "-")
        if self.suspended and not isinstance(request, _ALSO_WHEN_SUSPENDED):
            since = f"{self.code} is suspended by the authority since {self._stopped_since('suspension')}"
            if isinstance(request, rq.Suspend):
                raise Refusal(f"{since} already; the order that ends it is recorded with lift-suspension")
            raise Refusal(f"{since}; {wanted} waits until that is lifted (lift-suspension)")
        if self.on_hold and not isinstance(request, (*_ALSO_ON_HOLD, *self.own_on_hold)):
            since = f"{self.code} is on hold since {self._stopped_since('hold')}"
            if isinstance(request, rq.Hold):
                raise Refusal(f"{since} already; it goes on with resume")
            raise Refusal(f"{since}; {wanted} waits until it is resumed (resume)")

    def _stopped_since(self, why: str) -> str:
        return next(f"{span.since:%Y-%m-%d}" for span in self.stops if span.until is None and span.why == why)

    def after(self, events: Iterable[AnyEvent]) -> Self:
        """The entity once these events have happened, in their order."""
        state = self
        for event in events:
            state = fold(state, event)
        return state

    def next_due(self) -> datetime | None:
        """When the calendar must speak up if nobody else does; None where it never will."""
        return next_due(self)

    def lapse(self, at: datetime) -> tuple[AnyEvent, ...]:
        """Everything the calendar has to say up to `at`, each event at the time it was due."""
        state = self
        events: list[AnyEvent] = []
        while found := first_lapse(state, at):
            events += found
            state = state.after(found)
        return tuple(events)

    def carried(self, errand: str, came: Carried, at: datetime) -> tuple[AnyEvent, ...]:
        """What follows from a round of an errand; nothing where it is not waited for any more."""
        held = next((one for one in self.errands if one.id == errand), None)
        if held is None or (came.after == held.after and not came.over):
            return ()
        lapsed = self.lapse(at)
        now = self.after(lapsed)
        told = ErrandCarried(
            at=max(at, now.now),
            errand=errand,
            done=came.done,
            refused=came.refused,
            after=came.after,
            over=came.over,
        )
        if came.refused and not now.ended:
            clock = now.clock_for(f"errand/{errand}", now.terms.operate, (OPERATOR,), told.at)
            told = told.model_copy(update={"clock": clock})
        return (*lapsed, told)

    def tags(self) -> Tags:
        """What lists are searched by."""
        return Tags(
            stage=self.standing(),
            component=self.own_component(),
            cluster=self.own_cluster(),
            overdue=len(self.overdue),
        )

    def own_title(self) -> str:
        """What it is called in lists."""
        return " and ".join(member.name for member in self.members if not member.until)

    def own_record(self) -> dict[str, Any]:
        """The facts of its kind that lists show, as JSON values."""
        return {}

    def own_component(self) -> str:
        """The component it belongs to; empty where it belongs to none."""
        return ""

    def own_cluster(self) -> str:
        """The cluster it belongs to; empty where it belongs to none."""
        return ""

    def status(self) -> str:
        """running, on_hold, suspended, or how it ended."""
        if self.end is not None:
            return self.end
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
        clocks += self.own_clocks()
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
