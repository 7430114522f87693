"""Members of a cluster: asked, consenting on both sides, merging into it; and who stands for them."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain import life
from domain import requests as rq
from domain.clocks import Clock
from domain.clusters.requests import MOST_MEMBERS, Candidate, Matter, places
from domain.clusters.state import ClusterState, Membership
from domain.folding import fold
from domain.life import calendar_known, steered
from domain.standing import acting, day, only, person_of_one_side
from domain.tasks import OPERATOR
from domain.terms import Seat, calendar_days
from domain.values import OF_A_SIDE, SIDES, Actor, Holder, Refusal, Role, listed

S = ClusterState
Events = tuple[ev.AnyEvent, ...]
STAFF = (Role.OPERATOR, Role.TEAM_LEADER, Role.CLUSTER_MANAGER)
PARTNERS = (Role.FOCAL_POINT, Role.DEPUTY)


def join(state: S, request: rq.Join, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "ask a partnership to join", *STAFF)
    code = request.member.code
    known = state.membership(code)
    if known is not None and known.left is None:
        how = f"is a member since {day(known.since)}" if known.since else f"was asked on {day(known.asked)}"
        raise Refusal(f"{code} {how} already")
    settled_first(state, f"{code} is asked")
    if len(state.present()) + len(state.candidates()) >= MOST_MEMBERS:
        raise Refusal(f"cluster {state.code} has {MOST_MEMBERS} members, which is as many as it can have")
    complete(request.member, request.holders)
    for member in request.members:
        calendar_known(state, member.country)
    for held in request.holders:
        calendar_known(state, held.country)
        person_of_one_side(state, held.person, held.side)
    names = [(member.side, member.name) for member in state.members if not member.until]
    members = tuple(
        one.model_copy(update={"since": at}) for one in request.members if (one.side, one.name) not in names
    )
    holders = _new_here(state, request.holders, at)
    return (
        ev.MemberAsked(
            at=at,
            by=by,
            member=request.member,
            members=members,
            holders=holders,
            reason=request.reason,
            clock=consent_clock(state, code, Matter.MEMBERSHIP, at),
            given_members=request.members if len(members) < len(request.members) else (),
            given_holders=request.holders if len(holders) < len(request.holders) else (),
        ),
    )


def complete(member: Candidate, holders: tuple[Holder, ...]) -> None:
    """Refuses a partnership that nobody could answer for."""
    for side in SIDES:
        if not any(place.role is Role.FOCAL_POINT and place.side is side for place in member.people):
            raise Refusal(
                f"{member.code} has no {side.value.upper()} focal point, whose consent is needed; its partnership "
                "names one first (change-holder)"
            )
    known = [(held.person, held.role, held.side) for held in holders]
    for place in member.people:
        if (place.person, place.role, place.side) not in known:
            raise Refusal(f"{place.person} stands for {member.code} but is not among the people given")


def _new_here(state: S, holders: tuple[Holder, ...], at: datetime) -> tuple[Holder, ...]:
    """Those who do not hold the very role in the cluster yet; staff of the programme have theirs by its founding."""
    return tuple(
        held.model_copy(update={"since": at, "until": None})
        for held in holders
        if held.role in OF_A_SIDE
        and not any(one.person == held.person for one in state.holders_of(held.role, held.side, at))
    )


def consent_clock(state: S, code: str, to: Matter, at: datetime) -> Clock:
    seats = tuple(Seat(role=Role.FOCAL_POINT, side=side, of=code) for side in SIDES)
    return state.clock_for(f"{to.value}/{code}/{day(at)}", state.rules.consent, seats, at)


def settled_first(state: S, what: str) -> None:
    """Refuses to change who the members are while a version lies with them."""
    stage = state.being_decided()
    if stage is not None:
        gates = listed(
            [f"{gate.code} ({gate.terms.title})" for gate in state.open_gates() if gate.stage is stage]
        )
        raise Refusal(
            f"a version of the {stage.words} is being decided on at gate {gates} by the members of now; {what} once "
            "that is settled, and two persons can settle it (propose settle-gate)"
        )


def member_of(state: S, code: str) -> Membership:
    """A member of now; refuses what is none, and says what is."""
    found = state.membership(code)
    if found is None or found.since is None or found.left is not None:
        since = (
            f" any more since {day(found.left)}"
            if found is not None and found.left is not None and found.since is not None
            else ""
        )
        known = listed([one.code for one in state.present()]) or "none"
        raise Refusal(f"{code} is no member of cluster {state.code}{since}; its members are: {known}")
    return found


def consent(state: S, request: rq.Consent, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "consent for a side", *PARTNERS)
    to, code = request.to, request.member
    found = state.membership(code)
    if found is None or found.left is not None or (to is Matter.MERGER and found.since is None):
        asked = (
            listed([one.code for one in state.memberships if one.left is None and one.asks is to]) or "none"
        )
        raise Refusal(f"{code} is not asked for its consent to the {to.value}; those asked are: {asked}")
    persons = (by.person, by.on_behalf_of)
    if not any(place.person in persons and place.side is by.side for place in found.people):
        raise Refusal(
            f"{by.on_behalf_of or by.person} does not stand for {code} on the {by.side.value.upper()} side; its own "
            "focal points consent",
            grave=True,
        )
    if by.side in found.consented(to):
        raise Refusal(f"the {by.side.value.upper()} side of {code} has consented to the {to.value} already")
    if found.asks is not to:
        if to is Matter.MERGER and found.merger_agreed is None:
            raise Refusal(f"nobody has asked whether {code} merges into cluster {state.code} (ask-merger)")
        raise Refusal(f"the {to.value} of {code} is settled already")
    if not request.given:
        if request.reason is None:
            raise Refusal(f"whoever does not consent to the {to.value} of {code} says why (--reason)")
        refused = ev.ConsentRefused(
            at=at, by=by, member=code, side=by.side, to=to, reason=request.reason, remark=request.remark
        )
        return (refused, *_activated(fold(state, refused), at, by))
    if to is Matter.MEMBERSHIP:
        settled_first(state, f"{code} becomes a member")
    given = ev.ConsentGiven(at=at, by=by, member=code, side=by.side, to=to, remark=request.remark)
    return (given, *_activated(fold(state, given), at, by))


def _activated(state: S, at: datetime, by: Actor) -> Events:
    """A cluster that was forming is active once everybody asked has answered and they are enough."""
    if state.active is not None or state.candidates() or not state.enough():
        return ()
    members = tuple(one.code for one in state.present())
    return (ev.ClusterActivated(at=at, by=by, members=members, clock=review_clock(state, at)),)


def review_clock(state: S, at: datetime) -> Clock:
    name = f"review/{state.reviews + 1}/{day(at)}"
    return state.clock_for(name, calendar_days(state.rules.review), (OPERATOR,), at)


def name_people(state: S, request: rq.NamePeople, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "name who stands for a member")
    found = state.membership(request.member)
    if found is None or found.left is not None:
        known = listed([one.code for one in state.memberships if one.left is None]) or "none"
        raise Refusal(f"{request.member} is neither a member of {state.code} nor asked; those are: {known}")
    people = places(request.holders)
    complete(Candidate(code=found.code, eu=found.eu, cn=found.cn, people=people), request.holders)
    key = [(one.person, one.role.value, one.side.value) for one in people]
    if sorted(key) == sorted((one.person, one.role.value, one.side.value) for one in found.people):
        raise Refusal(f"these people stand for {found.code} already; nothing would change")
    for held in request.holders:
        calendar_known(state, held.country)
        if held.role in OF_A_SIDE:
            person_of_one_side(state, held.person, held.side)
    holders = _new_here(state, request.holders, at)
    given = request.holders if len(holders) < len(request.holders) else ()
    return (ev.PeopleNamed(at=at, by=by, member=found.code, people=people, holders=holders, given=given),)


def change_holder(state: S, request: rq.ChangeHolder, by: Actor, at: datetime) -> Events:
    if request.role in OF_A_SIDE and request.side in SIDES and request.leaving is None:
        raise Refusal(
            f"who stands for a member of cluster {state.code} is known from its partnership: record it there "
            "(partnership change-holder), and bring it here (cluster name-people)"
        )
    events = life.change_holder(state, request, by, at)
    changed = events[0]
    assert isinstance(changed, ev.HolderChanged)
    if changed.to is None and changed.clock is None and request.role in (Role.FOCAL_POINT, Role.SIGNATORY):
        later = fold(state, changed)
        seats = [Seat(role=request.role, side=request.side, of=one.code) for one in later.present()]
        if any(not later.own_people(seat, at) for seat in seats):
            # others of the side are left, but none that stands for this member
            name = f"successor.{request.role.value}.{request.side.value}/{day(at)}"
            clock = state.clock_for(name, state.terms.successor, (OPERATOR,), at)
            return (changed.model_copy(update={"clock": clock}), *events[1:])
    return events


def ask_merger(state: S, request: rq.AskMerger, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "ask for a merger", *STAFF)
    if state.active is None:
        raise Refusal(f"nothing merges into a cluster that is not active: {state.lacking()}")
    found = member_of(state, request.member)
    if found.merged is not None:
        raise Refusal(f"{found.code} was merged into cluster {state.code} on {day(found.merged)} already")
    if found.merger_agreed is not None:
        raise Refusal(
            f"both sides of {found.code} agreed to the merger on {day(found.merger_agreed)}; two persons close the "
            "partnership (partnership propose merge)"
        )
    if found.merger_asked is not None:
        raise Refusal(f"{found.code} was asked on {day(found.merger_asked)}; its partners answer (consent)")
    if found.split is not None:
        raise Refusal(
            f"{found.code} was asked on {day(found.split.asked)} whether it splits from cluster {state.code}; that is "
            "answered first (consent)"
        )
    clock = consent_clock(state, found.code, Matter.MERGER, at)
    return (ev.MergerAsked(at=at, by=by, member=found.code, reason=request.reason, clock=clock),)


def take_over(state: S, request: rq.TakeOver, by: Actor, at: datetime) -> Events:
    steered(state, by, at, "record what is taken over")
    found = member_of(state, request.of.partition("/")[2])
    if found.merged is not None:
        raise Refusal(f"what was open in {found.code} was taken over on {day(found.merged)} already")
    if found.merger_agreed is None:
        raise Refusal(
            f"the partners of {found.code} have not both consented to its merger; they are asked first (ask-merger)"
        )
    return (ev.ActionsTakenOver(at=at, by=by, member=found.code, of=request.of, open=request.open),)
