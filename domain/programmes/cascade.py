"""Whom a cut-off affects: which partnerships have not done by then what it is the last day of (domain.md 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.entity import StageStatus
from domain.lapsing import END
from domain.partnership import Partnership
from domain.stages import default_terms
from domain.terms import Stage


def _not_begun(state: Partnership) -> bool:
    return not state.stages


def _not_kicked_off(state: Partnership) -> bool:
    return not state.passed(Stage.SCOPING)


def _no_plan(state: Partnership) -> bool:
    return state.plan_adopted is None


def _no_visit(state: Partnership) -> bool:
    return state.stage(Stage.STUDY_VISITS) is None


def _no_draft(state: Partnership) -> bool:
    held = state.stage(Stage.ACTION_PLAN)
    return held is None or not held.versions


def _plan_not_begun(state: Partnership) -> bool:
    return state.stage(Stage.ACTION_PLAN) is None


def _visit_open(state: Partnership) -> bool:
    held = state.stage(Stage.STUDY_VISITS)
    return held is not None and held.status is not StageStatus.PASSED


def _no_evidence(state: Partnership) -> bool:
    return any(exchange.evidence is None for exchange in state.exchanges)


AFFECTED: Mapping[str, tuple[str, Callable[[Partnership], bool]]] = {
    "E-300": ("no stage has begun", _not_begun),
    "E-270": ("scoping is not passed", _not_kicked_off),
    "E-240": ("no action plan is adopted", _no_plan),
    "E-225": ("no study visit has begun", _no_visit),
    "E-190": ("no study visit has begun", _no_visit),
    "E-180": ("no draft of an action plan was handed in", _no_draft),
    "E-120": ("the action plan has not begun", _plan_not_begun),
    "E-90": ("a study visit is under way", _visit_open),
    "E-60": ("no action plan is adopted", _no_plan),
    "E-45": ("an exchange has no evidence", _no_evidence),
}
"""By the code of a cut-off: why a partnership is affected, and whether it is. Others affect the programme alone."""

_CODES = {name: f"E-{days}" for name, days in default_terms().cut_offs}


def affected(state: Partnership, cut_off: str) -> bool:
    """Whether one of a partnership's own cut-offs, by its name, affects it while it is under way; the end always does.

    What it is the last day of is in its name: terms that count more or fewer days to it change nothing about that.
    """
    if cut_off == END:
        return True
    _, affects = AFFECTED.get(_CODES.get(cut_off, ""), ("", None))
    return affects is not None and affects(state)
