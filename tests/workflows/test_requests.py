"""What becomes of a request on the engine: answered on record, refused without a trace, and never twice."""

from __future__ import annotations

import asyncio

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from client.troubles import Unanswered
from domain import requests as rq
from domain.entities import fold
from domain.events import GateSettled
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import Organisation, Refusal, Side, StakeholderGroup
from tests.engine import World
from tests.given import CN_FOCAL, EU_FOCAL, MANAGER, OPERATOR, TEAM_LEADER, deliverable, founding
from workflows import chapter


def engage(number: int) -> rq.Engage:
    return rq.Engage(
        organisation=Organisation(code=f"org-{number}", side=Side.EU, group=StakeholderGroup.BUSINESS)
    )


async def test_the_answer_means_on_record(world: World) -> None:
    async with world.working():
        await world.found()
        answer = await world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        assert (answer.first, answer.last, answer.stage) == (2, 2, "scoping")
        assert [entry.event.kind for entry in world.entries] == ["partnership_founded", "stage_opened"]
        assert world.entries[1].request is not None


async def test_a_refused_request_leaves_no_trace(world: World) -> None:
    async with world.working():
        await world.found()
        before = await world.settled()
        with pytest.raises(Refusal, match="only the operator or the team leader") as refused:
            await world.ask(rq.OpenStage(stage=Stage.SCOPING), CN_FOCAL)
        assert refused.value.grave
        assert before == await world.settled()
        assert len(world.entries) == 1


async def test_the_same_id_twice_is_once_also_at_the_same_time_and_after_the_chapter_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter, "COMMANDS_A_CHAPTER", 3)
    async with world.working():
        await world.found()
        same = "cmd-same"
        command = rq.Command(id=same, request=engage(0), by=OPERATOR)
        first, again = await asyncio.gather(*(world.door._answered(world.entity, command) for _ in range(2)))
        assert first == again
        for number in range(1, 7):
            await world.ask(engage(number), OPERATOR)
        later = await world.door._answered(world.entity, command)
        assert (later.first, later.last) == (first.first, first.last)
        assert [entry.request for entry in world.entries].count(same) == 1
        assert (await world.position()).chapter >= 2
        assert world.sound()


async def test_two_simultaneous_approvals_settle_a_gate_once(world: World) -> None:
    async with world.working():
        await world.found()
        await world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
        paper = deliverable("scoping_report")
        await world.ask(rq.Submit(stage=Stage.SCOPING, deliverable=paper), MANAGER)
        await world.ask(rq.Decide(gate="G2", version=paper.version, verdict=Verdict.APPROVE), TEAM_LEADER)
        approval = rq.Decide(gate="G3", version=paper.version, verdict=Verdict.APPROVE)
        await asyncio.gather(world.ask(approval, EU_FOCAL), world.ask(approval, CN_FOCAL))
        settled = [entry.event.gate for entry in world.entries if isinstance(entry.event, GateSettled)]
        assert settled == ["G2/1", "G3/1"]
        assert [entry.event.kind for entry in world.entries].count("stage_passed") == 1
        assert world.sound()


async def test_what_two_people_ask_at_once_is_allowed_to_one(world: World) -> None:
    """Both pass the validator or not, as it happens: the second is refused either way."""
    async with world.working():
        await world.found()
        asked = (world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR) for _ in range(5))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["Answer"] + ["Refusal"] * 4
        assert world.sound()


async def test_a_request_in_the_very_first_task_sees_a_founded_partnership(world: World) -> None:
    world.door._patience = 0.5
    with pytest.raises(Unanswered, match="is not on record"):
        await world.found()  # there is no worker yet
    world.door._patience = 20
    asking = asyncio.create_task(world.ask(rq.OpenStage(stage=Stage.SCOPING), OPERATOR))
    await asyncio.sleep(0.3)
    async with world.working():
        assert (await asking).first == 2
        history = (await world.runs())[0]
        kinds = [event.event_type for event in history.events]
        first_task = kinds.index(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
        accepted = kinds.index(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
        assert accepted - first_task <= 4
        assert world.sound()


async def test_nobody_answers_without_a_worker_and_asking_again_takes_effect_once(world: World) -> None:
    async with world.working():
        await world.found()
    world.door._patience = 1.0
    with pytest.raises(Unanswered, match="Ask again with the same id") as unanswered:
        await world.ask(engage(1), OPERATOR)
    world.door._patience = 20
    async with world.working():
        answer = await world.ask(engage(1), OPERATOR, id=unanswered.value.id)
        assert [entry.number for entry in world.entries if entry.request == unanswered.value.id] == [
            answer.first
        ]


async def test_an_id_belongs_to_one_request(world: World) -> None:
    async with world.working():
        await world.found()
        with pytest.raises(Refusal, match="another request"):
            await world.ask(engage(1), OPERATOR, id="cmd-01M87AAJ6JQB7VJBCSTH5AFZ1M-0123456789abcdef")


async def test_the_end_is_told_once_and_then_the_door_is_closed(world: World) -> None:
    async with world.working():
        await world.found()
        hashed = await world.door.keep("we leave", "notice")
        withdrawal = rq.Withdraw(side=Side.EU, reason="budget", notice=hashed)
        answer = await world.ask(withdrawal, EU_FOCAL)
        if not answer.ended:
            pytest.skip("a withdrawal has a notice period in these terms")
        ended = await world.handle.result()
        assert ended["ended"]
        last = world.entries[-1].request
        assert last is not None
        again = await world.ask(withdrawal, EU_FOCAL, id=last)
        assert (again.first, again.last, again.ended) == (answer.first, answer.last, True)
        state = fold(world.entity, [entry.event for entry in world.entries])
        with pytest.raises(Refusal) as domain:
            state.ask(engage(1), OPERATOR, world.entries[-1].recorded_at)
        with pytest.raises(Refusal) as door:
            await world.ask(engage(1), OPERATOR)
        assert door.value.sentence == domain.value.sentence and "ended on" in door.value.sentence
        assert (await world.handle.describe()).status is WorkflowExecutionStatus.COMPLETED
        assert not await world.door.found(founding(world.code))


async def test_a_click_on_cancel_does_not_end_a_partnership(world: World) -> None:
    async with world.working():
        await world.found()
        await world.handle.cancel()
        await asyncio.sleep(0.2)
        assert (await world.ask(engage(1), OPERATOR)).first == 2
        assert (await world.handle.describe()).status is WorkflowExecutionStatus.RUNNING
