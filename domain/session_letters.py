"""Which letters follow where a working session is moved or cancelled."""

from __future__ import annotations

from collections.abc import Iterator

from domain import events as ev
from domain.letters import Draft, focal_points
from domain.requests import SessionStep
from domain.state import Meeting


def session_changed(
    before: Meeting | None, after: Meeting, event: ev.SessionPlanned | ev.SessionStepTaken
) -> Iterator[Draft]:
    """To those who have been told a day: not then after all, or not at all."""
    known = before.session(event.code) if before is not None else None
    cancelled = isinstance(event, ev.SessionStepTaken)
    if known is None or not known.told:
        return
    if isinstance(event, ev.SessionStepTaken) and event.step is not SessionStep.CANCELLED:
        return
    facts = {"session": event.code, "was": known.starts.isoformat(), "reason": event.reason or ""}
    if isinstance(event, ev.SessionPlanned):
        facts |= {"starts": event.starts.isoformat(), "mode": event.mode.value}
    yield Draft("session_cancelled" if cancelled else "session_moved", focal_points(after), facts=facts)
