"""Whatever is asked by whomever in whatever order, the promises of the domain hold."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain import events as ev
from domain import requests as rq
from domain.entities import fold, records_of, revived, snapshot
from domain.events import AnyEvent
from domain.folding import FOLDS
from domain.partnership import Partnership
from domain.tasks import recipients, tasks_of
from domain.values import POLITICAL, SIDES, Actor, Refusal, Role, Side
from tests.domain.wandering import SEEDS, life, steps
from tests.given import OPERATOR, text

EVENT: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
every_life = pytest.mark.parametrize("lives", [range(start, start + 32) for start in SEEDS[::32]])


@every_life
def test_a_life_is_the_same_told_at_once_one_by_one_or_from_its_records(lives: range) -> None:
    """Folding all events gives the state; so does folding what JSON kept of them, and JSON keeps the state."""
    for story in map(life, lives):
        state = story.partnership
        assert fold(state.entity, story.events) == state
        kept = [EVENT.validate_json(EVENT.dump_json(event)) for event in story.events]
        assert kept == list(story.events)
        assert fold(state.entity, kept) == state
        again = revived(state.entity, snapshot(state))
        assert again == state == Partnership.model_validate_json(state.model_dump_json())
        assert records_of(again) == records_of(state)


@every_life
def test_time_never_runs_backwards_in_a_history(lives: range) -> None:
    for story in map(life, lives):
        for earlier, later in pairwise(story.events):
            assert earlier.at <= later.at, f"{later.kind} of {later.at} after {earlier.kind} of {earlier.at}"


@every_life
def test_a_gate_settles_once_and_counts_each_seat_and_person_once(lives: range) -> None:
    """Between opening (or a decision taken back) and settling there is exactly one settling."""
    for story in map(life, lives):
        for before, event, after, _ in steps(story):
            if isinstance(event, ev.GateSettled):
                assert before is not None and before.gate(event.gate).is_open
            for gate in after.gates:
                seats = [vote.seat for vote in gate.votes]
                people = [vote.person for vote in (*gate.votes, *gate.late)]
                assert len(seats) == len(dict.fromkeys(seats)) <= len(gate.seats)
                assert len(people) == len(dict.fromkeys(people))
                approvals = [vote for vote in gate.votes if vote.verdict.approves]
                if gate.outcome in (ev.Outcome.APPROVED, ev.Outcome.CONDITIONS) and not gate.silent:
                    overridden = any(
                        isinstance(one, ev.GateSettled) and one.gate == gate.id and one.overridden
                        for one in story.events
                    )
                    assert overridden or len(approvals) >= (gate.terms.needed or len(gate.seats))


@every_life
def test_no_maker_decides_and_nobody_decides_for_both_sides(lives: range) -> None:
    for story in map(life, lives):
        sides: dict[str, Side] = {}
        for before, event, _, _ in steps(story):
            if not isinstance(event, ev.DecisionMade | ev.LateObjectionRecorded):
                continue
            assert before is not None and event.by is not None
            gate = before.gate(event.gate)
            makers = before.makers_of(gate.stage)
            assert event.by.person not in makers
            assert event.by.on_behalf_of not in makers
            side = gate.seats[event.seat].side
            if side in SIDES:
                assert sides.setdefault(event.by.person, side) is side


@every_life
def test_after_its_end_nothing_is_due_and_everything_is_refused(lives: range) -> None:
    """And by the programme's end every partnership that is not suspended has ended."""
    for story in map(life, lives):
        last = story.partnership
        if last.suspended:
            keeper = last.holders_of(Role.OPERATOR, Side.PROGRAMME, story.at)[0]
            by = Actor(person=keeper.person, role=keeper.role, side=keeper.side)
            last = last.after(last.ask(rq.LiftSuspension(order=text("lifted")), by, story.at))
        end = last.after(last.lapse(max(last.ends, story.at)))
        assert end.ended
        assert end.next_due() is None
        assert end.lapse(end.ends + timedelta(days=4000)) == ()
        for request in (rq.Hold(reason="late"), rq.LogContact(person="p-000001", channel=rq.Channel.PHONE)):
            with pytest.raises(Refusal, match="ended on"):
                end.ask(request, OPERATOR, end.ends)


@every_life
def test_letters_reach_people_once_and_never_the_political_level(lives: range) -> None:
    for story in map(life, lives):
        keys = Counter(letter.key for letter in story.letters)
        assert not [key for key, times in keys.items() if times > 1]
        kinds = Counter((letter.number, letter.kind, letter.recipient) for letter in story.letters)
        assert not [what for what, times in kinds.items() if times > 1]
        for _, _, after, letters in steps(story):
            mayors = [
                held.person for held in after.holders if held.role in POLITICAL and held.holds(after.now)
            ]
            staff = [held.person for held in after.holders if held.side is Side.PROGRAMME]
            gone = {held.person for held in after.holders} - {
                held.person for held in after.holders if held.holds(after.now)
            }
            for letter in letters:
                told = (letter.recipient, *letter.copies)
                assert not any(person in mayors for person in told)
                if after.suspended:
                    assert letter.recipient in staff
                if letter.about:
                    assert letter.recipient not in gone


@every_life
def test_whatever_comes_up_is_asked_of_somebody_once(lives: range) -> None:
    """A task is asked of each of its people with the entry that raised it, and not asked again."""
    for story in map(life, lives):
        for before, _, after, letters in steps(story):
            known = [] if before is None else [task.id for task in tasks_of(before)]
            asked = Counter((task, letter.recipient) for letter in letters for task in letter.about)
            for task in tasks_of(after):
                assert recipients(after, task) or not task.persons
                if task.id not in known and not after.suspended:
                    for person in recipients(after, task):
                        assert asked[task.id, person] == 1


@every_life
def test_reminders_come_at_nine_on_a_working_day_once_a_day(lives: range) -> None:
    """Lives watched day by day; a deadline recomputed backwards may speak at once, which is let pass here."""
    for story in (life(seed) for seed in lives if seed % 2):
        days: Counter[tuple[str, object]] = Counter()
        for before, event, _, _ in steps(story):
            if not isinstance(event, ev.ReminderFell):
                continue
            assert before is not None
            assert not before.suspended and not before.on_hold
            held = before.last_known(event.recipient)
            assert held is not None
            local = event.at.astimezone(ZoneInfo(held.zone))
            days[event.recipient, local.date()] += 1
            if event.at > before.now:
                assert (local.hour, local.minute) == (9, 0)
                assert before.edition.days(held.country).counts(local.date())
            for reminder in event.reminders:
                ladder = [one for one in before.ladders if one.task == reminder.task]
                mine = [one for one in ladder if one.recipient == event.recipient]
                assert not any(one.stopped for one in mine)
                assert all(reminder.offset not in one.fired for one in mine)
        assert all(times == 1 for times in days.values())


@every_life
def test_nothing_fires_under_a_suspension(lives: range) -> None:
    for story in map(life, lives):
        for before, event, _, _ in steps(story):
            if before is not None and before.suspended:
                assert event.by is not None, f"{event.kind} fired by itself"


def test_the_lives_are_varied_enough_to_prove_anything() -> None:
    """Every kind of event of a partnership and every end occurs in some of them; errands need others to answer them."""
    lives = [life(seed) for seed in SEEDS]
    kinds = Counter(event.kind for story in lives for event in story.events)
    errands = (ev.ErrandCarried, ev.ErrandRepeated, ev.ErrandDropped)
    known: set[type[Any]] = {*FOLDS, *Partnership.own_folds, ev.PartnershipFounded}
    every = {event.model_fields["kind"].default for event in known - {*errands, ev.EntityClosed}}
    assert set(kinds) == every
    ends = Counter(story.partnership.end for story in lives)
    assert set(ends) >= set(ev.End)


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=1000, max_value=10**9))
def test_lives_nobody_has_seen_before_keep_the_promises_too(seed: int) -> None:
    story = life(seed)
    assert fold(story.partnership.entity, story.events) == story.partnership
    for earlier, later in pairwise(story.events):
        assert earlier.at <= later.at
