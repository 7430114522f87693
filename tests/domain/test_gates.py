"""A gate settles as soon as its outcome is certain, exactly once, on the version its deciders saw."""

from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import events as ev
from domain import requests as rq
from domain.clocks import Allowance, DayKind
from domain.entity import StageStatus
from domain.events import Outcome
from domain.gates import Gate, Vote
from domain.requests import Verdict
from domain.terms import GateTerms, Seat, Silence, Stage, Terms, joint_days
from domain.values import Role, Side
from tests.given import (
    CN_FOCAL,
    COUNTERPART,
    DELEGATION,
    EU_FOCAL,
    MANAGER,
    OPERATOR,
    START,
    TEAM_LEADER,
    actor,
    on,
    person,
    text,
)
from tests.story import Story, only_gate

PROGRAMME = tuple(
    Seat(role=role, side=Side.PROGRAMME)
    for role in (Role.TEAM_LEADER, Role.CLUSTER_MANAGER, Role.NATIONAL_COUNTERPART)
)
PANEL = (TEAM_LEADER, MANAGER, COUNTERPART)
FOCAL_POINTS = tuple(Seat(role=Role.FOCAL_POINT, side=side) for side in (Side.EU, Side.CN))
BY_SILENCE = only_gate(FOCAL_POINTS, silence=Silence.DEEMED, basis="kick-off rules, article 4")
YES, IF, BACK, NO = Verdict.APPROVE, Verdict.CONDITIONS, Verdict.RETURN, Verdict.REJECT


def at_the_gate(terms: Terms) -> Story:
    """A visit report handed in and waiting at the one gate of these terms."""
    story = Story(terms=terms)
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)
    return story


def outcome(story: Story) -> Outcome | None:
    return story.gate("G.test").outcome


@pytest.mark.parametrize(
    ("needed", "verdicts", "expected"),
    [
        (None, (YES, YES), None),
        (None, (YES, YES, YES), Outcome.APPROVED),
        (None, (YES, IF, YES), Outcome.CONDITIONS),
        (None, (BACK,), Outcome.RETURNED),
        (None, (YES, NO), Outcome.REJECTED),
        (1, (YES,), Outcome.APPROVED),
        (1, (IF,), Outcome.CONDITIONS),
        (1, (NO, NO), None),
        (1, (NO, NO, YES), Outcome.APPROVED),
        (1, (NO, NO, NO), Outcome.REJECTED),
        (1, (NO, BACK, NO), Outcome.RETURNED),
        (2, (YES,), None),
        (2, (YES, YES), Outcome.APPROVED),
        (2, (YES, IF), Outcome.CONDITIONS),
        (2, (NO, YES), None),
        (2, (NO, YES, YES), Outcome.APPROVED),
        (2, (NO, NO), Outcome.REJECTED),
        (2, (BACK, NO), Outcome.RETURNED),
        (2, (YES, NO, BACK), Outcome.RETURNED),
    ],
)
def test_all_any_and_n_of_m_settle_as_soon_as_the_outcome_is_certain(
    needed: int | None, verdicts: tuple[Verdict, ...], expected: Outcome | None
) -> None:
    """The negative side too: two of three cannot be reached any more after two negatives."""
    story = at_the_gate(only_gate(PROGRAMME, needed, stage=Stage.STUDY_VISITS))
    for by, verdict in zip(PANEL, verdicts, strict=False):
        assert outcome(story) is None
        story.decides("G.test", by, verdict)
    assert outcome(story) is expected


def _gate(seats: int, needed: int | None) -> Gate:
    roles = tuple(
        Seat(role=Role.TEAM_LEADER, side=Side.PROGRAMME, person=person(f"{n}")) for n in range(seats)
    )
    terms = GateTerms(code="G", title="any", seats=roles, needed=needed, allowance=joint_days(5))
    story = Story()
    clock = story.partnership.clock_for("G/1", terms.allowance, roles, START)
    return Gate(id="G/1", stage=Stage.SCOPING, version=text("v"), terms=terms, clock=clock, seats=roles)


def _possible(gate: Gate, votes: tuple[Vote, ...]) -> set[bool]:
    """Whether the gate can still pass, and still fail, whatever the others say: by trying everything."""
    needed = gate.terms.needed or len(gate.seats)
    left = len(gate.seats) - len(votes)
    approvals = sum(vote.verdict.approves for vote in votes)
    return {approvals + more >= needed for more in range(left + 1)}


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_gate_is_certain_exactly_when_no_further_vote_can_change_whether_it_passes(
    data: st.DataObject,
) -> None:
    """Against the oracle that tries every way the open seats could vote, in any order of votes."""
    seats = data.draw(st.integers(1, 5), label="seats")
    needed = data.draw(st.none() | st.integers(1, seats), label="needed")
    gate = _gate(seats, needed)
    order = data.draw(st.permutations(range(seats)), label="order")
    votes: tuple[Vote, ...] = ()
    for seat in order:
        verdict = data.draw(st.sampled_from(list(Verdict)))
        votes = (
            *votes,
            Vote(seat=seat, person=person(f"{seat}"), version=gate.version, verdict=verdict, at=START),
        )
        possible = _possible(gate, votes)
        certain = gate.model_copy(update={"votes": votes}).certain()
        assert (certain is not None) is (len(possible) == 1)
        if certain is not None:
            assert certain.passes is possible.pop()
            break
    else:
        pytest.fail("everybody has voted and nothing is settled")


@settings(max_examples=60, deadline=None)
@given(st.permutations(PANEL), st.lists(st.sampled_from(list(Verdict)), min_size=3, max_size=3))
def test_a_gate_settles_exactly_once_in_whatever_order_the_votes_come(
    order: list[object], said: list[Verdict]
) -> None:
    story = at_the_gate(only_gate(PROGRAMME, 2, max_rounds=1))
    for by, verdict in zip(order, said, strict=True):
        if story.gate("G.test").is_open:
            story.decides("G.test", by, verdict)  # type: ignore[arg-type]  # permutations of actors
        else:
            assert "was settled on" in story.refuses(story.verdict("G.test", verdict), by).sentence  # type: ignore[arg-type]  # the same
    settled = [event for event in story.of(ev.GateSettled) if event.gate == "G.test/1"]
    assert len(settled) == 1


def test_a_second_vote_from_the_same_seat_is_refused_with_the_way_out() -> None:
    story = at_the_gate(only_gate(PROGRAMME))
    story.decides("G.test", TEAM_LEADER)
    refused = story.refuses(story.verdict("G.test", NO), TEAM_LEADER)
    assert "take-back" in refused.sentence
    assert "decided on 2021-03-01 (approve)" in refused.sentence


def test_a_person_with_two_seats_has_one_voice() -> None:
    """The team leader is also made cluster manager: two of three still means two persons."""
    story = at_the_gate(only_gate(PROGRAMME, 2))
    both = actor("teamleader", Role.CLUSTER_MANAGER)
    held = story.partnership.holders_of(Role.CLUSTER_MANAGER, Side.PROGRAMME, story.at)[0]
    to = held.model_copy(update={"person": both.person, "since": story.at})
    story.asks(
        rq.ChangeHolder(role=Role.CLUSTER_MANAGER, side=Side.PROGRAMME, leaving=held.person, to=to), OPERATOR
    )
    story.decides("G.test", TEAM_LEADER)
    refused = story.refuses(story.verdict("G.test"), both)
    assert "one person has one voice" in refused.sentence
    story.decides("G.test", COUNTERPART)
    assert outcome(story) is Outcome.APPROVED


def test_conditions_go_with_the_stage_that_was_passed() -> None:
    story = at_the_gate(only_gate(FOCAL_POINTS))
    story.decides("G.test", EU_FOCAL, IF)
    events = story.decides("G.test", CN_FOCAL)
    passed = next(event for event in events if isinstance(event, ev.StagePassed))
    assert outcome(story) is Outcome.CONDITIONS
    assert passed.with_conditions
    assert story.partnership.passed(Stage.STUDY_VISITS)


def test_a_return_gives_the_maker_another_round_with_a_clock() -> None:
    story = at_the_gate(only_gate(FOCAL_POINTS))
    settled = story.decides("G.test", EU_FOCAL, BACK)[1]
    assert isinstance(settled, ev.GateSettled)
    assert settled.clock is not None
    assert str(settled.clock.allowance) == "10 joint working days"
    assert story.task("submit/study_visits/0").deadline is not None


def test_a_rejection_in_a_later_stage_escalates_to_the_secretariat() -> None:
    story = at_the_gate(only_gate(FOCAL_POINTS))
    events = story.decides("G.test", CN_FOCAL, NO)
    exhausted = next(event for event in events if isinstance(event, ev.RoundsExhausted))
    assert exhausted.rejected
    held = story.partnership.stage(Stage.STUDY_VISITS)
    assert held is not None
    assert held.status is StageStatus.STUCK
    assert "escalation/study_visits" in story.tasks()


# Silence


def test_without_a_silence_rule_no_answer_is_never_an_answer() -> None:
    """The gate stays open and overdue for as long as it takes; the secretariat is told once."""
    story = at_the_gate(only_gate(FOCAL_POINTS))
    told = story.until(on(2022, 3, 1))
    assert outcome(story) is None
    passed = [event.task for event in told if isinstance(event, ev.DeadlinePassed)]
    assert sorted(task for task in passed if task.startswith("decide/")) == [
        "decide/G.test/1/0",
        "decide/G.test/1/1",
    ]
    story.decides("G.test", EU_FOCAL)
    story.decides("G.test", CN_FOCAL)
    assert outcome(story) is Outcome.APPROVED


def test_silence_counts_as_approval_at_the_deadline_with_its_basis() -> None:
    """Ten joint working days from Monday 1 March 2021 end with Monday 15 March in Madrid."""
    story = at_the_gate(BY_SILENCE)
    due = story.partnership.deadline(story.gate("G.test").clock)
    assert due is not None
    assert due.at == datetime.fromisoformat("2021-03-16T00:00:00+01:00")
    assert not [
        event for event in story.until(due.at - timedelta(seconds=1)) if isinstance(event, ev.GateSettled)
    ]
    settled = story.until(due.at)[0]
    assert isinstance(settled, ev.GateSettled)
    assert (settled.outcome, settled.silent, settled.at) == (Outcome.APPROVED, True, due.at)
    assert settled.basis == "kick-off rules, article 4"
    assert settled.by is None


def test_silence_without_a_basis_is_no_approval() -> None:
    """Deemed approval needs its legal basis as text; without it the gate waits as if there were no rule."""
    story = at_the_gate(only_gate(FOCAL_POINTS, silence=Silence.DEEMED, basis=""))
    story.until(on(2021, 6, 1))
    assert outcome(story) is None
    assert "decide/G.test/1/0" in story.partnership.overdue


def test_conditions_already_made_survive_the_silence_of_the_other_side() -> None:
    story = at_the_gate(BY_SILENCE)
    story.decides("G.test", EU_FOCAL, IF)
    story.until(on(2021, 6, 1))
    assert outcome(story) is Outcome.CONDITIONS
    assert story.gate("G.test").silent


def test_a_gate_that_lapses_gives_the_maker_another_round() -> None:
    story = at_the_gate(only_gate(FOCAL_POINTS, silence=Silence.LAPSES))
    story.decides("G.test", EU_FOCAL)
    story.until(on(2021, 3, 20))
    assert outcome(story) is Outcome.LAPSED
    assert "submit/study_visits/0" in story.tasks()
    assert not story.partnership.passed(Stage.STUDY_VISITS)


def test_a_lapsed_confirmation_lets_the_closing_go_on() -> None:
    """The closing letter then states "no reply"."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.opens(Stage.CLOSING)
    story.hands_in(Stage.CLOSING)
    story.until(on(2021, 4, 1))
    assert story.gate("G9.partners").outcome is Outcome.LAPSED
    assert story.gate("G9").is_open
    story.decides("G9", TEAM_LEADER)
    assert story.partnership.end is ev.End.PARTIAL


@pytest.mark.parametrize("verdict", [NO, BACK, YES])
def test_a_late_answer_is_recorded_as_an_objection_and_the_outcome_stands(verdict: Verdict) -> None:
    story = at_the_gate(BY_SILENCE)
    story.until(on(2021, 4, 6))
    version = story.gate("G.test").version
    late = story.asks(story.verdict("G.test", verdict), CN_FOCAL)[0]
    assert isinstance(late, ev.LateObjectionRecorded)
    assert (late.verdict, late.version) == (verdict, version)
    assert outcome(story) is Outcome.APPROVED
    assert story.partnership.passed(Stage.STUDY_VISITS)
    told = {letter.recipient for letter in story.letters if letter.kind == "late_objection"}
    assert person("operator") in told
    assert "on record already" in story.refuses(story.verdict("G.test", NO), CN_FOCAL).sentence


def test_after_a_gate_was_decided_by_people_there_is_no_late_objection() -> None:
    story = at_the_gate(only_gate(FOCAL_POINTS, 1))
    story.decides("G.test", EU_FOCAL)
    refused = story.refuses(story.verdict("G.test", NO), CN_FOCAL)
    assert refused.sentence == "gate G.test (a gate to test) was settled on 2021-03-01: approved"


def test_each_pair_of_three_makes_two_of_three() -> None:
    for pair in combinations(PANEL, 2):
        story = at_the_gate(only_gate(PROGRAMME, 2))
        for by in pair:
            story.decides("G.test", by)
        assert outcome(story) is Outcome.APPROVED


# Versions


def returned_once() -> Story:
    """Version 1 of an action plan was returned and version 2 lies at the review of both sides."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN, "first")
    story.decides("G5.review", EU_FOCAL, BACK)
    story.hands_in(Stage.ACTION_PLAN, "second", at=story.at + timedelta(days=3))
    return story


def test_a_decision_on_a_superseded_version_is_refused_with_the_reason() -> None:
    story = returned_once()
    first = text("action_plan first")
    refused = story.refuses(story.verdict("G5.review", version=first), CN_FOCAL)
    assert "made on version 1 of 2021-03-01; version 2 of 2021-03-04" in refused.sentence
    assert "supersedes it" in refused.sentence
    story.decides("G5.review", CN_FOCAL)


def test_a_decision_on_a_document_nobody_handed_in_is_refused() -> None:
    story = returned_once()
    refused = story.refuses(story.verdict("G5.review", version=text("another paper")), CN_FOCAL)
    assert "was ever submitted" in refused.sentence


def test_a_gate_whose_turn_has_not_come_on_the_new_version_says_which_comes_first() -> None:
    """The team leader decided on version 1; on version 2 both sides review first again."""
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN, "first")
    story.approves("G5.review")
    story.decides("G5.team", TEAM_LEADER, BACK)
    story.hands_in(Stage.ACTION_PLAN, "second")
    refused = story.refuses(story.verdict("G5.team", version=text("action_plan second")), TEAM_LEADER)
    assert "supersedes" not in refused.sentence
    assert "gate G5.review comes first" in refused.sentence


def test_version_n_stays_frozen_while_version_n_plus_one_is_decided_on() -> None:
    story = returned_once()
    held = story.partnership.stage(Stage.ACTION_PLAN)
    assert held is not None
    assert [version.version for version in held.versions] == [
        text("action_plan first"),
        text("action_plan second"),
    ]
    old, new = (gate for gate in story.partnership.gates if gate.code == "G5.review")
    assert (old.outcome, old.version, len(old.votes)) == (Outcome.RETURNED, text("action_plan first"), 1)
    assert (new.outcome, new.version, new.votes) == (None, text("action_plan second"), ())


def test_a_gate_not_reached_yet_says_why() -> None:
    story = Story()
    assert "scoping has not been opened" in story.refuses(story.verdict("G2"), TEAM_LEADER).sentence
    story.opens(Stage.SCOPING)
    assert "has not been submitted" in story.refuses(story.verdict("G2"), TEAM_LEADER).sentence
    story.hands_in(Stage.SCOPING)
    assert "gate G2 comes first" in story.refuses(story.verdict("G3"), EU_FOCAL).sentence
    unknown = story.refuses(story.verdict("G42"), TEAM_LEADER).sentence
    assert "there is no gate 'G42'" in unknown
    assert "G9.partners" in unknown


def test_whoever_has_no_seat_is_told_who_has() -> None:
    story = at_the_gate(only_gate(FOCAL_POINTS))
    refused = story.refuses(story.verdict("G.test"), DELEGATION)
    assert "decided by the EU focal point and the CN focal point" in refused.sentence
    assert refused.grave


def test_needed_votes_must_be_possible() -> None:
    """Terms that ask for four of three, or for none, are refused when they are written."""
    for needed in (0, 4):
        with pytest.raises(ValueError, match="needed"):
            GateTerms(
                code="G",
                title="never",
                seats=PROGRAMME,
                needed=needed,
                allowance=Allowance(days=5, kind=DayKind.CALENDAR),
            )
