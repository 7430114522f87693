"""Which letters follow from what happens to a programme alone, to whom."""

from __future__ import annotations

from collections.abc import Iterator

from domain import events as ev
from domain.letters import Draft, operators, people_in, team_leaders
from domain.programmes.state import ProgrammeState
from domain.values import Role, Side

S = ProgrammeState


def news(before: S | None, after: S, event: ev.AnyEvent) -> Iterator[Draft]:
    """The letters an event causes besides those that ask for what has come up."""
    staff = (*operators(after), *team_leaders(after))
    delegation = people_in(after, (Role.EU_DELEGATION, Side.PROGRAMME))
    counterpart = people_in(after, (Role.NATIONAL_COUNTERPART, Side.PROGRAMME))
    match event:
        case ev.ProgrammeFounded() | ev.BroadcastOrdered():
            # the confirmed order is the authority's own business too
            what: str = event.kind
            if isinstance(event, ev.BroadcastOrdered):
                what = f"broadcast_{event.request.kind}"
            yield Draft("informed", (*staff, *delegation, *counterpart), facts={"event": what})
        case ev.ObjectionAnswered():
            held = after.objection(event.objection)
            if held is not None:
                upheld = "objection_upheld" if event.upheld else "objection_dismissed"
                yield Draft("informed", (held.by, *operators(after)), facts={"event": upheld})
        case ev.EntityClosed():
            yield Draft("closed", (*staff, *delegation, *counterpart), facts={"end": event.end})
