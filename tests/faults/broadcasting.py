"""Broadcasts in a campaign: two persons of the secretariat ask something of all entities while parts are killed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from domain import requests as rq
from domain.broad_requests import RestrictTravel
from domain.clockwork import Clockwork
from domain.entities import fold
from domain.living import Entity
from domain.scopes import Scope
from domain.values import Actor, Role, Side
from tests.faults.witness import PatientLedger, Witness

PROGRAMME = "programme/11438"
MANY = 8
"""So often something is broadcast, evenly over a campaign."""
_FIRST = datetime(2023, 4, 10, tzinfo=UTC)
"""From when on nobody travels: after every campaign, so that the play beside it stays as it was, and after the days
on which nobody travels by the play itself, since what is known already is refused."""


async def broadcasts(
    witness: Witness, ledger: PatientLedger, clockwork: Clockwork, since: datetime, until: datetime
) -> None:
    """Restrict travel so often, for some days each time; each is proposed by one person and confirmed by another."""
    for number in range(MANY):
        moment = since + (until - since) * (number + 0.5) / MANY
        await asyncio.sleep(max((clockwork.wall(moment) - datetime.now(UTC)).total_seconds(), 0))
        order = await witness.keep(f"Travel order number {number}", "order")
        closed = _FIRST + timedelta(days=30 * number)
        matter = rq.Broadcast(
            scope=Scope(programme=PROGRAMME.partition("/")[2], kinds=("partnership", "visit")),
            request=RestrictTravel(country="CN", since=closed, until=closed + timedelta(days=9), order=order),
        )
        state = await _state(ledger)
        operator, leader = _actor(state, Role.OPERATOR), _actor(state, Role.TEAM_LEADER)
        await witness.request(PROGRAMME, rq.Propose(matter=matter, reason="travel"), operator)
        proposed = (await _state(ledger)).proposed
        await witness.request(PROGRAMME, rq.Confirm(proposal=proposed), leader)


async def _state(ledger: PatientLedger) -> Entity:
    entries = await asyncio.to_thread(ledger.entries, PROGRAMME)
    return fold(PROGRAMME, [entry.event for entry in entries])


def _actor(state: Entity, role: Role) -> Actor:
    held = state.holders_of(role, Side.PROGRAMME, state.now)[0]
    return held.in_person()
