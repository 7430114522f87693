"""How a pilot is begun from what its partnership has: the people, the calendars, the action of the plan."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from client.founding import free_code
from domain.events import PilotFounded
from domain.partnership import Partnership
from domain.pilots.founding import founding
from domain.values import Actor
from ledger.store import SqlLedger


def begun(
    ledger: SqlLedger, partnership: Partnership, by: Actor, at: datetime, *, code: str, **told: Any
) -> PilotFounded:
    """The founding of a pilot; Refusal where the plan has no such action, the code is taken, or `by` may not."""
    event = founding(code, partnership=partnership, by=by, at=at, **told)
    free_code(ledger, code)
    return event
