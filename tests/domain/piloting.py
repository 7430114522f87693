"""A pilot's life told in a test: screened, checked, endorsed, carried out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from domain import requests as rq
from domain.entries import Entry
from domain.letters import Letter
from domain.pilots.facts import (
    LISTS,
    Amount,
    CheckItem,
    CheckResult,
    PilotStep,
    Scores,
    Source,
    SourceKind,
    SourceState,
)
from domain.pilots.pilot import Pilot, founded
from domain.terms import Stage
from domain.values import Actor
from tests.given import COUNTERPART, MANAGER, OPERATOR, TEAM_LEADER, on, pilot_founding, text
from tests.story import Story

FOUR = Scores(
    ownership=4,
    mutual_benefit=4,
    maturity=4,
    feasibility=4,
    financing=4,
    impact=4,
    additionality=4,
    helix=4,
    replicability=4,
    safeguards=4,
)
BEGINNING = on(2022, 1, 10)


def scores(points: int = 4, **changes: int) -> Scores:
    """A sheet with the same points everywhere but where the test wants others."""
    return Scores.model_validate(dict.fromkeys(Scores.model_fields, points) | changes)


def source(
    code: str = "own-budget",
    state: SourceState = SourceState.COMMITTED,
    amount: str = "25000.50",
    **given: Any,
) -> Source:
    facts: dict[str, Any] = {"evidence": text(f"letter of {code}")} | given
    return Source(
        code=code,
        source=SourceKind.OWN,
        amount=Amount(amount=Decimal(amount), currency="EUR"),
        state=state,
        **facts,
    )


class PilotStory(Story):
    """A pilot, the entries of its life so far, and the time it has come to."""

    def __init__(self, at: datetime = BEGINNING, **given: Any) -> None:
        first = pilot_founding(at=at, **given)
        self.partnership: Any = founded(first)
        self.at = first.at
        self.entries: list[Entry] = []
        self.letters: list[Letter] = []
        self.states: list[Any] = []
        self._record((first,), None)

    @property
    def pilot(self) -> Pilot:
        assert isinstance(self.partnership, Pilot)
        return self.partnership

    def scores(self, by: Actor, sheet: Scores = FOUR, at: datetime | None = None) -> None:
        self.asks(rq.ScorePilot(version=self.gate("P6").version, scores=sheet), by, at)

    def fiche(self, version: str = "one", **changes: Any) -> None:
        """The fiche is opened, if it is not, and handed in."""
        if self.pilot.stage(Stage.PILOT_FICHE) is None:
            self.opens(Stage.PILOT_FICHE)
        self.hands_in(Stage.PILOT_FICHE, version, **{"pilot": self.pilot.pilot.value, **changes})

    def screened(self) -> None:
        """The fiche is handed in, scored by the whole panel, and approved."""
        self.fiche()
        for by in (TEAM_LEADER, COUNTERPART):
            self.scores(by)
        self.approves("P6")

    def check(
        self,
        item: CheckItem,
        result: CheckResult = CheckResult.CLEAR,
        at: datetime | None = None,
        **given: Any,
    ) -> rq.RecordCheck:
        when = at or self.at
        facts: dict[str, Any] = {"listed_on": when.date() if item in LISTS else None} | given
        return rq.RecordCheck(item=item, result=result, evidence=text(f"check of {item}"), **facts)

    def checks(self, *items: CheckItem, at: datetime | None = None) -> None:
        """These items are checked and clear, or all of them."""
        for item in items or tuple(CheckItem):
            self.asks(self.check(item, at=at), MANAGER, at)

    def concept(self) -> None:
        """Screened, and the concept handed in: due diligence is under way."""
        self.screened()
        self.hands_in(Stage.PILOT_CONCEPT)

    def endorsed(self) -> None:
        """Screened, checked, and endorsed by both sides, all at this time."""
        self.concept()
        self.checks()
        for gate in ("P7.dd", "P7.eud", "P7"):
            self.approves(gate)

    def step(self, step: PilotStep, at: datetime | None = None, **given: Any) -> None:
        self.asks(rq.StepPilot(step=step, **given), OPERATOR, at)

    def begun(self, until: str = "2023-06-30") -> None:
        """Endorsed, agreed on and being implemented."""
        self.endorsed()
        self.step(PilotStep.AGREED, text=text("agreement"))
        self.step(PilotStep.IMPLEMENTING, until=until)

    def completed(self) -> None:
        """Carried out and accepted."""
        self.begun()
        self.hands_in(Stage.PILOT_COMPLETION)
        self.approves("P8")
