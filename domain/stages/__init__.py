"""The stages of a partnership in their usual order; a new stage is a file, an enum member and a line here."""

from __future__ import annotations

from domain.clusters.steps import CLUSTER_STEPS
from domain.pilots.steps import PILOT_COMPLETION, PILOT_CONCEPT, PILOT_FICHE
from domain.programmes.steps import REPORTS
from domain.stages.action_plan import ACTION_PLAN
from domain.stages.closing import CLOSING
from domain.stages.pilot_investments import PILOT_INVESTMENTS
from domain.stages.scoping import SCOPING
from domain.stages.step import Step
from domain.stages.study_visits import STUDY_VISITS
from domain.terms import Restriction, SessionTerms, Stage, Terms
from domain.visits.steps import STEPS as VISIT_STEPS

LIFECYCLE: tuple[Step, ...] = (SCOPING, STUDY_VISITS, ACTION_PLAN, PILOT_INVESTMENTS, CLOSING)


STEPS: tuple[Step, ...] = (
    *LIFECYCLE,
    *VISIT_STEPS,
    *(PILOT_FICHE, PILOT_CONCEPT, PILOT_COMPLETION),
    *REPORTS,
    *CLUSTER_STEPS,
)
"""The stages of every kind of entity: those of partnerships, then those of the other kinds."""


def step_of(stage: Stage) -> Step:
    return next(step for step in STEPS if step.stage is stage)


def default_terms(restrictions: tuple[Restriction, ...] = ()) -> Terms:
    """The terms a new partnership starts with (domain reference, Annex A)."""
    stages = tuple(step.terms for step in LIFECYCLE)
    return Terms(name="2021", stages=stages, restrictions=restrictions, sessions=SessionTerms())
