"""Whatever a test asks is read back from the events it caused, as a life is led once more from its entries alone."""

from __future__ import annotations

from datetime import datetime

from domain.acts import asked_by
from domain.entries import numbered
from domain.events import AnyEvent
from domain.living import Entity
from domain.requests import AnyRequest
from domain.values import Actor


def read_back(
    before: Entity, told: tuple[AnyEvent, ...], request: AnyRequest, by: Actor, at: datetime
) -> None:
    """Asked as it is read back, it causes the very same events."""
    act = asked_by(numbered(before.entity, 0, told, at, "asked"), before, before.after(told))
    assert act is not None and act.by == by, f"no event tells of {request.kind}"
    assert type(act.request) is type(request)
    assert before.ask(act.request, act.by, at) == told, f"{request.kind} is read back otherwise than asked"
