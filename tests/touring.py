"""A visit that serves two partnerships, on the engine, for tests and for histories to keep."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from domain import events as ev
from domain import requests as rq
from domain.entities import fold
from domain.events import VisitFounded
from domain.requests import AnyRequest, Verdict
from domain.stages import default_terms
from domain.terms import Stage
from domain.values import Actor, ExchangeMode
from domain.visits import requests as vr
from domain.visits.events import Direction, Served
from domain.visits.steps import ConceptNote
from domain.visits.visit import StudyVisit, visit_terms
from tests.engine import World, ended
from tests.given import DELEGATION, END, OPERATOR, START, TEAM_LEADER, founding, partnership, text
from workflows.chapter import Answer

FIRST = START.date() + timedelta(days=45)


class Tour:
    """Two partnerships, and a visit on a screen that serves both."""

    def __init__(self, world: World) -> None:
        self.client, self.ledger, self.post, self.door = world.client, world.ledger, world.post, world.door
        self.clockwork = world.clockwork
        self.codes = tuple(f"{world.code}-{number}" for number in (1, 2))
        self.code = f"V-{world.code}"

    @property
    def entity(self) -> str:
        return f"visit/{self.code}"

    @property
    def visit(self) -> StudyVisit:
        state = fold(self.entity, [entry.event for entry in self.ledger.entries(self.entity)])
        assert isinstance(state, StudyVisit)
        return state

    async def ask(self, request: AnyRequest, by: Actor) -> Answer:
        return await self.door.request(self.entity, request, by)

    async def decide(self, gate: str, by: Actor) -> None:
        latest = self.visit.latest_gate(gate)
        assert latest is not None
        await self.ask(rq.Decide(gate=gate, version=latest.version, verdict=Verdict.APPROVE), by)

    async def found(self) -> None:
        for code in self.codes:
            assert await self.door.found(founding(code))
        known = partnership()
        event = VisitFounded(
            at=START,
            by=OPERATOR,
            programme="11438",
            code=self.code,
            title="Digital skills",
            direction=Direction.EU_TO_CN,
            mode=ExchangeMode.VIRTUAL,
            serves=tuple(Served(code=code, eu="Fuenlabrada", cn="Hangzhou") for code in self.codes),
            hosts=("Hangzhou",),
            first=FIRST,
            days=2,
            members=known.members,
            holders=known.holders,
            terms=visit_terms(default_terms()),
            edition=known.edition,
            ends=END,
        )
        assert await self.door.found(event)
        assert not await self.door.found(event), "founded twice it is founded once"

    async def made(self) -> None:
        """Approved, its dates fixed, held and recorded."""
        note = ConceptNote(
            version=text("concept"),
            objective=True,
            partnerships=self.codes,
            delegates=0,
            estimate=Decimal(0),
        )
        await self.ask(rq.Submit(stage=Stage.VISIT_CONCEPT, deliverable=note), OPERATOR)
        await self.decide("G4a.team", TEAM_LEADER)
        await self.decide("G4a", DELEGATION)
        await self.ask(vr.StepVisit(step="dates"), OPERATOR)
        over = datetime.combine(FIRST + timedelta(days=4), time(), UTC)
        await asyncio.sleep(max((self.clockwork.wall(over) - datetime.now(UTC)).total_seconds(), 0))
        completion = vr.CompleteVisit(
            first=FIRST,
            last=FIRST + timedelta(days=1),
            participants_eu=7,
            participants_cn=9,
            women=8,
            evidence=text("attendance lists"),
        )
        await self.ask(completion, OPERATOR)

    def exchanges(self, code: str) -> list[ev.ExchangeHeld]:
        told = self.ledger.entries(f"partnership/{code}")
        return [entry.event for entry in told if isinstance(entry.event, ev.ExchangeHeld)]

    async def told(self) -> None:
        """Wait until the visit has it on record that everybody was told."""
        while self.visit.errands:  # noqa: ASYNC110 - what is waited for happens in the engine
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        for entity in (self.entity, *(f"partnership/{code}" for code in self.codes)):
            await ended(self.client, entity)
