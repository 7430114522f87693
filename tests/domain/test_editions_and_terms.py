"""New lists of holidays move the deadlines they touch; new terms touch nothing under way until adopted."""

from datetime import date

from domain import events as ev
from domain import requests as rq
from domain.calendars import CalendarEdition
from domain.clocks import DayKind
from domain.stages import default_terms
from domain.terms import Silence, Stage, Terms, joint_days
from tests.given import CN_FOCAL, EU_FOCAL, MANAGER, OPERATOR, TEAM_LEADER, calendars, on, text
from tests.story import Story, in_review


def lists_to(end: date, name: str, published: date) -> CalendarEdition:
    """The editions as they were known then: China's list ends, the member states' go on."""
    cut = calendars().cut_at(end, "CN")
    return cut.model_copy(update={"name": name, "published": published})


LISTS_2021 = lists_to(date(2021, 12, 31), "lists for 2021", date(2020, 11, 25))
LISTS_2022 = lists_to(date(2022, 12, 31), "lists for 2022", date(2021, 10, 25))
ADOPT = rq.AdoptCalendar(edition=LISTS_2022)


def reviewed_over_new_year() -> Story:
    """A plan handed in on Monday 20 December 2021, when China had not published the days of 2022."""
    story = Story(calendar=LISTS_2021)
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.until(on(2021, 12, 20))
    story.opens(Stage.ACTION_PLAN)
    story.hands_in(Stage.ACTION_PLAN)
    return story


def test_a_deadline_beyond_the_published_list_is_provisional() -> None:
    """Fifteen joint days: nine in December, then 3, 4, 5, 7, 10 and 11 January (6 January is off in Spain)."""
    story = reviewed_over_new_year()
    deadline = story.task("decide/G5.review/1/0").deadline
    assert deadline is not None
    assert (deadline.on, deadline.provisional) == (date(2022, 1, 11), True)
    (letter,) = [
        one
        for one in story.letters
        if one.recipient == CN_FOCAL.person and one.kind == "asked" and one.about[0].startswith("decide/G5")
    ]
    assert letter.items[0].provisional


def test_adopting_the_new_list_recomputes_open_deadlines_and_lists_what_moved() -> None:
    """Monday 3 January 2022 is off in China after all, so the review ends one day later."""
    story = reviewed_over_new_year()
    was = story.task("decide/G5.review/1/0").deadline
    (adopted, *_) = story.asks(ADOPT, OPERATOR)
    now = story.task("decide/G5.review/1/0").deadline
    assert was is not None and now is not None
    assert (now.on, now.provisional) == (date(2022, 1, 12), False)
    assert isinstance(adopted, ev.CalendarAdopted)
    assert [(moved.clock, moved.was, moved.now) for moved in adopted.moved] == [
        ("G5.review/1", was.at, now.at)
    ]
    assert story.partnership.receipt("G5.review/1").edition == "lists for 2022"


def test_those_whose_deadline_moved_are_told_from_when_to_when() -> None:
    story = reviewed_over_new_year()
    was = story.task("decide/G5.review/1/0").deadline
    story.asks(ADOPT, OPERATOR)
    letters = [letter for letter in story.letters if letter.kind == "moved"]
    assert {letter.recipient for letter in letters} == {EU_FOCAL.person, CN_FOCAL.person}
    for letter in letters:
        assert letter.items[0].due == story.task("decide/G5.review/1/0").deadline.at  # type: ignore[union-attr]  # it has one
        assert letter.facts["was.0"] == was.at.isoformat()  # type: ignore[union-attr]  # the same
        assert letter.facts["edition"] == "lists for 2022"


def test_what_the_new_list_does_not_touch_stays_where_it_was() -> None:
    """Contract periods are calendar days, and settled gates keep the deadline they were settled by."""
    story = reviewed_over_new_year()
    settled = story.gate("G3").due
    story.approves("G5.review")
    story.approves("G5.team")
    eud = story.task("decide/G5.eud/1/0").deadline
    (adopted, *_) = story.asks(ADOPT, OPERATOR)
    assert isinstance(adopted, ev.CalendarAdopted)
    assert adopted.moved == ()
    assert story.task("decide/G5.eud/1/0").deadline == eud
    assert story.gate("G3").due == settled


def test_reminders_follow_the_new_list() -> None:
    """Due on 12 January instead of 11: three working days before is the 7th in China."""
    story = reviewed_over_new_year()
    story.asks(ADOPT, OPERATOR)
    story.day_by_day(on(2022, 1, 12))
    rungs = {offset: at for who, at, offset in story.reminders() if who == CN_FOCAL.person}
    assert rungs[-3] == on(2022, 1, 7, 1)
    assert rungs[0] == on(2022, 1, 12, 1)


def test_a_new_edition_is_newer_different_and_covers_every_country() -> None:
    story = reviewed_over_new_year()
    assert "is in force already" in story.refuses(rq.AdoptCalendar(edition=LISTS_2021), OPERATOR).sentence
    without = LISTS_2022.only("ES", "CN")
    assert "lacks the calendar of BE" in story.refuses(rq.AdoptCalendar(edition=without), OPERATOR).sentence
    older = LISTS_2022.model_copy(update={"published": date(2019, 1, 1)})
    assert (
        "is older than 'lists for 2021' of 2020-11-25"
        in story.refuses(rq.AdoptCalendar(edition=older), OPERATOR).sentence
    )
    assert "may adopt a calendar" in story.refuses(ADOPT, EU_FOCAL).sentence


def test_an_edition_adopted_on_hold_is_in_force_when_it_is_lifted() -> None:
    story = reviewed_over_new_year()
    story.asks(rq.Hold(reason="elections"), OPERATOR)
    (adopted, *_) = story.asks(ADOPT, OPERATOR)
    assert isinstance(adopted, ev.CalendarAdopted)
    assert adopted.moved == ()  # what stands still has no date to move
    story.asks(rq.Resume(), OPERATOR, on(2021, 12, 28))
    deadline = story.task("decide/G5.review/1/0").deadline
    assert deadline is not None
    assert not deadline.provisional


def test_a_deadline_that_a_new_list_moves_into_the_past_takes_effect_now() -> None:
    """A history never runs backwards: what would have been over yesterday is over today."""
    story = reviewed_over_new_year()
    story.until(on(2022, 1, 11))
    all_worked = LISTS_2022.model_copy(
        update={
            "name": "worked through",
            "countries": tuple(
                one.model_copy(update={"weekend": (), "off": ()}) for one in LISTS_2022.countries
            ),
        }
    )
    story.asks(rq.AdoptCalendar(edition=all_worked), OPERATOR)
    told = story.day_by_day(on(2022, 1, 12))
    passed = [event for event in told if isinstance(event, ev.DeadlinePassed)]
    assert {event.at for event in passed if event.task.startswith("decide/")} == {on(2022, 1, 11)}


# Terms


def stricter(name: str = "2022", days: int = 3) -> Terms:
    """Terms in which every gate of the plan has three joint days."""
    terms = default_terms()
    stages = tuple(
        stage.model_copy(
            update={
                "gates": tuple(
                    gate.model_copy(update={"allowance": joint_days(days)}) for gate in stage.gates
                )
            }
        )
        if stage.stage is Stage.ACTION_PLAN
        else stage
        for stage in terms.stages
    )
    return terms.model_copy(update={"name": name, "stages": stages})


ADOPT_TERMS = rq.AdoptTerms(terms=stricter(), decision=text("steering committee"))


def test_terms_travel_with_the_partnership() -> None:
    """Whatever tomorrow's default is, a partnership founded today keeps today's."""
    story = in_review()
    tomorrow = Story(terms=stricter())
    assert story.partnership.terms.name == "2021"
    assert tomorrow.partnership.terms.name == "2022"
    assert str(story.gate("G5.review").clock.allowance) == "15 joint working days"
    again = type(story.partnership).model_validate_json(story.partnership.model_dump_json())
    assert again.terms == story.partnership.terms


def test_adopted_terms_change_no_gate_that_is_open_and_every_gate_after_it() -> None:
    story = in_review()
    before = story.task("decide/G5.review/1/0").deadline
    story.asks(ADOPT_TERMS, OPERATOR)
    assert story.task("decide/G5.review/1/0").deadline == before
    story.approves("G5.review")
    assert str(story.gate("G5.team").clock.allowance) == "3 joint working days"


def test_terms_are_adopted_by_the_secretariat_once() -> None:
    story = in_review()
    assert "may adopt terms" in story.refuses(ADOPT_TERMS, EU_FOCAL).sentence
    story.asks(ADOPT_TERMS, TEAM_LEADER)
    assert "are in force already" in story.refuses(ADOPT_TERMS, OPERATOR).sentence


def test_terms_without_a_stage_or_without_a_gate_that_is_open_are_refused() -> None:
    """Else the partnership could not go on, or a stage would pass with its later gates skipped."""
    story = in_review()
    terms = stricter()
    fewer = terms.model_copy(update={"stages": terms.stages[1:]})
    assert (
        "lack the stage scoping"
        in story.refuses(rq.AdoptTerms(terms=fewer, decision=text("d")), OPERATOR).sentence
    )
    renamed = terms.model_copy(
        update={
            "stages": tuple(
                stage.model_copy(update={"gates": stage.gates[1:]})
                if stage.stage is Stage.ACTION_PLAN
                else stage
                for stage in terms.stages
            )
        }
    )
    refused = story.refuses(rq.AdoptTerms(terms=renamed, decision=text("d")), OPERATOR).sentence
    assert "lack gate G5.review, which is open" in refused
    story.approves("G5.review")
    story.asks(rq.AdoptTerms(terms=renamed, decision=text("d")), OPERATOR)
    assert story.gate("G5.team").is_open


def test_silence_is_not_made_to_count_without_its_legal_basis() -> None:
    terms = stricter()
    deemed = terms.model_copy(
        update={
            "stages": tuple(
                stage.model_copy(
                    update={
                        "gates": tuple(
                            gate.model_copy(update={"silence": Silence.DEEMED}) for gate in stage.gates
                        )
                    }
                )
                for stage in terms.stages
            )
        }
    )
    refused = in_review().refuses(rq.AdoptTerms(terms=deemed, decision=text("d")), OPERATOR)
    assert "silence counts only with its legal basis as text" in refused.sentence


def test_the_default_durations_are_those_of_annex_a() -> None:
    terms = default_terms()
    allowed = {gate.code: str(gate.allowance) for stage in terms.stages for gate in stage.gates}
    assert allowed["G3"] == "10 joint working days"
    assert allowed["G5.review"] == "15 joint working days"
    assert allowed["G5.team"] == "5 joint working days"
    assert allowed["G5.eud"] == allowed["G7.eud"] == "15 calendar days"
    assert allowed["G5.adopt"] == allowed["G7"] == "45 calendar days"
    assert allowed["G6"] == "10 joint working days"
    assert allowed["G9.partners"] == "10 joint working days"
    plan = terms.stage(Stage.ACTION_PLAN)
    assert (plan.max_rounds, str(plan.submit), str(plan.revise)) == (
        3,
        "40 joint working days",
        "10 joint working days",
    )
    scoping = terms.stage(Stage.SCOPING)
    assert (scoping.at_risk_after, scoping.shortened.days if scoping.shortened else 0) == (90, 30)
    assert (terms.hold_review, terms.agreement_target, terms.agreement_warn) == (90, 90, 60)
    assert [rung.offset for rung in terms.ladder] == [-10, -3, 0, 3, 7, 14, 21]
    assert terms.remind_at_hour == 9
    assert [days for _, days in terms.cut_offs] == [270, 240, 180, 120, 90, 60, 45, 30]


def test_the_maker_of_terms_under_way_keeps_the_clock_already_running() -> None:
    story = Story()
    story.passes(Stage.SCOPING)
    story.exchanges()
    story.opens(Stage.ACTION_PLAN)
    before = story.task("submit/action_plan/0").deadline
    hurried = stricter().model_copy(
        update={
            "stages": tuple(stage.model_copy(update={"submit": joint_days(2)}) for stage in stricter().stages)
        }
    )
    story.asks(rq.AdoptTerms(terms=hurried, decision=text("d")), OPERATOR)
    assert story.task("submit/action_plan/0").deadline == before
    assert story.task("submit/action_plan/0").persons == (MANAGER.person,)


def test_scoping_is_to_be_decided_within_sixty_calendar_days() -> None:
    """Forty-five for the draft report, fifteen for the gate (domain reference 2.4, stage 2)."""
    terms = Story().partnership.terms.stage(Stage.SCOPING)
    assert terms.submit.days + terms.gates[0].allowance.days == 60
    assert terms.gates[0].allowance.kind is DayKind.CALENDAR
