"""Each entry causes its letters and its rows: asked once, told once, and the same for the same state."""

from collections import Counter
from datetime import timedelta

from domain import requests as rq
from domain.entities import fold, records_of, revived, snapshot
from domain.entries import Entry
from domain.letters import Letter, letters_for
from domain.partnership import Partnership
from domain.records import PartnershipRecord
from domain.requests import Verdict
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import Role, Side
from tests.given import (
    CN_FOCAL,
    DELEGATION,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    actor,
    holder,
    on,
    text,
)
from tests.story import Story


def whole_life() -> Story:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    story.day_by_day(on(2021, 3, 25))
    story.decides("G5.review", CN_FOCAL, Verdict.RETURN)
    story.day_by_day(on(2021, 5, 25))
    story.hands_in(Stage.ACTION_PLAN, "two")
    for gate in ("G5.review", "G5.team", "G5.eud", "G5.adopt"):
        story.approves(gate)
    story.passes(Stage.STUDY_VISITS)
    story.passes(Stage.PILOT_INVESTMENTS)
    story.passes(Stage.CLOSING)
    return story


def told(story: Story, kind: str) -> list[str]:
    return [letter.recipient for letter in story.letters if letter.kind == kind]


def of_last(story: Story, kind: str) -> list[Letter]:
    last = story.entries[-1].number
    return [letter for letter in story.letters if letter.number == last and letter.kind == kind]


def test_keys_are_unique_for_ever_and_one_of_a_kind_goes_to_a_person_with_an_entry() -> None:
    story = whole_life()
    keys = [letter.key for letter in story.letters]
    assert len(keys) == len(dict.fromkeys(keys)) > 80
    kinds = Counter((letter.number, letter.kind, letter.recipient) for letter in story.letters)
    assert set(kinds.values()) == {1}
    assert all(letter.recipient not in letter.copies for letter in story.letters)


def test_the_letters_of_an_entry_are_the_same_each_time_they_are_asked_for() -> None:
    """A retried activity writes the same letters again, and the ledger keeps them once."""
    story = whole_life()
    befores = (None, *story.states[:-1])
    again = [
        letter
        for before, entry, after in zip(befores, story.entries, story.states, strict=True)
        for letter in letters_for(before, after, Entry.model_validate_json(entry.model_dump_json()))
    ]
    assert again == story.letters


def test_every_task_that_came_up_was_asked_of_all_its_people_once() -> None:
    story = whole_life()
    asked = Counter(
        (task, letter.recipient)
        for letter in story.letters
        if letter.kind in ("asked", "question", "signature") and not any(item.offset for item in letter.items)
        for task in letter.about
    )
    once = {(task, who) for (task, who), times in asked.items() if times == 1}
    for gate in story.partnership.gates:
        for place, seat in enumerate(gate.seats):
            for held in story.partnership.holders_of(seat.role, seat.side, story.at):
                if seat.role is not Role.SIGNATORY:
                    assert (f"decide/{gate.id}/{place}", held.person) in once


def test_the_founding_welcomes_both_sides_and_gives_the_operators_their_first_task() -> None:
    story = Story()
    assert told(story, "welcome") == [EU_FOCAL.person, CN_FOCAL.person, MANAGER.person]
    assert told(story, "asked") == [OPERATOR.person, OTHER_OPERATOR.person]
    assert story.letters[-1].about == ("open/scoping",)


def test_an_outcome_is_told_to_the_maker_and_both_sides_but_not_to_who_decided_last() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    assert told(story, "outcome") == [MANAGER.person, EU_FOCAL.person, CN_FOCAL.person]
    story.approves("G3")
    assert told(story, "outcome")[3:] == [MANAGER.person, EU_FOCAL.person]


def test_an_overdue_letter_is_about_the_task_and_says_whose_it_is() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.day_by_day(on(2021, 4, 20))
    overdue = [letter for letter in story.letters if letter.kind == "overdue"]
    assert {letter.recipient for letter in overdue} == {OPERATOR.person, OTHER_OPERATOR.person}
    assert {letter.about for letter in overdue} == {("submit/scoping/0",)}
    assert {letter.facts["owner"] for letter in overdue} == {"cluster manager"}


def test_letters_carry_codes_and_places_and_no_words_of_people() -> None:
    story = whole_life()
    for letter in story.letters:
        assert letter.facts["code"] == "C1-01"
        assert letter.facts["eu_member"] == "Fuenlabrada"
        assert letter.facts["cn_member_zh"] == "杭州"
        assert "see the minutes" not in letter.model_dump_json()


def test_a_handed_over_seat_is_asked_of_the_new_person_only() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.asks(rq.HandOver(gate="G2", to=DELEGATION.person), TEAM_LEADER)
    handed = [letter for letter in story.letters if letter.recipient == DELEGATION.person]
    assert [(letter.kind, letter.about) for letter in handed] == [("handed_over", ("decide/G2/1/0",))]


def test_a_seat_that_falls_back_to_its_role_is_asked_of_the_role() -> None:
    """The deputy had it and left: the focal point hears of it again."""
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    deputy = actor("eudeputy", Role.DEPUTY, Side.EU)
    story.asks(rq.HandOver(gate="G3", to=deputy.person), EU_FOCAL)
    story.asks(rq.ChangeHolder(role=Role.DEPUTY, side=Side.EU, leaving=deputy.person), OPERATOR)
    asked = [letter for letter in story.letters if "decide/G3/1/0" in letter.about]
    assert [letter.recipient for letter in asked] == [EU_FOCAL.person, deputy.person, EU_FOCAL.person]


def test_a_signature_without_a_focal_point_to_bring_it_is_an_operators_errand() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    for gate in ("G5.review", "G5.team"):
        story.approves(gate)
    story.asks(rq.ChangeHolder(role=Role.FOCAL_POINT, side=Side.CN, leaving=CN_FOCAL.person), OPERATOR)
    story.approves("G5.eud")
    brought = {letter.recipient for letter in story.letters if letter.kind == "signature"}
    assert brought == {EU_FOCAL.person, OPERATOR.person, OTHER_OPERATOR.person}


# Records


def test_records_are_a_function_of_the_state_alone() -> None:
    """Asked twice, revived from a snapshot, folded afresh: the same rows; and asking changes nothing."""
    story = whole_life()
    for state in story.states[::7]:
        before = state.model_dump_json()
        rows = records_of(state)
        assert records_of(state) == rows
        assert records_of(revived(state.entity, snapshot(state))) == rows
        assert state.model_dump_json() == before
    assert records_of(fold("partnership/C1-01", story.events)) == records_of(story.partnership)


def test_the_rows_of_a_gate_say_whether_it_was_settled_in_time() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.approves("G2")
    story.until(story.at + timedelta(days=3))
    rows = {row.gate: row for row in records_of(story.partnership).gates}
    assert (rows["G2/1"].in_time, rows["G2/1"].outcome, rows["G2/1"].decided) == (True, "approved", 1)
    assert (rows["G3/1"].in_time, rows["G3/1"].outcome, rows["G3/1"].seats) == (None, None, 2)
    late = Story()
    late.opens(Stage.SCOPING)
    late.hands_in(Stage.SCOPING)
    late.until(on(2021, 5, 1))
    late.approves("G2")
    assert records_of(late.partnership).gates[0].in_time is False


def test_the_rows_of_tasks_answer_who_owes_what_since_when() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING, at=on(2021, 3, 3))
    story.day_by_day(on(2021, 3, 29))
    (row,) = [row for row in records_of(story.partnership).tasks if row.what == "decide"]
    assert (row.owner_role, row.owners, row.since) == ("team_leader", (TEAM_LEADER.person,), on(2021, 3, 3))
    assert (row.overdue, row.stopped, row.ladder_stopped, row.receipt) == (True, False, "", "C1-01/G2/1")
    assert row.reminders == len([one for one in story.reminders() if one[0] == TEAM_LEADER.person])
    assert story.partnership.receipt(row.receipt.removeprefix("C1-01/")).deadline is not None


def test_a_vacant_task_has_no_owner() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.asks(
        rq.ChangeHolder(role=Role.CLUSTER_MANAGER, side=Side.PROGRAMME, leaving=MANAGER.person), OPERATOR
    )
    rows = {row.task: row.owners for row in records_of(story.partnership).tasks}
    assert rows["submit/scoping/0"] == ()
    assert rows["successor/cluster_manager.programme"] == (OPERATOR.person, OTHER_OPERATOR.person)


def test_every_receipt_named_anywhere_can_be_opened() -> None:
    """From tasks, from letters, while running and while all stands still."""
    story = whole_life()
    for state in story.states:
        for task in tasks_of(state):
            if task.clock is not None:
                assert state.receipt(task.clock.id).clock == task.clock.id
    held = Story()
    held.opens(Stage.SCOPING)
    held.asks(rq.Hold(reason="elections"), OPERATOR)
    assert held.partnership.receipt("submit.scoping/1").remaining == 45
    assert held.partnership.receipt("hold/1").deadline is not None


def test_an_unknown_receipt_is_told_which_there_are() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    try:
        story.partnership.receipt("submit.poem/1")
    except Exception as refused:
        assert "it has C1-01/submit.scoping/1" in str(refused)
    else:
        raise AssertionError("it was found")


def _row(state: Partnership) -> PartnershipRecord:
    row = records_of(state).partnership
    assert row is not None
    return row


def test_the_row_of_a_partnership_follows_its_life() -> None:
    story = Story()
    assert _row(story.partnership).stage == "founded"
    story.opens(Stage.SCOPING)
    story.asks(rq.Hold(reason="elections"), OPERATOR)
    assert (_row(story.partnership).stage, _row(story.partnership).status) == ("scoping", "on_hold")
    row = _row(whole_life().partnership)
    assert (row.stage, row.status, row.pilots_endorsed, row.exchanges) == (
        "closed_completed",
        "closed_completed",
        1,
        1,
    )
    assert row.plan_adopted is not None


def test_a_successors_letter_and_the_rows_name_the_same_tasks() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    new = actor("newleader", Role.TEAM_LEADER)
    change = rq.ChangeHolder(
        role=Role.TEAM_LEADER,
        side=Side.PROGRAMME,
        leaving=TEAM_LEADER.person,
        to=holder(new),
        letter=text("x"),
    )
    story.asks(change, OPERATOR)
    (letter,) = [one for one in story.letters if one.recipient == new.person]
    rows = [row.task for row in records_of(story.partnership).tasks if new.person in row.owners]
    assert list(letter.about) == rows
    assert of_last(story, "holder_changed")
