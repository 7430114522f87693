"""How a pilot is begun from what its partnership has: the people, the calendars, the action of the plan."""

from __future__ import annotations

from datetime import datetime

from client.founding import free_code
from domain.events import PilotFounded
from domain.partnership import Partnership
from domain.pilots.facts import PilotKind
from domain.pilots.founding import founding
from domain.terms import Stage
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
    event = founding(
        code,
        title=title,
        title_zh=title_zh,
        partnership=partnership,
        action=action,
        kind=kind,
        waived=waived,
        joint=_joint_actions(ledger, partnership),
        by=by,
        at=at,
    )
    free_code(ledger, code)
    return event


def _joint_actions(ledger: SqlLedger, partnership: Partnership) -> tuple[str, ...]:
    """The actions of the joint plan that holds in a partnership, in the version that does."""
    joint = partnership.joint_plan
    if joint is None:
        return ()
    cluster = ledger.state(joint.of)
    held = cluster.stage(Stage.JOINT_PLAN) if cluster is not None else None
    versions = held.versions if held is not None else ()
    plan = next((one.deliverable for one in versions if one.version == joint.version), None)
    return tuple(action.code for action in getattr(plan, "actions", ()))
