"""The plain facts of a pilot: its kinds, scores and weights, checks, amounts, sources, and how far it can come."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from domain.deliverables import Score
from domain.values import Code, GivenDay, PersonId, TextHash, UtcTime, Value


class PilotKind(StrEnum):
    KNOWLEDGE = "knowledge"
    DEMONSTRATION = "demonstration"
    INVESTMENT = "investment"
    BUSINESS = "business"


class RiskClass(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Reached(StrEnum):
    """How far a pilot has come (domain.md 2.8); its partnership is told `endorsed`, after which financing is sought."""

    IDEA = "idea"
    FICHE = "fiche"
    SCREENING = "screening"
    CONCEPT = "concept"
    DUE_DILIGENCE = "due_diligence"
    ENDORSEMENT = "endorsement"
    ENDORSED = "endorsed"
    FINANCING_SOUGHT = "financing_sought"
    AGREED = "agreed"
    IMPLEMENTING = "implementing"
    COMPLETED = "completed"
    REPLICATED = "replicated"


Milestone = Literal[Reached.ENDORSED, Reached.COMPLETED]
"""What a partnership is told of its pilots."""


class PilotEnd(StrEnum):
    """How a pilot ended. One that was completed is so whatever becomes of its programme."""

    REJECTED = "rejected"
    DROPPED = "dropped"
    TRANSFERRED = "transferred"
    COMPLETED = "completed"
    CUT_OFF = "cut_off"


class PilotStep(StrEnum):
    """What is recorded of a pilot beside the documents it hands in."""

    AGREED = "agreed"
    IMPLEMENTING = "implementing"
    REPLICATED = "replicated"


class Scores(Value):
    """The screening criteria of G6, each 0 to 5, weighted to 100 (domain.md 2.8)."""

    ownership: Score
    mutual_benefit: Score
    maturity: Score
    feasibility: Score
    financing: Score
    impact: Score
    additionality: Score
    helix: Score
    replicability: Score
    safeguards: Score

    def total(self) -> int:
        """Points out of 100, rounded down."""
        return total_of((self,))

    def failed_musts(self) -> list[str]:
        return [name for name in MUSTS if getattr(self, name) == 0]


WEIGHTS = {
    "ownership": 15,
    "mutual_benefit": 10,
    "maturity": 10,
    "feasibility": 10,
    "financing": 15,
    "impact": 10,
    "additionality": 10,
    "helix": 10,
    "replicability": 5,
    "safeguards": 5,
}
MUSTS = ("ownership", "mutual_benefit", "additionality", "safeguards")


def total_of(sheets: tuple[Scores, ...]) -> int:
    """Points out of 100 over all sheets of a panel, rounded down once; ValueError for no sheets."""
    if not sheets:
        raise ValueError("a panel that has given no scores has no total")
    points: int = sum(getattr(sheet, name) * weight for sheet in sheets for name, weight in WEIGHTS.items())
    return points // (5 * len(sheets))


class CheckItem(StrEnum):
    """The due diligence of G7 (domain.md 2.8), every item of it."""

    RESTRICTIVE_MEASURES = "restrictive_measures"
    COUNTER_LIST = "counter_list"
    EXCLUSION = "exclusion"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    STATE_AID = "state_aid"
    PROCUREMENT = "procurement"
    DUAL_USE = "dual_use"
    FOREIGN_INVESTMENT = "foreign_investment"
    INTELLECTUAL_PROPERTY = "intellectual_property"
    DATA_PROTECTION = "data_protection"
    HUMAN_RIGHTS = "human_rights"
    ENVIRONMENT = "environment"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


LISTS = (CheckItem.RESTRICTIVE_MEASURES, CheckItem.COUNTER_LIST, CheckItem.EXCLUSION)
"""Items that are looked up in a list, which changes: its day counts, not the day somebody looked."""


class CheckResult(StrEnum):
    CLEAR = "clear"
    ANSWERED = "answered"
    """Something was found, and the evidence tells how it was met."""
    FOUND = "found"
    """Something was found and stands: no gate is passed with it."""

    @property
    def passes(self) -> bool:
        return self is not CheckResult.FOUND


class Check(Value):
    """One item as it was last checked; `listed_on` is the day of the list it was looked up in."""

    item: CheckItem
    result: CheckResult
    listed_on: GivenDay | None = None
    evidence: TextHash
    checker: PersonId
    at: UtcTime


def _no_float(raw: Any) -> Any:
    if isinstance(raw, float):
        raise ValueError(
            "an amount is written as digits in quotes, such as '25000.50': a float would change it"
        )
    return raw


def _in_cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


Cents = Annotated[
    Decimal,
    BeforeValidator(_no_float),
    Field(ge=0, max_digits=14, decimal_places=2),
    AfterValidator(_in_cents),
]
"""Money with two places, never a float."""
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Amount(Value):
    """So much money of one currency (ISO 4217)."""

    amount: Cents
    currency: Currency

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


class SourceKind(StrEnum):
    OWN = "own_budget"
    PUBLIC = "public"
    BANK = "bank"
    PRIVATE = "private"


class SourceState(StrEnum):
    SOUGHT = "sought"
    APPLIED = "applied"
    COMMITTED = "committed"
    DECLINED = "declined"


class Source(Value):
    """Where money for a pilot comes from; `public_private`: a contract between the two pays for it (PPP)."""

    code: Code
    source: SourceKind
    amount: Amount
    state: SourceState
    public_private: bool = False
    evidence: TextHash | None = None


class KnownPilot(Value):
    """What a partnership knows of a pilot of its plan: how far it has come, endorsed or completed, and since when."""

    code: Code
    pilot: PilotKind
    action: Code
    reached: Milestone
    since: UtcTime
