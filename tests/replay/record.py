"""Plays a few lives on the engine and keeps their histories: `python -m tests.replay.record [VERSION [LIFE]...]`.

What is kept is what released code once decided, and later code must decide again. So histories are added for
each release (the folder is the version's name) and never changed; only before the first release they are.
With names of lives after the version those alone are played, and what is kept of others stays.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from client.connection import connect
from client.replay import histories
from client.settings import load
from domain import requests as rq
from domain.clusters.requests import Matter
from domain.entities import State, fold, partnership_of
from domain.partnership import Partnership
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import SIDES, Actor, Organisation, Refusal, Side, StakeholderGroup
from tests.clusters import consent, of
from tests.engine import World, new_world, serving
from tests.given import (
    CN_FOCAL,
    DELEGATION,
    END,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    deliverable,
    text,
)
from tests.pilots import Piloting
from tests.reporting import LIFT, SUSPEND, broadcast
from tests.story import DECIDERS, KINDS, MAKERS
from tests.touring import Tour
from tests.town import Town
from worker.logs import arrange

KEPT = Path(__file__).parent / "histories"
DAY = 86_400


def state(world: World) -> Partnership:
    return partnership_of(state_of(world, world.entity))


def state_of(world: World, entity: str) -> State:
    return fold(entity, [entry.event for entry in world.ledger.entries(entity)])


async def tries(world: World, request: rq.AnyRequest, by: Actor) -> None:
    try:
        await world.ask(request, by)
    except Refusal as refusal:
        sys.stderr.write(f"  {request.kind}: {refusal}\n")


async def decides(world: World, gate: str, by: Actor, verdict: Verdict = Verdict.APPROVE) -> None:
    latest = state(world).latest_gate(gate)
    version = latest.version if latest else text("nothing")
    await tries(world, rq.Decide(gate=gate, version=version, verdict=verdict), by)


async def passes(world: World, stage: Stage) -> None:
    await tries(world, rq.OpenStage(stage=stage), OPERATOR)
    await tries(world, rq.Submit(stage=stage, deliverable=deliverable(KINDS[stage])), MAKERS[stage])
    for gate in state(world).terms.stage(stage).gates:
        for by in DECIDERS[gate.code]:
            await decides(world, gate.code, by)


async def whole(world: World) -> None:
    """From the founding to the end, every stage passed, two persons' steps and the agreement among it."""
    await world.found()
    await passes(world, Stage.SCOPING)
    for step in rq.AgreementStep:
        if step not in (rq.AgreementStep.NONE, rq.AgreementStep.LAPSED, rq.AgreementStep.TERMINATED):
            signing = None
            if step is rq.AgreementStep.SIGNING_SCHEDULED:
                signing = state(world).now + timedelta(days=3)
            elif step is rq.AgreementStep.SIGNED:
                signing = state(world).now
            await tries(world, rq.StepAgreement(step=step, signing=signing, text=text(step)), OPERATOR)
    for number, side in enumerate((Side.EU, Side.CN) * 2):
        group = list(StakeholderGroup)[number]
        organisation = Organisation(code=f"org-{number}", side=side, group=group)
        await tries(world, rq.Engage(organisation=organisation), OPERATOR)
    await passes(world, Stage.STUDY_VISITS)
    waiver = rq.Waive(stage=Stage.ACTION_PLAN, condition="evidenced_exchange")
    await tries(world, rq.Propose(matter=waiver, reason="travel"), OPERATOR)
    await tries(world, rq.Confirm(proposal=1), OTHER_OPERATOR)
    for stage in (Stage.ACTION_PLAN, Stage.PILOT_INVESTMENTS):
        await passes(world, stage)
    exchange = rq.RecordExchange(
        code="webinar-1",
        mode=rq.ExchangeMode.VIRTUAL,
        held=state(world).now,
        participants_eu=8,
        participants_cn=9,
        evidence=text("attendance"),
    )
    await tries(world, exchange, OPERATOR)
    await passes(world, Stage.CLOSING)


async def interrupted(world: World) -> None:
    """A return, a question that stops the clock, a hold, advice, a decision taken back, and a withdrawal."""
    await world.found()
    await tries(world, rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    first = deliverable("scoping_report")
    await tries(world, rq.Submit(stage=Stage.SCOPING, deliverable=first), MANAGER)
    await tries(world, rq.Clarify(gate="G2", question=text("which data?")), TEAM_LEADER)
    await asyncio.sleep(0.5)
    await tries(world, rq.Answer(gate="G2", answer=text("these")), MANAGER)
    await decides(world, "G2", TEAM_LEADER, Verdict.RETURN)
    await tries(world, rq.Hold(reason="travel"), OPERATOR)
    await asyncio.sleep(0.5)
    await tries(world, rq.Resume(), OPERATOR)
    second = deliverable("scoping_report", "two")
    await tries(world, rq.Submit(stage=Stage.SCOPING, deliverable=second), MANAGER)
    await tries(
        world, rq.AskAdvice(gate="G2", of=OTHER_OPERATOR.person, question=text("sound?")), TEAM_LEADER
    )
    await tries(world, rq.GiveAdvice(gate="G2", answer=text("sound")), OTHER_OPERATOR)
    await decides(world, "G2", TEAM_LEADER)
    await decides(world, "G3", EU_FOCAL)
    await tries(world, rq.TakeBack(gate="G3"), EU_FOCAL)
    await asyncio.sleep(1.0)
    for by in (EU_FOCAL, CN_FOCAL):
        await decides(world, "G3", by)
    await tries(world, rq.OpenStage(stage=Stage.STUDY_VISITS), OPERATOR)
    await asyncio.sleep(1.0)
    await tries(world, rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave")), CN_FOCAL)


async def silent(world: World) -> None:
    """Nobody does anything after the first stage was opened: reminders, deadlines, cut-offs, the end."""
    await world.found()
    await tries(world, rq.OpenStage(stage=Stage.SCOPING), OPERATOR)


async def troubled(world: World) -> None:
    """Mail on strike, a database that fails, and many people at once."""
    on_strike = True
    world.post.strike = lambda: on_strike
    await world.found()
    world.ledger.before, world.ledger.after = 2, 2
    asked = []
    for number in range(12):
        organisation = Organisation(code=f"org-{number}", side=Side.EU, group=StakeholderGroup.BUSINESS)
        asked.append(tries(world, rq.Engage(organisation=organisation), OPERATOR))
    await asyncio.gather(*asked)
    await passes(world, Stage.SCOPING)
    on_strike = False
    await passes(world, Stage.STUDY_VISITS)


async def pilot(world: World) -> tuple[str, ...]:
    """A pilot of a partnership: scored, checked, endorsed, carried out with a pause, completed and handed over."""
    piloting = Piloting(world)
    await piloting.begins()
    await piloting.begun()
    await piloting.carried(1)
    review = piloting.pilot.now + timedelta(days=200)
    await piloting.asks(rq.ParkPilot(reason="no_funding", review=review))
    await asyncio.sleep(1.0)
    await piloting.asks(rq.UnparkPilot())
    await piloting.comes("notes_missing", seconds=120)
    await piloting.asks(rq.NoteProgress(text=text("note")), EU_FOCAL)
    await piloting.hands_in(Stage.PILOT_COMPLETION)
    await piloting.checks()
    await piloting.approves("P8")
    await piloting.carried(2)
    await piloting.asks(rq.TransferPilot(to="cn-chamber", agreed=text("agreed"), now=True))
    await piloting.handle.result()
    return (piloting.entity,)


async def reporting(world: World) -> None:
    """A programme: a report accepted by silence, broadcasts, an extension, an objection, the final report, the end."""
    world.kind = "programme"
    await world.found()
    await happens(world, "stage_opened")
    await hands_in(world, Stage.INCEPTION_REPORT)
    await happens(world, "deadline_passed", "decide/R1")
    await tries(world, rq.AskAcceptance(gate="R1", letter=text("please accept")), TEAM_LEADER)
    await happens(world, "gate_settled", "R1")
    for request in (SUSPEND, LIFT):
        await two_agree(world, broadcast(request))
    await two_agree(world, rq.Extend(ends=END + timedelta(days=91), addendum=text("addendum")))
    await happens(world, "stage_opened", "interim_report")
    await hands_in(world, Stage.INTERIM_REPORT)
    await tries(world, rq.Clarify(gate="R2", question=text("which hours?")), DELEGATION)
    await tries(world, rq.Answer(gate="R2", answer=text("these")), TEAM_LEADER)
    await decides(world, "R2", DELEGATION)
    await happens(world, "cut_off_reached", "last kick-off")
    objection = rq.ObjectCutOff(cut_off="E-270", reason="visa", text=text("two wait for a visa"))
    await tries(world, objection, OPERATOR)
    await tries(world, rq.AnswerObjection(objection=1, upheld=True, answer=text("they may")), TEAM_LEADER)
    await happens(world, "stage_opened", '"final_report"')
    await hands_in(world, Stage.FINAL_REPORT)
    await decides(world, "R4", DELEGATION)


async def happens(world: World, kind: str, about: str = "") -> None:
    """Wait until the calendar has said something."""
    async with asyncio.timeout(120):
        while True:
            said = [entry.event.model_dump_json() for entry in world.entries if entry.event.kind == kind]
            if any(about in one for one in said):
                return
            await asyncio.sleep(0.02)


async def hands_in(world: World, stage: Stage) -> None:
    made = deliverable(KINDS[stage], f"after {len(world.entries)}")
    await tries(world, rq.Submit(stage=stage, deliverable=made), MAKERS[stage])


async def two_agree(world: World, matter: rq.Matter) -> None:
    await tries(world, rq.Propose(matter=matter, reason="agreed"), OPERATOR)
    await tries(world, rq.Confirm(proposal=state(world).proposed), OTHER_OPERATOR)


async def together(world: World) -> tuple[str, ...]:
    """A cluster from its founding to a joint plan, with a joint session on the way and a partnership that merges."""
    town = Town(world, "H")
    await town.found()
    name = town.named["C1-01"]
    held = {
        "code": "js-1",
        "mode": "virtual",
        "held": state_of(world, town.entity).now,
        "attended": [{"name": one, "number": 3} for one in ("Fuenlabrada", "Hangzhou", "Getafe")],
        "evidence": text("attendance"),
    }
    await town.ask(rq.HoldJointSession.model_validate(held), OPERATOR)
    await town.adopt()
    await town.carried(2)
    await town.ask_of("C1-01", rq.OpenStage(stage=Stage.SCOPING), OPERATOR)
    await town.ask(rq.AskMerger(member=name, reason="common_theme"), MANAGER)
    for side in SIDES:
        await town.ask(consent(name, Matter.MERGER), of("C1-01", side))
    merge = rq.Merge(into=f"{town.prefix}ECO", consent=text("both"), of=town.entity)
    await town.ask_of("C1-01", rq.Propose(matter=merge, reason="common_theme"), OPERATOR)
    await town.ask_of("C1-01", rq.Confirm(proposal=1), OTHER_OPERATOR)
    await world.client.get_workflow_handle(f"partnership/{name}").result()
    left = rq.Leave(member=town.named["C2-03"], reason="bilateral", consent=text("both"), bilateral=True)
    await town.ask(left, OPERATOR)
    await town.ask(rq.CloseCluster(reason="end_of_work"), OPERATOR)
    await world.client.get_workflow_handle(town.entity).result()
    return town.entity, f"partnership/{name}"


async def toured(world: World) -> tuple[str, ...]:
    """A study visit that two partnerships learn of, one of which has withdrawn, until it is closed."""
    tour = Tour(world)
    await tour.found()
    notice = rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave"))
    await world.door.request(f"partnership/{tour.codes[0]}", notice, OPERATOR)
    await tour.made()
    await tour.told()
    await tour.ask(rq.LetBe(errand="completed", reason="withdrawn"), OPERATOR)
    report = rq.Submit(stage=Stage.VISIT_REPORT, deliverable=deliverable("mission_report"))
    await tour.ask(report, OPERATOR)
    await tour.decide("G4c", TEAM_LEADER)
    await world.client.get_workflow_handle(tour.entity).result()
    return (tour.entity,)


LIVES: tuple[tuple[Callable[[World], Awaitable[Any]], int], ...] = (
    (whole, DAY * 5),
    (interrupted, DAY * 20),
    (silent, DAY * 365),
    (troubled, 1),
    (pilot, DAY * 5),
    (reporting, DAY * 60),
    (together, DAY // 24),
    (toured, DAY * 8),
)
"""Each life and how fast programme time runs in it; one that returns ids has other entities' histories kept."""


async def play(address: str, into: Path, wanted: Sequence[str] = ()) -> None:
    client = await connect(load(temporal_address=address))
    for life, speed in LIVES:
        if wanted and life.__name__ not in wanted:
            continue
        world = new_world(client, speed=speed)
        async with world.working():
            entities = await life(world)
            if life is silent:
                await world.handle.result()
            if entities is None:
                await world.settled()
        for entity in entities or (world.entity,):
            runs = await histories(client, entity)
            name = life.__name__
            if len(entities or ()) > 1:
                name += f".{entity.partition('/')[0]}"
            for number, history in enumerate(runs, start=1):
                file = into / f"{name}-{number}.json.gz"
                file.write_bytes(gzip.compress(_without_traces(history.to_json()).encode(), mtime=0))
            known = len(world.ledger.entries(entity))
            sys.stderr.write(
                f"{name}: {known} entries, {len(runs)} runs, {state_of(world, entity).standing()}\n"
            )


def _without_traces(told: str) -> str:
    """Without the stack traces of steps that failed: they name this machine's folders and decide nothing."""

    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: stripped(held) for name, held in value.items() if name != "stackTrace"}
        return [stripped(held) for held in value] if isinstance(value, list) else value

    return json.dumps(stripped(json.loads(told)), ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    version = sys.argv[1] if len(sys.argv) > 1 else "0.1.0"
    arrange(load(log_level="error"))
    into, wanted = KEPT / version, sys.argv[2:]
    if not wanted:
        shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as address:
        asyncio.run(play(address, into, wanted))


if __name__ == "__main__":
    main()
