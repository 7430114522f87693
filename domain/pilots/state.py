"""Where a pilot stands: all its facts, and the plain questions one can ask of them."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from domain.clocks import Clock
from domain.gates import Gate
from domain.lapsing import running_days_after
from domain.living import Entity
from domain.pilots.facts import (
    Check,
    CheckItem,
    CheckResult,
    PilotEnd,
    PilotKind,
    Reached,
    Scores,
    Source,
    SourceState,
)
from domain.pilots.steps import CHECKED, DUE_DILIGENCE
from domain.terms import PilotTerms, Stage
from domain.values import Code, Component, PersonId, PlaceName, TextHash, UtcTime, Value


class Sheet(Value):
    """The scores of one seat of the panel at one gate."""

    gate: str
    seat: int
    person: PersonId
    scores: Scores
    at: UtcTime


class Asked(Value):
    """An item asked for anew, for one occasion: a gate, or the beginning of the implementation."""

    item: CheckItem
    about: str
    clock: Clock


class Note(Value):
    """A quarter's note: asked for when the quarter is over, and given."""

    quarter: int
    clock: Clock
    given: UtcTime | None = None
    text: TextHash | None = None


class Parked(Value):
    reason: Code
    since: UtcTime
    review: UtcTime
    clock: Clock


class Replication(Value):
    where: Code
    evidence: TextHash
    at: UtcTime


class PilotState(Entity):
    """All that is known of one pilot."""

    noun: ClassVar[str] = "pilot"

    partnership: Code
    component: Component
    cluster: Code
    action: Code
    pilot: PilotKind
    title: PlaceName
    title_zh: PlaceName | Literal[""] = ""
    waived: Code | None = None
    founder: PersonId | None = None
    sheets: tuple[Sheet, ...] = ()
    checks: tuple[Check, ...] = ()
    asked: tuple[Asked, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    silent_told: bool = False
    """Whether the secretariat was told that notes are missing, and none came since."""
    parked: Parked | None = None
    parkings: int = 0
    endorsed: UtcTime | None = None
    agreed: UtcTime | None = None
    began: UtcTime | None = None
    completed: UtcTime | None = None
    replications: tuple[Replication, ...] = ()
    owner: Code | None = None
    end: PilotEnd | None = None

    @property
    def rules(self) -> PilotTerms:
        """The rules of pilots; the usual ones where its terms have none."""
        return self.terms.pilots or PilotTerms()

    @property
    def on_hold(self) -> bool:
        """Whether all dates stand still by the secretariat's own wish; one that is parked waits as well."""
        return self.parked is not None or super().on_hold

    @property
    def held(self) -> bool:
        """On hold in the strict sense: to be resumed, not unparked."""
        return super().on_hold

    def reached(self) -> Reached:
        """How far it has come."""
        for there, state in (
            (bool(self.replications), Reached.REPLICATED),
            (self.completed, Reached.COMPLETED),
            (self.began, Reached.IMPLEMENTING),
            (self.agreed, Reached.AGREED),
            (self.endorsed, Reached.FINANCING_SOUGHT),
        ):
            if there:
                return state
        if self.stage(Stage.PILOT_CONCEPT) is not None:
            codes = [gate.code for gate in self.open_gates()]
            if DUE_DILIGENCE in codes:
                return Reached.DUE_DILIGENCE
            return Reached.ENDORSEMENT if codes else Reached.CONCEPT
        if self.stage(Stage.PILOT_FICHE) is None:
            return Reached.IDEA
        return Reached.FICHE if not self.gates else Reached.SCREENING

    def checked_gate(self) -> Gate | None:
        """The open gate that asks for a due diligence, if there is one."""
        return next((gate for gate in self.open_gates() if gate.code in CHECKED), None)

    def occasion(self) -> tuple[str, datetime] | None:
        """What a due diligence is needed for now, and since when; None while nothing asks for it."""
        gate = self.checked_gate()
        if gate is not None:
            return gate.id, gate.clock.start
        if self.agreed is not None and self.began is None:
            return "implementation", self.agreed
        return None

    def check(self, item: CheckItem) -> Check | None:
        return next((held for held in self.checks if held.item is item), None)

    def valid_until(self, check: Check) -> datetime:
        """When a check is too old: counted from the day of the list where it was looked up in one."""
        older = (check.at.date() - check.listed_on).days if check.listed_on is not None else 0
        return check.at + timedelta(days=self.rules.valid_for - max(older, 0))

    def holds_good(self, item: CheckItem, at: datetime) -> bool:
        """Whether an item was checked, found nothing that stands, and is recent enough."""
        held = self.check(item)
        return held is not None and held.result is not CheckResult.FOUND and at < self.valid_until(held)

    def lacking(self, at: datetime) -> tuple[CheckItem, ...]:
        """The items of the due diligence that are missing, too old, or found something that stands."""
        return tuple(item for item in CheckItem if not self.holds_good(item, at))

    def sheets_at(self, gate: Gate) -> tuple[Sheet, ...]:
        """What the panel has given at a gate."""
        return tuple(sheet for sheet in self.sheets if sheet.gate == gate.id)

    def source(self, code: str) -> Source | None:
        return next((held for held in self.sources if held.code == code), None)

    def note(self, quarter: int) -> Note | None:
        return next((held for held in self.notes if held.quarter == quarter), None)

    def financed(self) -> bool:
        """Whether a source has committed itself."""
        return any(held.state is SourceState.COMMITTED for held in self.sources)

    def quarter_over(self, quarter: int) -> datetime:
        """When a quarter of the implementation is over, the days on which all stood still not counted."""
        assert self.began is not None
        return self._months_on(self.began, quarter * self.rules.note_every)

    def silent_until(self) -> datetime:
        """When so many quarters have gone by without a note that the secretariat is to look at it."""
        assert self.began is not None
        since = max([self.began, *(held.given for held in self.notes if held.given is not None)])
        return self._months_on(since, self.rules.silent * self.rules.note_every)

    def _months_on(self, since: datetime, months: int) -> datetime:
        return running_days_after(self, since, (months_after(since, months) - since).days)


def months_after(since: datetime, months: int) -> datetime:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(since.month - 1 + months, 12)
    year += since.year
    last = monthrange(year, month + 1)[1]
    return since.replace(year=year, month=month + 1, day=min(since.day, last))
