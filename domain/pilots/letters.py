"""Which letters follow from what happens to a pilot alone, to whom."""

from __future__ import annotations

from collections.abc import Iterator

from domain import events as ev
from domain.letters import Draft, focal_points, operators, own_items, people_in, team_leaders
from domain.pilots.state import PilotState
from domain.tasks import recipients, tasks_of
from domain.values import Role, Side

S = PilotState


def news(before: S | None, after: S, event: ev.AnyEvent) -> Iterator[Draft]:
    """The letters an event causes besides those that ask for what has come up."""
    focal = focal_points(after)
    managers = people_in(after, (Role.CLUSTER_MANAGER, Side.PROGRAMME))
    delegation = people_in(after, (Role.EU_DELEGATION, Side.PROGRAMME))
    match event:
        case ev.PilotFounded():
            yield Draft("informed", (*focal, *managers), facts={"event": event.kind})
        case ev.PilotStepTaken():
            told = (*focal, *managers, *team_leaders(after), *delegation)
            yield Draft("informed", told, facts={"event": f"pilot_{event.step.value}"})
        case ev.OwnerNamed() if not after.ended:
            yield Draft("informed", (*focal, *managers), facts={"event": event.kind})
        case ev.PilotParked():
            facts = {"reason": event.reason, "review": event.review.isoformat()}
            yield Draft("pilot_parked", (*focal, *managers, *team_leaders(after)), facts=facts)
        case ev.PilotUnparked():
            everyone = [person for task in tasks_of(after) for person in recipients(after, task)]
            for person in dict.fromkeys((*focal, *everyone)):
                yield Draft("pilot_unparked", (person,), own_items(after, person))
        case ev.PilotClosed():
            told = (*focal, *operators(after), *team_leaders(after), *delegation)
            yield Draft("closed", told, facts={"end": event.end.value, "into": event.to or ""})
