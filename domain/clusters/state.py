"""Where a cluster stands: its members and their consent, its joint sessions, its joint plan."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from domain.clocks import Clock
from domain.clusters.requests import Attended, Matter, Place, Voice
from domain.entity import StageStatus
from domain.requests import ExchangeMode
from domain.state import Meeting
from domain.terms import ClusterTerms, GateTerms, Seat, Stage
from domain.values import (
    SIDES,
    Actor,
    Code,
    EntityName,
    PersonId,
    PlaceName,
    Role,
    Side,
    TaskName,
    TextHash,
    UtcTime,
    Value,
    listed,
)


class Split(Value):
    """That a member goes on by itself: asked for, by whom (`C1-01.eu`) it is consented to, since when it is agreed."""

    asked: UtcTime
    reason: Code
    bilateral: bool
    consents: tuple[Voice, ...] = ()
    agreed: UtcTime | None = None


class Membership(Value):
    """A partnership in a cluster: asked at `asked`, a member from `since` to `left`, merged at `merged`.

    `consents` are the sides that consented to the membership, `merging` those that did to the merger. `clock` is that
    of what its partners are asked now. One that was merged and split again goes on in the partnership `went_on`.
    """

    code: Code
    eu: PlaceName
    cn: PlaceName
    people: tuple[Place, ...]
    asked: UtcTime
    clock: Clock
    consents: tuple[Side, ...] = ()
    since: UtcTime | None = None
    left: UtcTime | None = None
    merger_asked: UtcTime | None = None
    merging: tuple[Side, ...] = ()
    merger_agreed: UtcTime | None = None
    merged: UtcTime | None = None
    taken_over: tuple[TaskName, ...] = ()
    split: Split | None = Field(default=None, exclude_if=lambda split: split is None)
    went_on: EntityName | None = Field(default=None, exclude_if=lambda entity: entity is None)

    @property
    def entities(self) -> tuple[tuple[Side, str], ...]:
        return ((Side.EU, self.eu), (Side.CN, self.cn))

    @property
    def asks(self) -> Matter | None:
        """What its partners are asked to consent to now."""
        if self.since is None:
            return Matter.MEMBERSHIP
        if self.split is not None:
            return Matter.SPLIT if self.split.agreed is None else None
        return Matter.MERGER if self.merger_asked is not None and self.merger_agreed is None else None

    def consented(self, to: Matter) -> tuple[Side, ...]:
        return self.consents if to is Matter.MEMBERSHIP else self.merging


class JointSession(Value):
    """A joint session as held."""

    code: Code
    mode: ExchangeMode
    held: UtcTime
    attended: tuple[Attended, ...]
    participants_eu: int
    participants_cn: int
    reaches: tuple[Code, ...]
    evidence: TextHash | None = None


class AdoptedPlan(Value):
    version: TextHash
    covers: tuple[Code, ...]
    at: UtcTime


class ClusterState(Meeting):
    """All that is known of one cluster."""

    everybody: ClassVar[str] = "all members"
    records_with: ClassVar[str] = "hold-session"

    title: PlaceName
    title_zh: str = ""
    memberships: tuple[Membership, ...]
    """Those asked and those that are or were members, in the order in which they were asked."""
    active: UtcTime | None = None
    """Since when it is active; None while it is forming."""
    review: Clock | None = None
    reviews: int = 0
    joint: tuple[JointSession, ...] = Field(default=(), exclude_if=lambda joint: not joint)
    plans: tuple[AdoptedPlan, ...] = Field(default=(), exclude_if=lambda plans: not plans)
    carried_out: int = 0
    """How many errands it has sent, so that each has a name of its own."""

    @property
    def rules(self) -> ClusterTerms:
        return self.terms.clusters or ClusterTerms()

    def membership(self, code: str) -> Membership | None:
        """The latest membership of a partnership, or what it is asked."""
        return next((one for one in reversed(self.memberships) if one.code == code), None)

    def present(self) -> tuple[Membership, ...]:
        """The members of now."""
        return tuple(one for one in self.memberships if one.since is not None and one.left is None)

    def candidates(self) -> tuple[Membership, ...]:
        """Those that are asked and have not consented on both sides yet."""
        return tuple(one for one in self.memberships if one.since is None and one.left is None)

    def entities(self) -> tuple[tuple[Side, str], ...]:
        """The cities and regions of the members of now, each once."""
        return tuple(dict.fromkeys(entity for one in self.present() for entity in one.entities))

    def split_voices(self, one: Membership) -> tuple[str, ...]:
        """Whose consent a split takes: both partners', and where the terms say so every other member's."""
        own = tuple(f"{one.code}.{side.value}" for side in SIDES)
        if not self.rules.all_split:
            return own
        return tuple(dict.fromkeys((*own, *self.voices())))

    def enough(self) -> bool:
        """Whether its members are as many cities and regions as a cluster needs, of both sides."""
        found = self.entities()
        return len(found) >= self.rules.entities and all(
            any(side is one for one, _ in found) for side in SIDES
        )

    def lacking(self) -> str:
        """What keeps it from being active, as a sentence."""
        waiting = [
            f"{one.code} ({listed([side.value.upper() for side in SIDES if side not in one.consents])})"
            for one in self.candidates()
        ]
        if waiting:
            return (
                f"cluster {self.code} is forming: the consent of {listed(waiting)} is not on record (consent)"
            )
        return (
            f"cluster {self.code} is forming: its members are {len(self.entities())} cities and regions, and "
            f"{self.rules.entities} of both sides are needed; another partnership can be asked (join)"
        )

    def being_decided(self) -> Stage | None:
        """The stage of which a version lies with those who decide on it."""
        return next(
            (held.stage for held in self.stages if held.status is StageStatus.OPEN and not held.awaiting),
            None,
        )

    # What it shares with all that hold sessions, and with all that have gates

    def held_on(self, code: str) -> datetime | None:
        return next((one.held for one in self.joint if one.code == code), None)

    def voices(self) -> tuple[str, ...]:
        return tuple(f"{one.code}.{side.value}" for one in self.present() for side in SIDES)

    def voices_of(self, by: Actor) -> tuple[str, ...]:
        persons = (by.person, by.on_behalf_of)
        return tuple(
            f"{one.code}.{by.side.value}"
            for one in self.present()
            if any(place.person in persons and place.side is by.side for place in one.people)
        )

    def seat_of(self, voice: str) -> Seat:
        code, _, side = voice.rpartition(".")
        return Seat(role=Role.FOCAL_POINT, side=Side(side), of=code)

    def own_members(self, voices: tuple[str, ...]) -> str:
        return f" of {listed([voice.rpartition('.')[0] for voice in voices])}"

    def own_people(self, seat: Seat, at: datetime) -> tuple[PersonId, ...]:
        member = self.membership(seat.of or "")
        now = [held.person for held in self.holders_of(seat.role, seat.side, at)]
        return tuple(
            place.person
            for place in (member.people if member is not None else ())
            if (place.role, place.side) == (seat.role, seat.side) and place.person in now
        )

    def is_of(self, seat: Seat, person: PersonId) -> bool:
        member = self.membership(seat.of or "")
        return member is not None and any(
            place.person == person and place.side is seat.side for place in member.people
        )

    def seated(self, terms: GateTerms) -> GateTerms:
        if not terms.of_members:
            return terms
        seats = tuple(
            seat.model_copy(update={"of": one.code}) for one in self.present() for seat in terms.seats
        )
        return terms.model_copy(update={"seats": seats})


def of_partnership(code: str) -> EntityName:
    return f"partnership/{code}"
