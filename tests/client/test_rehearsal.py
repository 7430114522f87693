"""The rehearsal on a running clock, with a door and a ledger in memory."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock

import pytest

from client import programme
from client.rehearsal import demo_clockwork, kept, rehearse
from domain import entities
from domain.clockwork import Clockwork
from domain.entities import AnyFounding, fold
from domain.entries import Entry, numbered
from domain.errands import Carried, TurnedDown
from domain.events import AnyEvent, PartnershipFounded
from domain.living import Entity
from domain.partnership import founded
from domain.rehearsal import Planned, Stagehands, Text, plan
from domain.requests import AnyRequest
from domain.terms import Stage
from domain.values import Actor, Refusal
from workflows.chapter import Answer

FILES = Path(__file__).parents[2] / "programmes"
STARTS = datetime(2021, 1, 1, 8, tzinfo=UTC)
UNTIL = datetime(2024, 4, 7, tzinfo=UTC)


class Engine:
    """Partnerships that live by a clock, as on the engine: the calendar speaks whenever somebody looks."""

    def __init__(self, clockwork: Clockwork, events: list[PartnershipFounded], pause: float = 0.0) -> None:
        self.clockwork = clockwork
        self.states: dict[str, Entity] = {f"partnership/{event.code}": founded(event) for event in events}
        self.kept: dict[str, tuple[Entry, ...]] = {}
        self.texts: dict[str, str] = {}
        self.pause = pause
        self._one_writer = Lock()  # entries are looked for in threads while requests come in
        for event in events:
            entity = f"partnership/{event.code}"
            self.kept[entity] = numbered(entity, 0, (event,), event.at, None)

    def _now(self) -> datetime:
        return self.clockwork.at(datetime.now(UTC))

    def _put(self, entity: str, events: tuple[AnyEvent, ...], at: datetime) -> None:
        known = self.kept[entity]
        self.kept[entity] = (*known, *numbered(entity, len(known), events, at, None))
        self.states[entity] = self.states[entity].after(events)

    def entries(self, entity: str, since: int = 0) -> tuple[Entry, ...]:
        with self._one_writer:
            if entity not in self.states:
                return ()
            at = self._now()
            self._put(entity, self.states[entity].lapse(at), at)
            return self.kept[entity][since:]

    async def found(self, event: AnyFounding, clockwork: Clockwork | None = None) -> bool:
        state = entities.founded(event)
        with self._one_writer:
            self.states[state.entity] = state
            self.kept[state.entity] = numbered(state.entity, 0, (event,), event.at, None)
        return True

    def _run_errands(self, entity: str, at: datetime) -> None:
        """Others are asked on its behalf, as the workflow would have them asked."""
        for errand in self.states[entity].errands:
            refused: dict[str, str] = {}
            for to in errand.to:
                try:
                    self._put(to, self.states[to].ask(errand.request, errand.by, at), at)
                except Refusal as refusal:
                    refused[to] = refusal.sentence
            came = Carried(
                done=tuple(sorted(set(errand.to) - set(refused))),
                refused=tuple(TurnedDown(entity=to, sentence=told) for to, told in refused.items()),
                after=max(errand.to),
                over=True,
            )
            self._put(entity, self.states[entity].carried(errand.id, came, at), at)

    async def keep(self, text: str, kind: str, owner: str | None = None) -> str:
        hashed = f"sha256:{hashlib.sha256(f'{len(self.texts)}{text}'.encode()).hexdigest()}"
        self.texts[hashed] = text
        return hashed

    async def request(self, entity: str, request: AnyRequest, by: Actor, *, id: str | None = None) -> Answer:
        await asyncio.sleep(self.pause)
        with self._one_writer:
            at, before = self._now(), len(self.kept[entity])
            self._put(entity, self.states[entity].ask(request, by, at), at)
            self._run_errands(entity, at)
            state = self.states[entity]
        return Answer(
            entity=entity,
            first=before + 1,
            last=len(self.kept[entity]),
            stage=state.standing(),
            overdue=0,
            ended=state.ended,
        )


def prepared(
    seconds: float, codes: tuple[str, ...], pause: float = 0.0
) -> tuple[Engine, Clockwork, Stagehands]:
    script = programme.read_script(FILES / "demonstration-script.yaml")
    known = programme.read(FILES / "iurc-china.yaml", FILES / "demonstration-people.yaml")
    facts = programme.as_scripted(known, script)
    ids = {person.key: f"p-{place:026d}" for place, person in enumerate(facts.people)}
    events = [event for event in programme.foundings(facts, ids, STARTS) if event.code in codes]
    clockwork = demo_clockwork(datetime.now(UTC), STARTS, UNTIL, seconds)
    return Engine(clockwork, events, pause), clockwork, programme.stagehands(facts, script, ids, STARTS, 2021)


def test_the_clock_of_a_demonstration_takes_its_seconds() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    clockwork = demo_clockwork(now, STARTS, UNTIL, 60)
    assert clockwork.at(now) == STARTS
    assert abs((clockwork.wall(UNTIL) - now).total_seconds() - 60) < 0.01


async def test_partnerships_are_played_to_their_end() -> None:
    codes = ("C1-06", "C2-10", "C1-07", "C1-05")
    engine, clockwork, hands = prepared(9, codes)
    seen: list[tuple[str, int]] = []

    def progress(state: Entity, entries: tuple[Entry, ...]) -> None:
        seen.extend((state.code, entry.number) for entry in entries)

    played = await rehearse(engine, engine, clockwork, hands, codes, UNTIL, progress)
    assert all(played.states[code].ended for code in codes) and not played.refusals
    assert played.requests >= len(played.seconds) > 50
    assert 0 < played.slowest(0.5) <= played.slowest(1.0)
    for code in codes:
        entity = f"partnership/{code}"
        assert played.states[code] == fold(entity, [entry.event for entry in engine.kept[entity]])
        assert [number for one, number in seen if one == code] == [one.number for one in engine.kept[entity]]
    assert engine.texts


async def test_a_visit_and_a_pilot_are_played_beside_their_partnership() -> None:
    engine, clockwork, hands = prepared(9, ("C1-05",))
    played = await rehearse(engine, engine, clockwork, hands, ("C1-05",), UNTIL)
    assert not played.refusals
    adopted = entities.partnership_of(played.states["C1-05"]).plan_adopted
    assert adopted is not None and adopted < played.states["P-03"].founded
    assert {code for code, state in played.states.items() if state.ended} == {"C1-05", "P-03", "V-00"}


async def test_a_slow_door_delays_and_breaks_nothing() -> None:
    codes = ("C1-06", "C2-10", "C1-07")
    engine, clockwork, hands = prepared(9, codes, pause=0.05)
    played = await rehearse(engine, engine, clockwork, hands, codes, UNTIL)
    assert played.ended == 3 and not played.refusals
    assert played.expected > 0.03


async def test_time_that_is_over_ends_the_play() -> None:
    engine, clockwork, hands = prepared(60, ("C1-05",))
    until = STARTS + timedelta(days=20)
    async with asyncio.timeout(10):
        played = await rehearse(engine, engine, clockwork, hands, ("C1-05",), until)
    assert played.ended == 0


async def test_trouble_at_the_door_stops_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, clockwork, hands = prepared(9, ("C1-05", "C1-04"))

    async def gone(*_: object, **__: object) -> Answer:
        raise ConnectionError("the engine is gone")

    monkeypatch.setattr(engine, "request", gone)
    with pytest.raises(ConnectionError):
        await rehearse(engine, engine, clockwork, hands, ("C1-05", "C1-04"), UNTIL)
    assert [task for task in asyncio.all_tasks() if "rehearsal" in task.get_name()] == []


async def test_texts_are_kept_at_the_door_before_a_request_speaks_of_them() -> None:
    engine, _, hands = prepared(9, ("C1-05",))
    state = entities.partnership_of(engine.states["partnership/C1-05"])
    opening = plan(state, STARTS, hands)[0]
    state = state.after(state.ask(opening.request, opening.by, opening.at))
    planned = [
        one for one in plan(state, opening.at, hands) if one.request.kind == "submit" and not one.refused
    ]
    handing_in = planned[0]
    request = await kept(handing_in, engine.keep)
    assert request.kind == "submit" and request.stage is Stage.SCOPING
    assert request.deliverable.version in engine.texts
    assert request.deliverable.version != handing_in.texts[0].hash
    plain = await kept(opening, engine.keep)
    assert plain is opening.request


def test_a_plan_and_its_texts_travel_as_values() -> None:
    assert Planned.model_config.get("frozen") and Text.model_config.get("frozen")


async def test_a_step_that_something_overtook_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, clockwork, hands = prepared(9, ("C1-06",))
    asked = engine.request
    refused = 0

    async def late(entity: str, request: AnyRequest, by: Actor, *, id: str | None = None) -> Answer:
        nonlocal refused
        if request.kind == "engage_organisation" and refused < 2:
            refused += 1
            await asyncio.sleep(0.1)
            raise Refusal("something else came first")
        return await asked(entity, request, by, id=id)

    monkeypatch.setattr(engine, "request", late)
    played = await rehearse(engine, engine, clockwork, hands, ("C1-06",), UNTIL)
    assert played.overtaken == 2 and not played.refusals
    assert played.ended == 1
