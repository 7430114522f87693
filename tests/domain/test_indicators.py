"""Indicators: no evidence, no count, nothing added up that must not be, and for an earlier day what was true then."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from domain import events as ev
from domain import requests as rq
from domain.entries import Entry
from domain.indicators import Figure, Indicator, counted
from domain.requests import AgreementStep, ExchangeMode
from domain.stages.study_visits import VisitMode
from domain.targets import Targets, beside, countable
from domain.terms import Stage
from domain.values import Organisation, Side, StakeholderGroup
from domain.visits import requests as vr
from tests.domain.test_rehearsal import UNTIL, played, whole
from tests.domain.test_whatif import recorded
from tests.given import CN_FOCAL, OPERATOR, START, TEAM_LEADER, on, text
from tests.story import Story
from tests.visiting import FIRST, VisitStory

LATER = on(2030, 1, 1)


def of(*stories: Story, at: datetime = LATER) -> dict[str, Indicator]:
    """By code; a story's entries are recorded when they happen."""
    lives = [
        [entry.model_copy(update={"recorded_at": entry.event.at}) for entry in story.entries]
        for story in stories
    ]
    return {one.code: one for one in counted(lives, at)}


def figures(one: Indicator) -> dict[str, int]:
    """Of each part that has a value."""
    return {figure.split: figure.value for figure in one.figures if figure.value is not None}


def part(one: Indicator, split: str) -> Figure:
    return next(figure for figure in one.figures if figure.split == split)


def last(story: Story, kind: type[ev.Event]) -> str:
    """The place of the latest entry of a kind."""
    number = max(entry.number for entry in story.entries if isinstance(entry.event, kind))
    return f"{story.partnership.code}/{number}"


def test_an_exchange_without_evidence_is_on_record_and_not_counted() -> None:
    story = Story()
    story.exchanges("a", evidence=None)
    story.exchanges("b")
    told = of(story)
    assert figures(told["O3"]) == {"virtual": 1, "physical": 0, "hybrid": 0, "team_scoping": 0}
    assert len(told["O3"].uncounted) == 1 and told["O3"].uncounted == told["P4"].uncounted
    assert figures(told["O4"])["virtual"] == 17, "only those of the exchange with evidence"
    assert part(told["P4"], "virtual") == Figure(
        split="virtual", value=1, of=2, evidence=(last(story, ev.ExchangeHeld),)
    )


def test_ways_of_meeting_are_never_added_up() -> None:
    story = Story()
    for place, mode in enumerate((ExchangeMode.PHYSICAL, ExchangeMode.HYBRID, ExchangeMode.HYBRID)):
        story.exchanges(f"e{place}", mode=mode)
    told = of(story)
    assert figures(told["O3"]) == {"virtual": 0, "physical": 1, "hybrid": 2, "team_scoping": 0}
    for code in ("O3", "O4", "O5", "R6", "P2", "P4"):
        assert "" not in [figure.split for figure in told[code].figures], code
    assert {split: value for split, value in figures(told["P4"]).items() if value} == {
        "physical": 1,
        "hybrid": 2,
    }
    assert [figure.of for figure in told["P4"].figures] == [figure.value for figure in told["O3"].figures]


def test_a_partnership_is_engaged_once_scoping_has_passed() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    assert figures(of(story)["O1"]) == {"city": 0, "region": 0}
    story.passes(Stage.SCOPING)
    (city, _) = of(story)["O1"].figures
    assert (city.value, city.evidence) == (1, (last(story, ev.StagePassed),))


def test_members_count_while_their_partnership_lives_and_once() -> None:
    one, two = Story(), Story(code="C1-02")
    assert figures(of(one, two)["O2"]) == {"eu": 1, "cn": 1}, "both are of Fuenlabrada and Hangzhou"
    for story in (one, two):
        story.asks(
            rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave")), CN_FOCAL, on(2021, 6, 1)
        )
    assert figures(of(one, two)["O2"]) == {"eu": 0, "cn": 0}
    assert figures(of(one, two, at=on(2021, 5, 1))["O2"]) == {"eu": 1, "cn": 1}


def test_a_member_s_evidence_is_where_it_joined() -> None:
    story = Story()
    now = story.partnership.member(Side.EU)
    new = now.model_copy(update={"name": "Getafe"})
    held = tuple(one for one in story.partnership.holders if one.side is Side.EU)
    replaced = rq.ReplaceMember(
        leaving=now.name, member=new, holders=held, reason="budget", agreed=text("agreed")
    )
    story.asks(replaced, OPERATOR, on(2021, 3, 5))
    told = {figure.split: figure.evidence for figure in of(story)["O2"].figures}
    assert told == {"eu": (last(story, ev.MemberReplaced),), "cn": ("C1-01/1",)}


def visited(code: str, **changes: Any) -> Story:
    story = Story(code=code)
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS, **changes)
    for gate in story.partnership.terms.stage(Stage.STUDY_VISITS).gates:
        story.approves(gate.code)
    return story


def test_a_visit_that_served_two_partnerships_counts_once_and_names_both() -> None:
    joint = [visited(code, mode=VisitMode.HYBRID, host=Side.CN) for code in ("C1-01", "C1-02")]
    told = {figure.split: figure for figure in of(*joint)["O5"].figures}
    assert told["hybrid, to China"].value == 1
    assert told["hybrid, to China"].evidence == tuple(last(story, ev.StagePassed) for story in joint)
    assert sum(figure.value or 0 for figure in told.values()) == 1
    alone = part(of(joint[0])["R6"], "hybrid")
    both = part(of(*joint)["R6"], "hybrid")
    assert (both.value, both.of) == (alone.value, alone.of), "nor are its women counted twice"
    assert alone.value and sum(figures(of(*joint)["R6"]).values()) == alone.value


def test_virtual_visits_are_each_their_own() -> None:
    apart = [visited(code, mode=VisitMode.VIRTUAL, host=Side.EU) for code in ("C1-01", "C1-02")]
    assert figures(of(*apart)["O5"])["virtual, to Europe"] == 2


def test_a_visit_that_was_not_accepted_is_none() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.opens(Stage.STUDY_VISITS)
    story.hands_in(Stage.STUDY_VISITS)
    assert not any(figures(of(story)["O5"]).values())
    assert {(figure.value, figure.of) for figure in of(story)["R6"].figures} == {(0, 0)}


def with_organisations(code: str = "C1-01") -> Story:
    """Organisations `o-0` to `o-3`, one of each stakeholder group, all of the EU side."""
    story = Story(code=code)
    for place, group in enumerate(StakeholderGroup):
        one = Organisation(code=f"o-{place}", side=Side.EU, group=group)
        story.asks(rq.Engage(organisation=one), OPERATOR)
    return story


def test_every_stakeholder_group_has_to_have_come_within_twelve_months() -> None:
    story = with_organisations()
    assert of(story, at=on(2021, 4, 1))["R4"].figures == (Figure(value=0, of=1),), "engaged is not attended"
    story.until(on(2021, 4, 10))
    story.exchanges("e1", organisations=("o-0", "o-1"))
    first = last(story, ev.ExchangeHeld)
    assert figures(of(story, at=on(2021, 5, 1))["R4"]) == {"": 0}
    story.until(on(2021, 9, 10))
    story.exchanges("e2", organisations=("o-1", "o-2", "o-3"))
    (told,) = of(story, at=on(2021, 10, 1))["R4"].figures
    assert (told.value, told.of, told.evidence) == (1, 1, (first, last(story, ev.ExchangeHeld)))
    assert figures(of(story, at=on(2022, 4, 11))["R4"]) == {"": 0}, "of one group nobody came for a year"
    assert figures(of(story, at=on(2021, 9, 9))["R4"]) == {"": 0}, "nobody knew of the second one then"


def test_a_partnership_that_ended_keeps_its_last_twelve_months() -> None:
    story = with_organisations()
    story.exchanges("e1", organisations=("o-0", "o-1", "o-2", "o-3"))
    withdraws = rq.Withdraw(side=Side.CN, reason="budget", notice=text("we leave"))
    story.asks(withdraws, CN_FOCAL, on(2021, 6, 1))
    assert figures(of(story, at=on(2026, 1, 1))["R4"]) == {"": 1}


def test_businesses_count_once_they_attended_and_once() -> None:
    story, twin = with_organisations(), with_organisations("C1-02")
    business = f"o-{list(StakeholderGroup).index(StakeholderGroup.BUSINESS)}"
    told = of(story)["R5"]
    assert figures(told) == {"eu": 0, "cn": 0}
    assert told.uncounted == (f"C1-01/{2 + int(business[2:])}",), "engaged, but seen nowhere"
    for one in (story, twin):
        one.exchanges("e1", organisations=(business,))
    told = of(story, twin)["R5"]
    assert figures(told) == {"eu": 1, "cn": 0} and told.uncounted == ()


def test_who_attended_is_engaged_named_once_and_on_the_list() -> None:
    story = with_organisations()
    held = {"mode": ExchangeMode.VIRTUAL, "held": story.at, "participants_eu": 1, "participants_cn": 1}
    for organisations, evidence, sentence in (
        (("o-9",), text("list"), "o-9 is not engaged in C1-01; on record are o-0, o-1, o-2 and o-3"),
        (("o-1", "o-1"), text("list"), "name each of them once"),
        (("o-1",), None, "who attended is read from the attendance list"),
    ):
        request = rq.RecordExchange.model_validate(
            {"code": "e", **held, "organisations": organisations, "evidence": evidence}
        )
        assert sentence in story.refuses(request, OPERATOR).sentence


def test_gates_in_time_are_a_share_of_those_settled() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.hands_in(Stage.SCOPING, at=on(2021, 3, 3))
    assert of(story)["P1"].figures == (Figure(value=0, of=0),)
    story.decides("G2", TEAM_LEADER, rq.Verdict.RETURN, at=on(2021, 3, 4))
    story.hands_in(Stage.SCOPING, "two", at=on(2021, 3, 5))
    story.decides("G2", TEAM_LEADER, at=on(2021, 12, 1))
    (share,) = of(story)["P1"].figures
    assert (share.value, share.of, len(share.evidence)) == (1, 2, 1)


@pytest.mark.parametrize("day", [(2021, 9, 1), (2023, 2, 1)])
def test_an_earlier_day_gives_what_was_counted_then(day: tuple[int, int, int]) -> None:
    """The count of the whole record for a day is that of the record as it stood on that day.

    And a record to which nothing is added counts the same later on, but for what has to have been of late (R4).
    """
    at = on(*day)
    whole = [recorded(life) for life in played(1).values()]
    then = [tuple(entry for entry in entries if entry.recorded_at <= at) for entries in whole]
    assert counted(whole, at) == counted(then, at)
    lasting, later = ([one for one in counted(then, day) if one.code != "R4"] for day in (at, LATER))
    assert lasting == later


def test_nothing_counted_is_ever_taken_back_but_what_can_end() -> None:
    """What was held, signed, endorsed or engaged stays counted; members leave and plans are reopened."""
    whole = [recorded(life) for life in played(1).values()]
    before: dict[str, dict[str, int]] = {}
    for quarter in range(14):
        told = {one.code: one for one in counted(whole, on(2021, 1, 1) + timedelta(days=91 * quarter))}
        now = {code: figures(told[code]) for code in ("O1", "O3", "O4", "O5", "R2", "R3", "R5")}
        for code, each in before.items():
            assert all(now[code][split] >= value for split, value in each.items()), (code, quarter)
        before = now


@pytest.mark.parametrize("seed", [1, 2021])
def test_a_rehearsed_programme_comes_to_what_such_a_programme_came_to(seed: int) -> None:
    """About ten physical visits, ten plans, nine agreements and some seventy sessions were published."""
    lives = [recorded(life) for life in whole(seed).all().values()]
    told = {one.code: figures(one) for one in counted(lives, UNTIL)}
    assert 8 <= sum(value for split, value in told["O5"].items() if split.startswith("physical")) <= 12
    assert 8 <= told["R1"]["own"] <= 12
    assert 7 <= told["R2"][""] <= 10
    assert 60 <= sum(told["O3"].values()) <= 85


def test_every_figure_stands_on_entries_that_exist() -> None:
    whole = {life.state.code: recorded(life) for life in played(1).values()}
    entries: dict[str, Entry] = {f"{code}/{one.number}": one for code, of in whole.items() for one in of}
    for one in counted(whole.values(), UNTIL):
        for figure in one.figures:
            assert bool(figure.value) <= bool(figure.evidence), one.code
            assert set(figure.evidence) <= entries.keys(), one.code
            assert len(set(figure.evidence)) == len(figure.evidence), one.code


def test_nobody_on_record_is_all_noughts() -> None:
    for lives in ([], [()]):
        for one in counted(lives, LATER):
            assert one.figures and not any(figure.value for figure in one.figures)


def served(*, of_visit: str | None = "visit/V-01") -> list[Story]:
    """Two partnerships that a visit of March 2023 reached."""
    stories = []
    for code in ("C2-01", "C2-04"):
        story = Story(code=code)
        story.exchanges("V-01", held=on(2021, 3, 1, 8), of=of_visit)
        stories.append(story)
    return stories


def test_a_visit_that_served_many_counts_once_in_the_programme_by_its_mode() -> None:
    visit = VisitStory()
    visit.made()
    lives = [list(visit.entries), *(list(story.entries) for story in served())]
    told = {one.code: one for one in counted(lives, LATER)}
    assert {split: value for split, value in figures(told["O5"]).items() if value} == {
        "physical, to Europe": 1
    }
    place = f"V-01/{next(e.number for e in visit.entries if e.event.kind == 'visit_completed')}"
    assert [figure.evidence for figure in told["O5"].figures if figure.value] == [(place,)]
    assert sum(figures(told["O3"]).values()) == 0, "it is a visit, and no session besides"
    assert figures(told["O4"])["physical"] == 20, (
        "whoever took part is counted once, not for each partnership"
    )
    women = part(told["R6"], "physical")
    assert (women.value, women.of) == (9, 20) and sum(figures(told["R6"]).values()) == 9


def signs(story: Story, words: str | None) -> None:
    """Every step of an agreement up to its signing, with or without the signed text."""
    for step in (*AGREED, AgreementStep.SIGNING_SCHEDULED):
        signing = story.at + timedelta(days=20) if step is AgreementStep.SIGNING_SCHEDULED else None
        story.asks(rq.StepAgreement(step=step, signing=signing, text=text(step)), OPERATOR)
    signed = text(words) if words is not None else None
    story.asks(rq.StepAgreement(step=AgreementStep.SIGNED, text=signed), OPERATOR)


AGREED = (
    AgreementStep.PROPOSED,
    AgreementStep.DRAFTING,
    AgreementStep.LEGAL_REVIEW,
    AgreementStep.FAO_CLEARANCE,
    AgreementStep.AGREED_TEXT,
)


def test_a_signing_without_its_text_is_on_record_and_not_counted() -> None:
    bare, whole = Story(), Story(code="C1-02")
    for story, words in ((bare, None), (whole, "as signed")):
        story.opens(Stage.SCOPING)
        signs(story, words)
    told = of(bare, whole)["R2"]
    assert told.figures == (Figure(value=1, evidence=(last(whole, ev.AgreementStepTaken),)),)
    assert told.uncounted == (last(bare, ev.AgreementStepTaken),)


def test_an_agreement_signed_anew_is_one() -> None:
    story = Story()
    story.opens(Stage.SCOPING)
    signs(story, None)
    first = last(story, ev.AgreementStepTaken)
    for words in ("as signed", "as signed anew"):
        story.asks(rq.StepAgreement(step=AgreementStep.TERMINATED), OPERATOR)
        signs(story, words)
    told = of(story)["R2"]
    assert told.figures == (Figure(value=1, evidence=(last(story, ev.AgreementStepTaken),)),)
    assert told.uncounted == (first,)


def recorded_after(days: int) -> list[Entry]:
    """A visit made whose completion was recorded so many days after its last day."""
    visit = VisitStory()
    visit.made()
    last_day = next(entry.event.last for entry in visit.entries if isinstance(entry.event, ev.VisitCompleted))
    at = datetime.combine(last_day + timedelta(days=days), time(9), UTC)
    return [
        entry.model_copy(update={"recorded_at": at if isinstance(entry.event, ev.VisitCompleted) else START})
        for entry in visit.entries
    ]


@pytest.mark.parametrize(
    ("days", "median"), [([], None), ([0], 0), ([19], 19), ([3, 4], 4), ([3, 5], 4), ([115, 2, 19], 19)]
)
def test_days_to_the_record_are_a_median_of_whole_days_and_none_without_a_visit(
    days: list[int], median: int | None
) -> None:
    lives = [recorded_after(each) for each in days]
    told = {one.code: one for one in counted(lives, LATER)}["P2"]
    physical = part(told, "physical")
    assert physical.value == median and told.at_most
    assert len(physical.evidence) == len(days)
    assert {part(told, split).value for split in ("hybrid", "virtual")} == {None}


@pytest.mark.parametrize(
    ("mode", "host", "days", "besides"),
    [
        (VisitMode.PHYSICAL, Side.EU, 1, None),
        (VisitMode.VIRTUAL, Side.EU, 1, "virtual, to Europe"),
        (VisitMode.HYBRID, Side.EU, 1, "hybrid, to Europe"),
        (VisitMode.PHYSICAL, Side.CN, 1, "physical, to China"),
        (VisitMode.PHYSICAL, Side.EU, 30, "physical, to Europe"),
    ],
)
def test_a_partnerships_report_is_of_a_visit_of_its_mode_direction_and_days_alone(
    mode: VisitMode, host: Side, days: int, besides: str | None
) -> None:
    """A meeting on a screen does not vanish behind a delegation that travelled on the same days."""
    visit = VisitStory()
    visit.made()
    since = FIRST + timedelta(days=days)
    period = {"since": since, "until": since + timedelta(days=2)}
    report = visited("C2-01", mode=mode, host=host, period=period)
    told = {one.code: one for one in counted([list(visit.entries), report.entries], LATER)}
    found = {split: value for split, value in figures(told["O5"]).items() if value}
    if besides is None:
        assert found == {"physical, to Europe": 1}
    elif besides == "physical, to Europe":
        assert found == {besides: 2}
    else:
        assert found == {"physical, to Europe": 1, besides: 1}


def surveyed(grades: tuple[int, ...] | None) -> VisitStory:
    visit = VisitStory()
    visit.made()
    visit.asks(vr.StepVisit.model_validate({"step": "survey", "grades": grades}), OPERATOR)
    return visit


def test_satisfaction_is_of_the_points_of_all_who_answered_and_says_how_many_did() -> None:
    visit = surveyed((0, 1, 2, 3, 1))
    told = {one.code: one for one in counted([list(visit.entries)], LATER)}["R7"]
    (place,) = part(told, "physical, points").evidence
    there = visit.completion().participants_eu + visit.completion().participants_cn
    assert part(told, "physical, points") == Figure(
        split="physical, points", value=2 + 6 + 12 + 5, of=35, evidence=(place,)
    )
    assert part(told, "physical, answers") == Figure(
        split="physical, answers", value=7, of=there, evidence=(place,)
    )
    assert {part(told, split).of for split in ("virtual, points", "hybrid, answers")} == {0}
    assert told.uncounted == ()


def test_a_survey_without_its_grades_is_not_counted() -> None:
    told = {one.code: one for one in counted([list(surveyed(None).entries)], LATER)}["R7"]
    assert not any(figures(told).values()) and len(told.uncounted) == 1


def test_grades_are_those_of_a_survey_of_people_who_were_there() -> None:
    visit = VisitStory()
    visit.made()
    for step, grades, sentence in (
        ("news", (0, 0, 0, 0, 1), "they do not go with the step news"),
        (
            "survey",
            (0, 0, 0, 0, 999),
            "999 answers to the survey of visit V-01 are too many: by its record 20 participants were there",
        ),
        ("survey", (0, 0, 0, 0, 0), "nobody answered: leave the grades out"),
    ):
        request = vr.StepVisit.model_validate({"step": step, "grades": grades})
        assert sentence in visit.refuses(request, OPERATOR)


def test_an_earlier_count_does_not_know_a_visit_that_was_recorded_later() -> None:
    visit = VisitStory()
    visit.made()
    lives = [list(visit.entries)]
    before = {one.code: one for one in counted(lives, on(2023, 3, 19))}
    assert sum(figures(before["O5"]).values()) == 0


def test_the_programmes_own_scoping_is_no_study_visit() -> None:
    visit = VisitStory(mode=ExchangeMode.TEAM_SCOPING)
    visit.approved()
    visit.steps("dates")
    visit.until(on(2023, 3, 20))
    visit.asks(visit.completion(groups=(), participants_cn=0), OPERATOR)
    told = {one.code: one for one in counted([list(visit.entries)], LATER)}
    assert sum(figures(told["O5"]).values()) == 0


def test_a_joint_session_of_many_counts_once() -> None:
    told = {one.code: one for one in counted([s.entries for s in served(of_visit="cluster/ECO")], LATER)}
    assert sum(figures(told["O3"]).values()) == 1


def joint(code: str, **changes: Any) -> rq.RecordExchange:
    """A joint session of five and four as a cluster's errand brings it to each member."""
    told = {
        "code": code,
        "mode": "virtual",
        "held": on(2021, 3, 1, 8),
        "participants_eu": 5,
        "participants_cn": 4,
        "evidence": text("attendance"),
        "of": "cluster/ECO",
    }
    return rq.RecordExchange.model_validate(told | changes)


def test_a_joint_session_is_counted_once_with_all_who_were_there() -> None:
    one, other = Story(code="C1-01"), Story(code="C1-02")
    for story in (one, other):
        story.asks(joint("js-1"), OPERATOR)
    one.exchanges("js-1")  # its own, under the same code
    other.asks(joint("js-1", of="cluster/URB"), OPERATOR)  # another cluster's
    told = of(one, other)
    assert figures(told["O3"])["virtual"] == 3
    assert figures(told["O4"])["virtual"] == 9 + 17 + 9
    (virtual,) = [figure for figure in told["O3"].figures if figure.split == "virtual"]
    assert len(virtual.evidence) == 4, "every place that tells of one is named"
    assert {"C1-01/2", "C1-02/2"} <= set(virtual.evidence)
    evidenced = part(told["P4"], "virtual")
    assert (evidenced.value, evidenced.of) == (3, 3)


def test_a_joint_plan_is_counted_once_and_shows_what_it_covers() -> None:
    stories = [Story(code=f"C1-0{number}") for number in (1, 2, 3)]
    for story in stories:
        story.passes(Stage.SCOPING)
    for story in stories[:2]:
        story.asks(rq.AdoptJointPlan(of="cluster/ECO", version=text("plan")), OPERATOR)
    first = of(*stories)["R1"]
    assert figures(first) == {"own": 0, "joint": 1}
    (_, covering) = first.figures
    assert covering.evidence == tuple(last(story, ev.JointPlanJoined) for story in stories[:2])
    # a new version takes the place of the one before; a partnership with a plan of its own has both, each once
    stories[0].asks(rq.AdoptJointPlan(of="cluster/ECO", version=text("plan two")), OPERATOR)
    stories[0].exchanges()
    stories[0].passes(Stage.ACTION_PLAN)
    again = of(*stories)["R1"]
    assert figures(again) == {"own": 1, "joint": 1}
    assert again.figures[1].evidence == tuple(last(story, ev.JointPlanJoined) for story in stories[:2])
    stories[2].asks(rq.AdoptJointPlan(of="cluster/URB", version=text("another")), OPERATOR)
    assert figures(of(*stories)["R1"]) == {"own": 1, "joint": 2}


def test_targets_stand_beside_the_parts_they_are_for_and_change_no_figure() -> None:
    found = tuple(of(Story()).values())
    aims: Targets = {"O1": {"city": 10, "region": 9}, "O3": {"physical": 20}, "O5": 20, "R2": 7, "R7": 4}
    told = {one.code: one for one in beside(found, aims)}
    assert [figure.target for figure in told["O1"].figures] == [10, 9] and told["O1"].target is None
    assert {one.split: one.target for one in told["O3"].figures if one.target is not None} == {"physical": 20}
    assert (told["O5"].target, told["R2"].target) == (20, 7), (
        "one number is for the whole, and is not shared out"
    )
    assert not any(figure.target for figure in told["O5"].figures)
    assert beside(told.values(), {}) == tuple(told.values())
    assert [figures(one) for one in told.values()] == [figures(one) for one in found]


def test_every_indicator_can_be_named_before_anything_is_counted() -> None:
    told = of(Story())
    assert list(countable()) == list(told)
    for code, one in told.items():
        assert [figure.split for figure in countable()[code].figures] == [
            figure.split for figure in one.figures
        ]
