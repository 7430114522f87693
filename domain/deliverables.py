"""What a stage hands in: a version known by its content hash and the facts its rules need."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SerializeAsAny

from domain.terms import Stage, Terms
from domain.values import GivenDay, StakeholderGroup, TextHash, Value

Count = Annotated[int, Field(ge=0, le=1_000_000)]
Money = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
Score = Annotated[int, Field(ge=0, le=5)]


class Deliverable(Value):
    """The common part: which stage it belongs to and the hash of the document it describes."""

    kind: str
    version: TextHash

    def gaps(self) -> list[str]:
        """What the checklist of domain.md finds missing, each as the end of `it lacks ...`."""
        return []

    def conflicts(self, terms: Terms) -> list[str]:
        """What in it the terms do not allow, each as a whole clause."""
        return []


class Groups(Value):
    """The stakeholder groups identified on each side (the helix of domain.md 1.3)."""

    eu: tuple[StakeholderGroup, ...] = ()
    cn: tuple[StakeholderGroup, ...] = ()


class Period(Value):
    """From a day to a day, both included."""

    since: GivenDay
    until: GivenDay


def registered(kind: str) -> type[Deliverable]:
    """The class of a kind of deliverable; ValueError in a sentence for an unknown one."""
    from domain.stages import STEPS  # the stages build on this module, so they are looked up late

    kinds = {step.deliverable.model_fields["kind"].default: step.deliverable for step in STEPS}
    if kind not in kinds:
        raise ValueError(f"{kind[:80]!r} is no kind of deliverable; there are {', '.join(sorted(kinds))}")
    return kinds[kind]


def deliverable_of(stage: Stage) -> type[Deliverable]:
    """The kind of deliverable a stage asks for."""
    from domain.stages import STEPS

    return next(step.deliverable for step in STEPS if step.stage is stage)


def _by_kind(raw: Any) -> Any:
    if isinstance(raw, dict):
        return registered(str(raw.get("kind"))).model_validate(raw)
    return raw


AnyDeliverable = Annotated[SerializeAsAny[Deliverable], BeforeValidator(_by_kind)]
