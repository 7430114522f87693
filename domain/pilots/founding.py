"""A pilot founded from the partnership whose plan it carries out, as that is then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.drawing import drawn_from
from domain.partnership import Partnership
from domain.pilots.events import PilotFounded
from domain.pilots.facts import PilotKind
from domain.pilots.pilot import may_begin
from domain.pilots.steps import pilot_terms
from domain.values import Actor, Code


def founding(
    code: Code,
    *,
    title: str,
    title_zh: str,
    partnership: Partnership,
    action: str,
    kind: PilotKind,
    waived: str | None = None,
    joint: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> PilotFounded:
    """The first event of a pilot; Refusal where no plan has such an action, or where `by` may not begin one.

    `joint` are the actions of the joint plan that holds in the partnership, which only its cluster knows.
    """
    drawn = drawn_from((partnership,), by, at)
    may_begin(partnership, action, waived, joint)
    return PilotFounded(
        at=at,
        by=by,
        programme=drawn.programme,
        code=code,
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
