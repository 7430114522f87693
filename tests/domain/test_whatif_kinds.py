"""What would have been of study visits, pilots, clusters and the programme: how a policy reaches each of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain import events as ev
from domain import requests as rq
from domain.acts import acts
from domain.clocks import Allowance
from domain.clusters.steps import CLUSTER_STEPS, cluster_terms
from domain.entities import KINDS
from domain.errands import Carried
from domain.pilots.steps import PILOT_STEPS, pilot_terms
from domain.policies import _DRAWINGS, concerns, drawn, filled
from domain.programmes.steps import CUT_OFFS, REPORTS, programme_terms
from domain.stages import LIFECYCLE, default_terms
from domain.terms import (
    ClusterTerms,
    PilotTerms,
    ProgrammeTerms,
    Restriction,
    Silence,
    Stage,
    Terms,
    VisitTerms,
    calendar_days,
)
from domain.values import Refusal
from domain.visits import requests as vr
from domain.visits.steps import STEPS as VISIT_STEPS
from domain.visits.timetable import TIMETABLE
from domain.visits.visit import visit_terms
from domain.whatif import Difference, What, again, compared
from tests.clusters import Circle, join
from tests.domain.piloting import PilotStory
from tests.domain.test_rehearsal import whole
from tests.domain.test_whatif import recorded, those
from tests.given import (
    COUNTERPART,
    END,
    EU_FOCAL,
    OPERATOR,
    TEAM_LEADER,
    on,
    text,
)
from tests.reporting import ProgrammeStory
from tests.story import Story
from tests.visiting import VisitStory


def policy(**changes: Any) -> Terms:
    """The terms of partnerships as they are by default, with other parts."""
    return default_terms().model_copy(update={"name": "asked about", **changes})


def moved(found: tuple[Difference, ...]) -> dict[str, timedelta]:
    """By how much each deadline that is there both times would have been another."""
    times = {
        one.subject: [datetime.fromisoformat(at) for at in (one.was, one.now) if at]
        for one in those(found, What.DEADLINE)
    }
    return {subject: at[1] - at[0] for subject, at in times.items() if len(at) == 2}


# How a policy reaches a kind


def test_every_kind_is_known() -> None:
    assert set(_DRAWINGS) == set(KINDS)
    steps = [step for drawing in _DRAWINGS.values() for step in drawing.steps]
    assert sorted(step.stage for step in steps) == sorted(Stage), "every stage is of one kind"


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("visit", visit_terms),
        ("pilot", pilot_terms),
        ("cluster", cluster_terms),
        ("programme", programme_terms),
        ("partnership", lambda of: of),
    ],
)
def test_terms_of_partnerships_reach_a_kind_as_its_founding_draws_them(kind: str, made: Any) -> None:
    known = made(default_terms())
    assert drawn(default_terms(), kind, known) == known
    other = policy(ladder=(), operate=calendar_days(2))
    assert drawn(other, kind, known) == made(other)


def test_what_a_policy_does_not_hold_stays_as_it_is_on_record() -> None:
    known = visit_terms(default_terms())
    papers = known.stages[0].model_copy(update={"max_rounds": 9})
    known = known.model_copy(
        update={"stages": (papers, *known.stages[1:]), "visits": VisitTerms(last_day=120)}
    )
    made = drawn(policy(ladder=()), "visit", known)
    assert (made.stages, made.visits, made.ladder) == (known.stages, known.visits, ())
    one_field = drawn(policy(visits=VisitTerms(group_max=8)), "visit", known)
    assert one_field.visits == VisitTerms(last_day=120, group_max=8), (
        "a part may be given by some fields alone"
    )
    other = VISIT_STEPS[0].terms.model_copy(update={"max_rounds": 2})
    mixed = drawn(policy(stages=(*default_terms().stages, other)), "visit", known)
    assert mixed.stages == (other, *known.stages[1:])


def test_a_file_that_gives_some_fields_is_adopted_with_what_holds_or_a_founding_gives() -> None:
    """Not with the values that a field has for entries of before there was one: no timetable, nobody asked."""
    given = policy(visits=VisitTerms(group_max=8), clusters=ClusterTerms(review=91))
    visits, clusters = visit_terms(default_terms()).visits, cluster_terms(default_terms()).clusters
    assert visits is not None and visits.timetable and visits.unasked
    assert clusters is not None and clusters.both_leave
    whole = filled(given)
    assert whole.visits == visits.model_copy(update={"group_max": 8})
    assert whole.clusters == clusters.model_copy(update={"review": 91})
    assert whole.pilots is None and whole.programme is None, "what is not given is not made up"
    known = default_terms().model_copy(update={"visits": visits.model_copy(update={"last_day": 120})})
    after = filled(given, known).visits
    assert after is not None and (after.last_day, after.group_max) == (120, 8)
    assert after.timetable == visits.timetable
    assert visit_terms(whole).visits == whole.visits


def test_terms_adopted_again_under_the_name_they_had_are_no_refusal() -> None:
    story = Story()
    for days in (3, 4):
        terms = story.partnership.terms.model_copy(update={"name": "2021", "operate": calendar_days(days)})
        story.asks(rq.AdoptTerms(terms=terms, decision=text(f"minutes {days}")), OPERATOR)
    found = compared(story.entries, story.at, policy(operate=calendar_days(2)))
    assert [one for one in found if one.what is What.REFUSED] == []


def test_a_kinds_own_terms_are_of_no_other_kind() -> None:
    parts = {
        "visit": (VISIT_STEPS, "visits", VisitTerms()),
        "pilot": (PILOT_STEPS, "pilots", PilotTerms()),
        "cluster": (CLUSTER_STEPS, "clusters", ClusterTerms()),
        "programme": (REPORTS, "programme", ProgrammeTerms()),
    }
    for kind, (steps, part, terms) in parts.items():
        own = Terms(name="own", stages=tuple(step.terms for step in steps))
        alone = Terms.model_validate({"name": "own", "stages": (), part: terms})
        for one in (own, alone):
            assert [other for other in KINDS if concerns(one, other)] == [kind]
    every = Terms(name="of partnerships", stages=(LIFECYCLE[0].terms,))
    assert all(concerns(every, kind) for kind in KINDS)


def test_terms_that_say_nothing_about_a_kind_are_refused() -> None:
    story = VisitStory()
    with pytest.raises(Refusal, match="the terms 'reports' say nothing about a study visit"):
        terms = programme_terms(default_terms()).model_copy(update={"name": "reports"})
        compared(story.entries, story.at, terms)


def test_terms_a_kind_could_not_adopt_are_refused() -> None:
    """A pilot's gates are never passed by silence, and asking what if does not change that."""
    fiche = PILOT_STEPS[0].terms
    gate = fiche.gates[0].model_copy(update={"silence": Silence.DEEMED, "basis": "some text"})
    own = policy(stages=(fiche.model_copy(update={"gates": (gate,)}),))
    with pytest.raises(Refusal, match="silence never settles a gate of a pilot"):
        compared(PilotStory().entries, on(2022, 3, 1), own)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_terms_a_partnership_lives_by_at_the_end_change_nothing_anywhere(seed: int) -> None:
    """Restrictions of travel were ordered on the way, and lifted: of the policy's, only others would count."""
    lives = whole(seed).all()
    terms = lives["C1-01"].state.terms
    assert terms.restrictions
    for code, life in lives.items():
        assert compared(recorded(life), life.events[-1].at, terms) == (), code


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (ev.VisitMoved, "kept"),
        (ev.VisitCompleted, "named"),
        (ev.ProgressNoted, "earliest"),
        (ev.SessionStepTaken, "implied"),
        (ev.TravelRestricted, "open_end"),
        (ev.MemberAsked, "given_members"),
        (ev.MemberAsked, "given_holders"),
        (ev.PeopleNamed, "given"),
        (ev.EntityClosed, "finding"),
    ],
)
def test_what_entries_of_before_do_not_hold_is_left_out_where_it_is_empty(
    event: type[ev.Event], field: str
) -> None:
    told = event.model_fields[field]
    assert not told.default and told.exclude_if is not None and told.exclude_if(told.default)


def test_a_life_that_ended_at_its_founding_has_nothing_that_differs() -> None:
    story = PilotStory(at=END + timedelta(days=1))
    story.day_by_day(story.at + timedelta(days=30))
    assert story.pilot.ended
    assert compared(story.entries, story.at, policy(ladder=())) == ()


def test_a_restriction_of_before_the_founding_can_be_asked_about() -> None:
    """That of its founding terms ended earlier; one that was ordered on the way stays as it was ordered."""
    first = Restriction(country="CN", since=on(2021, 1, 1), until=on(2022, 10, 1))
    known = visit_terms(default_terms((first,)))
    story = VisitStory(terms=known)
    story.asks(rq.RestrictTravel(country="IT", since=on(2023, 5, 1), order=text("order")), OPERATOR)
    ordered = story.visit.terms.restrictions[-1]
    assert (ordered.country, ordered.until) == ("IT", story.visit.ends)
    sooner = first.model_copy(update={"until": on(2022, 9, 15)})
    for asked, begins in (((sooner, ordered), (sooner,)), ((ordered,), (first,)), ((first,), (first,))):
        led = again(story.entries, story.at, policy(restrictions=asked))
        assert led.refused == [] and isinstance(led.events[0], ev.VisitFounded)
        assert led.events[0].terms.restrictions == begins
        assert led.state.terms.restrictions == (*begins, ordered)


# Study visits


def earlier(days: int, *steps: str) -> VisitTerms:
    """A timetable in which these steps are due so many days closer to the first day."""
    return VisitTerms(
        timetable=tuple(
            one.model_copy(
                update={"cn_to_eu": one.cn_to_eu - days, "eu_to_cn": (one.eu_to_cn or days) - days}
            )
            if one.step in steps and one.cn_to_eu is not None
            else one
            for one in TIMETABLE
        )
    )


def test_a_shorter_lead_time_moves_a_visits_tasks_and_the_letters_about_them() -> None:
    story = VisitStory()
    story.open_delegation()
    story.until(on(2022, 12, 7))
    found = compared(story.entries, story.at, policy(visits=earlier(14, "names")))
    assert {(one.kind, one.code) for one in found} == {("visit", "V-01")}
    both = ("visit_names/g1", "visit_names/g2")
    assert moved(found) == dict.fromkeys(both, timedelta(days=14))
    letters = [one for one in found if one.what is not What.DEADLINE]
    told = [letter for letter in story.letters if letter.kind == "reminder"]
    assert len(told) == 4, "ten and three working days before 8 December, to each of two"
    assert [one.now for one in letters] == [None] * 4, "the first would be on the eighth"
    assert sorted((one.was or "", one.person or "", one.subject) for one in letters) == sorted(
        (letter.at.date().isoformat(), letter.recipient, f"reminder {letter.about[0]}") for letter in told
    )


def test_a_visit_that_could_not_have_begun_is_told_with_the_reason_and_all_of_it_is_gone() -> None:
    story = VisitStory()
    story.frozen()
    found = compared(story.entries, story.at, policy(visits=VisitTerms(timetable=TIMETABLE, last_day=600)))
    before = story.entries[0].event.at - timedelta(days=1)
    assert compared(story.entries, before, policy(visits=VisitTerms(last_day=600))) == ()
    (refused,) = those(found, What.REFUSED)
    assert (refused.subject, refused.was, refused.person) == ("founding", "taken", OPERATOR.person)
    assert refused.now is not None and "the last day of a visit is 2022-05-10" in refused.now
    gone = [one for one in found if one is not refused]
    assert gone and all(one.was and one.now is None for one in gone)
    assert len(those(found, What.LETTER)) == len(story.letters)


def test_terms_adopted_by_a_visit_give_what_the_policy_does_not_hold() -> None:
    story = VisitStory()
    papers = tuple(one.model_copy(update={"max_rounds": 1}) for one in story.visit.terms.stages)
    own = story.visit.terms.model_copy(update={"name": "stricter", "stages": papers})
    story.asks(rq.AdoptTerms(terms=own, decision=text("board")), TEAM_LEADER)
    led = again(story.entries, story.at, policy(ladder=()))
    assert led.refused == []
    assert (led.state.terms.ladder, led.state.terms.stages) == ((), papers)


def test_a_visit_put_off_for_as_many_days_as_before_is_so_again() -> None:
    story = VisitStory()
    story.asks(vr.MoveVisit(first=None, reason="elections"), OPERATOR)
    (act,) = acts(story.entries)
    assert act.request == vr.MoveVisit(first=None, reason="elections")
    old = [
        entry.model_copy(update={"event": entry.event.model_copy(update={"kept": False})})
        if isinstance(entry.event, ev.VisitMoved)
        else entry
        for entry in story.entries
    ]
    (act,) = acts(old)
    assert act.request == vr.MoveVisit(first=None, days=6, reason="elections"), "of an older entry: its days"


# Pilots


def test_notes_of_a_pilot_would_have_been_asked_for_less_often() -> None:
    story = PilotStory()
    story.begun()
    begun = story.at
    story.day_by_day(begun + timedelta(days=200))
    until = story.at
    found = compared(story.entries, until, policy(pilots=PilotTerms(note_every=6)))
    asked = [one for one in found if one.subject.startswith("asked note/")]
    assert {one.kind for one in found} == {"pilot"}
    first, second = (event.at.date().isoformat() for event in story.of(ev.NoteAsked))
    days = {(one.subject.split("/")[1], one.was, one.now) for one in asked}
    assert days == {("1", first, second), ("2", second, None)}, "two quarters are half a year"


def test_a_higher_mark_would_have_kept_a_pilot_out() -> None:
    story = PilotStory()
    story.screened()
    found = compared(story.entries, story.at, policy(pilots=PilotTerms(pass_mark=95)))
    refused = those(found, What.REFUSED)
    assert [one.subject for one in refused] == ["decide", "decide"]
    assert refused[0].now is not None and "and 95 are needed" in refused[0].now


def test_a_note_of_the_earliest_quarter_owed_is_one_in_every_life() -> None:
    story = PilotStory()
    story.begun()
    story.day_by_day(story.at + timedelta(days=200))
    story.asks(rq.NoteProgress(text=text("one")), EU_FOCAL)
    found = compared(story.entries, story.at, policy(pilots=PilotTerms(note_every=6)))
    assert those(found, What.REFUSED) == [], "the first half year is the earliest then"


# Clusters


def test_less_time_for_consent_moves_its_deadline_and_the_letters_about_it() -> None:
    story = Circle()
    story.until(on(2021, 5, 1))
    shorter = ClusterTerms(consent=Allowance(days=5, kind=ClusterTerms().consent.kind))
    found = compared(story.entries, story.at, policy(clusters=shorter))
    assert {one.kind for one in found} == {"cluster"}
    by = moved(found)
    asked = {subject: days for subject, days in by.items() if subject.startswith("consent/")}
    assert len(asked) == 6, "of both sides of each member"
    assert all(days.days == -21 for days in asked.values()), "fifteen joint working days"
    assert any(one.what is What.ESCALATION for one in found)


def test_errands_are_called_as_they_would_be() -> None:
    """The first joint session could not have been held in person, so the second one's errand is the first."""
    story = Circle().active()
    story.holds("js-1", mode="physical")
    for errand in story.cluster.errands:
        comes_back(story, errand.id)
    story.at += timedelta(days=90)
    second = story.holds("js-2")
    assert isinstance(second[0], ev.JointSessionHeld)
    (errand,) = story.cluster.errands
    assert errand.id == "joint_session_2"
    comes_back(story, errand.id)
    closed = Restriction(country="CN", since=on(2020, 1, 1), until=story.at - timedelta(days=30))
    led = again(story.entries, story.at, policy(restrictions=(closed,)))
    assert [act.request.kind for act, _ in led.refused] == ["hold_session"]
    assert led.names["errand/joint_session_1"] is None
    assert led.names["errand/joint_session_2"] == "errand/joint_session_1"
    assert led.state.errands == () and len(story.of(ev.ErrandCarried)) == 2


def comes_back(story: Circle, errand: str) -> None:
    held = next(one for one in story.cluster.errands if one.id == errand)
    came = Carried(done=held.to, after=held.to[-1], over=True)
    story._record(story.cluster.carried(errand, came, story.at), story.cluster)


def test_people_who_were_here_before_are_read_back_with_those_who_are_new() -> None:
    """Hangzhou is of two members: of the second one's people it is known, and an older entry does not name them."""
    story = Circle(codes=("C1-01", "C2-03", "C2-04")).active()
    story.asks(join("C1-02"), OPERATOR)
    asked = story.of(ev.MemberAsked)[0]
    assert len(asked.holders) < len(asked.given_holders) == len(join("C1-02").holders)
    *_, act = acts(story.entries)
    assert act.request == join("C1-02")
    old = asked.model_copy(update={"given_holders": (), "given_members": ()})
    entries = [
        entry.model_copy(update={"event": old}) if entry.event is asked else entry for entry in story.entries
    ]
    *_, act = acts(entries)
    assert isinstance(act.request, rq.Join)
    people = {(held.person, held.role, held.side) for held in act.request.holders}
    assert people == {(held.person, held.role, held.side) for held in join("C1-02").holders}
    assert again(entries, story.at).refused == []


# The programme


def test_another_report_clock_moves_the_delegations_day_and_the_letters_after_it() -> None:
    story = ProgrammeStory()
    story.reports(Stage.INCEPTION_REPORT)
    story.day_by_day(story.at + timedelta(days=40))
    report = next(one for one in story.programme.terms.stages if one.stage is Stage.INCEPTION_REPORT)
    gates = tuple(gate.model_copy(update={"allowance": calendar_days(30)}) for gate in report.gates)
    own = Terms(name="thirty days", stages=(report.model_copy(update={"gates": gates}),))
    found = compared(story.entries, story.at, own)
    assert moved(found) == {"decide/R1/1/0": timedelta(days=-15)}
    assert {(one.kind, one.code) for one in found} == {("programme", "11438")}
    assert any(one.what is What.LETTER and one.subject == "reminder decide/R1/1/0" for one in found)


def test_acceptance_by_silence_that_would_still_be_waited_for() -> None:
    story = ProgrammeStory()
    story.reports(Stage.INCEPTION_REPORT)
    story.day_by_day(story.at + timedelta(days=47))
    story.asks(rq.AskAcceptance(gate="R1", letter=text("please accept")), TEAM_LEADER)
    story.day_by_day(story.at + timedelta(days=60))
    longer = policy(programme=ProgrammeTerms(acceptance=calendar_days(90)))
    (one,) = those(compared(story.entries, story.at, longer), What.SILENCE)
    assert (one.subject, one.now) == ("R1/1", None) and one.was


OBJECTION = rq.ObjectCutOff(cut_off="E-270", reason="visa", text=text("two wait for a visa"))


def test_an_objection_is_to_the_same_cut_off_whatever_days_its_code_counts() -> None:
    story = ProgrammeStory()
    story.day_by_day(END - timedelta(days=269))
    story.asks(OBJECTION, OPERATOR)
    story.asks(rq.AnswerObjection(objection=1, upheld=True, answer=text("they may")), TEAM_LEADER)
    days = tuple((name, 272 if name == "last kick-off" else days) for name, days in CUT_OFFS)
    own = programme_terms(default_terms()).model_copy(update={"name": "two days more", "cut_offs": days})
    led = again(story.entries, story.at, own)
    assert led.refused == []
    (made,) = [event for event in led.events if isinstance(event, ev.CutOffObjected)]
    assert made.cut_off == "E-272"


def test_an_answer_is_to_the_objection_that_was_meant() -> None:
    """With fewer days to object the first comes too late; the second, to a later cut-off, is the first then."""
    story = ProgrammeStory()
    story.day_by_day(END - timedelta(days=262))
    story.asks(OBJECTION, OPERATOR)
    story.asks(rq.AnswerObjection(objection=1, upheld=False, answer=text("no")), TEAM_LEADER)
    story.day_by_day(END - timedelta(days=239))
    story.asks(OBJECTION.model_copy(update={"cut_off": "E-240"}), COUNTERPART)
    story.asks(rq.AnswerObjection(objection=2, upheld=True, answer=text("yes")), TEAM_LEADER)
    shorter = policy(programme=ProgrammeTerms(objection=calendar_days(4)))
    led = again(story.entries, story.at, shorter)
    assert [(act.request.kind, said) for act, said in led.refused] == [
        ("object_cut_off", led.refused[0][1]),
        ("answer_objection", "the objection was refused"),
    ]
    assert "the 4 calendar days to object to E-270 are over" in led.refused[0][1]
    (answered,) = [event for event in led.events if isinstance(event, ev.ObjectionAnswered)]
    assert (answered.objection, answered.upheld) == (1, True)


def test_an_extension_of_the_programme_is_led_again_with_its_errand() -> None:
    story = ProgrammeStory()
    story.two_agree(rq.Extend(ends=END + timedelta(days=91), addendum=text("addendum")))
    (errand,) = story.programme.errands
    came = Carried(done=(), after="", over=True)
    story._record(story.programme.carried(errand.id, came, story.at), story.partnership)
    led = again(story.entries, story.at, policy(ladder=()))
    assert led.state.ends == END + timedelta(days=91) and led.state.errands == ()
