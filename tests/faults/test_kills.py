"""Workers, engine and database are killed at any moment of a programme, and afterwards the oracle has no complaint."""

from __future__ import annotations

import pytest

from domain.events import BroadcastOrdered, ExchangeHeld, VisitCompleted, VisitFounded
from tests.faults.assassins import missed
from tests.faults.broadcasting import MANY, PROGRAMME
from tests.faults.campaign import Aftermath, Plan
from tests.faults.conftest import Fought, command
from tests.faults.oracle import judged
from tests.faults.results import Results, counted

pytestmark = pytest.mark.timeout(900)


def test_whoever_is_killed_nothing_is_lost_and_nothing_happens_twice(
    plan: Plan, campaign: Fought, results: Results, request: pytest.FixtureRequest
) -> None:
    """Every check of the oracle holds; and there was something to check."""
    again = command(plan, long=request.config.getoption("--long"))
    print(f"to fight this campaign alone: {again}")
    after = campaign(plan)
    judgement = judged(after)
    print("\n".join(f"{times:7,} {name}" for name, times in sorted(counted(after, judgement).items())))
    assert judgement.holds, f"{judgement}\nto fight this campaign alone: {again}"
    assert _telling(after) == [], f"the campaign proves nothing: {again}"
    results.add(after, judgement)


def _telling(after: Aftermath) -> list[str]:
    """What was missing for a campaign to prove anything."""
    lacking = []
    for kind, times in after.plan.kills.items():
        done = sum(kill.kind == kind and kill.shot is None for kill in after.kills)
        if done != times:
            lacking.append(f"{done} of {times} kills of {kind}")
    lacking += missed(after.plan.aims, after.kills, after.entries, after.clockwork)
    visits = {f"visit/{code}" for code in after.plan.visits}
    founded = {PROGRAMME, *visits, *(f"partnership/{code}" for code in after.plan.codes)}
    if set(after.entries) != founded:
        lacking.append("not every partnership was founded, or not every visit or the programme")
    ordered = sum(isinstance(entry.event, BroadcastOrdered) for entry in after.entries.get(PROGRAMME, ()))
    if ordered != MANY:
        lacking.append(f"{ordered} of {MANY} broadcasts were ordered")
    made = [
        entity
        for entity in sorted(visits & set(after.entries))
        if any(isinstance(entry.event, VisitCompleted) for entry in after.entries[entity])
    ]
    if not made:
        lacking.append("no visit was made")
    for visit in made:  # a spare one may not be made in time on a busy machine
        reached = [
            entity
            for entity, mine in after.entries.items()
            for entry in mine
            if isinstance(entry.event, ExchangeHeld) and entry.event.of == visit
        ]
        founding = after.entries[visit][0].event
        assert isinstance(founding, VisitFounded)
        served = [f"partnership/{one.code}" for one in founding.serves]
        if sorted(reached) != sorted(served) or not served:
            lacking.append(f"{visit} reached {reached} and served {served}")
    if sum(bool(one.answers) for one in after.asked) < 20:
        lacking.append("fewer than 20 requests were acknowledged")
    if sum(one.running and one.state.next_due() is not None for one in after.living) < 3:
        lacking.append("fewer than 3 entities have a deadline")
    if len(after.received) < 50:
        lacking.append("fewer than 50 letters were received")
    return lacking
