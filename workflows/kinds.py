"""The workflow of each kind of entity, and what its runs begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.entities import KINDS, State, kind_of
from workflows.chapter import Chapter
from workflows.cluster import ClusterChapter, ClusterWorkflow
from workflows.partnership import PartnershipChapter, PartnershipWorkflow
from workflows.pilot import PilotChapter, PilotWorkflow
from workflows.programme import ProgrammeChapter, ProgrammeWorkflow
from workflows.visit import StudyVisitWorkflow, VisitChapter


@dataclass(frozen=True)
class Kind:
    """A kind of entity on the engine: its workflow's name and class, and the chapters of that."""

    name: str
    workflow: type
    chapter: type[Chapter]


WORKFLOW_OF: Mapping[str, Kind] = {
    "partnership": Kind("Partnership", PartnershipWorkflow, PartnershipChapter),
    "visit": Kind("StudyVisit", StudyVisitWorkflow, VisitChapter),
    "pilot": Kind("Pilot", PilotWorkflow, PilotChapter),
    "programme": Kind("Programme", ProgrammeWorkflow, ProgrammeChapter),
    "cluster": Kind("Cluster", ClusterWorkflow, ClusterChapter),
}
"""By the first word of an entity's id."""

assert WORKFLOW_OF.keys() == KINDS.keys()


def begun(entity: str, **given: Any) -> Chapter:
    """The first chapter of an entity, or the next one from a state: the kind's own, checked."""
    return WORKFLOW_OF[kind_of(entity)].chapter.model_validate({"entity": entity, **given})


def run_of(state: State) -> Any:
    """The run method that the engine starts for an entity."""
    return WORKFLOW_OF[kind_of(state.entity)].workflow.run  # type: ignore[attr-defined]  # every kind has one
