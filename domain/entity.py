"""What every kind of entity is made of: people and members, stages and gates, clocks, ladders, what it waits for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from domain.calendars import CalendarEdition
from domain.clocks import Allowance, Clock, DayKind, Deadline, Span
from domain.deliverables import AnyDeliverable
from domain.errands import Errand
from domain.events import AnyEvent
from domain.gates import Gate
from domain.requests import Matter
from domain.terms import GateTerms, Seat, Stage, Terms
from domain.values import (
    POLITICAL,
    SIDES,
    Actor,
    Code,
    Holder,
    Member,
    PersonId,
    Remembering,
    Role,
    Side,
    TextHash,
    UtcTime,
    Value,
    shared,
)

if TYPE_CHECKING:  # they are made of entities
    from domain.letters import Draft
    from domain.tasks import Task

Fold = Callable[[Any, Any], Any]
"""How an event of one type changes a state: the state and the event, and what it is after."""

PARTNER_ROLES = (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY)


class StageStatus(StrEnum):
    OPEN = "open"
    STUCK = "stuck"
    """Its rounds ran out or a version was rejected: two persons may add a round."""
    PASSED = "passed"


class Version(Value):
    """A version of a deliverable as handed in; frozen from then on."""

    number: int
    version: TextHash
    by: Actor
    at: UtcTime
    deliverable: AnyDeliverable


class StageState(Value):
    """One stage that has been opened. `clock` runs for the maker while `awaiting` a version."""

    stage: Stage
    status: StageStatus = StageStatus.OPEN
    opened: UtcTime
    clock: Clock
    awaiting: bool = True
    versions: tuple[Version, ...] = ()
    rounds: int
    passed: UtcTime | None = None
    stuck_since: UtcTime | None = None
    because: Code = "conditions_hold"

    @property
    def current(self) -> Version | None:
        return self.versions[-1] if self.versions else None


class Delegation(Value):
    """`giver` lets `to` act in a role from a time to just before another, in some stages or all."""

    giver: PersonId
    to: PersonId
    role: Role
    side: Side
    since: UtcTime
    until: UtcTime
    stages: tuple[Stage, ...] = ()


class Proposal(Value):
    number: int
    matter: Matter
    reason: Code
    by: Actor
    at: UtcTime
    clock: Clock


class Waiver(Value):
    stage: Stage
    condition: Code


class Ladder(Value):
    """Which rungs a recipient has had for a task, and why no more follow (empty: more may)."""

    task: str
    recipient: PersonId
    fired: tuple[int, ...] = ()
    stopped: Code | None = None


class Watch(Value):
    """Something the secretariat must look at: a code, since when, and the clock it has for it."""

    id: str
    what: Code
    subject: str = ""
    clock: Clock


class EntityState(Remembering):
    """What is known of any entity, folded from its events; each kind adds its own facts and answers."""

    noun: ClassVar[str] = "entity"
    """What people call one of its kind."""
    own_folds: ClassVar[Mapping[type[Any], Fold]] = {}
    """How events change it that are its kind's own, or mean more to it than to others."""

    entity: str
    programme: Code
    code: Code
    members: tuple[Member, ...] = ()
    holders: tuple[Holder, ...]
    terms: Annotated[Terms, AfterValidator(shared)]
    edition: Annotated[CalendarEdition, AfterValidator(shared)]
    founded: UtcTime
    now: UtcTime
    """When the latest event took effect."""
    ends: UtcTime
    """When the programme ends."""
    stages: tuple[StageState, ...] = ()
    gates: tuple[Gate, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    proposed: int = 0
    stops: tuple[Span, ...] = ()
    """Holds (`why` hold) and suspensions (`why` suspension) of everything at once."""
    watches: tuple[Watch, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    overdue: tuple[str, ...] = ()
    cut_offs: tuple[str, ...] = ()
    reminded: int = 0
    at_risk: Code | None = None
    errands: tuple[Errand, ...] = Field(default=(), exclude_if=lambda errands: not errands)
    """What is to be asked of others on its behalf, one after the other."""
    turned_down: tuple[Errand, ...] = Field(default=(), exclude_if=lambda errands: not errands)
    """Errands that somebody refused, for those alone."""
    end: str | None = None
    ended_at: UtcTime | None = None

    # What each kind says for itself

    @abstractmethod
    def own_tasks(self) -> Iterator[Task]:
        """All open tasks, in a fixed order."""

    @abstractmethod
    def standing(self) -> str:
        """Where it stands in one word or two."""

    @abstractmethod
    def closing(self, at: datetime) -> tuple[AnyEvent, ...]:
        """What happens to it when the programme ends."""

    def own_dues(self) -> Iterator[tuple[datetime, str]]:
        """What its calendar says by itself besides what every entity's says: when, and a name for it."""
        return iter(())

    def own_dues_always(self) -> Iterator[tuple[datetime, str]]:
        """What of that no hold and no suspension puts off: the law's own times."""
        return iter(())

    def own_words(self, name: str, when: datetime) -> tuple[AnyEvent, ...]:
        """What is said when something of its own dues is due; `name` is what it is called there."""
        raise NotImplementedError(f"{self.entity} has nothing called {name!r} to say")

    def own_clocks(self) -> Iterator[Clock]:
        """Clocks it has or had besides those of stages, gates, proposals and watches."""
        return iter(())

    def own_dates(self) -> dict[str, datetime | None]:
        """Dates of what nobody owes yet, by name: what moves with a change is told of before it is made."""
        return {}

    def own_news(self, before: Any, event: AnyEvent) -> Iterator[Draft]:
        """The letters that follow from an event of its own kind, besides asking for what has come up."""
        return iter(())

    def own_facts(self) -> dict[str, str]:
        """What every letter about it may name besides its code: codes and names of places, no free text."""
        return {}

    def own_effects(self, matter: Matter, by: Actor, at: datetime) -> tuple[AnyEvent, ...] | None:
        """What a matter of two persons would bring where it is of its kind alone; None where it is not."""
        return None

    def when_passed(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        """What follows when a stage is passed."""
        return ()

    def when_rejected(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        """What follows when a stage's version is rejected; nothing: the secretariat settles how it goes on."""
        return ()

    def own_people(self, seat: Seat, at: datetime) -> tuple[PersonId, ...]:
        """Who takes a seat that is a member's own."""
        return ()

    def is_of(self, seat: Seat, person: PersonId) -> bool:
        """Whether a person stands for the member that a seat is of."""
        return False

    def seated(self, terms: GateTerms) -> GateTerms:
        """A gate's terms as it opens; where it is one of all members, with the seats they have now."""
        return terms

    def restricted(self, country: str, since: datetime, until: datetime, at: datetime) -> Clock | None:
        """The clock to look at it anew, where a travel restriction touches what it plans."""
        return None

    def objecting(self, cut_off: str, at: datetime) -> Clock | None:
        """The clock to object to a cut-off that is reached, where objections to it are taken."""
        return None

    # Plain questions

    @property
    def ended(self) -> bool:
        return self.ended_at is not None

    @property
    def on_hold(self) -> bool:
        return any(span.until is None and span.why == "hold" for span in self.stops)

    @property
    def suspended(self) -> bool:
        return any(span.until is None and span.why == "suspension" for span in self.stops)

    def stage(self, stage: Stage) -> StageState | None:
        return next((held for held in self.stages if held.stage is stage), None)

    def passed(self, stage: Stage) -> bool:
        held = self.stage(stage)
        return held is not None and held.status is StageStatus.PASSED

    def gate(self, gate_id: str) -> Gate:
        return next(gate for gate in self.gates if gate.id == gate_id)

    def open_gates(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates if gate.is_open)

    def latest_gate(self, code: str) -> Gate | None:
        """The newest gate of a code, open or settled."""
        return next((gate for gate in reversed(self.gates) if gate.code == code), None)

    def members_of(self, side: Side) -> tuple[Member, ...]:
        """The members that take part for a side now."""
        return tuple(member for member in self.members if member.side is side and not member.until)

    def home(self) -> tuple[str, str]:
        """Zone and country where nothing else tells: those of the first member, else of the first holder."""
        for member in (*self.members_of(Side.EU), *self.members):
            return member.zone, member.country
        for held in self.holders:
            return held.zone, held.country
        raise ValueError(f"{self.entity} has neither members nor people")

    def holders_of(self, role: Role, side: Side, at: datetime) -> tuple[Holder, ...]:
        return tuple(
            holder
            for holder in self.holders
            if holder.role is role and holder.side is side and holder.holds(at)
        )

    def holder(self, person: str, at: datetime) -> Holder | None:
        """Any role this person holds now; the first one."""
        return next((held for held in self.holders if held.person == person and held.holds(at)), None)

    def stands_for(self, person: str, side: Side, at: datetime) -> bool:
        """Whether a person holds any role of a side now."""
        return any(held.person == person and held.side is side and held.holds(at) for held in self.holders)

    def political(self) -> tuple[PersonId, ...]:
        """Mayors and the like of now: they are written to by people only."""
        return tuple(held.person for held in self.holders if held.role in POLITICAL and held.holds(self.now))

    def last_known(self, person: str) -> Holder | None:
        """The latest holding of a person, also one that is over."""
        return next((held for held in reversed(self.holders) if held.person == person), None)

    def persons_for(self, seat: Seat, at: datetime) -> tuple[PersonId, ...]:
        """Who is asked to take a seat: the named person while they hold any role, else all of its role."""
        if seat.person is not None:
            return (seat.person,) if self.holder(seat.person, at) is not None else ()
        if seat.of is not None:
            return self.own_people(seat, at)
        return tuple(holder.person for holder in self.holders_of(seat.role, seat.side, at))

    def deadline(self, clock: Clock) -> Deadline | None:
        """When a clock of this entity runs out; None while it or everything stands still."""
        return clock.deadline(self.edition, also=self.stops)

    def clock_for(self, clock_id: str, allowance: Allowance, seats: Iterable[Seat], at: datetime) -> Clock:
        """A clock starting at `at` for those who are to act in these seats.

        Own working days are those of the side's members (for the programme's staff, of where the holder lives);
        joint ones those of all members. The day ends where it ends last. A calendar-day deadline of
        a partner rolls to a working day; a contract period does not (domain.md 2.10).
        """
        seats = tuple(seats)
        countries: list[str] = []
        zones: list[str] = []
        for seat in seats:
            held = next(iter(self.holders_of(seat.role, seat.side, at)), None)
            members = self.members_of(seat.side)
            if len(members) != 1 and seat.person is not None:
                # of several members of a side it is the person's own that counts
                held, members = self.holder(seat.person, at) or held, ()
            if members:
                countries += [member.country for member in members]
                zones += [held.zone] if held and len(members) == 1 else [member.zone for member in members]
            elif held is not None:
                countries.append(held.country)
                zones.append(held.zone)
        if allowance.kind is DayKind.JOINT or not countries:
            countries = [member.country for side in SIDES for member in self.members_of(side)]
        zones = zones or [self.home()[0]]
        known = [calendar.country for calendar in self.edition.countries]
        usable = tuple(dict.fromkeys(country for country in countries if country in known))
        if allowance.kind is DayKind.CALENDAR and any(seat.role in PARTNER_ROLES for seat in seats):
            allowance = allowance.model_copy(update={"rolls": True})
        return Clock(
            id=clock_id,
            start=at,
            allowance=allowance,
            countries=usable or tuple(known),
            zone=min(dict.fromkeys(zones), key=lambda zone: _offset(zone, at)),
        )

    def makers_of(self, stage: Stage) -> tuple[str, ...]:
        """Everyone who made a version of the stage's deliverable, or for whom it was made."""
        held = self.stage(stage)
        people: list[str] = []
        for version in held.versions if held else ():
            people.append(version.by.person)
            if version.by.on_behalf_of is not None:
                people.append(version.by.on_behalf_of)
        return tuple(dict.fromkeys(people))

    def proposal(self, number: int) -> Proposal | None:
        return next((proposal for proposal in self.proposals if proposal.number == number), None)


def _offset(zone: str, at: datetime) -> float:
    """Seconds east of Greenwich: the least is where the day ends last."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset is not None else 0.0
