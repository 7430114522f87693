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
from domain.errands import TurnedDown
from domain.events import End, PartnershipClosed
from domain.values import Refusal
from ledger import open_ledger
from ledger.chain import Checkpoint
from ledger.rows import Attempt, LetterStatus
from post.messages import message_id
from tests.faults import oracle, plans
from tests.faults.assassins import Kill, Shot, hit, is_open, missed, to_come
from tests.faults.broadcasting import PROGRAMME
from tests.faults.campaign import Aftermath, Living
from tests.faults.conftest import Fought
from tests.faults.household import DOMAIN, Part
from tests.faults.promises import Promise, Window, promises
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


def promise_of(after: Aftermath, window: Window) -> Promise:
    """A promise of a sort, taken by all that it was for."""
    return next(
        one
        for one in promises(after.entries)
        if one.window is window and all(not event.refused for _, event in one.rounds(after.entries))
    )


def with_rounds(after: Aftermath, promise: Promise, **update: object) -> list[str]:
    """What the oracle says where the last round of an errand says something else."""
    return [said for said in once_with(after, {promise.entity: changed_rounds(after, promise, **update)})]


def changed_rounds(after: Aftermath, promise: Promise, **update: object) -> list[Entry]:
    _, last = promise.rounds(after.entries)[-1]
    return [
        entry.model_copy(update={"event": last.model_copy(update=update)}) if entry.event is last else entry
        for entry in after.entries[promise.entity]
    ]


def once_with(after: Aftermath, changed: dict[str, list[Entry]]) -> list[str]:
    return oracle.once({**after.entries, **changed}, after.places)


def step_of(after: Aftermath, promise: Promise) -> Entry:
    """The entry by which the first of those it is for took it."""
    _, first = promise.rounds(after.entries)[0]
    return next(one for one in after.entries[first.done[0]] if oracle.is_step(one, promise))


@pytest.mark.parametrize("window", Window)
def test_a_promise_that_passes_somebody_over_or_never_ends(after: Aftermath, window: Window) -> None:
    promise = promise_of(after, window)
    name = f"{promise.entity}: {promise.errand.id}"
    _, last = promise.rounds(after.entries)[-1]
    missed = last.done[0]
    assert with_rounds(after, promise, done=last.done[1:]) == [
        f"{name} passed over {missed}",
        f"{name} was taken 0 times by {missed}, which has it on record 1 times",
    ]
    assert with_rounds(after, promise, over=False) == [f"{name} was ordered and never came to its end"]


@pytest.mark.parametrize("window", Window)
def test_a_promise_answered_twice_in_one_round_or_in_two(after: Aftermath, window: Window) -> None:
    promise = promise_of(after, window)
    name = f"{promise.entity}: {promise.errand.id}"
    _, last = promise.rounds(after.entries)[-1]
    twice = [
        f"{name} was answered 2 times by {last.done[0]}",
        f"{name} was taken 2 times by {last.done[0]}, which has it on record 1 times",
    ]
    assert with_rounds(after, promise, done=(*last.done, last.done[0])) == twice
    earlier = last.model_copy(update={"done": last.done[:1], "over": False})
    mine: list[Entry] = []
    for entry in after.entries[promise.entity]:
        mine += [entry.model_copy(update={"event": earlier}), entry] if entry.event is last else [entry]
    assert once_with(after, {promise.entity: mine}) == twice
    refused = TurnedDown(entity=last.done[0], sentence="no")
    both = with_rounds(after, promise, refused=(refused,))
    assert both == [f"{name} was answered 2 times by {last.done[0]}"]


@pytest.mark.parametrize("window", Window)
def test_a_promise_that_reaches_somebody_it_is_not_for(after: Aftermath, window: Window) -> None:
    promise = promise_of(after, window)
    name = f"{promise.entity}: {promise.errand.id}"
    _, last = promise.rounds(after.entries)[-1]
    assert with_rounds(after, promise, done=(*last.done, PROGRAMME)) == [
        f"{name} is not meant for {PROGRAMME}, and asked it",
        f"{name} was taken 1 times by {PROGRAMME}, which has it on record 0 times",
    ]
    step = step_of(after, promise)
    stray = step.model_copy(update={"request": None})
    begun = after.entries[promise.entity][promise.number - 1].recorded_at
    strangers = [
        one
        for one in after.entries
        if one.startswith("partnership/")
        and one not in last.done
        # who ended while a broadcast was on its way may have taken it in a round that was lost
        and (promise.errand.scope is None or after.entries[one][-1].recorded_at < begun)
    ]
    stranger = next(iter(strangers), PROGRAMME)
    assert once_with(after, {stranger: [*after.entries[stranger], stray]}) == [
        f"{name} was taken 0 times by {stranger}, which has it on record 1 times"
    ]


@pytest.mark.parametrize("window", Window)
def test_a_step_that_is_on_record_twice_or_not_at_all_or_after_a_refusal(
    after: Aftermath, window: Window
) -> None:
    promise = promise_of(after, window)
    name = f"{promise.entity}: {promise.errand.id}"
    _, last = promise.rounds(after.entries)[-1]
    step = step_of(after, promise)
    theirs = list(after.entries[step.entity])
    under_another_id = step.model_copy(update={"request": "another"})
    for more in (step, under_another_id):
        assert once_with(after, {step.entity: [*theirs, more]}) == [
            f"{name} was taken 1 times by {step.entity}, which has it on record 2 times"
        ]
    assert once_with(after, {step.entity: [entry for entry in theirs if entry is not step]}) == [
        f"{name} was taken 1 times by {step.entity}, which has it on record 0 times"
    ]
    refused = (TurnedDown(entity=step.entity, sentence="no"),)
    rest = tuple(one for one in last.done if one != step.entity)
    assert with_rounds(after, promise, done=rest, refused=refused) == [
        f"{name} was taken 0 times by {step.entity}, which has it on record 1 times"
    ]


def test_whoever_came_on_record_after_an_order_need_not_be_found_by_it(after: Aftermath) -> None:
    promise = promise_of(after, Window.BROADCAST)
    _, last = promise.rounds(after.entries)[-1]
    missed = step_of(after, promise)
    theirs = [one for one in after.entries[missed.entity] if one.number < missed.number]
    changed = {promise.entity: changed_rounds(after, promise, done=last.done[1:]), missed.entity: theirs}
    about = f"{promise.entity}: {promise.errand.id} "
    late = {**after.places, (missed.entity, 1): len(after.places) + 1}
    found = oracle.once({**after.entries, **changed}, late)
    assert not [said for said in found if said.startswith(about)]
    found = oracle.once({**after.entries, **changed}, after.places)
    assert [said for said in found if said.startswith(about)] == [f"{about}passed over {missed.entity}"]


def test_whoever_took_it_in_a_round_that_was_lost_and_ended_before_the_next_has_it_once(
    after: Aftermath,
) -> None:
    """Nobody was left to tell of them: only that is forgiven, and not that they have it twice."""
    promise = promise_of(after, Window.BROADCAST)
    over = promise.over(after.entries)
    _, last = promise.rounds(after.entries)[-1]
    step = step_of(after, promise)
    theirs = [one for one in after.entries[step.entity] if over is not None and one.recorded_at <= over]
    ended = theirs[-1].model_copy(
        update={"event": PartnershipClosed(at=theirs[-1].event.at, end=End.CUT_OFF)}
    )
    mine = changed_rounds(after, promise, done=last.done[1:])
    changed = {promise.entity: mine, step.entity: [*theirs, ended]}
    about = f"{promise.entity}: {promise.errand.id} "
    assert not [said for said in once_with(after, changed) if said.startswith(about)]
    changed[step.entity] = [*theirs, step, ended]
    assert [said for said in once_with(after, changed) if said.startswith(about)] == [
        f"{about}was taken 0 times by {step.entity}, which has it on record 2 times"
    ]


def aimed(after: Aftermath, window: Window) -> tuple[Kill, Shot]:
    """A kill that fell into a window of a sort."""
    return next(
        (one, one.shot)
        for one in after.kills
        if one.shot is not None and one.shot.at.window is window and hit(one, after.entries, after.clockwork)
    )


@pytest.mark.parametrize("window", Window)
def test_a_kill_before_a_window_or_after_it_has_not_hit_it(after: Aftermath, window: Window) -> None:
    kill, shot = aimed(after, window)
    promise, wall = shot.at, after.clockwork.wall
    over = promise.over(after.entries)
    assert over is not None
    opened = wall(after.entries[promise.entity][promise.number - 1].recorded_at)
    early = replace(kill, shot=replace(shot, begun=opened))
    assert hit(early, after.entries, after.clockwork) is False
    assert hit(replace(kill, at=wall(over)), after.entries, after.clockwork) is False
    open_still = {**after.entries, promise.entity: changed_rounds(after, promise, over=False)}
    assert hit(kill, open_still, after.clockwork) is None


def test_a_kill_before_the_first_answer_to_a_broadcast_or_after_the_last_has_not_hit_its_midst(
    after: Aftermath,
) -> None:
    kill, shot = aimed(after, Window.BROADCAST)
    answered = [after.clockwork.wall(one.recorded_at) for one in shot.at.answers(after.entries)]
    before = replace(kill, shot=replace(shot, begun=min(answered)), at=min(answered))
    assert hit(before, after.entries, after.clockwork) is False
    assert hit(replace(kill, at=max(answered)), after.entries, after.clockwork) is False


@pytest.mark.parametrize("window", Window)
def test_a_window_is_open_from_what_opens_it_until_what_closes_it(after: Aftermath, window: Window) -> None:
    _, shot = aimed(after, window)
    promise = shot.at
    seen = after.clockwork.at(shot.begun)
    then = {
        entity: mine
        for entity, all_ in after.entries.items()
        if (mine := [entry for entry in all_ if entry.recorded_at <= seen])
    }
    assert is_open(promise, then)
    assert not is_open(promise, after.entries)
    if window is Window.BROADCAST:
        unanswered = {entity: then[entity] if entity == PROGRAMME else then[entity][:1] for entity in then}
        assert not is_open(promise, unanswered)
        mine = changed_rounds(after, promise, over=False)
        assert not is_open(promise, {**after.entries, PROGRAMME: mine}), "they have all answered"


@pytest.mark.parametrize("window", Window)
def test_a_shot_that_missed_is_fired_again_and_one_that_hit_is_not(after: Aftermath, window: Window) -> None:
    kinds = after.plan.aims
    first, then = kinds
    assert to_come([], kinds, after.entries, after.clockwork) == dict.fromkeys(Window, first)
    kill, shot = aimed(after, window)
    kill = replace(kill, kind=first)
    over = shot.at.over(after.entries)
    assert over is not None
    late = replace(kill, at=after.clockwork.wall(over))
    assert to_come([late], kinds, after.entries, after.clockwork)[window] == first
    assert to_come([late, kill], kinds, after.entries, after.clockwork)[window] == then
    open_still = {**after.entries, shot.at.entity: changed_rounds(after, shot.at, over=False)}
    assert to_come([kill], kinds, open_still, after.clockwork)[window] == then
    both = [kill, replace(kill, kind=then)]
    assert to_come(both, kinds, open_still, after.clockwork)[window] is None, "it is not known yet"
    assert window not in to_come(both, kinds, after.entries, after.clockwork)
    assert to_come(after.kills, kinds, after.entries, after.clockwork) == {}


def test_a_campaign_in_which_no_shot_hit_is_told(after: Aftermath) -> None:
    kinds = after.plan.aims
    assert missed(kinds, after.kills, after.entries, after.clockwork) == []
    for kind in kinds:
        for window in Window:
            others = [
                one
                for one in after.kills
                if one.shot is None or (one.kind, one.shot.at.window) != (kind, window)
            ]
            assert missed(kinds, others, after.entries, after.clockwork) == [
                f"no kill of {kind} fell into the midst of a {window}, of 0 aimed at one"
            ]


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
