"""What begins in the middle of a programme: visits, clusters and pilots of a script, founded from partnerships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.entities import AnyFounding, founded
from domain.partnership import Partnership
from domain.rehearsal.chance import noon
from domain.rehearsal.characters import Gathering, Script, Tour, Venture
from domain.rehearsal.gathering import gathering_founded
from domain.rehearsal.piloting import venture_founded
from domain.rehearsal.touring import tour_founded
from domain.values import Refusal

Story = Tour | Gathering | Venture
_LATER = timedelta(days=5)
_TOO_LATE = timedelta(days=60)
"""So short before its first day nobody begins to plan a visit any more."""


def stories(script: Script, codes: Sequence[str]) -> Iterator[Story]:
    """Those of a script that these partnerships have: a visit of any of them, a cluster of all, a pilot of its own."""
    yield from (tour for tour in script.tours if any(code in codes for code in tour.serves))
    yield from (cluster for cluster in script.clusters if all(code in codes for code in cluster.members))
    yield from (pilot for pilot in script.pilots if pilot.partnership in codes)


def entity_of(story: Story) -> str:
    """The id of what it is the story of."""
    match story:
        case Tour():
            return f"visit/{story.code}"
        case Gathering():
            return f"cluster/{story.code}"
        case Venture():
            return f"pilot/{story.code}"


def drawn_for(story: Story) -> tuple[str, ...]:
    """The codes of the partnerships it begins from."""
    match story:
        case Tour():
            return story.serves
        case Gathering():
            return story.members
        case Venture():
            return (story.partnership,)


def story_founded(story: Story, drawn: Sequence[Partnership], at: datetime) -> AnyFounding:
    """The first event, from those of its partnerships that still live; Refusal where it cannot begin from them."""
    event: AnyFounding
    match story:
        case Tour():
            event = tour_founded(story, drawn, at)
        case Gathering():
            event = gathering_founded(story, drawn, at)
        case Venture():
            event = venture_founded(story, drawn[0], at)
    try:
        founded(event)
    except ValueError as wrong:  # as the door answers it
        raise Refusal(str(wrong)) from wrong
    return event


def tried_again(story: Story, at: datetime) -> datetime | None:
    """When what could not begin is tried once more: a visit is, as when nobody may travel yet, while there is time."""
    if isinstance(story, Tour) and at + _LATER < noon(story.first) - _TOO_LATE:
        return at + _LATER
    return None
