"""What people of entities other than partnerships do in a rehearsal: who, when, and with which words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import requests as rq
from domain.living import Entity
from domain.rehearsal.chance import at_work, chance
from domain.rehearsal.phrases import phrase
from domain.rehearsal.scene import Planned, Stagehands, Text, written
from domain.tasks import Task
from domain.values import Actor, Holder, PersonId, Refusal, Role, Side


def beginner(state: Entity, at: datetime) -> Actor:
    """The operator who begins something new from an entity; Refusal while it has none."""
    for held in state.holders_of(Role.OPERATOR, Side.PROGRAMME, at):
        return held.in_person()
    raise Refusal(f"{state.code} has no operator, who would have to begin it")


@dataclass(frozen=True)
class Doing:
    """One entity at one moment."""

    hands: Stagehands
    at: datetime
    done: frozenset[str]
    state: Entity

    def holder(self, role: Role, side: Side = Side.PROGRAMME) -> Holder | None:
        return next(iter(self.state.holders_of(role, side, self.at)), None)

    def person(self, id: PersonId) -> Holder | None:
        return self.state.holder(id, self.at)

    def after(self, holder: Holder, since: datetime, least: float, most: float, id: str) -> datetime:
        """A working hour of the holder between so many days after something."""
        draw = chance(self.hands.seed, self.state.code, id)
        moment = max(since + timedelta(days=draw.uniform(least, most)), self.state.founded)
        return at_work(self.state, holder, moment, chance(self.hands.seed, self.state.code, "hour", id))

    def text(self, kind: str, holder: Holder, id: str, words: str = "") -> Text:
        words = words or phrase(
            kind, chance(self.hands.seed, self.state.code, "words", id), chinese=holder.side is Side.CN
        )
        return written(self.hands.seed, self.state.code, kind, id, words, holder)

    def planned(
        self,
        id: str,
        when: datetime,
        by: Holder,
        request: rq.AnyRequest,
        *texts: Text,
        refused: bool = False,
        earliest: datetime | None = None,
    ) -> Iterator[Planned]:
        """A step, unless it was taken before; never before now.

        `earliest` is before which it would make no sense, such as the end of what it records.
        """
        if id not in self.done:
            when = max(when, self.at)
            yield Planned(
                id=id,
                at=when,
                earliest=min(when, max(earliest or self.at, self.at)),
                by=by.in_person(),
                request=request,
                texts=texts,
                refused=refused,
            )

    def owing(self, task: Task) -> Holder | None:
        """The first of those who may do what is owed."""
        return next((held for one in task.persons if (held := self.person(one)) is not None), None)

    def approves(self, task: Task, least: float, most: float) -> Iterator[Planned]:
        """Whoever is asked at a gate approves, between so many days after it."""
        holder = self.owing(task)
        if holder is not None and task.gate is not None:
            request = rq.Decide(gate=task.gate.code, version=task.gate.version, verdict=rq.Verdict.APPROVE)
            when = self.after(holder, task.since, least, most, task.id)
            yield from self.planned(task.id, when, holder, request)

    def let_be(self, task: Task, errand: str) -> Iterator[Planned]:
        """Whoever refused an errand has its reason: it stays as it is."""
        operator = self.holder(Role.OPERATOR)
        if operator is not None:
            when = self.after(operator, task.since, 1, 6, task.id)
            yield from self.planned(task.id, when, operator, rq.LetBe(errand=errand, reason="known"))
