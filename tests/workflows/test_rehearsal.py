"""The rehearsal is the product: the same people on the engine leave the same entries, at the same times.

Nothing is read off the rehearsal and given to the engine. One play is played twice: in memory, and with a home on the
engine, where everybody decides by what the ledger holds and asks at the door, the worker carries the errands, and every
entity has a clock of its own, which is moved on to the moment at which something happens to it.

Times agree within `CLOSE`, not to the microsecond: an entity's clock on the engine runs on while a request is on its
way to it and while others are asked on its behalf, and what counts from such a time comes as much later. Clocks are
moved on to each moment anew, so lateness does not add up: a second is about the most that was seen, two minutes leave
room for a busy machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from client.errands import DoorMessenger
from domain.clockwork import Clockwork
from domain.entities import AnyFounding, fold, founded
from domain.errands import Carried, Errand
from domain.events import AnyEvent, End, ErrandCarried, PartnershipFounded
from domain.living import Entity
from domain.reaching import all_meant
from domain.rehearsal import Home, Planned, Rehearsal, Script, Turn, rehearse_all
from domain.scopes import Scope
from domain.terms import Restriction, own_days
from tests.domain.test_rehearsal import STARTS, foundings, hands, programme_founding, script
from tests.engine import Skipping, World, company, ended

CODES = ("C1-06", "C1-07", "C2-01", "C2-04", "C2-10")
"""One that withdraws, one that is merged, one that goes on, one that goes all the way, and one that is rejected."""
UNTIL = datetime(2023, 10, 7, 12, tzinfo=UTC)
"""Once the visit is made, C2-04 is closed, the programme extended; on a Saturday, when nothing happens nearby."""
CLOSE = timedelta(minutes=2)
_PATIENCE = 60
T = TypeVar("T")


@cache
def played() -> Script:
    """The demonstration's, with what those partnerships have: a visit of two, a pilot, a cluster that meets once.

    One of the cluster's members has ended by then, so that it refuses what is told to it.
    """
    demonstration = script()
    (cluster,) = demonstration.clusters
    small = {
        "members": ("C1-07", "C2-01", "C2-04"),
        "sessions": (date(2023, 1, 11),),
        "plans": None,
        "closes": date(2023, 5, 2),
    }
    return demonstration.model_copy(
        update={
            "tours": tuple(one for one in demonstration.tours if one.code == "V-03"),
            "clusters": (cluster.model_copy(update=small),),
            "pilots": tuple(one for one in demonstration.pilots if one.code == "P-02"),
        }
    )


def first_events() -> list[PartnershipFounded]:
    """One of them knows that nobody will travel as long as it lives: it refuses to be told so by the programme."""
    return [_homebound(one) if one.code == "C1-06" else one for one in foundings() if one.code in CODES]


def _homebound(event: PartnershipFounded) -> PartnershipFounded:
    closed = Restriction(country="CN", since=STARTS.replace(hour=0), until=event.ends)
    terms = event.terms.model_copy(update={"restrictions": (closed,)})
    return event.model_copy(update={"terms": terms})


def play(firsts: Iterable[PartnershipFounded], home: Home | None = None) -> Rehearsal:
    actors = hands(1, played=played())
    return rehearse_all(tuple(firsts), actors, UNTIL, governing=programme_founding(), home=home)


@cache
def foretold() -> Rehearsal:
    return play(first_events())


@dataclass
class OnTheEngine:
    """A home on the engine (domain.rehearsal.Home), for a play that runs in a thread of its own."""

    world: World
    skipping: Skipping
    loop: asyncio.AbstractEventLoop
    clockworks: dict[str, Clockwork] = field(default_factory=dict)
    heard: dict[str, int] = field(default_factory=dict)
    """Up to which number the play knows each entity's entries."""

    def begin(self, event: AnyFounding) -> None:
        entity = founded(event).entity
        self.clockworks[entity] = Clockwork(origin=event.at, anchor=datetime.now(UTC))
        assert self._wait(self.world.door.found(event, self.clockworks[entity]))
        self.heard[entity] = 1

    def speak(self, state: Entity, at: datetime) -> tuple[AnyEvent, ...]:
        self._wait(self.move_on(state.entity, at))
        return self._awaited(state.entity, bool)

    def ask(self, state: Entity, one: Planned, at: datetime) -> tuple[AnyEvent, ...]:
        self._wait(self._asked(state.entity, one, at))
        return self._news(state.entity)

    async def _asked(self, entity: str, one: Planned, at: datetime) -> None:
        """Texts are kept, and spoken of by the hashes of the rehearsal: else no two entries would be the same."""
        for text in one.texts:
            await self.world.door.keep(text.words, text.kind, text.owner)
        await self.move_on(entity, at)
        await self.world.door.request(entity, one.request, one.by)

    def carry(self, state: Entity, errand: Errand) -> Mapping[str, tuple[AnyEvent, ...]]:
        """The worker does that by itself: wait until it has, and hear what came of it everywhere."""

        def over(told: Iterable[AnyEvent]) -> bool:
            return any(
                isinstance(one, ErrandCarried) and one.errand == errand.id and one.over for one in told
            )

        mine = self._awaited(state.entity, over)
        news = {entity: told for entity in self.heard if (told := self._news(entity))}
        return news | {state.entity: mine + news.get(state.entity, ())}

    async def stands(self, entity: str) -> datetime:
        """How late it is for an entity."""
        handle = self.world.client.get_workflow_handle(entity)
        return self.clockworks[entity].at(await self.skipping.skipper.get_current_time(handle))

    async def move_on(self, entity: str, to: datetime) -> None:
        """Move an entity's clock on, unless it is later for it already."""
        left = to - await self.stands(entity)
        if left > timedelta():
            handle = self.world.client.get_workflow_handle(entity)
            await self.skipping.skipper.fast_forward(handle, left)

    def events(self, entity: str, since: int = 0) -> tuple[AnyEvent, ...]:
        return tuple(entry.event for entry in self.world.ledger.entries(entity, since))

    def states(self) -> dict[str, Entity]:
        return {entity: fold(entity, self.events(entity)) for entity in self.heard}

    def meant(self, scope: Scope, after: str) -> list[str]:
        return [entity for entity in all_meant(scope, self.states()) if entity > after]

    def _news(self, entity: str) -> tuple[AnyEvent, ...]:
        told = self.events(entity, self.heard[entity])
        self.heard[entity] += len(told)
        return told

    def _awaited(self, entity: str, enough: Callable[[tuple[AnyEvent, ...]], bool]) -> tuple[AnyEvent, ...]:
        until = time.monotonic() + _PATIENCE
        while not enough(self.events(entity, self.heard[entity])):
            assert time.monotonic() < until, (
                f"{entity} leaves out what is foretold after {self.heard[entity]}"
            )
            time.sleep(0.005)
        return self._news(entity)

    def _wait(self, coming: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coming, self.loop).result(timeout=2 * _PATIENCE)


class InStep(DoorMessenger):
    """The worker's messenger, but that for those he asks it is made as late as for whom he comes from.

    Else he would tell them of what lies before them, be it by milliseconds, and they would refuse it.
    """

    def __init__(self, home: OnTheEngine) -> None:
        super().__init__(home.world.client, home.world.ledger, home.meant)
        self._home = home

    async def carry(self, entity: str, errand: Errand, clockwork: Clockwork) -> Carried:
        home, states = self._home, self._home.states()
        meant = errand.to if errand.scope is None else home.meant(errand.scope, errand.after)
        late = await home.stands(entity)
        await asyncio.gather(*(home.move_on(one, late) for one in meant if not states[one].ended))
        return await super().carry(entity, errand, clockwork)


def alike(one: Any, other: Any) -> bool:
    """Equal, but for times that may be a little apart."""
    if isinstance(one, BaseModel) and isinstance(other, BaseModel):
        names = type(one).model_fields
        return type(one) is type(other) and all(
            alike(getattr(one, name), getattr(other, name)) for name in names
        )
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) < CLOSE
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)


def differences(foretold: Iterable[AnyEvent], events: Iterable[AnyEvent]) -> list[str]:
    """Where two courses of events differ, for people to read; nothing where every entry is there with its facts."""
    one, other = tuple(foretold), tuple(events)
    told = [
        f"{_told(mine)} foretold, came {_told(its)}"
        for mine, its in zip(one, other, strict=False)
        if not alike(mine, its)
    ]
    more = [f"{_told(event)} did not come" for event in one[len(other) :]]
    return told + more + [f"{_told(event)} was not foretold" for event in other[len(one) :]]


def _told(event: AnyEvent) -> str:
    return f"{event.at:%Y-%m-%d %H:%M} {event.kind}"


@pytest.mark.timeout(300)
async def test_the_engine_records_what_the_rehearsal_foretells(
    skipping: Skipping, worlds: Callable[..., World]
) -> None:
    """Each entry of every entity, with its facts and its time; letters follow from them, so they are the same too."""
    world: World = worlds(client=skipping.client, patience=_PATIENCE)
    home = OnTheEngine(world, skipping, asyncio.get_running_loop())
    try:
        async with company(world.client, world.ledger, world.post, messenger=InStep(home)):
            came = await asyncio.to_thread(play, first_events(), home)
    finally:
        for entity in home.heard:
            await ended(world.client, entity)
    lives = {life.state.entity: life for life in foretold().all().values()}
    assert set(home.heard) == set(world.ledger.kept) == set(lives)
    odd = {entity: differences(life.events, home.events(entity)) for entity, life in lives.items()}
    assert {entity: told for entity, told in odd.items() if told} == {}
    assert refusals(came) == refusals(foretold())


def refusals(rehearsal: Rehearsal) -> list[tuple[str, str, str, Turn]]:
    return [
        (code, one.planned.id, one.sentence, one.turn)
        for code, life in rehearsal.all().items()
        for one in life.refusals
    ]


def test_there_is_something_of_everything_to_compare() -> None:
    rehearsal = foretold()
    ends = {code: life.state.end for code, life in rehearsal.partnerships.items()}
    assert (ends["C1-06"], ends["C1-07"], ends["C2-10"]) == (End.WITHDRAWN, End.MERGED, End.REJECTED)
    assert ends["C2-04"] is End.PARTIAL and ends["C2-01"] is None
    assert rehearsal.visits["V-03"].state.ended and rehearsal.clusters["ECO"].state.ended
    assert rehearsal.pilots["P-02"].state.parkings == 1
    refused = {
        (life.state.code, event.errand): [one.entity for one in event.refused]
        for life in rehearsal.all().values()
        for event in life.events
        if isinstance(event, ErrandCarried)
    }
    assert refused == {
        ("11438", "broadcast-1"): ["partnership/C1-06"],
        ("11438", "broadcast-2"): [],
        ("11438", "broadcast-3"): [],
        ("ECO", "joint_session_1"): ["partnership/C1-07"],
        ("P-02", "endorsed"): [],
        ("V-03", "completed"): [],
    }
    assert any(turn is Turn.MISTAKE for _, _, _, turn in refusals(rehearsal))


def test_a_day_more_in_one_rule_of_one_partnership_is_told() -> None:
    """What the comparison is worth: of the entries after the founding some come at another time, or not at all."""
    firsts = first_events()
    terms = firsts[0].terms.model_copy(update={"operate": own_days(6)})
    assert firsts[0].terms.operate == own_days(5)
    other = play([firsts[0].model_copy(update={"terms": terms}), *firsts[1:]]).partnerships
    lives = foretold().partnerships
    odd = {code: differences(lives[code].events[1:], life.events[1:]) for code, life in other.items()}
    assert [code for code, told in odd.items() if told] == [firsts[0].code]


def test_the_comparison_tells_what_is_late_what_is_missing_and_what_is_too_much() -> None:
    events = foretold().partnerships["C2-10"].events
    late = events[0].model_copy(update={"at": events[0].at + CLOSE})
    a_little_late = events[0].model_copy(update={"at": events[0].at + CLOSE / 2})
    assert differences(events, (a_little_late, *events[1:])) == []
    assert len(differences(events, (late, *events[1:]))) == 1
    (missing,) = differences(events, events[:-1])
    (too_much,) = differences(events[:-1], events)
    assert missing.endswith("partnership_closed did not come")
    assert too_much.endswith("partnership_closed was not foretold")
