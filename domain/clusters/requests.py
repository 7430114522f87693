"""What people can ask of a cluster alone, and the facts each request needs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.values import (
    OF_A_SIDE,
    Code,
    EntityName,
    ExchangeMode,
    GivenTime,
    Holder,
    Member,
    PersonId,
    PlaceName,
    Role,
    Side,
    TaskName,
    TextHash,
    Value,
)

MOST_MEMBERS = 25
"""So many partnerships a cluster has at most: each has two seats at a gate of all members, and a gate has fifty."""

Voice = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}\.(eu|cn)$")]
"""A side of a member, such as `C1-01.eu`."""


class Place(Value):
    """A person who stands for a member of a cluster, in which role and for which of its sides."""

    person: PersonId
    role: Role
    side: Side


class Candidate(Value):
    """A partnership as a member of a cluster: its code, its two cities or regions by name, and who stands for it."""

    code: Code
    eu: PlaceName
    cn: PlaceName
    people: Annotated[tuple[Place, ...], Field(max_length=60)]


def places(holders: tuple[Holder, ...]) -> tuple[Place, ...]:
    """Who of these people stands for a side, and so for the member they come from."""
    return tuple(
        Place(person=held.person, role=held.role, side=held.side)
        for held in holders
        if held.role in OF_A_SIDE
    )


class Matter(StrEnum):
    """What the partners of a member are asked to consent to."""

    MEMBERSHIP = "membership"
    MERGER = "merger"
    SPLIT = "split"


class Join(Value):
    """A partnership is asked to become a member, with its cities or regions and its people as they are now."""

    kind: Literal["join"] = "join"
    member: Candidate
    members: Annotated[tuple[Member, ...], Field(max_length=10)]
    holders: Annotated[tuple[Holder, ...], Field(max_length=60)]
    reason: Code


class Consent(Value):
    """A partner's answer for its side: whether the partnership becomes a member, merges into the cluster, or splits."""

    kind: Literal["consent"] = "consent"
    member: Code
    to: Matter
    given: bool
    reason: Code | None = None
    remark: TextHash | None = None


class NamePeople(Value):
    """Who stands for a member from now on, as its partnership has it."""

    kind: Literal["name_people"] = "name_people"
    member: Code
    holders: Annotated[tuple[Holder, ...], Field(max_length=60)]


class Leave(Value):
    """A member leaves. `bilateral`: it goes on with an agreement of its own.

    The text behind `consent` is both sides' word where the secretariat records it; of a partner it is its own.
    """

    kind: Literal["leave"] = "leave"
    member: Code
    reason: Code
    consent: TextHash
    bilateral: bool = False


class AskMerger(Value):
    """Both partners of a member are asked whether their partnership goes on inside the cluster alone."""

    kind: Literal["ask_merger"] = "ask_merger"
    member: Code
    reason: Code


class TakeOver(Value):
    """What was open in a partnership that merged into the cluster, by the ids of the tasks; asked by an errand."""

    kind: Literal["take_over"] = "take_over"
    of: EntityName
    open: Annotated[tuple[TaskName, ...], Field(max_length=500)]


class AskSplit(Value):
    """Both partners of a member, also of one that was merged, are asked whether it goes on bilaterally."""

    kind: Literal["ask_split"] = "ask_split"
    member: Code
    reason: Code


class GiveBack(Value):
    """A partnership that was merged goes on in another: what was taken over goes back to it; asked by an errand."""

    kind: Literal["give_back"] = "give_back"
    of: EntityName
    to: EntityName


class Attended(Value):
    """How many of a city or region took part."""

    name: PlaceName
    number: Annotated[int, Field(ge=1, le=10_000)]


class HoldJointSession(Value):
    """A joint session was held: who took part, city by city; no evidence, no count."""

    kind: Literal["hold_session"] = "hold_session"
    code: Code
    mode: ExchangeMode
    held: GivenTime
    attended: Annotated[tuple[Attended, ...], Field(min_length=1, max_length=100)]
    evidence: TextHash | None = None


class ReviewCluster(Value):
    """The review of every six months: the cluster goes on, and what was found is in the text behind `finding`."""

    kind: Literal["review_cluster"] = "review_cluster"
    finding: TextHash


class CloseCluster(Value):
    kind: Literal["close_cluster"] = "close_cluster"
    reason: Code
    finding: TextHash | None = None
