"""Chapters: how they end and begin, and that nothing is lost or done twice on the way."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

from domain import requests as rq
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Organisation, Side, StakeholderGroup
from tests.engine import World
from tests.given import CN_FOCAL, EU_FOCAL, MANAGER, OPERATOR, TEAM_LEADER, deliverable
from workflows import chapter


def engage(number: int) -> rq.Engage:
    return rq.Engage(
        organisation=Organisation(code=f"org-{number}", side=Side.EU, group=StakeholderGroup.BUSINESS)
    )


def kinds(history: WorkflowHistory) -> list[str]:
    prefix = "EVENT_TYPE_"
    return [EventType.Name(event.event_type).removeprefix(prefix) for event in history.events]


async def pass_scoping(world: World) -> None:
    await world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    paper = deliverable("scoping_report")
    await world.ask(rq.Submit(stage=Stage.SCOPING, deliverable=paper), MANAGER)
    await world.ask(rq.Decide(gate="G2", version=paper.version, verdict=Verdict.APPROVE), TEAM_LEADER)
    for who in (EU_FOCAL, CN_FOCAL):
        await world.ask(rq.Decide(gate="G3", version=paper.version, verdict=Verdict.APPROVE), who)


async def test_a_passed_stage_ends_the_chapter(world: World) -> None:
    async with world.working():
        await world.found()
        await pass_scoping(world)
        await world.settled()
        assert (await world.position()).chapter == 2
        first, second = await world.runs()
        assert kinds(first)[-1] == "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"
        assert kinds(second)[0] == "WORKFLOW_EXECUTION_STARTED"
        await world.ask(rq.OpenStage(stage=Stage.STUDY_VISITS), OPERATOR)
        assert world.sound()


async def test_chapters_ending_under_traffic_lose_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight people ask at once while a chapter ends every four commands; half of all is asked twice."""
    monkeypatch.setattr(chapter, "COMMANDS_A_CHAPTER", 4)
    dice = random.Random(7)
    async with world.working():
        await world.found()
        todo = [rq.Command(id=f"cmd-{number}", request=engage(number), by=OPERATOR) for number in range(60)]
        answers: dict[str, set[tuple[int, int]]] = {}

        async def person() -> None:
            while todo:
                command = todo.pop()
                for _ in range(dice.choice((1, 2))):
                    answer = await world.door._answered(world.entity, command)
                    answers.setdefault(command.id, set()).add((answer.first, answer.last))

        await asyncio.gather(*(person() for _ in range(8)))
        effects = Counter(entry.request for entry in world.entries if entry.request)
        assert effects == Counter({f"cmd-{number}": 1 for number in range(60)})
        assert all(len(told) == 1 for told in answers.values())
        assert (await world.position()).chapter >= 8
        assert world.sound()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_database_that_fails_loses_and_doubles_nothing(world: World, when: str) -> None:
    async with world.working():
        await world.found()
        setattr(world.ledger, when, 3)
        answers = await asyncio.gather(*(world.ask(engage(number), OPERATOR) for number in range(6)))
        assert sorted(answer.first for answer in answers) == [2, 3, 4, 5, 6, 7]
        assert world.ledger.kinds(world.entity) == ["partnership_founded"] + ["organisation_engaged"] * 6
        assert world.sound()


async def test_what_piles_up_while_the_database_is_slow_goes_on_record_in_few_batches(world: World) -> None:
    async with world.working():
        await world.found()
        world.ledger.calls, world.ledger.pause = 0, 0.3
        await asyncio.gather(*(world.ask(engage(number), OPERATOR) for number in range(9)))
        assert world.ledger.calls <= 4
        assert world.sound()


async def test_a_mail_outage_never_holds_up_a_decision(world: World) -> None:
    on_strike = True
    world.post.strike = lambda: on_strike
    async with world.working():
        await world.found()
        await pass_scoping(world)
        assert world.post.sent == []
        assert len(world.post.rounds) >= 1
        assert (await world.position()).letters_waiting
        on_strike = False
        await world.settled()
        assert [number for _, number in world.post.sent] == list(range(1, len(world.entries) + 1))


async def test_a_hanging_mail_server_never_holds_up_a_decision(world: World) -> None:
    world.post.pause = 2.0
    async with world.working():
        await world.found()
        await pass_scoping(world)
        assert world.post.rounds and not world.post.sent
        world.post.pause = 0.0


async def test_an_ended_partnership_waits_for_its_last_letters_only(world: World) -> None:
    on_strike = True
    world.post.strike = lambda: on_strike
    async with world.working():
        await world.found()
        hashed = await world.door.keep("we leave", "notice")
        answer = await world.ask(rq.Withdraw(side=Side.EU, reason="budget", notice=hashed), EU_FOCAL)
        assert answer.ended
        ending = asyncio.create_task(world.handle.result())
        await asyncio.sleep(0.5)
        assert not ending.done()
        on_strike = False
        await ending
        assert len(world.post.sent) == len(world.entries)


async def test_lists_and_details_tell_where_it_stands(world: World) -> None:
    async with world.working():
        await world.found()
        await world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        described = await world.handle.describe()
        known = {pair.key.name: pair.value for pair in described.typed_search_attributes}
        assert {name: known[name] for name in sorted(known) if name.startswith("Tandem")} == {
            "TandemCluster": "INN",
            "TandemComponent": "C1",
            "TandemEntry": 2,
            "TandemOverdue": 0,
            "TandemStage": "scoping",
        }
        assert await described.static_summary() == "Fuenlabrada and Hangzhou"
        metadata = await world.handle.query("__temporal_workflow_metadata")
        assert "scoping (running)" in metadata.current_details
        timers = [e for e in (await world.runs())[0].events if e.HasField("timer_started_event_attributes")]
        assert b"until 2021-" in timers[-1].user_metadata.summary.data
        for _ in range(50):  # lists lag a moment behind
            query = f"TandemStage = 'scoping' AND WorkflowId = '{world.entity}'"
            if [found.id async for found in world.client.list_workflows(query)] == [world.entity]:
                break
            await asyncio.sleep(0.1)
        else:
            pytest.fail("the list does not find it by its stage")


async def test_details_and_search_attributes_hold_nothing_personal(world: World) -> None:
    async with world.working():
        await world.found()
        await pass_scoping(world)
        described = await world.handle.describe()
        metadata = await world.handle.query("__temporal_workflow_metadata")
        shown = f"{metadata.current_details} {described.typed_search_attributes}"
        assert "p-" not in shown.replace("p-1", "")
