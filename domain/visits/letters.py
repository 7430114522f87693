"""Which letters follow from what happens to a study visit alone, to whom."""

from __future__ import annotations

from collections.abc import Iterator

from domain import events as ev
from domain.letters import Draft, focal_points, operators, own_items, team_leaders
from domain.visits import events as ve
from domain.visits.state import VisitState

S = VisitState


def news(before: S | None, after: S, event: ev.AnyEvent) -> Iterator[Draft]:
    """The letters an event causes besides those that ask for what has come up."""
    everybody = (*focal_points(after), *operators(after), *team_leaders(after))
    match event:
        case ve.VisitFounded():
            facts = {"first": f"{event.first}", "days": str(event.days), "mode": event.mode.value}
            yield Draft("visit_founded", focal_points(after), facts=facts)
        case ve.VisitMoved():
            was = before.first if before is not None else None
            facts = {"was": f"{was or ''}", "reason": event.reason}
            if event.first is not None:
                facts |= {"first": f"{event.first}", "days": str(event.days)}
            for person in dict.fromkeys(everybody):
                own = own_items(after, person)
                yield Draft("visit_moved", (person,), own, asks=bool(own), facts=facts)
        case ve.VisitConverted():
            facts = {"mode": event.mode.value, "reason": event.reason}
            yield Draft("visit_converted", everybody, facts=facts)
        case ve.VisitCancelled():
            yield Draft("visit_cancelled", everybody, facts={"reason": event.reason})
        case ve.VisitCompleted():
            yield Draft("visit_completed", (*focal_points(after), *team_leaders(after)))
        case ve.ParticipantsNamed() if event.again:
            group = after.the_group(event.group)
            facts = {"group": group.sender, "reason": event.reason or ""}
            yield Draft("visit_names_changed", (group.host_contact,), facts=facts)
        case _:
            return
