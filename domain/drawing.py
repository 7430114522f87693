"""What an entity that serves several others is founded from: their members, people, rules and calendars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.calendars import CalendarEdition
from domain.living import Entity
from domain.terms import Terms
from domain.values import Actor, Holder, Member, Refusal, Role


@dataclass(frozen=True)
class Drawn:
    """Members and people of several entities as they are now, and the newest rules and calendars among theirs."""

    programme: str
    members: tuple[Member, ...]
    holders: tuple[Holder, ...]
    edition: CalendarEdition
    terms: Terms
    ends: datetime


def drawn_from(states: Sequence[Entity], by: Actor, at: datetime) -> Drawn:
    """Put together from entities of one programme; Refusal where they are not, or where `by` is no operator of each."""
    first = states[0]
    for state in states:
        if state.programme != first.programme:
            raise Refusal(
                f"{first.code} is of programme {first.programme} and {state.code} of {state.programme}"
            )
        if state.ended:
            raise Refusal(f"{state.code} has ended, and nothing new begins with it")
        held = state.holders_of(Role.OPERATOR, by.side, at) + state.holders_of(Role.TEAM_LEADER, by.side, at)
        if by.role not in (Role.OPERATOR, Role.TEAM_LEADER) or by.person not in [one.person for one in held]:
            raise Refusal(f"{by.person} is neither an operator nor a team leader of {state.code}")
    members = {
        (member.side, member.name): member for state in states for member in state.members if not member.until
    }
    holders = {
        (held.person, held.role, held.side): held
        for state in states
        for held in state.holders
        if held.holds(at)
    }
    return Drawn(
        programme=first.programme,
        members=tuple(member.model_copy(update={"since": at}) for member in members.values()),
        holders=tuple(held.model_copy(update={"since": at, "until": None}) for held in holders.values()),
        edition=calendars_of(states),
        terms=first.terms,
        ends=max(state.ends for state in states),
    )


def calendars_of(states: Sequence[Entity]) -> CalendarEdition:
    """The newest edition among theirs, with every country that any of them has."""
    newest = max((state.edition for state in states), key=lambda edition: edition.published)
    countries = {one.country: one for state in states for one in state.edition.countries}
    countries |= {one.country: one for one in newest.countries}
    return newest.model_copy(update={"countries": tuple(countries.values())})
