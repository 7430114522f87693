"""Deliverables for a rehearsal: complete ones, and ones that a checklist sends back."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from domain.deliverables import Deliverable, deliverable_of, registered
from domain.rehearsal.characters import Visit
from domain.rehearsal.scene import Scene
from domain.stages.pilot_investments import WEIGHTS, DueDiligence, PilotKind
from domain.terms import Stage
from domain.values import SIDES, Side, StakeholderGroup

GROUPS = tuple(StakeholderGroup)

SHORT: dict[Stage, tuple[dict[str, Any], ...]] = {
    Stage.SCOPING: (
        {"summary_zh": False},
        {"pages": 11},
        {"fact_sheets": ["eu"]},
        {"topics": 3, "pilot_ideas": 0},
    ),
    Stage.STUDY_VISITS: ({"attendance_evidence": False}, {"agenda": False, "next_steps": 0}),
    Stage.ACTION_PLAN: (
        {"summary_zh": False},
        {"sign_off_evidence": False},
        {"risks": 0, "goals": []},
    ),
    Stage.PILOT_INVESTMENTS: ({"local_support_letter": False}, {"sources": []}),
    Stage.CLOSING: ({"values_with_evidence": 4}, {"handover_owner": ["eu"]}),
}
"""What is missing in a first, hasty version."""


def paper(
    scene: Scene, stage: Stage, version: str, on: date, *, hasty: bool, visit: Visit | None
) -> Deliverable:
    """A deliverable as it would be on a day; `hasty` leaves something out, so that it is refused."""
    draw = scene.chance("paper", stage, scene.rounds(stage))
    kind: str = deliverable_of(stage).model_fields["kind"].default
    makers = {
        Stage.SCOPING: _scoping_report,
        Stage.ACTION_PLAN: _action_plan,
        Stage.PILOT_INVESTMENTS: _pilot_fiche,
        Stage.CLOSING: _result_sheet,
    }
    facts = _visit_report(draw, visit, on) if stage is Stage.STUDY_VISITS else makers[stage](scene, draw, on)
    short = draw.choice(SHORT[stage]) if hasty else {}
    return registered(kind).model_validate({**facts, **short, "kind": kind, "version": version})


def owner(scene: Scene, side: Side, draw: Random) -> str:
    """An organisation of a side that takes part, else a name as if it did."""
    known = [one.code for one in scene.state.organisations if one.side is side]
    return draw.choice(known) if known else organisation(scene, side, StakeholderGroup.GOVERNMENT)


def organisation(scene: Scene, side: Side, group: StakeholderGroup) -> str:
    """A made-up code for an organisation: whose partner it is and of which group."""
    return f"{scene.state.code.lower()}-{side.value}-{group.value.split()[0]}"


def _scoping_report(scene: Scene, draw: Random, on: date) -> dict[str, Any]:
    return {
        "topic": f"topic-{scene.state.code.lower()}",
        "pages": draw.randint(4, 6),
        "summary_zh": True,
        "fact_sheets": [side.value for side in SIDES],
        "baseline": True,
        "needs_and_offers": True,
        "risks": draw.randint(2, 6),
        "groups": {side.value: draw.sample(GROUPS, draw.choice((3, 3, 4))) for side in SIDES},
        "pilot_ideas": draw.randint(1, 3),
        "focal_points_confirmed": [side.value for side in SIDES],
    }


def _visit_report(draw: Random, visit: Visit | None, on: date) -> dict[str, Any]:
    visit = visit or Visit(on=on)
    eu, cn = draw.randint(3, 9), draw.randint(5, 14)
    travelled = visit.mode.value != "virtual"
    return {
        "mode": visit.mode.value,
        "host": visit.host.value,
        "period": {"since": visit.on, "until": visit.on + timedelta(days=visit.days - 1)},
        "sessions": draw.randint(2, 6),
        "participants_eu": eu,
        "participants_cn": cn,
        "women": draw.randint(2, eu + cn - 3),
        "attendance_evidence": True,
        "agenda": True,
        "cost_eur": f"{draw.randint(40, 160) * 100}.00" if travelled else "0",
        "prior_approval": travelled,
        "next_steps": draw.randint(2, 6),
    }


def _action_plan(scene: Scene, draw: Random, on: date) -> dict[str, Any]:
    ends = max(scene.state.ends.date(), on + timedelta(days=60))
    objectives = [f"O{number}" for number in range(1, draw.randint(2, 3) + 1)]
    actions = []
    for number, objective in enumerate([*objectives, *draw.sample(objectives, draw.randint(0, 1))], start=1):
        paid = draw.random() < 0.4
        actions.append(
            {
                "code": f"A{number}",
                "objective": objective,
                "owner_eu": owner(scene, Side.EU, draw),
                "owner_cn": owner(scene, Side.CN, draw),
                "period": {"since": on, "until": on + (ends - on) * draw.uniform(0.5, 1)},
                "cost_eur": f"{draw.randint(5, 90) * 1000}.00" if paid else None,
                "funding": "own-budget" if paid else None,
                "indicators": [{"code": f"I{number}", "has_baseline": True, "has_target": True}],
                "involves": ["business"] if number == 1 else [draw.choice(GROUPS).value],
                "pilot_candidate": number == 1,
            }
        )
    comments = draw.randint(3, 14) if scene.rounds(Stage.ACTION_PLAN) else 0
    return {
        "period": {"since": on, "until": ends},
        "objectives": objectives,
        "actions": actions,
        "goals": sorted(draw.sample((4, 7, 8, 9, 11, 12, 13, 17), draw.randint(1, 3))),
        "challenges": draw.randint(2, 5),
        "risks": draw.randint(3, 8),
        "summary_en": True,
        "summary_zh": True,
        "sign_off_evidence": True,
        "answered_comments": comments,
    }


def _pilot_fiche(scene: Scene, draw: Random, on: date) -> dict[str, Any]:
    checks = {name: True for name in DueDiligence.model_fields if name != "lists_dated"}
    return {
        "pilot": draw.choice((PilotKind.KNOWLEDGE, PilotKind.DEMONSTRATION, PilotKind.BUSINESS)).value,
        "owner_eu": owner(scene, Side.EU, draw),
        "owner_cn": owner(scene, Side.CN, draw),
        "action": "A1",
        "amount_eur": f"{draw.randint(10, 120) * 1000}.00",
        "sources": ["own-budget", "sponsor"] if draw.random() < 0.3 else ["own-budget"],
        "public_private": draw.random() < 0.3,
        "local_support_letter": True,
        "scores": {name: draw.choice((3, 4, 4, 5)) for name in WEIGHTS},
        "due_diligence": {**checks, "lists_dated": on - timedelta(days=draw.randint(3, 40))},
    }


def _result_sheet(scene: Scene, draw: Random, on: date) -> dict[str, Any]:
    values = draw.randint(6, 18)
    return {
        "counted_values": values,
        "values_with_evidence": values,
        "lessons": draw.randint(2, 6),
        "survey_answers": draw.randint(3, 16),
        "publications": draw.randint(0, 4),
        "visibility_checked": True,
        "handover_owner": [side.value for side in SIDES],
        "open_commitments": draw.randint(0, 4),
    }
