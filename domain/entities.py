"""The kinds of entity that live on the engine, and how each is folded from its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain import partnership, programme
from domain.clusters import cluster
from domain.clusters.cluster import Cluster
from domain.entries import Entry
from domain.events import (
    AnyEvent,
    ClusterFounded,
    PartnershipFounded,
    PilotFounded,
    ProgrammeFounded,
    VisitFounded,
)
from domain.letters import Letter, letters_for
from domain.living import Entity, Tags
from domain.partnership import Partnership
from domain.pilots import pilot
from domain.pilots.pilot import Pilot
from domain.programme import Programme
from domain.records import Records, records_of
from domain.visits import visit

State = Entity
"""Any entity's state; the kinds are told apart by the first word of its id."""

AnyFounding = PartnershipFounded | VisitFounded | PilotFounded | ProgrammeFounded | ClusterFounded
"""The event a life begins with."""

__all__ = [
    "KINDS",
    "AnyFounding",
    "Course",
    "Letter",
    "Records",
    "State",
    "Tags",
    "cluster_of",
    "fold",
    "folded",
    "founded",
    "kind_of",
    "letters_for",
    "partnership_of",
    "records_of",
    "revived",
    "snapshot",
]

KINDS: Mapping[str, type[Entity]] = {
    "partnership": Partnership,
    "visit": visit.StudyVisit,
    "pilot": Pilot,
    "programme": Programme,
    "cluster": Cluster,
}
"""Every kind of entity, by the first word of the ids of its entities."""

_FOUNDED: Mapping[type[Any], Callable[[Any], Entity]] = {
    PartnershipFounded: partnership.founded,
    VisitFounded: visit.founded,
    PilotFounded: pilot.founded,
    ProgrammeFounded: programme.founded,
    ClusterFounded: cluster.founded,
}


def kind_of(entity: str) -> str:
    """The kind of an entity, from its id."""
    return entity.partition("/")[0]


def founded(event: AnyFounding) -> State:
    """The entity as its first event makes it; ValueError, with a sentence, where it makes none."""
    return _FOUNDED[type(event)](event)


def partnership_of(state: State) -> Partnership:
    """The state of what is known to be a partnership; TypeError for another kind."""
    if not isinstance(state, Partnership):
        raise TypeError(f"{state.entity} is a {state.noun}, not a partnership")
    return state


def cluster_of(state: State) -> Cluster:
    """The state of what is known to be a cluster; TypeError for another kind."""
    if not isinstance(state, Cluster):
        raise TypeError(f"{state.entity} is a {state.noun}, not a cluster")
    return state


def fold(entity: str, events: Iterable[AnyEvent]) -> State:
    """The state after all events of an entity, the first of which founds it; ValueError where it does not."""
    state: State | None = None
    for event in events:
        state = folded(entity, state, event)
    if state is None:
        raise ValueError(f"{entity} has no events")
    return state


def folded(entity: str, state: State | None, event: AnyEvent) -> State:
    """The state after one more event; `state` None before the first."""
    if state is not None:
        return state.after((event,))
    if type(event) not in _FOUNDED:
        raise ValueError(f"{entity} begins with {event.kind}, which founds nothing")
    state = _FOUNDED[type(event)](event)
    if state.entity != entity:
        raise ValueError(f"{entity} begins with the founding of {state.entity}")
    return state


@dataclass
class Course:
    """A life as its entries tell it, one after the other: where it stands, and the letters they caused."""

    state: State | None = None
    number: int = 0
    letters: list[Letter] = field(default_factory=list)

    def take(self, entry: Entry) -> State:
        """Follow one more entry; the state after it."""
        before = self.state
        self.state = state = folded(entry.entity, before, entry.event)
        self.number = entry.number
        self.letters += letters_for(before, state, entry)
        return state


def snapshot(state: State) -> str:
    """The state as JSON."""
    return state.model_dump_json()


def revived(entity: str, kept: str) -> State:
    """The state a snapshot was made of; ValueError where it is none, or another entity's."""
    kind = KINDS.get(kind_of(entity))
    if kind is None:
        raise ValueError(f"{entity} is of no kind that is known here")
    state = kind.model_validate_json(kept)
    if state.entity != entity:
        raise ValueError(f"the snapshot of {entity} holds {state.entity}")
    return state
