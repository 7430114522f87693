"""Whom a cut-off affects: who has not done by then what it is the last day of (domain.md 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from domain.entity import EntityState, StageStatus
from domain.lapsing import END
from domain.living import Entity
from domain.partnership import Partnership
from domain.pilots.pilot import Pilot
from domain.stages import default_terms
from domain.terms import Stage
from domain.visits.events import Direction
from domain.visits.visit import StudyVisit

KINDS = ("partnership", "visit", "pilot")
"""The kinds of entity that a cut-off may affect."""

Reason = Callable[[Entity], str | None]
"""Why an entity is affected; None where it is not."""


def affected(cut_off: str, all_of_them: Sequence[Entity]) -> Iterator[tuple[Entity, str]]:
    """Those under way that a cut-off affects, each with the reason; of `all_of_them` also the ended ones tell."""
    why = _REASONS.get(cut_off, _everything)(all_of_them)
    for state in all_of_them:
        reason = why(state) if not state.ended else None
        if reason is not None:
            yield state, reason


def _everything(_: Iterable[Entity]) -> Reason:
    return lambda state: "it is not complete" if isinstance(state, Partnership) else None


def _partnerships(
    reason: str, affects: Callable[[Partnership], bool]
) -> Callable[[Iterable[Entity]], Reason]:
    """A rule for partnerships alone."""
    return lambda _: lambda state: reason if isinstance(state, Partnership) and affects(state) else None


def _not_handed_in(state: EntityState, stage: Stage) -> bool:
    held = state.stage(stage)
    return held is None or not held.versions


def _concept(direction: Direction) -> Callable[[Iterable[Entity]], Reason]:
    """The latest start of a concept: visits this way without one, and partnerships that no visit is made for."""

    def rule(all_of_them: Iterable[Entity]) -> Reason:
        visits = [one for one in all_of_them if isinstance(one, StudyVisit) and one.cancelled is None]
        served = [(one.programme, serving.code) for one in visits for serving in one.serves]

        def why(state: Entity) -> str | None:
            if isinstance(state, StudyVisit):
                late = state.direction is direction and state.delegated and not state.over
                return _NO_CONCEPT if late and _not_handed_in(state, Stage.VISIT_CONCEPT) else None
            if isinstance(state, Partnership) and state.stage(Stage.STUDY_VISITS) is None:
                return None if (state.programme, state.code) in served else "no study visit has begun"
            return None

        return why

    return rule


def _first_draft(_: Iterable[Entity]) -> Reason:
    def why(state: Entity) -> str | None:
        if isinstance(state, Pilot):
            return "no fiche was handed in" if _not_handed_in(state, Stage.PILOT_FICHE) else None
        if isinstance(state, Partnership) and state.joint_plan is None:
            return _NO_DRAFT if _not_handed_in(state, Stage.ACTION_PLAN) else None
        return None

    return why


def _last_visit_day(_: Iterable[Entity]) -> Reason:
    def why(state: Entity) -> str | None:
        if isinstance(state, StudyVisit) and not state.over:
            last = state.ends_on()
            if last is None:
                return "it is put off and has no days yet"
            latest = (state.ends - timedelta(days=state.rules.last_day)).date()
            return f"its last day, {last}, is later than {latest}" if last > latest else None
        if isinstance(state, Partnership):
            held = state.stage(Stage.STUDY_VISITS)
            under_way = held is not None and held.status is not StageStatus.PASSED
            return "a study visit is under way" if under_way else None
        return None

    return why


def _plan_not_begun(state: Partnership) -> bool:
    return state.stage(Stage.ACTION_PLAN) is None and not state.has_a_plan


def _no_evidence(state: Partnership) -> bool:
    return any(exchange.evidence is None for exchange in state.exchanges)


_NO_CONCEPT = "no visit concept was handed in"
_NO_DRAFT = "no draft of an action plan was handed in"
_NO_PLAN = _partnerships("no action plan is adopted", lambda state: not state.has_a_plan)
_REASONS: Mapping[str, Callable[[Sequence[Entity]], Reason]] = {
    "E-300": _partnerships("no stage has begun", lambda state: not state.stages),
    "E-270": _partnerships("scoping is not passed", lambda state: not state.passed(Stage.SCOPING)),
    "E-240": _NO_PLAN,
    "E-225": _concept(Direction.CN_TO_EU),
    "E-190": _concept(Direction.EU_TO_CN),
    "E-180": _first_draft,
    "E-120": _partnerships("the action plan has not begun", _plan_not_begun),
    "E-90": _last_visit_day,
    "E-60": _NO_PLAN,
    "E-45": _partnerships("an exchange has no evidence", _no_evidence),
}
"""By the code of a cut-off: the reason it affects an entity for. Others affect partnerships that are not complete."""

_CODES = {name: f"E-{days}" for name, days in default_terms().cut_offs}


def hits(state: Partnership, cut_off: str) -> bool:
    """Whether one of a partnership's own cut-offs, by its name, affects it while it is under way; the end always does.

    What it is the last day of is in its name: terms that count more or fewer days to it change nothing about that.
    Of visits made for it only its own stage tells here.
    """
    if cut_off == END:
        return True
    rule = _REASONS.get(_CODES.get(cut_off, ""))
    return rule is not None and rule((state,))(state) is not None
