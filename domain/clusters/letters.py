"""Which letters follow from what happens to a cluster alone, to whom."""

from __future__ import annotations

from collections.abc import Iterator

from domain import events as ev
from domain.clusters import events as ce
from domain.clusters.requests import Matter
from domain.clusters.state import ClusterState
from domain.letters import Draft, focal_points, operators, people_in, team_leaders
from domain.session_letters import session_changed
from domain.terms import Seat
from domain.values import SIDES, PersonId, Role, Side

S = ClusterState


def news(before: S | None, after: S, event: ev.AnyEvent) -> Iterator[Draft]:
    """The letters an event causes besides those that ask for what has come up."""
    managers = people_in(after, (Role.CLUSTER_MANAGER, Side.PROGRAMME))
    staff = (*managers, *operators(after))
    match event:
        case ev.ClusterActivated():
            facts = {"members": ", ".join(event.members)}
            yield Draft("cluster_active", (*focal_points(after), *staff, *team_leaders(after)), facts=facts)
        case ev.ConsentRefused():
            facts = {
                "member": event.member,
                "side": event.side.value,
                "to": event.to.value,
                "reason": event.reason,
            }
            whose = [voice.rpartition(".")[0] for voice in event.voices]
            if whose and event.member not in whose:
                facts["of"] = ", ".join(whose)
            known = before.membership(event.member) if before is not None else None
            if event.to is Matter.SPLIT and known is not None and known.merged is not None:
                facts["merged"] = "yes"
            told = _focal_of(before, event.member) if before is not None else ()
            others = tuple(one for one in (*told, *staff) if event.by is None or one != event.by.person)
            yield Draft("consent_refused", others, facts=facts)
        case ev.ConsentGiven() if event.to is Matter.MERGER:
            member = after.membership(event.member)
            if member is not None and member.merger_agreed is not None:
                yield Draft("merger_agreed", _focal_of(after, event.member), facts={"member": event.member})
        case ev.MemberLeft():
            facts = {
                "member": event.member,
                "reason": event.reason,
                "bilateral": "yes" if event.bilateral else "",
            }
            own = _focal_of(before, event.member) if before is not None else ()
            yield Draft("member_left", (*own, *focal_points(after), *staff), facts=facts)
        case ev.ActionsTakenOver():
            facts = {"member": event.member, "open": str(len(event.open))}
            yield Draft("taken_over", (*_focal_of(after, event.member), *staff), facts=facts)
        case ce.SplitAgreed():
            yield Draft("split_agreed", _focal_of(after, event.member), facts={"member": event.member})
        case ce.ActionsGivenBack():
            facts = {
                "member": event.member,
                "into": event.to.partition("/")[2],
                "open": str(len(event.open)),
            }
            own = _focal_of(before, event.member) if before is not None else ()
            yield Draft("given_back", (*own, *focal_points(after), *staff), facts=facts)
        case ev.JointPlanAdopted():
            facts = {"version": event.version, "members": ", ".join(event.covers)}
            delegation = people_in(after, (Role.EU_DELEGATION, Side.PROGRAMME))
            told = (*focal_points(after), *staff, *team_leaders(after), *delegation)
            yield Draft("joint_plan_adopted", told, facts=facts)
        case ev.EntityClosed():
            facts = {"end": event.end, "into": ""}
            yield Draft("closed", (*focal_points(after), *staff, *team_leaders(after)), facts=facts)
        case ev.SessionPlanned() | ev.SessionStepTaken():
            yield from session_changed(before, after, event)


def _focal_of(state: S, code: str) -> tuple[PersonId, ...]:
    seats = [Seat(role=Role.FOCAL_POINT, side=side, of=code) for side in SIDES]
    return tuple(person for seat in seats for person in state.own_people(seat, state.now))
