"""The oracle can say no: whatever it checks, there is something it does not let pass."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHistory

import audit
from client.replay import Replayed
from domain.entries import Entry
from domain.events import ErrandCarried
from domain.values import Refusal
from ledger import open_ledger
from ledger.chain import Checkpoint
from ledger.rows import Attempt, LetterStatus
from post.messages import message_id
from tests.faults import oracle, plans
from tests.faults.broadcasting import PROGRAMME
from tests.faults.campaign import Aftermath, Kill, Living
from tests.faults.conftest import Fought
from tests.faults.household import DOMAIN, Part
from tests.faults.witness import Asked

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def after(campaign: Fought) -> Aftermath:
    """What is left of the short campaign, which has its own test."""
    return campaign(plans.processes(plans.SHORT_SEED))


def answered(after: Aftermath) -> Asked:
    """A request that was acknowledged and left entries."""
    return next(one for one in after.asked if one.answers and one.answers[0].first <= one.answers[0].last)


def with_entries(after: Aftermath, entity: str, change: Callable[[Entry], Entry | None]) -> list[str]:
    """What the oracle says of acknowledged requests when entries of one entity are changed, or left out (None)."""
    changed = [change(entry) for entry in after.entries[entity]]
    mine = tuple(entry for entry in changed if entry is not None)
    return oracle.acknowledged(after.asked, {**after.entries, entity: mine})


def test_a_request_that_is_not_on_record(after: Aftermath) -> None:
    one = answered(after)
    untold = with_entries(
        after,
        one.entity,
        lambda entry: entry.model_copy(update={"request": None}) if entry.request == one.id else entry,
    )
    assert [sentence for sentence in untold if one.id in sentence and "on record: ()" in sentence]


def test_a_request_that_is_on_record_twice(after: Aftermath) -> None:
    one = answered(after)
    doubled = with_entries(
        after,
        one.entity,
        lambda entry: entry.model_copy(update={"request": one.id}) if entry.request is None else entry,
    )
    assert [sentence for sentence in doubled if one.id in sentence]


@pytest.mark.parametrize("field", ["by", "request", "entity"])
def test_a_request_on_record_with_another_content(after: Aftermath, field: str) -> None:
    """Asked by somebody else, asked something else, asked elsewhere: none of it is what is on record."""
    one = answered(after)
    other = next(
        other
        for other in after.asked
        if other.answers and getattr(other, field) != getattr(one, field) and other.entity != one.entity
    )
    changed = replace(one, **{field: getattr(other, field)})
    rest = [asked for asked in after.asked if asked.id != one.id]
    assert [found for found in oracle.acknowledged([*rest, changed], after.entries) if one.id in found]


def test_two_answers_that_differ_and_a_refusal_that_took_effect(after: Aftermath) -> None:
    one = answered(after)
    answer = one.answers[0]
    twice = replace(one, answers=[answer, answer.model_copy(update={"last": answer.last + 1})])
    refused = replace(one, answers=[], refusals=[Refusal("no")])
    for changed, said in ((twice, "answered twice"), (refused, "refused, and yet on record")):
        rest = [asked for asked in after.asked if asked.id != one.id]
        assert [found for found in oracle.acknowledged([*rest, changed], after.entries) if said in found]


def test_an_entry_nobody_asked_for(after: Aftermath) -> None:
    one = answered(after)
    rest = [asked for asked in after.asked if asked.id != one.id]
    assert oracle.acknowledged(rest, after.entries) == [
        f"{one.entity}: on record is {one.id}, which nobody asked"
    ]


def test_a_broadcast_that_passes_somebody_over_or_never_ends(after: Aftermath) -> None:
    carried = [one for one in after.entries[PROGRAMME] if isinstance(one.event, ErrandCarried)]
    last = carried[-1]
    assert isinstance(last.event, ErrandCarried)
    missed = last.event.done[0]
    without = last.event.model_copy(update={"done": last.event.done[1:]})
    said = with_entries(
        after,
        PROGRAMME,
        lambda entry: entry.model_copy(update={"event": without}) if entry == last else entry,
    )
    assert said == [f"{PROGRAMME}: {last.event.errand} passed over {missed}"]
    open_still = last.event.model_copy(update={"over": False})
    said = with_entries(
        after,
        PROGRAMME,
        lambda entry: entry.model_copy(update={"event": open_still}) if entry == last else entry,
    )
    assert said == [f"{PROGRAMME}: {last.event.errand} was ordered and never came to its end"]


def test_a_grave_refusal_that_is_not_on_record_or_twice(after: Aftermath) -> None:
    one = replace(answered(after), answers=[], refusals=[Refusal("this is not yours to decide", grave=True)])
    held = Attempt(
        position=1,
        number=1,
        entity=one.entity,
        at=after.clockwork.origin,
        by=one.by,
        request=one.request.model_dump(mode="json"),
        sentence="this is not yours to decide",
    )
    assert oracle.attempts([one], [held]) == []
    assert oracle.attempts([one], [])
    assert oracle.attempts([one], [held, held])
    assert oracle.attempts([], [held])
    assert oracle.attempts([one], [held.model_copy(update={"by": None})])


def test_a_text_that_is_gone_or_different(after: Aftermath) -> None:
    kept = after.texts[0]
    assert oracle.texts(after.texts, {**after.texts_held, kept.hash: "other words"})
    assert oracle.texts(
        after.texts, {one: text for one, text in after.texts_held.items() if one != kept.hash}
    )


def test_a_gap_in_the_entries(after: Aftermath) -> None:
    entity, mine = next(iter(after.entries.items()))
    assert oracle.whole({**after.entries, entity: (*mine[:1], *mine[2:])}, [], after.rebuilt)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM letters WHERE key = (SELECT min(key) FROM letters)",
        "DELETE FROM tasks WHERE rowid = (SELECT min(rowid) FROM tasks)",
        "UPDATE entries SET at = '2021-01-01T00:00:00Z' WHERE position = 2",
        "DELETE FROM entries WHERE position = (SELECT max(position) FROM entries)",
    ],
)
def test_a_ledger_that_was_damaged(after: Aftermath, tmp_path: Path, damage: str) -> None:
    copy = tmp_path / "ledger.sqlite"
    with sqlite3.connect(after.ledger_url.removeprefix("sqlite:///")) as source, sqlite3.connect(copy) as to:
        source.backup(to)
    damaged = sqlite3.connect(copy, isolation_level=None)
    for trigger in ("entries_refuse_update", "entries_refuse_delete"):
        damaged.execute(f"DROP TRIGGER {trigger}")
    assert damaged.execute(damage).rowcount == 1
    damaged.close()
    ledger = open_ledger(f"sqlite:///{copy}")
    verified, rebuilt = audit.verify(ledger, after.checkpoints[-1]), audit.rebuild(ledger, True)
    ledger.close()
    guards = {problem for problem in verified.problems if problem.startswith("the guard ")}
    sound = verified.model_copy(update={"problems": tuple(set(verified.problems) - guards)})
    assert oracle.whole({}, [sound], rebuilt)


def test_a_workflow_that_holds_something_else(after: Aftermath) -> None:
    one, other = after.living[0], after.living[1]
    assert oracle.level([replace(one, state=other.state), *after.living[1:]], after.entries)
    ahead = one.position.model_copy(update={"number": one.position.number + 1_000})
    told = oracle.level([replace(one, position=ahead), *after.living[1:]], after.entries)
    assert len(told) == 2
    assert oracle.level(after.living[1:], after.entries)


def test_a_letter_that_never_came(after: Aftermath) -> None:
    sent = next(one for one in after.letters if one.status is LetterStatus.SENT)
    gone = message_id(sent.letter.key, DOMAIN)
    rest = [one for one in after.received if one.message_id != gone]
    assert oracle.post(after.letters, rest, after.kills).found == [
        f"letter {sent.letter.key}: marked as sent and never received"
    ]


def _one_copy(after: Aftermath) -> tuple[str, int]:
    """A letter that was sent at its first try, and where its message is among those received."""
    once = {
        message_id(one.letter.key, DOMAIN): one.letter.key
        for one in after.letters
        if one.status is LetterStatus.SENT and one.attempts == 1
    }
    return next(
        (once[one.message_id], place) for place, one in enumerate(after.received) if one.message_id in once
    )


def test_a_letter_that_came_twice(after: Aftermath) -> None:
    key, place = _one_copy(after)
    doubled = [*after.received, replace(after.received[place], at=after.received[-1].at)]
    told = oracle.post(after.letters, doubled, after.kills)
    assert len([sentence for sentence in told.found if sentence.startswith(f"letter {key}: ")]) == 2
    assert told.copies == oracle.post(after.letters, after.received, after.kills).copies + 1


def test_a_second_copy_is_forgiven_only_with_the_same_bytes_and_a_worker_killed_with_it_in_hand(
    after: Aftermath,
) -> None:
    key, place = _one_copy(after)
    first = after.received[place]
    again = replace(first, at=first.at + timedelta(seconds=30))
    letters = [
        one.model_copy(update={"attempts": 2, "letter": one.letter.model_copy(update={"about": ()})})
        if one.letter.key == key
        else one
        for one in after.letters
    ]
    kill = Kill(first.at + timedelta(seconds=1), "worker", "worker-1", 0.0, frozenset({key}))
    doubled = [*after.received, again]
    assert oracle.post(letters, doubled, [*after.kills, kill]).found == []
    assert oracle.post(letters, doubled, [*after.kills, replace(kill, kind="engine")]).found
    assert oracle.post(letters, doubled, [*after.kills, replace(kill, in_hand=frozenset())]).found
    early = replace(kill, at=first.at - timedelta(seconds=1))
    assert oracle.post(letters, doubled, [*after.kills, early]).found
    other = replace(again, content=again.content + b"one more word")
    assert oracle.post(letters, [*after.received, other], [*after.kills, kill]).found
    thrice = [*doubled, replace(first, at=first.at + timedelta(seconds=60))]
    assert oracle.post(letters, thrice, [*after.kills, kill]).found


@pytest.mark.parametrize(
    "status", [LetterStatus.PLANNED, LetterStatus.FAILED, LetterStatus.REFUSED, LetterStatus.HELD]
)
def test_a_letter_that_did_not_end_well(after: Aftermath, status: LetterStatus) -> None:
    first, *rest = after.letters
    assert oracle.post(
        [first.model_copy(update={"status": status}), *rest], after.received, after.kills
    ).found


def test_a_withdrawn_letter_that_came_and_a_message_nobody_planned(after: Aftermath) -> None:
    key, _ = _one_copy(after)
    withdrawn = [
        one.model_copy(update={"status": LetterStatus.WITHDRAWN}) if one.letter.key == key else one
        for one in after.letters
    ]
    assert oracle.post(withdrawn, after.received, after.kills).found
    rest = [one for one in after.letters if one.letter.key != key]
    assert oracle.post(rest, after.received, after.kills).found == [f"received, and not on file: {key}"]


def test_a_checkpoint_of_before_that_does_not_fit(after: Aftermath) -> None:
    first = after.checkpoints[0]
    forged = Checkpoint(size=first.size, head="0" * 64)
    assert oracle.checkpoints([forged], after.heads)
    beyond = Checkpoint(size=len(after.heads) + 1, head=first.head)
    assert oracle.checkpoints([beyond], after.heads)


def _due(after: Aftermath) -> Living:
    return next(one for one in after.living if one.running and one.state.next_due() is not None)


def test_a_deadline_without_a_timer_and_a_timer_at_another_time(after: Aftermath) -> None:
    one = _due(after)
    events = [event for event in one.history.events if event.event_type != EventType.EVENT_TYPE_TIMER_STARTED]
    silent = replace(one, history=WorkflowHistory(one.entity, events))
    assert "no time" in oracle.timers([silent], after.clockwork)[0]
    later = after.clockwork.model_copy(update={"anchor": after.clockwork.anchor + timedelta(seconds=2)})
    assert oracle.timers([one], after.clockwork) == []
    assert oracle.timers([one], later)


def test_an_entity_that_stopped_before_its_end(after: Aftermath) -> None:
    assert oracle.timers([replace(_due(after), running=False)], after.clockwork)


def test_a_death_a_bad_end_a_failing_task_and_a_history_that_does_not_replay(after: Aftermath) -> None:
    fine = after.replayed[0]
    broken = Replayed(**{**fine.model_dump(), "trouble": "NondeterminismError"})
    stuck = replace(after.living[0], task_attempts=3)
    assert oracle.lives([], {"worker-1": 0}, after.living, [], [fine]) == []
    assert len(oracle.lives(["worker-1 ended by itself"], {}, [], [], [fine])) == 1
    assert len(oracle.lives([], {"worker-1": 134}, [], [], [fine])) == 1
    assert len(oracle.lives([], {}, [stuck], [], [fine])) == 1
    assert len(oracle.lives([], {}, [], [fine.entity], [fine])) == 1
    assert len(oracle.lives([], {}, [], [], [broken])) == 1
    assert len(oracle.lives([], {}, [], [], [])) == 1


def test_the_household_tells_who_died_by_itself_from_who_was_killed(tmp_path: Path) -> None:
    part = Part(
        "sleeper",
        [sys.executable, "-c", "import time; print('good night', flush=True); time.sleep(60)"],
        tmp_path,
    )
    part.start()
    assert part.died() is None
    part.kill()
    assert part.died() is None
    part.start()
    until = time.monotonic() + 30
    while "good night" not in part.told() and time.monotonic() < until:
        time.sleep(0.02)
    assert part.process is not None
    part.process.kill()
    part.process.wait()
    sentence = part.died()
    assert sentence is not None and sentence.startswith("sleeper ended by itself with status -9")
    assert sentence.endswith("good night")


def test_killing_a_part_kills_what_it_started_in_sessions_of_its_own(tmp_path: Path) -> None:
    child = "import os, time; os.setsid(); print('child', os.getpid(), flush=True); time.sleep(60)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    part = Part("parent", [sys.executable, "-c", code], tmp_path)
    part.start()
    until = time.monotonic() + 30
    while not part.told() and time.monotonic() < until:
        time.sleep(0.02)
    stat = Path("/proc", part.told().split()[1], "stat")
    assert stat.exists()
    part.kill()
    try:
        state = stat.read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        state = "Z"
    assert state == "Z", "dead, whether or not anybody has buried it yet"
