"""What begins in the middle of a programme: visits, clusters and pilots of a script, founded from partnerships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.entities import AnyFounding
from domain.partnership import Partnership
from domain.rehearsal.chance import noon
from domain.rehearsal.characters import Gathering, Script, Tour, Venture
from domain.rehearsal.gathering import gathering_founded
from domain.rehearsal.piloting import venture_founded
from domain.rehearsal.touring import tour_founded

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
    match story:
        case Tour():
            return tour_founded(story, drawn, at)
        case Gathering():
            return gathering_founded(story, drawn, at)
        case Venture():
            return venture_founded(story, drawn[0], at)


def tried_again(story: Story, at: datetime) -> datetime | None:
    """When what could not begin is tried once more: a visit waits until one may travel, as long as there is time."""
    if isinstance(story, Tour) and at + _LATER < noon(story.first) - _TOO_LATE:
        return at + _LATER
    return None
