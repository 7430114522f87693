"""The kinds of entity that live on the engine, and how each is folded from its entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.entries import Entry
from domain.events import AnyEvent, PartnershipFounded
from domain.letters import Letter
from domain.letters import letters_for as partnership_letters
from domain.partnership import Partnership, Tags, founded
from domain.records import Records
from domain.records import records_of as partnership_records

State = Partnership
"""Any entity's state; one kind so far, told apart by the first word of its id."""

__all__ = [
    "Course",
    "Letter",
    "Records",
    "State",
    "Tags",
    "fold",
    "letters_for",
    "records_of",
    "revived",
    "snapshot",
]


def kind_of(entity: str) -> str:
    return entity.partition("/")[0]


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
    if kind_of(entity) != "partnership" or not isinstance(event, PartnershipFounded):
        raise ValueError(f"{entity} begins with {event.kind}, which founds nothing")
    state = founded(event)
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


def letters_for(before: State | None, after: State, entry: Entry) -> tuple[Letter, ...]:
    """The letters an entry causes."""
    return partnership_letters(before, after, entry)


def records_of(state: State) -> Records:
    """Where an entity stands, as rows."""
    return partnership_records(state)


def snapshot(state: State) -> str:
    """The state as JSON."""
    return state.model_dump_json()


def revived(entity: str, kept: str) -> State:
    """The state a snapshot was made of; ValueError where it is none, or another entity's."""
    state = Partnership.model_validate_json(kept)
    if state.entity != entity:
        raise ValueError(f"the snapshot of {entity} holds {state.entity}")
    return state
