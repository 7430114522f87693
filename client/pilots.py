"""How a pilot is begun from what its partnership has: the people, the calendars, the action of the plan."""

from __future__ import annotations

from datetime import datetime

from client.founding import drawn_from, free_code
from domain.events import PilotFounded
from domain.partnership import Partnership
from domain.pilots.facts import PilotKind
from domain.pilots.pilot import may_begin
from domain.pilots.steps import pilot_terms
from domain.values import Actor
from ledger.store import SqlLedger


def begun(
    ledger: SqlLedger,
    partnership: Partnership,
    by: Actor,
    at: datetime,
    *,
    code: str,
    action: str,
    kind: PilotKind,
    title: str,
    title_zh: str = "",
    waived: str | None = None,
) -> PilotFounded:
    """The founding of a pilot; Refusal where the plan has no such action, the code is taken, or `by` may not."""
    drawn = drawn_from((partnership,), by, at)
    may_begin(partnership, action, waived)
    return PilotFounded(
        at=at,
        by=by,
        programme=drawn.programme,
        code=free_code(ledger, code),
        partnership=partnership.code,
        component=partnership.component,
        cluster=partnership.cluster,
        action=action,
        pilot=kind,
        title=title,
        title_zh=title_zh,
        waived=waived,
        members=drawn.members,
        holders=drawn.holders,
        terms=pilot_terms(drawn.terms),
        edition=drawn.edition,
        ends=drawn.ends,
    )
