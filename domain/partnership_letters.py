"""Which letters follow from what happens to a partnership alone, to whom."""

from __future__ import annotations

from collections.abc import Iterator

from domain import events as ev
from domain.letters import Draft, focal_points, operators, own_items, people_in, team_leaders
from domain.requests import AgreementStep
from domain.session_letters import session_changed
from domain.state import PartnershipState
from domain.values import Role, Side

S = PartnershipState


def news(before: S | None, after: S, event: ev.AnyEvent) -> Iterator[Draft]:
    """The letters an event causes besides those that ask for what has come up."""
    focal = focal_points(after)
    match event:
        case ev.PartnershipFounded():
            before_it = event.continues.of.partition("/")[2] if event.continues is not None else ""
            facts = {"continues": before_it} if before_it else {}
            managers = people_in(after, (Role.CLUSTER_MANAGER, Side.PROGRAMME))
            yield Draft("welcome", (*focal, *managers), facts=facts)
        case ev.MemberReplaced():
            facts = {"leaving": event.leaving, "member": event.member.name, "side": event.member.side.value}
            managers = people_in(after, (Role.CLUSTER_MANAGER, Side.PROGRAMME))
            for person in dict.fromkeys((*focal, *managers, *team_leaders(after))):
                own = own_items(after, person) if person in [held.person for held in event.holders] else ()
                yield Draft("member_replaced", (person,), own, asks=bool(own), facts=facts)
        case ev.PartnershipWithdrawn():
            other = people_in(after, (Role.FOCAL_POINT, event.side.other))
            facts = {"side": event.side.value, "reason": event.reason}
            yield Draft("withdrawn", (*other, *team_leaders(after)), facts=facts)
        case ev.PartnershipClosed():
            delegation = people_in(after, (Role.EU_DELEGATION, Side.PROGRAMME))
            facts = {"end": event.end.value, "into": event.into or ""}
            told = (*focal, *operators(after), *team_leaders(after), *delegation)
            yield Draft("closed", told, facts=facts)
        case ev.SessionPlanned() | ev.SessionStepTaken():
            yield from session_changed(before, after, event)
        case ev.AgreementStepTaken() if event.step is AgreementStep.SIGNED:
            yield Draft("signed", (*focal, *team_leaders(after)))
