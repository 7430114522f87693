"""What everybody in a rehearsal goes by: the partnership as it stands, its story, the people in their roles."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from random import Random

from domain import requests as rq
from domain.calendars import CalendarEdition
from domain.partnership import Partnership
from domain.rehearsal.chance import at_work, chance, noon, not_in_august
from domain.rehearsal.characters import Character, Script, Tempo
from domain.rehearsal.phrases import phrase
from domain.tasks import Task
from domain.terms import Stage
from domain.values import SIDES, Actor, Holder, PersonId, Role, Side, TextHash, UtcTime, Value

_SHARES = {
    Tempo.PROMPT: (0.03, 0.55, 0.15),
    Tempo.STEADY: (0.08, 1.25, 0.38),
    Tempo.SLOW: (0.35, 2.4, 0.9),
    Tempo.SILENT: (1.5, 4.0, 2.0),
}
"""How much of the time allowed somebody takes: least, most, and most often."""

_SOON = timedelta(days=8)


class Text(Value):
    """A free text somebody writes with a request; `hash` stands for it until it is kept at the client door."""

    hash: TextHash
    words: str
    kind: str
    owner: PersonId


def written(seed: int, code: str, kind: str, about: str, words: str, holder: Holder) -> Text:
    """What somebody writes about something; the same words about the same thing have the same hash."""
    name = f"rehearsal/{seed}/{code}/{kind}/{about}/{words}"
    hashed = f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"
    return Text(hash=hashed, words=words, kind=kind, owner=holder.person)


class Planned(Value):
    """What somebody will ask and when. `id` is the same whenever the same step is planned again.

    It may be sent a little early, so that it arrives in time, but never before `earliest`. `texts` are the
    free texts whose hashes the request carries. With `refused` the step is a mistake on
    purpose: it is tried once, and a refusal is what it is for.
    """

    id: str
    at: UtcTime
    earliest: UtcTime
    by: Actor
    request: rq.AnyRequest
    texts: tuple[Text, ...] = ()
    refused: bool = False

    @property
    def about(self) -> str:
        """What it is about: of two steps about the same one waits for the answer to the other."""
        match self.request:
            case (
                rq.Decide() | rq.TakeBack() | rq.HandOver() | rq.AskAdvice() | rq.GiveAdvice() | rq.Clarify()
            ):
                return f"gate {self.request.gate} of {self.by.side.value}"
            case rq.Submit() | rq.OpenStage():
                return f"stage {self.request.stage.value}"
            case rq.StepAgreement():
                return "agreement"
            case rq.PlanSession() | rq.StepSession() | rq.RecordExchange():
                return f"session {self.request.code}"
            case rq.Propose() | rq.Confirm() | rq.Decline():
                return "proposal"
            case _:
                return self.id


def in_order(found: Iterable[Planned]) -> tuple[Planned, ...]:
    """Soonest first."""
    return tuple(sorted(found, key=lambda planned: (planned.at, planned.id)))


@dataclass(frozen=True)
class Stagehands:
    """What a rehearsal is made with: seed, script, calendars to be adopted, spare people by handle."""

    seed: int
    script: Script
    editions: tuple[CalendarEdition, ...] = ()
    spare: Mapping[str, Holder] = field(default_factory=dict)
    governed: bool = False
    """Whether the programme itself is played too: then its extension comes from there, once for all."""


@dataclass(frozen=True)
class Scene:
    """One partnership at one moment, with what was tried before (ids of `Planned`)."""

    hands: Stagehands
    character: Character
    state: Partnership
    at: datetime
    done: frozenset[str] = frozenset()

    def chance(self, *about: object) -> Random:
        return chance(self.hands.seed, self.state.code, *about)

    @cached_property
    def floor(self) -> datetime:
        """The end of the latest hold or suspension: nobody makes up for it before."""
        return max((span.until for span in self.state.stops if span.until), default=self.state.founded)

    # people

    def holders(self, role: Role, side: Side = Side.PROGRAMME) -> tuple[Holder, ...]:
        return self.state.holders_of(role, side, self.at)

    def holder(self, role: Role, side: Side = Side.PROGRAMME) -> Holder | None:
        """Who holds a role; of two operators the one this partnership belongs to."""
        held = self.holders(role, side)
        if len(held) < 2:
            return held[0] if held else None
        return held[self.chance("whose", role).randrange(len(held))]

    def other_operator(self, but: PersonId) -> Holder | None:
        return next((held for held in self.holders(Role.OPERATOR) if held.person != but), None)

    def focal_point(self, side: Side) -> Holder | None:
        """The focal point of a side, while there is none its deputy."""
        return self.holder(Role.FOCAL_POINT, side) or self.holder(Role.DEPUTY, side)

    def tempo(self, holder: Holder) -> Tempo:
        """How somebody answers; known by the role, so that a rehearsal does not hang on ids drawn at loading."""
        if holder.side in SIDES:
            side = self.character.eu if holder.side is Side.EU else self.character.cn
            if holder.role is Role.DEPUTY:
                return Tempo.PROMPT if side is Tempo.PROMPT else Tempo.STEADY
            return side
        # the same person in every partnership, so not drawn by partnership
        return chance(self.hands.seed, "staff", holder.role).choice(
            (Tempo.PROMPT, Tempo.STEADY, Tempo.STEADY)
        )

    def unreachable(self, side: Side) -> bool:
        since = self.character.unanswering_from
        return side is self.character.unanswering and (since is None or self.at >= noon(since))

    def actor(self, holder: Holder, when: datetime) -> Actor:
        """The holder, or who acts for the holder then by a delegation that does not run out in a moment."""
        for one in self.state.delegations:
            mine = (one.giver, one.role, one.side) == (holder.person, holder.role, holder.side)
            if mine and one.since <= when < one.until - _SOON and self.state.holder(one.to, when):
                return Actor(person=one.to, role=holder.role, side=holder.side, on_behalf_of=holder.person)
        return holder.in_person()

    # times

    def worked(self, holder: Holder, moment: datetime, *about: object) -> datetime:
        """A working hour of the holder from `moment` on."""
        return at_work(self.state, holder, moment, self.chance("hour", *about))

    def after(self, holder: Holder, moment: datetime, least: float, most: float, *about: object) -> datetime:
        """A working hour of the holder between so many days after `moment`."""
        days = self.chance("days", *about).uniform(least, most)
        return self.worked(holder, moment + timedelta(days=days), *about)

    def on(self, holder: Holder, day: date, *about: object) -> datetime:
        return self.worked(holder, noon(day) - timedelta(hours=9), *about)

    def reply(self, holder: Holder, task: Task, *about: object) -> datetime | None:
        """When somebody sees to a task of theirs; None while its clock stands still."""
        if task.deadline is None:
            return None
        start = max(task.since, self.floor)
        length = max(task.deadline.at - start, timedelta(days=1))
        draw = self.chance("reply", *about)
        least, most, mostly = _SHARES[self.tempo(holder)]
        moment = start + length * draw.triangular(least, most, mostly)
        return self.worked(holder, not_in_august(holder, moment, draw), *about)

    # planning

    def planned(
        self,
        id: str,
        when: datetime,
        by: Holder | Actor,
        request: rq.AnyRequest,
        *texts: Text,
        refused: bool = False,
        earliest: datetime | None = None,
    ) -> Iterator[Planned]:
        """A step, unless it was taken before; never before now, nor in the days after everything stood still.

        `earliest` is before which it would make no sense, such as the meeting it tells of.
        """
        if id in self.done:
            return
        if when < self.floor + timedelta(days=1) and self.state.stops:
            when = self.floor + timedelta(days=self.chance("after the stop", id).uniform(1, 8))
        when = max(when, self.at)
        actor = self.actor(by, when) if isinstance(by, Holder) else by
        if earliest is None:
            # whoever acts for another does so from the first day of the delegation
            earliest = when if actor.on_behalf_of is not None else self.floor
        yield Planned(
            id=id, at=when, earliest=earliest, by=actor, request=request, texts=texts, refused=refused
        )

    def text(self, kind: str, holder: Holder, *about: object) -> Text:
        """What somebody writes, in their own language."""
        words = phrase(kind, self.chance("words", kind, *about), chinese=holder.side is Side.CN)
        return written(self.hands.seed, self.state.code, kind, "/".join(map(str, about)), words, holder)

    # facts

    def rounds(self, stage: Stage) -> int:
        held = self.state.stage(stage)
        return len(held.versions) if held else 0

    def scoped(self) -> datetime | None:
        """When scoping was last passed; None while it is not."""
        held = self.state.stage(Stage.SCOPING)
        return held.passed if held is not None else None

    def travel_closed(self, day: date) -> bool:
        return any(
            closed.since.date() <= day <= closed.until.date() for closed in self.state.terms.restrictions
        )


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
