"""What would have been: the same rules tell the same life, and other rules tell just what they change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, get_args

import pytest

from domain import events as ev
from domain import requests as rq
from domain.acts import ASKED, acts
from domain.clusters.events import SplitAgreed
from domain.entities import KINDS, AnyFounding, kind_of
from domain.entries import Entry, numbered
from domain.events import (
    AnyEvent,
    AtRiskFlagged,
    BroadcastOrdered,
    ChecksAsked,
    ClusterActivated,
    ConditionWaived,
    CutOffReached,
    DeadlinePassed,
    DormantFlagged,
    ErrandCarried,
    GateOpened,
    GateSettled,
    JointPlanAdopted,
    LadderStopped,
    NoteAsked,
    NotesMissing,
    ObjectionsClosed,
    PartnershipClosed,
    ReminderFell,
    RoundAdded,
    RoundsExhausted,
    StagePassed,
    TravelDataPurged,
    VisitBegan,
)
from domain.living import RULES
from domain.rehearsal import Rehearsed
from domain.stages import default_terms
from domain.terms import Reach, Rung, Silence, Stage, Terms, calendar_days
from domain.values import Refusal
from domain.whatif import Difference, What, again, compared
from tests.domain.test_rehearsal import played, whole
from tests.given import MANAGER, OPERATOR, OTHER_OPERATOR, START, TEAM_LEADER, founding, on, text
from tests.story import Story


def recorded(life: Rehearsed[Any]) -> tuple[Entry, ...]:
    """The events of a rehearsal as entries, those of one request with its id, as the workflow writes them."""
    entries: list[Entry] = []
    for event, step in zip(life.events, life.asked, strict=True):
        request = f"asked-{step}" if step is not None else None
        entries += numbered(life.state.entity, len(entries), (event,), event.at, request)
    return tuple(entries)


def changed(**stage: object) -> Terms:
    """The default terms with scoping's changed."""
    terms = default_terms()
    stages = tuple(
        one.model_copy(update=stage) if one.stage is Stage.SCOPING else one for one in terms.stages
    )
    return terms.model_copy(update={"name": "other", "stages": stages})


def those(found: tuple[Difference, ...], what: What) -> list[Difference]:
    return [one for one in found if one.what is what]


FOLLOWS = {
    *(StagePassed, GateOpened, GateSettled, RoundsExhausted, RoundAdded, ConditionWaived, LadderStopped),
    *(PartnershipClosed, ClusterActivated, JointPlanAdopted, SplitAgreed, BroadcastOrdered),
}
"""What people cause too, but never first: it follows from what they asked, and is worked out anew."""

BY_ITSELF = {
    *(ReminderFell, DeadlinePassed, AtRiskFlagged, CutOffReached, ErrandCarried, DormantFlagged),
    *(VisitBegan, TravelDataPurged, ChecksAsked, NoteAsked, NotesMissing, ObjectionsClosed),
}
"""What nobody causes: the calendar says it, or it comes back of an errand."""


def test_every_event_is_asked_for_or_follows_or_comes_by_itself() -> None:
    """A new kind of event with a person behind it is in the table of what was asked, or said here to follow."""
    (union, *_) = get_args(AnyEvent)
    apart: tuple[set[Any], ...] = (set(ASKED), FOLLOWS, BY_ITSELF, set(get_args(AnyFounding)))
    assert set(get_args(union)) == set[Any]().union(*apart)
    assert len(get_args(union)) == sum(len(one) for one in apart), "each is one of these alone"


def test_nobody_causes_what_is_said_to_come_by_itself() -> None:
    for life in whole(1).all().values():
        for event in life.events:
            assert event.by is None or type(event) not in BY_ITSELF
        for entry in (one for group in by_request(recorded(life)) for one in group[:1]):
            assert entry.event.by is None or type(entry.event) not in FOLLOWS, entry.event.kind


def by_request(entries: tuple[Entry, ...]) -> Iterator[list[Entry]]:
    """What people caused by each request, without what the calendar owed before it."""
    for request, group in groupby(entries, key=lambda entry: entry.request):
        if request is not None:
            yield [entry for entry in group if entry.event.by is not None]


def test_every_request_can_be_read_back_from_what_it_caused() -> None:
    """No kind of request is left out, whatever it is asked of, and each has an event from which it is made again."""
    kinds = {*RULES, *(request for kind in KINDS.values() for request in kind.own_rules)}
    assert set(ASKED.values()) == kinds
    lost = {
        (request.__name__, name)
        for event, request in ASKED.items()
        for name in request.model_fields.keys() - event.model_fields.keys()
    }
    assert lost == {
        ("RecordExchange", "country"),  # where it was held: nothing follows from it
        ("GiveBack", "of"),  # the partnership of the member named
        ("AdoptCalendar", "cut"),  # the edition on record is the one that was cut
        ("Consent", "given"),  # one event tells of consent, another of its refusal
        ("Consent", "reason"),  # why somebody does consent is not asked
        ("TransferPilot", "now"),  # its end comes with it then
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_what_people_asked_is_read_back_as_they_asked_it(seed: int) -> None:
    """Every step that anybody takes in a rehearsal, field for field."""
    for code, life in whole(seed).all().items():
        read = {(act.at, act.request) for act in acts(recorded(life))}
        for one in life.taken:
            asked = one.request
            if isinstance(asked, rq.RecordExchange):
                asked = asked.model_copy(update={"country": ""})
            assert (one.at, asked) in read, f"{code}: {one.id}"


@pytest.mark.parametrize("seed", [1, 2])
def test_under_the_terms_of_the_record_the_same_life_is_led(seed: int) -> None:
    """Every life of the demonstration, event for event: partnerships, visits, pilots, the cluster, the programme."""
    lives = whole(seed).all()
    assert {kind_of(life.state.entity) for life in lives.values()} == set(KINDS)
    for code, life in lives.items():
        led = again(recorded(life), life.events[-1].at)
        assert led.refused == [], code
        same = [(event.kind, event.at) for event in led.events] == [(e.kind, e.at) for e in life.events]
        assert same, code
        # but for where an exchange was held, which an event does not keep, everything
        assert tuple(led.events) == life.events, code
        assert led.state == life.state, code


def test_the_same_terms_change_nothing() -> None:
    life = played(1)["C1-02"]
    (begins,) = (event for event in life.events if isinstance(event, ev.PartnershipFounded))
    assert compared(recorded(life), life.events[-1].at, begins.terms) == ()


def test_a_ladder_without_rungs_takes_away_its_letters_and_what_they_lead_to() -> None:
    """Six reminders and the escalation; with the last rung the operators no longer have to write by hand."""
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.day_by_day(on(2021, 5, 20))
    terms = default_terms().model_copy(update={"name": "no reminders", "ladder": ()})
    found = compared(story.entries, on(2021, 5, 20), terms)
    assert all(one.was and one.now is None for one in found)
    written = [
        (letter.at.date().isoformat(), letter.recipient, letter.kind)
        for letter in story.letters
        if letter.kind in ("reminder", "escalation") or letter.about == ("authority/submit/scoping/0",)
    ]
    letters = [one for one in found if one.what in (What.LETTER, What.ESCALATION)]
    assert sorted((one.was, one.person, one.subject.split()[0]) for one in letters) == sorted(written)
    assert [one.subject for one in those(found, What.DEADLINE)] == ["authority/submit/scoping/0"]
    assert len(found) == len(written) + 1 == 10


def test_a_longer_time_moves_the_deadline_by_as_much() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    before = default_terms().stage(Stage.SCOPING).submit
    longer = before.model_copy(update={"days": before.days + 14})
    found = compared(story.entries, on(2021, 3, 3), changed(submit=longer))
    (moved,) = those(found, What.DEADLINE)
    was, now = (datetime.fromisoformat(at) for at in (moved.was or "", moved.now or ""))
    assert now - was == timedelta(days=14), "both are calendar days"
    assert found == (moved,)


def test_an_escalation_is_told_as_one() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.day_by_day(on(2021, 9, 1))
    ladder = (Rung(offset=0), Rung(offset=3, reach=Reach.TEAM_LEADER))
    terms = default_terms().model_copy(update={"name": "harsh", "ladder": ladder})
    (one,) = those(compared(story.entries, on(2021, 9, 1), terms), What.ESCALATION)
    (letter,) = [letter for letter in story.letters if letter.kind == "escalation"]
    assert (one.was, one.person) == (letter.at.date().isoformat(), letter.recipient)
    assert one.now == "2021-04-21", "three working days after the due day, 16 April"


def in_g3() -> Story:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.hands_in(Stage.SCOPING, at=on(2021, 3, 9))
    story.at = on(2021, 3, 10)
    story.approves("G2")
    return story


def silent(basis: str, silence: Silence) -> Terms:
    gates = tuple(
        gate.model_copy(update={"silence": silence, "basis": basis}) if gate.code == "G3" else gate
        for gate in default_terms().stage(Stage.SCOPING).gates
    )
    return changed(gates=gates)


def test_a_silent_approval_that_would_not_have_been() -> None:
    story = in_g3()
    story.day_by_day(on(2021, 6, 1))
    was_silent = [event.gate for event in story.of(ev.GateSettled) if event.silent]
    assert was_silent, "by the default terms silence agrees the work plan"
    found = compared(story.entries, on(2021, 6, 1), silent("", Silence.NEVER))
    (one,) = those(found, What.SILENCE)
    assert (one.subject, one.now) == (was_silent[0], None) and one.was


def test_terms_adopted_later_do_not_put_an_end_to_those_asked_about() -> None:
    story = Story()
    adopted = changed(submit=calendar_days(10))
    story.asks(rq.AdoptTerms(terms=adopted, decision=text("board")), OPERATOR, START)
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    under = changed(submit=calendar_days(20)).model_copy(update={"name": "asked about"})
    led = again(story.entries, on(2021, 3, 3), under)
    assert led.refused == [] and led.state.terms.stages == under.stages
    assert again(story.entries, on(2021, 3, 3)).state.terms == adopted


def test_that_somebody_adopted_terms_stops_reminders_all_the_same() -> None:
    """Asked about the very terms that were adopted at the start, nothing differs: adopting is an act like any other."""
    story = in_g3()
    story.day_by_day(on(2021, 3, 15))
    terms = default_terms().model_copy(update={"name": "same"})
    story.asks(rq.AdoptTerms(terms=terms, decision=text("board")), TEAM_LEADER, on(2021, 3, 15))
    story.day_by_day(on(2021, 6, 1))
    assert compared(story.entries, on(2021, 6, 1), terms) == ()


def test_a_deadline_of_an_earlier_round_is_told_after_the_next_one_began() -> None:
    story = Story()
    story.opens(Stage.SCOPING, on(2021, 3, 2))
    story.hands_in(Stage.SCOPING, at=on(2021, 3, 9))
    story.decides("G2", TEAM_LEADER, rq.Verdict.RETURN, at=on(2021, 3, 10))
    longer = default_terms().stage(Stage.SCOPING).submit.model_copy(update={"days": 59})
    found = those(compared(story.entries, on(2021, 3, 11), changed(submit=longer)), What.DEADLINE)
    assert [one.subject for one in found] == ["submit/scoping/0"]


def test_a_proposal_is_confirmed_under_the_number_it_would_have() -> None:
    """The first one cannot be made by the other terms, which know no such gate; the second is confirmed even so."""
    story = in_g3()
    story.at = on(2021, 3, 11)
    override = rq.Propose(matter=rq.SettleGate(gate="G3", verdict=rq.Verdict.APPROVE), reason="late")
    story.asks(override, OPERATOR)
    story.asks(rq.Decline(proposal=1), OTHER_OPERATOR)
    story.two_agree(rq.Extend(ends=on(2024, 6, 30), addendum=text("addendum")))
    gates = tuple(gate for gate in default_terms().stage(Stage.SCOPING).gates if gate.code != "G3")
    led = again(story.entries, on(2021, 3, 12), changed(gates=gates))
    assert [act.request.kind for act, _ in led.refused][:2] == ["propose", "decline"]
    assert led.state.ends == story.partnership.ends != default_ends()


def default_ends() -> datetime:
    return founding().ends


def test_a_history_that_does_not_begin_with_a_founding_is_none() -> None:
    with pytest.raises(ValueError, match="do not begin with a founding"):
        again((), on(2021, 3, 3))
    story = in_g3()
    with pytest.raises(ValueError, match="do not begin with a founding"):
        again(story.entries[1:], on(2021, 3, 3))


def test_what_came_after_the_day_asked_about_is_left_out() -> None:
    story = in_g3()
    assert again(story.entries, on(2021, 3, 5)).events[-1].at <= on(2021, 3, 5)
    assert len(list(acts(story.entries))) == 3
    assert {act.by for act in acts(story.entries)} >= {OPERATOR, MANAGER}


def test_a_refusal_is_never_raised() -> None:
    """Terms under which a stage may not open any more: everything after that is refused, one by one."""
    story = in_g3()
    found = compared(story.entries, on(2021, 3, 12), changed(last_opening=3000))
    refused = those(found, What.REFUSED)
    assert [one.subject for one in refused] == ["open-stage", "submit", "decide"]
    with pytest.raises(Refusal):
        Story(terms=changed(last_opening=3000)).opens(Stage.SCOPING, on(2021, 3, 2))
