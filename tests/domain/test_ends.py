"""A partnership ends in one of six ways, and then nothing more is due and nothing more is allowed."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain import events as ev
from domain import requests as rq
from domain.events import End
from domain.records import records_of
from domain.requests import Verdict
from domain.tasks import tasks_of
from domain.terms import Stage
from domain.values import Side
from tests.given import CN_FOCAL, DELEGATION, END, EU_FOCAL, OPERATOR, TEAM_LEADER, deliverable, on, text
from tests.story import Story


def completed() -> Story:
    """A plan adopted, a pilot endorsed, a result sheet accepted."""
    story = partial_but_for_the_closing()
    story.passes(Stage.PILOT_INVESTMENTS)
    story.passes(Stage.CLOSING)
    return story


def partial_but_for_the_closing() -> Story:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.passes(Stage.ACTION_PLAN)
    return story


def partial() -> Story:
    """A plan adopted, but no pilot."""
    story = partial_but_for_the_closing()
    story.passes(Stage.CLOSING)
    return story


def withdrawn() -> Story:
    story = Story()
    story.asks(rq.Withdraw(side=Side.EU, reason="elections", notice=text("letter")), EU_FOCAL)
    return story


def rejected() -> Story:
    story = Story()
    story.opens(Stage.SCOPING)
    story.hands_in(Stage.SCOPING)
    story.decides("G2", TEAM_LEADER, Verdict.REJECT)
    return story


def merged() -> Story:
    story = Story()
    story.two_agree(rq.Merge(into="INN", consent=text("both agree")))
    return story


def cut_off() -> Story:
    story = Story()
    story.opens(Stage.SCOPING)
    story.day_by_day(END)
    return story


ENDS: dict[End, Callable[[], Story]] = {
    End.COMPLETED: completed,
    End.PARTIAL: partial,
    End.WITHDRAWN: withdrawn,
    End.REJECTED: rejected,
    End.MERGED: merged,
    End.CUT_OFF: cut_off,
}
every_end = pytest.mark.parametrize("end", list(End), ids=lambda end: end.value)


@every_end
def test_each_end_is_reached(end: End) -> None:
    story = ENDS[end]()
    assert story.partnership.end is end
    assert story.partnership.status() == story.partnership.standing() == end.value
    closed = story.of(ev.PartnershipClosed)
    assert [event.end for event in closed] == [end]
    assert story.events[-1] == closed[0]


@every_end
def test_after_an_end_nothing_is_owed_due_or_reminded_of(end: End) -> None:
    story = ENDS[end]()
    assert tasks_of(story.partnership) == ()
    assert story.partnership.next_due() is None
    assert story.until(on(2040, 1, 1)) == ()
    assert records_of(story.partnership).tasks == ()
    assert (story.partnership.watches, story.partnership.proposals) == ((), ())


@every_end
def test_after_an_end_every_request_is_refused_with_the_day_and_the_reason(end: End) -> None:
    story = ENDS[end]()
    requests: tuple[tuple[rq.AnyRequest, object], ...] = (
        (rq.OpenStage(stage=Stage.STUDY_VISITS), OPERATOR),
        (rq.Submit(stage=Stage.SCOPING, deliverable=deliverable("scoping_report", "late")), OPERATOR),
        (story.verdict("G2"), TEAM_LEADER),
        (rq.Resume(), OPERATOR),
        (rq.Suspend(order=text("order")), DELEGATION),
        (
            rq.Propose(matter=rq.Extend(ends=END + timedelta(days=90), addendum=text("a")), reason="late"),
            OPERATOR,
        ),
        (rq.StepAgreement(step=rq.AgreementStep.PROPOSED), CN_FOCAL),
        (rq.LogContact(person=EU_FOCAL.person, channel=rq.Channel.PHONE), OPERATOR),
    )
    for request, by in requests:
        refused = story.refuses(request, by).sentence  # type: ignore[arg-type]  # pairs of request and actor
        day = f"{story.partnership.ended_at:%Y-%m-%d}"
        assert refused == f"C1-01 ended on {day} ({end.value.replace('_', ' ')}); its record can be read"


@every_end
def test_the_end_is_told_to_both_sides_and_the_programme(end: End) -> None:
    story = ENDS[end]()
    told = {letter.recipient for letter in story.letters if letter.kind == "closed"}
    assert {
        EU_FOCAL.person,
        CN_FOCAL.person,
        OPERATOR.person,
        TEAM_LEADER.person,
        DELEGATION.person,
    } == told - {"p-otheroperator"}


def test_an_adopted_plan_and_an_endorsed_pilot_make_it_complete() -> None:
    """Either alone makes it partial."""
    pilot_only = Story()
    pilot_only.passes(Stage.SCOPING)
    pilot_only.two_agree(rq.Waive(stage=Stage.PILOT_INVESTMENTS, condition="plan_adopted"))
    pilot_only.passes(Stage.PILOT_INVESTMENTS)
    pilot_only.passes(Stage.CLOSING)
    assert pilot_only.partnership.pilots_endorsed == 1
    assert pilot_only.partnership.end is End.PARTIAL


def test_cut_offs_are_told_in_their_order_and_the_end_comes_last() -> None:
    story = cut_off()
    reached = [event.cut_off for event in story.of(ev.CutOffReached)]
    assert reached == [*(name for name, _ in story.partnership.terms.cut_offs), "end of the programme"]
    days = {event.cut_off: (END - event.at).days for event in story.of(ev.CutOffReached)}
    assert days == dict(story.partnership.terms.cut_offs) | {"end of the programme": 0}
    told = [letter for letter in story.letters if letter.kind == "cut_off"]
    assert {letter.recipient for letter in told} == {"p-operator", "p-otheroperator"}
    assert {letter.facts["standing"] for letter in told[:-2]} == {"scoping"}


def test_a_hold_does_not_outlive_the_programme() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    story.asks(rq.Hold(reason="elections"), OPERATOR)
    story.day_by_day(END)
    assert story.partnership.end is End.CUT_OFF
    assert not story.partnership.on_hold


def test_a_stuck_partnership_closes_when_two_persons_waive_what_is_under_way() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    story.decides("G5.review", CN_FOCAL, Verdict.REJECT)
    refused = story.refuses(rq.OpenStage(stage=Stage.CLOSING), OPERATOR).sentence
    assert "action plan is under way: its rounds ran out on 2021-03-01" in refused
    story.two_agree(rq.Waive(stage=Stage.CLOSING, condition="nothing_else_open"))
    story.passes(Stage.CLOSING)
    assert story.partnership.end is End.PARTIAL


def test_a_request_made_after_the_end_came_but_before_it_was_written_down_is_refused() -> None:
    """The calendar comes first, whoever is quicker."""
    story = Story()
    refused = story.refuses(rq.OpenStage(stage=Stage.SCOPING), OPERATOR, END + timedelta(hours=1))
    assert "ended on 2023-12-31 (cut off)" in refused.sentence
