"""Errands are carried by the ledger's own lists, in order, at a bounded rate, and whoever refuses is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.client import Client

from client import errands
from client.door import Door, Memory
from client.errands import DoorMessenger, in_scope
from domain import requests as rq
from domain.clockwork import Clockwork
from domain.entries import numbered
from domain.errands import Errand
from domain.partnership import founded
from domain.programme import founded as programme_founded
from domain.scopes import Scope
from domain.terms import Stage
from domain.values import Component, Refusal, Side
from ledger import SqlLedger, migrate, open_ledger
from tests.given import OPERATOR, START, founding, programme_founding


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    """Four partnerships, one of which has ended and one of which is in scoping, and their programme."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    migrate(url)
    held = open_ledger(url)
    for code in ("C1-01", "C1-02", "C1-03", "C1-04"):
        first = founding(code)
        state = founded(first)
        events: tuple[Any, ...] = (first,)
        if code == "C1-02":
            events += state.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR, START)
        if code == "C1-04":
            consent = f"sha256:{'0' * 64}"
            events += state.own_effects(rq.Merge(into="INN", consent=consent), OPERATOR, START) or ()
        held.record(numbered(state.entity, 0, events, START, None))
    itself = programme_founding()
    held.record(numbered(programme_founded(itself).entity, 0, (itself,), START, None))
    yield held
    held.close()


@pytest.mark.parametrize(
    ("wishes", "found"),
    [
        ({}, ["C1-01", "C1-02", "C1-03"]),
        ({"kinds": ()}, ["C1-01", "C1-02", "C1-03"]),
        ({"kinds": ("programme", "partnership")}, ["C1-01", "C1-02", "C1-03", "11438"]),
        ({"codes": ("C1-03", "C1-04")}, ["C1-03"]),
        ({"country": "ES"}, ["C1-01", "C1-02", "C1-03"]),
        ({"country": "ES", "side": Side.EU}, ["C1-01", "C1-02", "C1-03"]),
        ({"country": "ES", "side": Side.CN}, []),
        ({"side": Side.PROGRAMME}, []),
        ({"country": "FR"}, []),
        ({"component": Component.CITY}, ["C1-01", "C1-02", "C1-03"]),
        ({"component": Component.REGION}, []),
        ({"stage": "scoping"}, ["C1-02"]),
        ({"cluster": "ECO"}, []),
        ({"programme": "other"}, []),
    ],
)
def test_a_scope_means_all_under_way_that_every_wish_fits(
    ledger: SqlLedger, wishes: dict[str, Any], found: list[str]
) -> None:
    scope = Scope(**({"programme": "11438"} | wishes))
    assert [one.partition("/")[2] for one in in_scope(ledger, scope)] == found


def test_a_scope_goes_on_from_behind_whoever_was_asked_last(ledger: SqlLedger) -> None:
    scope = Scope(programme="11438")
    assert [*in_scope(ledger, scope, "partnership/C1-02")] == ["partnership/C1-03"]


async def test_a_round_is_bounded_in_number_and_in_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five of a round of three: the first three now, no faster than ten in a second; one refuses."""
    monkeypatch.setattr(errands, "A_ROUND", 3)
    monkeypatch.setattr(errands, "A_SECOND", 10)
    asked: list[tuple[str, str, float]] = []
    clock = asyncio.get_running_loop().time

    async def carry(door: Door, entity: str, request: rq.AnyRequest, by: object, id: str) -> None:
        asked.append((entity, id, clock()))
        if entity.endswith("2"):
            raise Refusal("it has ended")

    monkeypatch.setattr(Door, "carry", carry)
    ids = tuple(f"partnership/C{number}" for number in (3, 1, 2, 5, 4))
    errand = Errand(id="broadcast-1", request=rq.Resume(), by=OPERATOR, since=START, to=ids)
    messenger = DoorMessenger(cast(Client, None), cast(Memory, None), lambda scope, after: ())
    came = await messenger.carry("programme/11438", errand, Clockwork())
    assert came.done == ("partnership/C1", "partnership/C3") and not came.over
    assert [(one.entity, one.sentence) for one in came.refused] == [("partnership/C2", "it has ended")]
    assert came.after == "partnership/C3"
    assert asked[0][1] == "programme.11438:broadcast-1:partnership.C1"
    assert asked[-1][2] - asked[0][2] >= 0.19
    rest = await messenger.carry(
        "programme/11438", errand.model_copy(update={"after": came.after}), Clockwork()
    )
    assert rest.over and rest.done == ("partnership/C4", "partnership/C5")
