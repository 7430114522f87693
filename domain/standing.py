"""Who may act, in which role and for whom: checked before anything else, and refused in a sentence."""

from __future__ import annotations

from datetime import datetime

from domain.entity import EntityState
from domain.gates import Gate
from domain.terms import Seat, Stage
from domain.values import SIDES, Actor, Refusal, Role, Side, listed

S = EntityState


def day(at: datetime) -> str:
    """A day for a sentence, in UTC."""
    return f"{at:%Y-%m-%d}"


def role_words(role: Role, side: Side) -> str:
    return str(Seat(role=role, side=side))


def acting(state: S, by: Actor, at: datetime, stage: Stage | None = None) -> None:
    """Refuses (gravely) somebody who does not hold the role, or was not delegated it for this time and stage."""
    role = role_words(by.role, by.side)
    holder = by.on_behalf_of or by.person
    held = [
        holding
        for holding in state.holders
        if holding.person == holder and holding.role is by.role and holding.side is by.side
    ]
    if not any(holding.holds(at) for holding in held):
        past = max((holding.until for holding in held if holding.until and holding.until <= at), default=None)
        until = f" any more since {day(past)}" if past else ""
        raise Refusal(
            f"{holder} does not hold the role of {role} in {state.code}{until}; "
            "the secretariat can record who does (change-holder)",
            grave=True,
        )
    if by.on_behalf_of is None:
        return
    given = [
        one
        for one in state.delegations
        if one.giver == by.on_behalf_of
        and one.to == by.person
        and one.role is by.role
        and one.side is by.side
    ]
    if not any(one.since <= at < one.until and (not one.stages or stage in one.stages) for one in given):
        scope = f" for {stage.words}" if stage else f" for the {state.noun} as a whole"
        raise Refusal(
            f"{by.person} may not act for {by.on_behalf_of} as {role}{scope} on {day(at)}: "
            "no delegation covers it; the holder of the role can give one (delegate)",
            grave=True,
        )


def only(by: Actor, doing: str, *roles: Role) -> None:
    """Refuses (gravely) everybody but these roles."""
    if by.role not in roles:
        who = listed([f"the {role.value.replace('_', ' ')}" for role in roles], "or")
        raise Refusal(
            f"only {who} may {doing}; you act as {role_words(by.role, by.side)}",
            grave=True,
        )


def sits(seat: Seat, by: Actor) -> bool:
    """Whether an actor may take a seat: named for it, holding its role, or deputy to its focal point."""
    if seat.person is not None:
        return seat.person in (by.person, by.on_behalf_of)
    if seat.side is not by.side:
        return False
    return seat.role is by.role or (seat.role is Role.FOCAL_POINT and by.role is Role.DEPUTY)


def seat_for(state: S, gate: Gate, by: Actor) -> int:
    """The seat an actor takes at a gate; refuses whoever has none, the maker, and a person of both sides."""
    places = [place for place, seat in enumerate(gate.seats) if sits(seat, by) and _own(state, seat, by)]
    if not places:
        raise Refusal(
            f"gate {gate.code} ({gate.terms.title}) is decided by "
            f"{listed([_sitting(seat) for seat in gate.seats])}; you act as {role_words(by.role, by.side)}",
            grave=True,
        )
    not_the_maker(state, gate.stage, by.person)
    if by.on_behalf_of is not None:
        not_the_maker(state, gate.stage, by.on_behalf_of)
    place = next((place for place in places if gate.vote_of(place) is None), places[0])
    for_one_side(state, by, gate.seats[place].side)
    return place


def _own(state: S, seat: Seat, by: Actor) -> bool:
    """Whether a seat that is a member's own is that of the actor's member."""
    if seat.of is None or seat.person is not None:
        return True
    return any(person is not None and state.is_of(seat, person) for person in (by.person, by.on_behalf_of))


def _sitting(seat: Seat) -> str:
    """Who decides from a seat: whoever holds its role, or the person it was handed over to or made for."""
    return f"the {seat}" if seat.person is None else f"{seat.person} in the seat of the {seat}"


def not_the_maker(state: S, stage: Stage, person: str) -> None:
    if person in state.makers_of(stage):
        raise Refusal(
            f"{person} made (or had made) the {stage.words} deliverable and so never decides on it; "
            "another holder of the role, or a person it is handed over to, can",
            grave=True,
        )


def one_voice(gate: Gate, by: Actor, place: int) -> None:
    """Refuses a person who has decided at this gate from another seat: n of m are n persons."""
    for vote in (*gate.votes, *gate.late):
        if gate.seats[place].of is not None and gate.seats[vote.seat].of != gate.seats[place].of:
            continue  # whoever stands for two members of a cluster has the voice of each
        if vote.seat != place and vote.person == by.person:
            raise Refusal(
                f"{by.person} decided at gate {gate.code} as the {gate.seats[vote.seat]} on {day(vote.at)}; "
                "one person has one voice at a gate, and the other seat can be handed over (hand-over)",
                grave=True,
            )


def for_one_side(state: S, by: Actor, side: Side) -> None:
    """One person never decides for both sides, at any gate of an entity."""
    if side not in SIDES:
        return
    for gate in state.gates:
        for vote in (*gate.votes, *gate.late):
            if vote.person == by.person and gate.seats[vote.seat].side is side.other:
                raise Refusal(
                    f"{by.person} decided for the {side.other.value.upper()} side at gate {gate.code} on "
                    f"{day(vote.at)}; one person never decides for both sides",
                    grave=True,
                )
    person_of_one_side(state, by.person, side)


def person_of_one_side(state: S, person: str, side: Side) -> None:
    """Refuses a person who holds, or held, a role on the other side of this entity."""
    if side in SIDES and any(held.person == person and held.side is side.other for held in state.holders):
        raise Refusal(
            f"{person} stands for the {side.other.value.upper()} side in {state.code}; "
            "one person never acts for both sides",
            grave=True,
        )
