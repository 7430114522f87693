"""What every stage of the lifecycle says about itself."""

from __future__ import annotations

from dataclasses import dataclass

from domain.deliverables import Deliverable
from domain.terms import Stage, StageTerms


@dataclass(frozen=True)
class Step:
    """A stage: what it hands in, which named conditions let it open, and its default terms.

    `conditions` are names in `domain.staging.CONDITIONS`; each can be waived by two persons. `ends` marks the
    stage whose last gate closes the partnership.
    """

    stage: Stage
    deliverable: type[Deliverable]
    conditions: tuple[str, ...]
    terms: StageTerms
    ends: bool = False
    repeats: bool = False
    """Whether it may open again after it was passed: there can be several visits and pilots."""
