"""Where a partnership stands: all its facts, and the plain questions one can ask of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from domain.calendars import CalendarEdition
from domain.clocks import Allowance, Clock, DayKind, Deadline, Span
from domain.deliverables import AnyDeliverable
from domain.events import End
from domain.gates import Gate
from domain.requests import AgreementStep, ExchangeMode, Matter, SessionStep
from domain.terms import Seat, Stage, Terms
from domain.values import (
    POLITICAL,
    SIDES,
    Actor,
    Code,
    Component,
    Holder,
    Member,
    Mode,
    Organisation,
    PersonId,
    Remembering,
    Role,
    Side,
    TextHash,
    UtcTime,
    Value,
    shared,
)

PARTNER_ROLES = (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY)
AGREEMENT_OVER = (
    AgreementStep.NONE,
    AgreementStep.SIGNED,
    AgreementStep.LAPSED,
    AgreementStep.TERMINATED,
)
"""Steps at which nobody owes anything for the agreement."""
SIGNING_KNOWN = (AgreementStep.SIGNING_SCHEDULED, AgreementStep.SIGNED, AgreementStep.TERMINATED)


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


class Agreement(Value):
    clock: Clock | None = None
    step: AgreementStep = AgreementStep.NONE
    since: UtcTime | None = None
    began: UtcTime | None = None
    taken: tuple[AgreementStep, ...] = ()
    signing: UtcTime | None = None
    signed: UtcTime | None = None


class Exchange(Value):
    code: Code
    mode: ExchangeMode
    held: UtcTime
    participants_eu: int
    participants_cn: int
    evidence: TextHash | None = None


class Session(Value):
    """A working session: planned, held and minuted; `answered` and `agreed` are the sides that did.

    `clock` is that of what it waits for now (the invitation, the answers, the minutes, the agreement to them),
    `report` that of recording it as held.
    """

    code: Code
    mode: ExchangeMode
    starts: UtcTime
    moved: int = 0
    step: SessionStep = SessionStep.PLANNED
    planned: UtcTime
    since: UtcTime
    text: TextHash | None = None
    """The agenda, later the minutes."""
    told: bool = False
    """Whether both sides have been told a day, so that they have to hear of another."""
    minutes: int = 0
    """How often minutes were written: corrected ones are agreed to anew."""
    clock: Clock
    report: Clock
    answered: tuple[Side, ...] = ()
    agreed: tuple[Side, ...] = ()

    @property
    def ahead(self) -> bool:
        """Whether it is still to be held."""
        return self.step in (SessionStep.PLANNED, SessionStep.INVITED, SessionStep.CONFIRMED)


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


class PartnershipState(Remembering):
    """All that is known of one partnership, folded from its events."""

    entity: str
    programme: Code
    code: Code
    component: Component
    mode: Mode
    cluster: Code
    themes: tuple[Code, ...]
    members: tuple[Member, ...]
    holders: tuple[Holder, ...]
    organisations: tuple[Organisation, ...] = ()
    terms: Annotated[Terms, AfterValidator(shared)]
    edition: Annotated[CalendarEdition, AfterValidator(shared)]
    founded: UtcTime
    now: UtcTime
    """When the latest event took effect."""
    ends: UtcTime
    stages: tuple[StageState, ...] = ()
    gates: tuple[Gate, ...] = ()
    agreement: Agreement = Agreement()
    exchanges: tuple[Exchange, ...] = ()
    sessions: tuple[Session, ...] = Field(default=(), exclude_if=lambda sessions: not sessions)
    dormant: int = Field(default=0, exclude_if=lambda told: not told)
    """What has been told of a silence: 1 that there is one, 2 that how to go on is to be settled."""
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
    plan_adopted: UtcTime | None = None
    pilots_endorsed: int = 0
    end: End | None = None
    ended_at: UtcTime | None = None
    merged_into: Code | None = None

    @property
    def ended(self) -> bool:
        return self.end is not None

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

    def member(self, side: Side) -> Member:
        """The member that takes part for a side now."""
        return next(member for member in reversed(self.members) if member.side is side and not member.until)

    def session(self, code: str) -> Session | None:
        return next((held for held in self.sessions if held.code == code), None)

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
        return tuple(holder.person for holder in self.holders_of(seat.role, seat.side, at))

    def deadline(self, clock: Clock) -> Deadline | None:
        """When a clock of this partnership runs out; None while it or everything stands still."""
        return clock.deadline(self.edition, also=self.stops)

    def clock_for(self, clock_id: str, allowance: Allowance, seats: Iterable[Seat], at: datetime) -> Clock:
        """A clock starting at `at` for those who are to act in these seats.

        Own working days are those of the one side's member (for the programme's staff, of where the holder
        lives); joint ones those of both members. The day ends where it ends last. A calendar-day deadline of
        a partner rolls to a working day; a contract period does not (domain.md 2.10).
        """
        seats = tuple(seats)
        countries: list[str] = []
        zones: list[str] = []
        for seat in seats:
            held = next(iter(self.holders_of(seat.role, seat.side, at)), None)
            if seat.side in SIDES:
                member = self.member(seat.side)
                countries.append(member.country)
                zones.append(held.zone if held else member.zone)
            elif held is not None:
                countries.append(held.country)
                zones.append(held.zone)
        if allowance.kind is DayKind.JOINT or not countries:
            countries = [self.member(side).country for side in SIDES]
        zones = zones or [self.member(Side.EU).zone]
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
