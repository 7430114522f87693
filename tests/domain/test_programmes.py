"""The programme: reports and their two-step approval, cut-offs and objections, extensions, broadcasts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain import events as ev
from domain import requests as rq
from domain.entities import fold, records_of, revived, snapshot
from domain.errands import Carried, TurnedDown
from domain.events import Outcome
from domain.holiday_lists import edition
from domain.lapsing import END as THE_END
from domain.programme import founded
from domain.programmes.state import PACK, months_after
from domain.programmes.steps import CUT_OFFS, REPORTS, programme_terms
from domain.requests import Verdict
from domain.scopes import Scope
from domain.stages import default_terms
from domain.tasks import tasks_of
from domain.terms import ProgrammeTerms, Silence, Stage, Terms
from domain.values import Actor, Side
from tests.given import (
    COUNTERPART,
    DELEGATION,
    END,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    START,
    TEAM_LEADER,
    calendars,
    deliverable,
    holder,
    on,
    partnership,
    programme_founding,
    text,
)
from tests.reporting import EVERY_PARTNERSHIP, LIFT, SUSPEND, ProgrammeStory, broadcast

LATER = END + timedelta(days=91)
EXTEND = rq.Extend(ends=LATER, addendum=text("addendum 2"))
ACCEPT = rq.AskAcceptance(gate="R1", letter=text("please accept"))


def handed_in() -> ProgrammeStory:
    """The inception report lies with the EU Delegation."""
    story = ProgrammeStory()
    story.reports(Stage.INCEPTION_REPORT)
    return story


def unanswered() -> ProgrammeStory:
    """The Delegation's 45 days are over, and it has not answered."""
    story = handed_in()
    story.day_by_day(story.at + timedelta(days=47))
    return story


# Reports begin by themselves


def test_reports_begin_when_their_period_is_over() -> None:
    """Domain reference 3.2: inception by month 3, interim every six months, draft final at E-30, final at E+60."""
    story = ProgrammeStory()
    for stage in (Stage.INCEPTION_REPORT, *[Stage.INTERIM_REPORT] * 5, Stage.DRAFT_FINAL_REPORT):
        story.reports(stage, f"version {len(story.entries)}")
        gate = story.programme.open_gates()[-1].code
        story.approves(gate)
    opened = [(event.stage, event.at) for event in story.of(ev.StageOpened)]
    assert opened[0] == (Stage.INCEPTION_REPORT, on(2021, 6, 1, 8) - timedelta(days=30))
    interims = [at for stage, at in opened if stage is Stage.INTERIM_REPORT]
    assert interims == [START.replace(year=year, month=month) for year, month in
                        ((2021, 9), (2022, 3), (2022, 9), (2023, 3), (2023, 9))]  # fmt: skip
    assert opened[-1] == (Stage.DRAFT_FINAL_REPORT, END - timedelta(days=60))
    draft = story.programme.stage(Stage.DRAFT_FINAL_REPORT)
    assert draft is not None
    due = story.programme.deadline(draft.clock)
    assert due is not None and due.on == (END - timedelta(days=30)).date()
    story.day_by_day(END + timedelta(days=1))
    final = story.programme.stage(Stage.FINAL_REPORT)
    assert final is not None and final.opened == END
    assert str(final.clock.allowance) == "60 calendar days"
    assert all(event.by is None for event in story.of(ev.StageOpened))


def test_a_programme_lives_on_after_its_end_until_its_final_report_is_approved() -> None:
    story = ProgrammeStory()
    story.day_by_day(END + timedelta(days=70))
    assert not story.programme.ended
    reached = [event.cut_off for event in story.of(ev.CutOffReached)]
    assert reached[-2:] == [THE_END, PACK]
    assert reached.count(THE_END) == 1
    pack = next(event for event in story.of(ev.CutOffReached) if event.cut_off == PACK)
    assert pack.at == END + timedelta(days=60)
    story.hands_in(Stage.FINAL_REPORT)
    assert str(story.gate("R4").clock.allowance) == "60 calendar days"
    story.decides("R4", DELEGATION)
    assert story.programme.end == "closed_with_final_report"
    assert story.programme.next_due() is None
    for request, by in ((rq.Hold(reason="x"), OPERATOR), (ACCEPT, TEAM_LEADER), (LIFT, OPERATOR)):
        assert "ended on" in story.refuses(request, by).sentence
    assert {letter.kind for letter in story.letters if letter.at == story.at} >= {"closed", "outcome"}


def test_what_was_due_before_it_was_founded_is_not_asked_for() -> None:
    """A programme taken on in its third year begins with what is still to come."""
    story = ProgrammeStory(at=on(2023, 6, 5), starts=START)
    assert story.programme.interims == 4
    assert [name for name, _ in CUT_OFFS if name in story.programme.cut_offs] == [
        name for name, days in CUT_OFFS if days >= 225
    ]
    story.day_by_day(on(2023, 9, 5))
    assert [event.stage for event in story.of(ev.StageOpened)] == [Stage.INTERIM_REPORT]


def test_an_interim_report_waits_for_the_one_before_it() -> None:
    story = ProgrammeStory()
    story.day_by_day(on(2022, 4, 1))
    assert [event.stage for event in story.of(ev.StageOpened)].count(Stage.INTERIM_REPORT) == 1
    story.hands_in(Stage.INTERIM_REPORT)
    story.approves("R2")
    story.until(story.at)
    assert [event.at for event in story.of(ev.StageOpened)][-1] == story.at


def test_a_report_is_complete_or_refused_with_what_it_lacks() -> None:
    story = ProgrammeStory()
    story.day_by_day(on(2021, 9, 2))
    bare = deliverable(
        "interim_report",
        number=0,
        invoice=None,
        narrative=False,
        time_inputs=False,
        incidental_expenditure=False,
        expenditure_verified=False,
        indicators=False,
        period={"since": "2021-08-31", "until": "2021-03-01"},
    )
    said = story.refuses(rq.Submit(stage=Stage.INTERIM_REPORT, deliverable=bare), TEAM_LEADER).sentence
    for gap in (
        "the narrative section",
        "the experts' time inputs",
        "the incidental expenditure",
        "a period that ends after it begins",
        "its number",
        "the reference of its invoice",
        "the expenditure verification report",
        "the indicators of its period",
    ):
        assert gap in said


@pytest.mark.parametrize(
    ("kind", "changes", "gap"),
    [
        ("inception_report", {"work_plan": False}, "the work plan"),
        ("inception_report", {"approval_rules_agreed": False}, "the rules of approval"),
        ("draft_final_report", {"lessons": 0}, "a lesson learned"),
        ("draft_final_report", {"indicators": False}, "the indicators of the whole programme"),
        ("final_report", {"invoice": None}, "the reference of the final invoice"),
        ("final_report", {"expenditure_verified": False}, "the expenditure verification report"),
    ],
)
def test_each_report_has_a_checklist_of_its_own(kind: str, changes: dict[str, Any], gap: str) -> None:
    assert deliverable(kind).gaps() == []
    assert any(gap in one for one in deliverable(kind, **changes).gaps())


# The two-step approval clock (domain reference 2.10)


def test_the_delegations_silence_approves_nothing_by_itself() -> None:
    story = handed_in()
    assert str(story.gate("R1").clock.allowance) == "45 calendar days"
    story.day_by_day(story.at + timedelta(days=400))
    assert story.gate("R1").is_open
    assert "decide/R1/1/0" in [event.task for event in story.of(ev.DeadlinePassed)]
    assert "acceptance/R1/1" in story.tasks()


def test_acceptance_asked_in_writing_and_a_second_silence_approve_a_report() -> None:
    story = unanswered()
    asked = story.at
    first = story.gate("R1").clock
    story.asks(ACCEPT, TEAM_LEADER)
    again = story.gate("R1").clock
    assert str(again.allowance) == "45 calendar days" and again.start == asked
    assert [letter.kind for letter in story.letters if letter.recipient == DELEGATION.person][-1] == "asked"
    assert "acceptance/R1/1" not in story.tasks()
    story.day_by_day(asked + timedelta(days=44))
    assert story.gate("R1").is_open
    story.day_by_day(asked + timedelta(days=47))
    settled = story.of(ev.GateSettled)[-1]
    assert (settled.outcome, settled.silent, settled.by) == (Outcome.APPROVED, True, None)
    assert settled.basis == ProgrammeTerms().basis
    deadline = again.deadline(story.programme.edition)
    assert deadline is not None and settled.at == deadline.at
    assert story.programme.passed(Stage.INCEPTION_REPORT)
    assert first.id in story.programme.clocks(), "how the first time was counted can still be looked up"


def test_a_formal_question_stops_either_time() -> None:
    story = handed_in()
    story.asks(
        rq.Clarify(gate="R1", question=text("which hours?")), DELEGATION, story.at + timedelta(days=40)
    )
    story.day_by_day(story.at + timedelta(days=100))
    refused = story.refuses(ACCEPT, TEAM_LEADER)
    assert "stands still, so it is not over" in refused.sentence
    story.asks(rq.Answer(gate="R1", answer=text("these")), TEAM_LEADER)
    assert "the EU Delegation has until" in story.refuses(ACCEPT, TEAM_LEADER).sentence
    story.day_by_day(story.at + timedelta(days=8))
    story.asks(ACCEPT, TEAM_LEADER)
    story.asks(rq.Clarify(gate="R1", question=text("and these?")), DELEGATION, story.at + timedelta(days=44))
    story.day_by_day(story.at + timedelta(days=200))
    assert story.gate("R1").is_open, "the second time stands still too"
    story.asks(rq.Answer(gate="R1", answer=text("those")), TEAM_LEADER)
    story.day_by_day(story.at + timedelta(days=5))
    assert story.gate("R1").outcome is Outcome.APPROVED


def test_an_answer_in_the_second_time_counts_as_ever() -> None:
    story = unanswered()
    story.asks(ACCEPT, OPERATOR)
    story.decides("R1", DELEGATION, Verdict.RETURN)
    assert story.gate("R1").outcome is Outcome.RETURNED
    story.hands_in(Stage.INCEPTION_REPORT, "two")
    fresh = story.gate("R1")
    assert fresh.terms.on_silence is Silence.NEVER, "a new version has both times before it again"
    assert story.programme.acceptance_of(fresh.id) is None


@pytest.mark.parametrize(
    ("story", "gate", "by", "sentence"),
    [
        (ProgrammeStory, "R1", TEAM_LEADER, "gate R1 has not been opened; open gates: none"),
        (handed_in, "R1", TEAM_LEADER, "the EU Delegation has until 2021-06-"),
        (handed_in, "R1", DELEGATION, "only the operator or the team leader may ask for the acceptance"),
        (handed_in, "R2", TEAM_LEADER, "gate R2 has not been opened; open gates: R1"),
    ],
)
def test_acceptance_is_asked_for_by_the_contractor_once_the_time_is_over(
    story: Callable[[], ProgrammeStory], gate: str, by: Actor, sentence: str
) -> None:
    told = story()
    request = rq.AskAcceptance(gate=gate, letter=text("please"))
    assert sentence in told.refuses(request, by).sentence


def test_acceptance_is_asked_for_once_and_only_of_what_is_open() -> None:
    story = unanswered()
    story.asks(ACCEPT, TEAM_LEADER)
    assert "was asked for at gate R1 on 2021-0" in story.refuses(ACCEPT, TEAM_LEADER).sentence
    story.decides("R1", DELEGATION)
    assert "was settled on 2021-0" in story.refuses(ACCEPT, TEAM_LEADER).sentence


def test_the_secretariat_cannot_settle_its_own_report() -> None:
    matter = rq.SettleGate(gate="R1", verdict=Verdict.APPROVE)
    refused = unanswered().refuses(rq.Propose(matter=matter, reason="late"), OPERATOR)
    assert "a report is approved by the EU Delegation" in refused.sentence and refused.grave


def test_terms_that_would_approve_a_report_by_silence_alone_are_refused() -> None:
    story = ProgrammeStory()
    terms = story.programme.terms
    gate = terms.stages[0].gates[0].model_copy(update={"silence": Silence.DEEMED, "basis": "a letter"})
    silent = terms.stages[0].model_copy(update={"gates": (gate,)})
    bad = terms.model_copy(update={"stages": (silent, *terms.stages[1:])})

    def adopting(terms: Terms) -> rq.AdoptTerms:
        return rq.AdoptTerms.model_construct(terms=terms, decision=text("decided"))

    said = story.refuses(adopting(bad), TEAM_LEADER).sentence
    assert "a report is never approved by silence alone" in said
    alone = terms.model_copy(update={"programme": None})
    assert "are not a programme's" in story.refuses(adopting(alone), TEAM_LEADER).sentence
    abroad = terms.model_copy(update={"programme": ProgrammeTerms(joint=("BE", "CN", "FI"))})
    assert "the calendar of FI is not in" in story.refuses(adopting(abroad), TEAM_LEADER).sentence
    longer = terms.model_copy(update={"programme": ProgrammeTerms(interim=4)})
    story.asks(adopting(longer), TEAM_LEADER)
    assert story.programme.rules.interim == 4
    with pytest.raises(ValidationError, match="silence counts only with its legal basis"):
        ProgrammeTerms(basis="")


# Cut-offs and objections (3.4)


def test_every_row_of_the_cascade_is_a_cut_off() -> None:
    """Domain reference 3.4: all rows before the end, then the end itself and E+60."""
    assert [days for _, days in CUT_OFFS] == [300, 270, 240, 225, 190, 180, 120, 90, 60, 45, 30]
    story = ProgrammeStory()
    story.day_by_day(END + timedelta(days=61))
    reached = [(event.cut_off, END - event.at) for event in story.of(ev.CutOffReached)]
    assert reached == [
        *((name, timedelta(days=days)) for name, days in CUT_OFFS),
        (THE_END, timedelta()),
        (PACK, timedelta(days=-60)),
    ]


def at_the_last_kick_off() -> ProgrammeStory:
    story = ProgrammeStory()
    story.day_by_day(END - timedelta(days=269))
    return story


OBJECTION = rq.ObjectCutOff(cut_off="E-270", reason="visa", text=text("two wait for a visa"))


def test_a_cut_off_is_a_task_for_the_operators_for_ten_joint_working_days() -> None:
    story = at_the_last_kick_off()
    task = story.task("cut_off/E-270")
    assert task.persons == (OPERATOR.person, OTHER_OPERATOR.person)
    assert task.clock is not None and str(task.clock.allowance) == "10 joint working days"
    assert task.clock.countries == ("BE", "CN"), "of the EU institutions' seat and of China"
    assert task.deadline is not None
    story.day_by_day(task.deadline.at + timedelta(days=1))
    assert "cut_off/E-270" not in story.tasks()
    closed = [event for event in story.of(ev.ObjectionsClosed) if event.cut_off == "E-270"]
    assert [(event.at, event.objections) for event in closed] == [(task.deadline.at, 0)]
    assert "cut_off/E-270" not in [event.task for event in story.of(ev.DeadlinePassed)], "nobody was late"


def test_an_objection_waits_for_the_team_leaders_answer() -> None:
    story = at_the_last_kick_off()
    story.asks(OBJECTION, OPERATOR)
    task = story.task("objection/1")
    assert task.persons == (TEAM_LEADER.person,)
    answer = rq.AnswerObjection(objection=1, upheld=True, answer=text("they may still begin"))
    assert "only the team leader may answer" in story.refuses(answer, OPERATOR).sentence
    assert "one is enough" in story.refuses(OBJECTION, OPERATOR).sentence
    story.asks(OBJECTION, MANAGER)
    story.asks(answer, TEAM_LEADER)
    assert "objection/1" not in story.tasks()
    assert "objection 1 was answered; waiting are 2" in story.refuses(answer, TEAM_LEADER).sentence
    unknown = answer.model_copy(update={"objection": 9})
    assert "there is no objection 9; waiting are 2" in story.refuses(unknown, TEAM_LEADER).sentence
    told = [letter.recipient for letter in story.letters if letter.facts.get("event") == "objection_upheld"]
    assert OPERATOR.person in told


@pytest.mark.parametrize(
    ("cut_off", "by", "sentence"),
    [
        ("E-271", OPERATOR, "there is no cut-off 'E-271'; there are E-300, E-270"),
        ("E-240", OPERATOR, "is reached on 2023-05-05; objections are made after that"),
        ("E-270", TEAM_LEADER, "only the operator, the cluster manager, the eu delegation or"),
    ],
)
def test_an_objection_is_to_a_cut_off_that_is_reached(cut_off: str, by: Actor, sentence: str) -> None:
    request = OBJECTION.model_copy(update={"cut_off": cut_off})
    assert sentence in at_the_last_kick_off().refuses(request, by).sentence


def test_an_objection_comes_within_its_days() -> None:
    story = at_the_last_kick_off()
    story.day_by_day(story.at + timedelta(days=25))
    said = story.refuses(OBJECTION, COUNTERPART).sentence
    assert "the 10 joint working days to object to E-270 are over" in said


def test_whoever_objected_does_not_answer() -> None:
    story = at_the_last_kick_off()
    story.asks(rq.ChangeHolder(role=OPERATOR.role, side=OPERATOR.side, to=holder(
        TEAM_LEADER.model_copy(update={"role": OPERATOR.role}), story.at)), OPERATOR)  # fmt: skip
    both = TEAM_LEADER.model_copy(update={"role": OPERATOR.role})
    story.asks(OBJECTION, both)
    answer = rq.AnswerObjection(objection=1, upheld=True, answer=text("of course"))
    refused = story.refuses(answer, TEAM_LEADER)
    assert "made objection 1 and does not answer it" in refused.sentence and refused.grave


# The extension


def test_an_extension_moves_every_cut_off_and_is_carried_to_every_entity() -> None:
    story = ProgrammeStory()
    story.day_by_day(END - timedelta(days=269))
    made = story.two_agree(EXTEND)
    (changed,) = [event for event in made if isinstance(event, ev.EndDateChanged)]
    moved = {one.clock: (one.was, one.now) for one in changed.moved}
    for name, days in CUT_OFFS:
        assert moved[name] == (END - timedelta(days=days), LATER - timedelta(days=days))
    assert moved[PACK] == (END + timedelta(days=60), LATER + timedelta(days=60))
    assert story.programme.ends == LATER
    assert "last kick-off" not in story.programme.cut_offs, "it is reached again later"
    assert not story.programme.windows
    (errand,) = story.programme.errands
    assert errand.scope == Scope(programme="11438", kinds=())
    assert isinstance(errand.request, rq.ChangeEnd)
    assert (errand.request.ends, errand.request.second) == (LATER, OTHER_OPERATOR.person)
    assert errand.by == OPERATOR


def test_the_errand_of_an_extension_is_taken_by_a_partnership() -> None:
    story = ProgrammeStory()
    story.two_agree(EXTEND, second=TEAM_LEADER)
    (errand,) = story.programme.errands
    state = partnership()
    assert state.after(state.ask(errand.request, errand.by, story.at)).ends == LATER


def test_the_draft_final_report_moves_with_the_end() -> None:
    story = ProgrammeStory()
    story.day_by_day(END - timedelta(days=50))
    story.two_agree(EXTEND)
    held = story.programme.stage(Stage.DRAFT_FINAL_REPORT)
    assert held is not None
    deadline = story.programme.deadline(held.clock)
    assert deadline is not None and deadline.on == (LATER - timedelta(days=30)).date()
    (changed,) = story.of(ev.EndDateChanged)
    assert held.clock.id in [one.clock for one in changed.moved]


def test_an_extension_is_asked_for_a_month_before_the_end_and_ends_later() -> None:
    story = ProgrammeStory()
    same = rq.Propose(matter=rq.Extend(ends=END, addendum=text("a")), reason="travel")
    assert "an extension ends later" in story.refuses(same, OPERATOR).sentence
    story.day_by_day(END - timedelta(days=29))
    late = story.refuses(rq.Propose(matter=EXTEND, reason="travel"), OPERATOR)
    assert "at least 30 days before the end: by 2023-12-01" in late.sentence
    alone = rq.ChangeEnd(ends=LATER, addendum=text("a"), second=OTHER_OPERATOR.person)
    assert "two persons" in story.refuses(alone, OPERATOR).sentence


# Broadcasts


def test_a_broadcast_takes_two_persons_and_is_one_entry() -> None:
    story = ProgrammeStory()
    story.asks(rq.Propose(matter=broadcast(SUSPEND), reason="force_majeure"), OPERATOR)
    assert not story.programme.errands, "nothing is asked of anybody yet"
    alone = story.refuses(rq.Confirm(proposal=1), OPERATOR)
    assert "a second person confirms it" in alone.sentence and alone.grave
    made = story.asks(rq.Confirm(proposal=1), TEAM_LEADER)
    (ordered,) = [event for event in made if isinstance(event, ev.BroadcastOrdered)]
    assert (ordered.number, ordered.proposed, ordered.by) == (1, OPERATOR.person, TEAM_LEADER)
    assert ordered.request == SUSPEND and ordered.scope == EVERY_PARTNERSHIP
    (errand,) = story.programme.errands
    assert errand.by == OPERATOR, "of the two it is the operator who may record a suspension"
    assert errand.command("partnership/C1-01", "programme/11438") == (
        "programme.11438:broadcast-1:partnership.C1-01"
    )
    state = partnership()
    assert state.after(state.ask(errand.request, errand.by, story.at)).suspended


def test_a_suspension_wants_an_operator_among_the_two() -> None:
    story = ProgrammeStory()
    other = TEAM_LEADER.model_copy(update={"person": "p-deputyleader"})
    story.asks(rq.ChangeHolder(role=other.role, side=other.side, to=holder(other, story.at)), OPERATOR)
    story.asks(rq.Propose(matter=broadcast(SUSPEND), reason="force_majeure"), TEAM_LEADER)
    assert "an operator confirms it" in story.refuses(rq.Confirm(proposal=1), other).sentence
    story.asks(rq.Confirm(proposal=1), OPERATOR)
    assert story.programme.errands[0].by == OPERATOR
    story.asks(rq.Propose(matter=broadcast(rq.Hold(reason="travel")), reason="travel"), TEAM_LEADER)
    story.asks(rq.Confirm(proposal=2), other)
    assert story.programme.errands[1].by == TEAM_LEADER, "a hold is the team leader's to ask as well"


def test_what_each_entity_answered_is_on_record_under_the_broadcasts_number() -> None:
    story = ProgrammeStory()
    story.two_agree(broadcast(SUSPEND))
    came = Carried(
        done=("partnership/C1-01",),
        refused=(TurnedDown(entity="partnership/C1-02", sentence="it is suspended already"),),
        after="partnership/C1-02",
        over=False,
    )
    for told in (came, Carried(done=("partnership/C2-01",), after="partnership/C2-01", over=True)):
        story._record(story.programme.carried("broadcast-1", told, story.at), story.partnership)
        again = story.programme.carried("broadcast-1", told, story.at)
        assert again == (), "a round that is told twice counts once"
    (ordered,) = story.programme.broadcasts
    assert (ordered.done, ordered.refused, ordered.over) == (2, 1, True)
    assert story.programme.errands == ()
    assert "errand/broadcast-1" in story.tasks(), "somebody looks after the one that refused"


def test_a_suspended_programme_can_still_be_told_that_it_is_over() -> None:
    story = ProgrammeStory()
    story.asks(SUSPEND, OPERATOR)
    story.two_agree(broadcast(LIFT, Scope(programme="11438", kinds=("partnership", "programme"))))
    story.asks(LIFT, OPERATOR)
    assert not story.programme.suspended


FRENCH = edition("with France", date(2021, 2, 1), ("ES", "CN", "BE", "FR"), 2021, 2024)


@pytest.mark.parametrize(
    ("matter", "sentence"),
    [
        (
            broadcast(SUSPEND, Scope(programme="99999")),
            "reaches its own entities, not those of programme 99999",
        ),
        (
            broadcast(SUSPEND, Scope(programme="11438", side=Side.EU)),
            "name the country that member is in as well (--country CODE), or leave --side out",
        ),
        (
            broadcast(rq.AdoptCalendar(edition=calendars().only("ES", "CN"))),
            "edition '2021-2024' lacks the calendar of BE",
        ),
        (
            broadcast(
                rq.AdoptCalendar(edition=calendars().model_copy(update={"published": date(2020, 1, 1)}))
            ),
            "is older than",
        ),
        (
            broadcast(
                rq.RestrictTravel(country="CN", since=on(2022, 1, 2), until=on(2022, 1, 1), order=text("o"))
            ),
            "a restriction ends after it begins, on 2022-01-02",
        ),
        (
            broadcast(rq.AdoptTerms(terms=programme_terms(default_terms()), decision=text("d"))),
            "are a programme's, and no other entity lives by them",
        ),
    ],
)
def test_a_broadcast_nobody_could_take_is_refused_before_anybody_is_asked(
    matter: rq.Broadcast, sentence: str
) -> None:
    said = ProgrammeStory().refuses(rq.Propose(matter=matter, reason="why"), OPERATOR).sentence
    assert sentence in said


def test_an_edition_is_cut_to_the_countries_each_entity_knows() -> None:
    story = ProgrammeStory()
    story.two_agree(broadcast(rq.AdoptCalendar(edition=FRENCH)))
    (errand,) = story.programme.errands
    state = partnership(calendar=calendars())
    (adopted,) = state.ask(errand.request, errand.by, story.at)
    assert isinstance(adopted, ev.CalendarAdopted)
    assert [one.country for one in adopted.edition.countries] == ["ES", "CN", "BE"]
    assert adopted.edition.name == "with France"


def test_a_partnership_knows_no_broadcast() -> None:
    state = partnership()
    matter = rq.Propose(matter=broadcast(SUSPEND), reason="why")
    with pytest.raises(Exception, match="a partnership knows no broadcast"):
        state.ask(matter, OPERATOR, START)
    for request in (ACCEPT, OBJECTION):
        with pytest.raises(Exception, match="is not asked of a partnership"):
            state.ask(request, OPERATOR, START)


# As a whole


def test_a_programme_that_cannot_be_run_is_not_founded() -> None:
    for wrong, sentence in (
        (programme_founding(terms=default_terms()), "lack a programme's own part"),
        (programme_founding(calendar=calendars().only("ES", "CN")), "its calendar edition lacks BE"),
        (programme_founding(people=()), "has nobody to run it"),
    ):
        with pytest.raises(ValueError, match=sentence):
            founded(wrong)


def test_a_programme_is_the_same_from_its_records() -> None:
    story = unanswered()
    story.asks(ACCEPT, TEAM_LEADER)
    story.two_agree(EXTEND)
    story.day_by_day(END - timedelta(days=100))
    state = story.programme
    assert fold(state.entity, story.events) == state
    again = revived(state.entity, snapshot(state))
    assert again == state and records_of(again) == records_of(state)
    assert records_of(state).standing.title.startswith("International Urban")
    assert state.members == () and tasks_of(state)


def test_months_end_where_they_are_shorter() -> None:
    assert months_after(on(2021, 8, 31), 6) == on(2022, 2, 28)
    assert months_after(on(2021, 12, 31), 2) == on(2022, 2, 28)
    assert months_after(on(2021, 1, 1), 36) == on(2024, 1, 1)


def test_no_gate_of_a_report_settles_by_silence_in_the_terms_it_is_founded_with() -> None:
    gates = [gate for step in REPORTS for gate in step.terms.gates]
    assert [gate.silence for gate in gates] == [Silence.NEVER] * 4
    assert {seat.side for gate in gates for seat in gate.seats} == {Side.PROGRAMME}
    assert [seat.role for gate in gates for seat in gate.seats] == [DELEGATION.role] * 4
