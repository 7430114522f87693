"""The delegation: its sub-groups, who travels in them, their clearance by their own authority, their visas."""

from __future__ import annotations

from datetime import datetime

from domain import events as ev
from domain.standing import acting, only
from domain.tasks import OPERATOR
from domain.values import Actor, Refusal, Role, Side, listed
from domain.visits import events as ve
from domain.visits import requests as vr
from domain.visits.requests import GroupStep
from domain.visits.rules import ORGANISERS, ahead
from domain.visits.state import Group, VisitState
from domain.visits.timetable import planned

S = VisitState
Events = tuple[ev.AnyEvent, ...]
_FOLLOWS: dict[GroupStep | None, tuple[GroupStep, ...]] = {
    None: (GroupStep.SUBMITTED, GroupStep.LODGED),
    GroupStep.SUBMITTED: (GroupStep.CLEARED, GroupStep.REFUSED),
    GroupStep.CLEARED: (GroupStep.LODGED,),
    GroupStep.LODGED: (GroupStep.GRANTED,),
    GroupStep.GRANTED: (),
    GroupStep.REFUSED: (),
}


def form_group(state: S, request: vr.FormGroup, by: Actor, at: datetime) -> Events:
    acting(state, by, at)
    only(by, "form a sub-group", *ORGANISERS)
    ahead(state)
    if not state.delegated:
        raise Refusal(f"visit {state.code} is {state.mode.value}: no delegation is named for it")
    if state.first is None:
        raise Refusal(f"visit {state.code} is put off and has no days yet (move)")
    if state.group(request.group) is not None:
        raise Refusal(f"sub-group {request.group} is formed already")
    if state.is_done("freeze"):
        raise Refusal("the delegation is frozen; no sub-group is added to it")
    places = [member.name for member in state.members]
    for place in (request.sender, request.host):
        if place not in places:
            raise Refusal(f"{place!r} does not take part in visit {state.code}; {listed(places)} do")
    if request.host not in state.hosts:
        raise Refusal(f"{request.host!r} receives nobody; hosts are {listed(list(state.hosts))}")
    if request.sender in state.hosts:
        raise Refusal(f"{request.sender!r} is a host of this visit and sends no sub-group to it")
    side = state.side_of(request.sender)
    _answers_for(state, request.contact, side, at)
    _answers_for(state, request.host_contact, state.side_of(request.host), at)
    for code in request.serves:
        served = next((one for one in state.serves if one.code == code), None)
        if served is None:
            known = listed([one.code for one in state.serves])
            raise Refusal(f"visit {state.code} does not serve {code}; it serves {known}")
        if request.sender not in (served.eu, served.cn):
            raise Refusal(f"{request.sender!r} is no member of {code} and cannot travel for it")
    formed = Group(
        group=request.group,
        side=side,
        sender=request.sender,
        host=request.host,
        contact=request.contact,
        host_contact=request.host_contact,
        serves=request.serves,
    )
    later = state.model_copy(update={"groups": (*state.groups, formed)})
    fresh = planned(later, state.first, state.days, at, (formed,))
    return (
        ve.GroupFormed(
            at=at,
            by=by,
            group=request.group,
            side=side,
            sender=request.sender,
            host=request.host,
            contact=request.contact,
            host_contact=request.host_contact,
            serves=request.serves,
            milestones=tuple(one for one in fresh if one.about == request.group and one.done is None),
        ),
    )


def _answers_for(state: S, person: str, side: Side, at: datetime) -> None:
    held = state.holder(person, at)
    if held is None or held.side is not side or held.role not in (Role.FOCAL_POINT, Role.DEPUTY):
        raise Refusal(f"{person} is no focal point of the {side.value.upper()} side in visit {state.code}")


def _own_group(state: S, code: str, by: Actor, at: datetime, doing: str) -> Group:
    """A sub-group that an actor may speak for: its focal point, or the secretariat."""
    acting(state, by, at)
    group = state.the_group(code)
    own = by.side is group.side and by.role in (Role.FOCAL_POINT, Role.DEPUTY)
    if not own and by.role not in ORGANISERS:
        raise Refusal(
            f"{doing} of sub-group {code} is for its own focal point or the secretariat", grave=True
        )
    return group


def name_participants(state: S, request: vr.NameParticipants, by: Actor, at: datetime) -> Events:
    group = _own_group(state, request.group, by, at, "naming the participants")
    ahead(state)
    named = request.participants
    if len(dict.fromkeys(named)) < len(named):
        raise Refusal("each participant is named once")
    if request.head not in named:
        raise Refusal(f"{request.head} heads the sub-group and is to be among its participants")
    most = state.rules.group_max
    if group.side is Side.CN and state.from_china and len(named) > most:
        raise Refusal(
            f"a group of Chinese officials has at most {most} people, and {len(named)} are named; nor may it be "
            "split to get round that: whoever travels for another city is in that city's own sub-group"
        )
    for other in state.groups:
        twice = [one for one in named if one in other.participants and other.group != group.group]
        if twice:
            raise Refusal(f"{listed(twice)} travels in sub-group {other.group} already")
    if named == group.participants and request.head == group.head:
        raise Refusal(f"these are the participants of sub-group {group.group} already")
    again: tuple[ve.Milestone, ...] = ()
    if state.is_done("freeze"):
        if request.reason is None:
            raise Refusal("the delegation is frozen; whoever changes it says why (--reason)")
        if len(named) > len(group.participants):
            raise Refusal(
                f"the delegation is frozen with {len(group.participants)} people in sub-group {group.group}; they "
                "may be replaced, and not become more"
            )
        if group.step in (GroupStep.LODGED, GroupStep.GRANTED):
            raise Refusal(f"the visas of sub-group {group.group} are lodged; nobody is replaced any more")
        again = tuple(
            held.model_copy(
                update={"done": None, "text": None, "clock": held.clock.model_copy(update={"start": at})}
            )
            for held in state.milestones
            if held.about == group.group
            and held.step in ("invitation", "clearance")
            and held.done is not None
        )
    return (
        ve.ParticipantsNamed(
            at=at,
            by=by,
            group=group.group,
            participants=named,
            head=request.head,
            reason=request.reason,
            again=again,
        ),
    )


def group_step(state: S, request: vr.StepGroup, by: Actor, at: datetime) -> Events:
    group = _own_group(state, request.group, by, at, "the clearance")
    ahead(state)
    step = request.step
    if not group.participants:
        raise Refusal(f"nobody is named for sub-group {group.group} (name-participants)")
    cleared = state.from_china and group.side is Side.CN
    if step in (GroupStep.SUBMITTED, GroupStep.CLEARED, GroupStep.REFUSED) and not cleared:
        raise Refusal(
            f"sub-group {group.group} needs no clearance: its members are no Chinese officials abroad"
        )
    may = _FOLLOWS[group.step]
    if cleared and group.step is None:
        may = (GroupStep.SUBMITTED,)
    if step not in may:
        now = group.step.value.replace("_", " ") if group.step is not None else "not begun"
        then = listed([one.value.replace("_", "-") for one in may], "or") or "nothing more"
        raise Refusal(f"sub-group {group.group} stands at: {now}; after that comes {then}")
    invited = state.milestone(f"visit_invitation/{group.group}")
    if group.step is None and (invited is None or invited.done is None):
        raise Refusal(f"the host {group.host} has not issued the invitation of sub-group {group.group}")
    strangers = [one for one in request.refused if one not in group.participants]
    if strangers:
        raise Refusal(f"{listed(strangers)} does not travel in sub-group {group.group}")
    if request.refused and step is GroupStep.SUBMITTED:
        raise Refusal("who is refused is known once the authority has answered")
    later = state.model_copy(
        update={
            "groups": tuple(
                one.model_copy(update={"step": step, "refused": (*one.refused, *request.refused)})
                if one.group == group.group
                else one
                for one in state.groups
            )
        }
    )
    clock = None
    headless = group.head in request.refused
    if not later.enough() or (headless and step is not GroupStep.REFUSED):
        clock = state.clock_for(f"too_few/{group.group}", state.terms.operate, (OPERATOR,), at)
    return (
        ve.GroupStepTaken(
            at=at,
            by=by,
            group=group.group,
            step=step,
            refused=request.refused,
            text=request.text,
            clock=clock,
        ),
    )
