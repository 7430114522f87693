"""Study visits: the timetable, the delegation, what moves and what ends them, and what reaches each partnership."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain import events as ev
from domain import requests as rq
from domain.errands import Carried, TurnedDown
from domain.foresight import foresee
from domain.requests import Verdict
from domain.terms import Stage
from domain.values import ExchangeMode
from domain.visits import events as ve
from domain.visits import requests as vr
from domain.visits.events import Direction
from domain.visits.requests import Cost, GroupStep, HostConsent
from domain.visits.visit import founded
from tests.given import DELEGATION, OPERATOR, OTHER_OPERATOR, TEAM_LEADER, on, text
from tests.visiting import (
    DALIAN,
    DAYS,
    FIRST,
    GREECE,
    LAZIO,
    ZHENGZHOU,
    VisitStory,
    founding,
    people,
    terms_with,
)

VIRTUAL = vr.ConvertVisit(
    mode=ExchangeMode.VIRTUAL,
    reason="clearance",
    agreed=(HostConsent(host="Lazio", person=LAZIO.person),),
)


def days_before(story: VisitStory, milestone: str) -> int:
    held = story.visit.milestone(milestone)
    assert held is not None
    deadline = story.visit.deadline(held.clock)
    assert deadline is not None
    return (FIRST - deadline.on).days


def story_at(where: str, **changes: Any) -> VisitStory:
    """A visit brought as far as one of the story's own steps."""
    story = VisitStory(**changes)
    if where:
        getattr(story, where)()
    return story


def test_the_timetable_is_that_of_the_domain_reference() -> None:
    """domain.md 2.6, from China to Europe."""
    story = VisitStory(at=on(2022, 6, 1))
    story.open_delegation()
    concept = story.visit.stage(Stage.VISIT_CONCEPT)
    assert concept is not None
    found = {
        held.id.removeprefix("visit_"): days_before(story, held.id)
        for held in story.visit.milestones
        if held.clock.before is not None
    }
    assert found == {
        "dates": 105,
        "groups": 105,
        "names/g1": 95,
        "names/g2": 95,
        "freeze": 90,
        "invitation/g1": 85,
        "invitation/g2": 85,
        "clearance/g1": 75,
        "clearance/g2": 75,
        "visa/g1": 45,
        "visa/g2": 45,
        "bookings": 21,
        "agenda": 14,
        "briefing": 7,
        "late_visas/g1": 5,
        "late_visas/g2": 5,
    }


def test_to_china_there_is_less_lead_and_no_clearance() -> None:
    story = VisitStory(
        at=on(2022, 6, 1), direction=Direction.EU_TO_CN, hosts=("Zhengzhou",), first=date(2023, 7, 3)
    )
    story.approved()
    story.steps("dates")
    group = story.group(
        "g1", sender="Lazio", host="Zhengzhou", contact=LAZIO.person, host_contact=ZHENGZHOU.person
    )
    story.asks(group, OPERATOR)
    story.asks(
        story.group(
            "g2",
            sender="Western Greece",
            host="Zhengzhou",
            contact=GREECE.person,
            host_contact=ZHENGZHOU.person,
        ),
        OPERATOR,
    )
    steps = {held.step: held for held in story.visit.milestones}
    assert "clearance" not in steps
    due = {
        name: (date(2023, 7, 3) - deadline.on).days
        for name, held in steps.items()
        if held.clock.before and (deadline := story.visit.deadline(held.clock))
    }
    assert (due["dates"], due["names"], due["freeze"], due["invitation"], due["visa"]) == (75, 60, 55, 50, 30)
    concept = story.visit.stage(Stage.VISIT_CONCEPT)
    assert concept is not None and concept.passed is not None


def test_each_step_waits_for_what_comes_before_it() -> None:
    story = VisitStory()
    assert story.tasks() == ["submit/visit_concept/0"]
    story.approved()
    assert story.tasks() == ["visit_dates"]
    story.steps("dates")
    assert story.tasks() == ["visit_groups", "visit_agenda"]
    story.asks(story.group("g1"), OPERATOR)
    assert "C2-04 has no sub-group" in story.refuses(vr.StepVisit(step="freeze"), OPERATOR)
    story.asks(story.group("g2"), OPERATOR)
    assert story.tasks() == ["visit_agenda", "visit_names/g1", "visit_names/g2"]
    assert story.task("visit_names/g1").persons == (ZHENGZHOU.person,)
    assert "nobody is named for sub-group g1 and g2" in story.refuses(vr.StepVisit(step="freeze"), OPERATOR)


def test_the_states_of_a_visit_come_in_their_order() -> None:
    """domain.md 2.6: from the idea to the report."""
    story = VisitStory()
    seen = [story.visit.standing()]

    def note() -> None:
        if story.visit.standing() != seen[-1]:
            seen.append(story.visit.standing())

    story.asks(story.concept(), OPERATOR)
    note()
    story.decides("G4a.team", TEAM_LEADER)
    story.decides("G4a", DELEGATION)
    note()
    story.steps("dates")
    note()
    story.asks(story.group("g1"), OPERATOR)
    story.asks(story.group("g2"), OPERATOR)
    note()
    story.asks(story.named("g1"), ZHENGZHOU)
    story.asks(story.named("g2"), DALIAN)
    story.steps("freeze")
    note()
    for code in ("g1", "g2"):
        story.asks(vr.StepVisit(step="invitation", about=code, text=text("letter")), LAZIO)
    note()
    story.cleared()
    note()
    story.asks(story.readiness(), OPERATOR)
    story.decides("G4b", TEAM_LEADER)
    note()
    story.until(on(2023, 3, 14))
    note()
    story.until(on(2023, 3, 20))
    story.asks(story.completion(), OPERATOR)
    note()
    story.asks(story.report(), OPERATOR)
    note()
    story.decides("G4c", TEAM_LEADER)
    note()
    assert seen == [
        "idea",
        "concept",
        "approved_in_principle",
        "dates_fixed",
        "delegation_open",
        "delegation_frozen",
        "clearance",
        "invited",
        "ready",
        "travelling",
        "completed",
        "reporting",
        "reported",
    ]


def test_a_group_of_chinese_officials_has_at_most_six_people() -> None:
    story = story_at("open_delegation")
    told = story.refuses(story.named("g1", 7), ZHENGZHOU)
    assert "at most 6 people, and 7 are named" in told
    story.asks(story.named("g1", 6), ZHENGZHOU)
    assert len(story.visit.the_group("g1").participants) == 6


def test_europeans_may_be_more_than_six() -> None:
    story = VisitStory(at=on(2022, 6, 1), direction=Direction.EU_TO_CN, hosts=("Zhengzhou",))
    story.approved()
    story.steps("dates")
    story.asks(
        story.group(
            "g1", sender="Lazio", host="Zhengzhou", contact=LAZIO.person, host_contact=ZHENGZHOU.person
        ),
        OPERATOR,
    )
    story.asks(story.named("g1", 9), LAZIO)
    assert len(story.visit.the_group("g1").participants) == 9


def test_nobody_travels_in_two_groups() -> None:
    story = story_at("open_delegation")
    story.asks(story.named("g1"), ZHENGZHOU)
    named = people("g1of", 1)
    told = story.refuses(vr.NameParticipants(group="g2", participants=named, head=named[0]), DALIAN)
    assert "travels in sub-group g1 already" in told


def test_the_head_is_one_of_the_participants() -> None:
    story = story_at("open_delegation")
    one, two = people("x", 2)
    told = story.refuses(vr.NameParticipants(group="g1", participants=(one,), head=two), ZHENGZHOU)
    assert "to be among its participants" in told


def test_the_invitation_comes_from_the_host_alone() -> None:
    """domain.md 2.6: invitations by others are not accepted by the authority that clears the group."""
    story = story_at("frozen")
    letter = vr.StepVisit(step="invitation", about="g1", text=text("letter"))
    told = story.refuses(letter, OPERATOR)
    assert "is issued by its host, Lazio" in told
    assert "is issued by its host" in story.refuses(letter, ZHENGZHOU)
    assert "the host's letter goes with it" in story.refuses(
        vr.StepVisit(step="invitation", about="g1"), LAZIO
    )
    story.asks(letter, LAZIO)
    assert story.visit.milestone("visit_invitation/g1").done == story.at  # type: ignore[union-attr]  # it is there


def test_clearance_comes_after_the_invitation_and_before_the_visa() -> None:
    story = story_at("frozen")
    submitted = vr.StepGroup(group="g1", step=GroupStep.SUBMITTED)
    assert "has not issued the invitation" in story.refuses(submitted, ZHENGZHOU)
    story.asks(vr.StepVisit(step="invitation", about="g1", text=text("letter")), LAZIO)
    lodged = vr.StepGroup(group="g1", step=GroupStep.LODGED)
    assert "stands at: not begun; after that comes clearance-submitted" in story.refuses(lodged, ZHENGZHOU)
    story.asks(submitted, ZHENGZHOU)
    assert "visit_clearance/g1" in story.tasks()
    story.asks(vr.StepGroup(group="g1", step=GroupStep.CLEARED, text=text("approval")), OPERATOR)
    assert "visit_clearance/g1" not in story.tasks() and "visit_visa/g1" in story.tasks()
    story.asks(lodged, ZHENGZHOU)
    assert "visit_visa/g1" not in story.tasks() and "visit_late_visas/g1" in story.tasks()
    story.asks(vr.StepGroup(group="g1", step=GroupStep.GRANTED), OPERATOR)
    assert "visit_late_visas/g1" not in story.tasks()


def test_of_a_group_that_is_refused_nobody_travels_and_the_others_go_on() -> None:
    """domain.md 2.6: continue while at least half of the partnerships are represented."""
    story = story_at("invited")
    story.cleared("g1")
    story.asks(vr.StepGroup(group="g2", step=GroupStep.SUBMITTED), DALIAN)
    story.asks(vr.StepGroup(group="g2", step=GroupStep.REFUSED), DALIAN)
    assert story.visit.represented() == ("C2-01",) and story.visit.enough()
    assert not [task for task in story.tasks() if task.endswith("/g2")]
    story.asks(story.readiness(), OPERATOR)
    story.decides("G4b", TEAM_LEADER)
    story.until(on(2023, 3, 20))
    assert "did not travel" in story.refuses(story.completion(), OPERATOR)
    story.asks(story.completion(groups=("g1",)), OPERATOR)


def test_too_few_represented_is_settled_by_people_and_never_by_itself() -> None:
    story = story_at("invited", terms=terms_with(represented=60))
    story.cleared("g1")
    story.asks(vr.StepGroup(group="g2", step=GroupStep.SUBMITTED), DALIAN)
    story.asks(vr.StepGroup(group="g2", step=GroupStep.REFUSED), DALIAN)
    assert "too_few/g2" in story.tasks()
    told = story.refuses(story.readiness(), OPERATOR)
    assert "1 of 2 partnerships are represented, and at least 60 per cent have to be" in told
    story.asks(VIRTUAL, OPERATOR)
    assert "too_few/g2" not in story.tasks()


def test_a_refused_head_leaves_the_group_without_one() -> None:
    story = story_at("invited")
    story.asks(vr.StepGroup(group="g1", step=GroupStep.SUBMITTED), OPERATOR)
    head = story.visit.the_group("g1").head
    assert head is not None
    story.asks(vr.StepGroup(group="g1", step=GroupStep.CLEARED, refused=(head,)), OPERATOR)
    assert "too_few/g1" in story.tasks()
    assert len(story.visit.the_group("g1").travelling) == 3


def test_names_changed_after_the_invitation_need_another_one() -> None:
    """domain.md 2.6: changes of people only via the authority, before departure."""
    story = story_at("invited")
    story.cleared("g1")
    changed = story.named("g1", 4, prefix="new")
    assert "says why (--reason)" in story.refuses(changed, ZHENGZHOU)
    more = story.named("g1", 5, prefix="new", reason="leaver")
    assert "may be replaced, and not become more" in story.refuses(more, ZHENGZHOU)
    story.asks(story.named("g1", 4, prefix="new", reason="leaver"), ZHENGZHOU)
    assert {"visit_invitation/g1", "visit_clearance/g1"} & {*story.tasks()} == {"visit_invitation/g1"}
    letters = [letter for letter in story.letters if letter.kind == "visit_names_changed"]
    assert [letter.recipient for letter in letters] == [LAZIO.person]
    assert "stands at: not begun" in story.refuses(vr.StepGroup(group="g1", step=GroupStep.CLEARED), OPERATOR)


def test_moving_shows_every_moved_step_before_anyone_confirms_and_then_moves_them() -> None:
    story = story_at("invited")
    later = vr.MoveVisit(first=date(2023, 4, 17), reason="host")
    foreseen = foresee(story.visit, len(story.entries), later, OPERATOR, story.at)
    moved = {one.clock.split("/")[0]: one for one in foreseen.moved}
    assert {
        "visit_bookings",
        "visit_agenda",
        "visit_visa",
        "visit_late_visas",
        "visit_briefing",
    } <= moved.keys()
    assert story.visit.first == FIRST, "nothing has moved yet"
    story.asks(later, OPERATOR)
    assert story.visit.first == date(2023, 4, 17) and story.visit.moved == 1
    agenda = story.visit.milestone("visit_agenda")
    assert agenda is not None
    assert story.visit.deadline(agenda.clock).on == date(2023, 4, 3)  # type: ignore[union-attr]  # it runs
    assert foreseen.moved and all(
        story.visit.own_dates().get(one.clock) in (one.now, None) for one in foreseen.moved
    ), "what was foreseen is what came"
    assert "visit_invitation/g1" not in story.tasks(), "what is done stays done"
    assert "visit_dates" in story.tasks(), "the new dates are to be fixed with the hosts"
    kinds = [letter.kind for letter in story.letters if letter.number == story.entries[-1].number]
    assert kinds.count("visit_moved") == 7


def test_put_off_without_days_new_ones_are_wanted_within_ten_working_days() -> None:
    story = story_at("open_delegation")
    story.asks(vr.MoveVisit(reason="guest"), OPERATOR)
    assert story.visit.standing() == "postponed" and story.visit.next_due() is not None
    assert [task for task in story.tasks() if task.startswith("visit_")] == ["visit_new_dates"]
    assert "put off already" in story.refuses(vr.MoveVisit(reason="guest"), OPERATOR)
    story.asks(vr.MoveVisit(first=date(2023, 5, 8), reason="guest"), OPERATOR)
    assert story.visit.moved == 1, "finding the days of a visit put off is not putting it off again"


def test_after_two_postponements_it_is_reviewed_and_after_three_it_is_made_otherwise() -> None:
    """domain.md 2.6, exceptional paths."""
    story = story_at("open_delegation")
    story.asks(vr.MoveVisit(first=date(2023, 4, 17), reason="host"), OPERATOR)
    assert "put_off" not in story.tasks()
    story.asks(vr.MoveVisit(first=date(2023, 5, 15), reason="host"), OPERATOR)
    assert "put_off" in story.tasks()
    story.asks(vr.MoveVisit(first=date(2023, 6, 12), reason="host"), OPERATOR)
    told = story.refuses(vr.MoveVisit(first=date(2023, 7, 10), reason="host"), OPERATOR)
    assert "put off 3 times; now it is made without travelling (convert) or cancelled (cancel)" in told


def test_no_visit_is_later_than_ninety_days_before_the_end() -> None:
    story = story_at("open_delegation")
    told = story.refuses(vr.MoveVisit(first=date(2023, 9, 30), reason="host"), OPERATOR)
    assert "the last day of a visit is 2023-10-02" in told
    with pytest.raises(ValueError, match="the last day of a visit is 2023-10-02"):
        founded(founding(first=date(2023, 11, 1)))


def test_chinese_officials_stay_six_days_in_one_country() -> None:
    with pytest.raises(ValueError, match="at most 6 days in 1 country"):
        founded(founding(days=7))
    both = founded(founding(days=7, hosts=("Lazio", "Western Greece")))
    assert both.days == 7


def test_hosts_are_on_the_other_side() -> None:
    with pytest.raises(ValueError, match="goes from China to Europe"):
        founded(founding(hosts=("Zhengzhou",)))
    with pytest.raises(ValueError, match="Rome receives it"):
        founded(founding(hosts=("Rome",)))
    with pytest.raises(ValueError, match="begun by an operator"):
        founded(founding(by=ZHENGZHOU))


def test_converted_to_virtual_nobody_travels_and_it_counts_as_virtual() -> None:
    story = story_at("invited")
    story.asks(vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason="travel_restriction"), OPERATOR)
    assert story.tasks() == ["visit_agenda", "visit_briefing"]
    assert story.visit.stage(Stage.VISIT_READINESS) is None
    story.until(on(2023, 3, 20))
    assert story.visit.standing() == "under_way"
    story.asks(story.completion(groups=()), OPERATOR)
    completion = story.visit.completion
    assert completion is not None and completion.mode is ExchangeMode.VIRTUAL
    request = story.visit.errands[0].request
    assert isinstance(request, rq.RecordExchange) and request.mode is ExchangeMode.VIRTUAL


def test_each_host_agrees_that_nobody_comes() -> None:
    """domain.md, convert_to_virtual: the hosts agree; the reference has no consent by silence."""
    story = story_at("invited", hosts=("Lazio", "Western Greece"))

    def virtual(*agreed: HostConsent, reason: str = "clearance") -> vr.ConvertVisit:
        return vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason=reason, agreed=agreed)

    lazio = HostConsent(host="Lazio", person=LAZIO.person)
    greece = HostConsent(host="Western Greece", person=GREECE.person)
    assert "the consent of Lazio and Western Greece is not on record" in story.refuses(virtual(), OPERATOR)
    told = story.refuses(virtual(lazio), OPERATOR)
    assert "the consent of Western Greece is not on record" in told and "--agreed HOST=KEY" in told
    assert "only for travel_restriction or force_majeure" in told
    stranger = HostConsent(host="Zhengzhou", person=ZHENGZHOU.person)
    assert "Zhengzhou does not receive visit V-01" in story.refuses(virtual(lazio, stranger), OPERATOR)
    guest = HostConsent(host="Western Greece", person=ZHENGZHOU.person)
    assert "cannot agree for Western Greece" in story.refuses(virtual(lazio, guest), OPERATOR)
    both = HostConsent(host="Western Greece", person=LAZIO.person)
    told = story.refuses(virtual(lazio, both), OPERATOR)
    assert "agreed for Lazio; somebody else speaks for Western Greece" in told
    hybrid = vr.ConvertVisit(mode=ExchangeMode.HYBRID, reason="clearance", agreed=(lazio,))
    assert "a hybrid visit still does: leave --agreed out" in story.refuses(hybrid, OPERATOR)
    assert "Lazio agrees once" in story.refuses(virtual(lazio, greece, lazio), OPERATOR)
    wrote = vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason="force_majeure", consent=text("we agree"))
    assert "say which host agreed in that text" in story.refuses(wrote, OPERATOR)
    assert story.refuses(virtual(lazio, greece), ZHENGZHOU), "the organisers convert"
    story.asks(virtual(lazio, greece), OPERATOR)
    assert story.visit.agreed == (lazio, greece) and story.visit.mode is ExchangeMode.VIRTUAL


@pytest.mark.parametrize("reason", ["travel_restriction", "force_majeure"])
def test_where_nobody_can_come_the_hosts_are_not_waited_for(reason: str) -> None:
    story = story_at("invited")
    story.asks(vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason=reason), OPERATOR)
    assert story.visit.agreed == ()


def test_in_part_without_travelling_it_is_still_received_and_nobody_is_asked() -> None:
    story = story_at("ready")
    story.asks(vr.ConvertVisit(mode=ExchangeMode.HYBRID, reason="visa"), OPERATOR)
    assert story.visit.mode is ExchangeMode.HYBRID and story.visit.ready
    assert "the consent of Lazio" in story.refuses(
        vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason="visa"), OPERATOR
    )


def test_under_way_it_is_converted_no_more() -> None:
    """domain.md: a visit before TRAVELLING."""
    story = story_at("ready")
    story.until(on(2023, 3, 14))
    assert story.visit.standing() == "travelling"
    assert "began on 2023-03-13, and is converted no more" in story.refuses(VIRTUAL, OPERATOR)


def test_by_terms_from_before_hosts_were_asked_it_is_converted_as_it_was() -> None:
    story = story_at("invited", terms=terms_with(unasked=None))
    assert "unasked" not in story.visit.terms.visits.model_dump(mode="json")  # type: ignore[union-attr]  # a visit's
    asked = vr.ConvertVisit(mode=ExchangeMode.VIRTUAL, reason="clearance")
    (converted,) = story.asks(asked, OPERATOR)
    assert not {"agreed", "consent", "costs"} & converted.model_dump(mode="json").keys(), "an entry as it was"
    assert "agreed" not in story.visit.model_dump(mode="json")


def test_converted_it_keeps_what_is_left_to_pay_and_a_cancellation_adds_to_it() -> None:
    """domain.md, convert_to_virtual: a cost record; eligible by the same rule as of a cancelled visit."""
    story = story_at("ready")
    flights = Cost(
        what="flights",
        amount=Decimal("4200.50"),
        currency="EUR",
        refund_asked=True,
        refund_denied=True,
        evidence=text("refusal"),
    )
    wrong = flights.model_copy(update={"refund_asked": False})
    assert "cannot have been denied that nobody asked for" in story.refuses(
        VIRTUAL.model_copy(update={"costs": (wrong,)}), OPERATOR
    )
    story.asks(VIRTUAL.model_copy(update={"costs": (flights,)}), OPERATOR)
    assert [(cost.what, cost.eligible) for cost in story.visit.costs] == [("flights", True)]
    hall = Cost(what="hall", amount=Decimal("90.00"), currency="EUR", refund_asked=False, refund_denied=False)
    story.asks(vr.CancelVisit(reason="host", text=text("why"), costs=(hall,)), OPERATOR)
    assert [cost.what for cost in story.visit.costs] == ["flights", "hall"]


def test_a_travel_restriction_has_every_visit_that_is_not_ready_looked_at_and_converts_none() -> None:
    """domain.md 2.6: fifteen joint working days to decide; without a decision it is escalated, never converted."""
    story = story_at("invited")
    ban = rq.RestrictTravel(country="IT", since=on(2023, 2, 1), order=text("order"))
    story.asks(ban, OPERATOR)
    review = story.task("travel_review")
    assert review.clock is not None and review.clock.allowance.days == 15
    story.until(on(2022, 10, 31))
    assert "travel_review" in story.visit.overdue and story.visit.mode is ExchangeMode.PHYSICAL
    assert "nobody can travel to IT" in story.refuses(
        vr.MoveVisit(first=date(2023, 5, 8), reason="host"), OPERATOR
    )
    story.asks(rq.ResumeTravel(country="IT", since=on(2023, 5, 1), order=text("lifted")), OPERATOR)
    story.asks(vr.MoveVisit(first=date(2023, 5, 8), reason="host"), OPERATOR)
    assert "travel_review" not in story.tasks()


def test_a_restriction_elsewhere_or_once_ready_asks_nobody() -> None:
    story = story_at("ready")
    story.asks(rq.RestrictTravel(country="IT", since=on(2023, 2, 1), order=text("order")), OPERATOR)
    assert "travel_review" not in story.tasks()
    other = story_at("invited")
    other.asks(rq.RestrictTravel(country="CN", since=on(2023, 2, 1), order=text("order")), OPERATOR)
    assert "travel_review" not in other.tasks(), "people come from China; nobody travels there"


def test_its_first_day_without_a_decision_is_told_to_the_secretariat() -> None:
    story = story_at("invited")
    story.until(on(2023, 3, 13))
    assert "not_ready" in story.tasks() and story.visit.standing() != "travelling"
    assert "it was not decided that visit V-01 goes" in story.refuses(
        story.completion(), OPERATOR, on(2023, 3, 20)
    )
    story.asks(VIRTUAL, OPERATOR)
    assert "not_ready" not in story.tasks()
    story.until(story.at + timedelta(hours=1))
    assert story.visit.standing() == "under_way"


def test_cancelled_it_keeps_what_it_cost_and_purges_its_data_after_thirty_days() -> None:
    story = story_at("ready")
    costs = (
        Cost(
            what="flights",
            amount=Decimal("4200.50"),
            currency="EUR",
            refund_asked=True,
            refund_denied=True,
            evidence=text("refusal"),
        ),
        Cost(what="hotel", amount=Decimal("900.00"), currency="CNY", refund_asked=True, refund_denied=False),
    )
    story.asks(vr.CancelVisit(reason="force_majeure", text=text("why"), costs=costs), OPERATOR)
    assert story.visit.standing() == "cancelled" and story.tasks() == []
    assert [cost.eligible for cost in story.visit.costs] == [True, False]
    assert story.visit.costs[0].amount == Decimal("4200.50")
    cancelled = story.at
    story.until(cancelled + timedelta(days=29))
    assert story.visit.purged is None
    story.until(cancelled + timedelta(days=31))
    assert story.visit.purged == cancelled + timedelta(days=30)
    assert story.visit.end == "cancelled" and story.visit.next_due() is None


def test_a_refund_nobody_asked_for_cannot_have_been_denied() -> None:
    story = story_at("approved")
    cost = Cost(what="hotel", amount=Decimal("1.00"), currency="EUR", refund_asked=False, refund_denied=True)
    told = story.refuses(vr.CancelVisit(reason="host", text=text("why"), costs=(cost,)), OPERATOR)
    assert "cannot have been denied that nobody asked for" in told


def test_made_and_evidenced_it_is_told_to_each_partnership_it_served() -> None:
    story = story_at("made")
    (errand,) = story.visit.errands
    assert errand.to == ("partnership/C2-01", "partnership/C2-04")
    assert errand.by == OPERATOR
    request = errand.request
    assert isinstance(request, rq.RecordExchange)
    assert (request.code, request.of, request.evidence) == ("V-01", "visit/V-01", text("attendance lists"))
    assert errand.command("partnership/C2-01", "visit/V-01") == "visit.V-01:completed:partnership.C2-01"


def test_a_partnership_that_refuses_is_looked_after_by_the_secretariat() -> None:
    story = story_at("made")
    came = Carried(
        done=("partnership/C2-01",),
        refused=(TurnedDown(entity="partnership/C2-04", sentence="C2-04 is suspended"),),
        after="partnership/C2-04",
        over=True,
    )
    told = story.visit.carried("completed", came, story.at)
    assert [event.kind for event in told] == ["errand_carried"]
    after = story.visit.after(told)
    assert after.errands == () and [watch.id for watch in after.watches] == ["errand/completed"]
    assert after.carried("completed", came, story.at) == (), "told twice it is taken once"
    story._record(told)
    assert "nobody refused an errand 'other'" in story.refuses(rq.RunAgain(errand="other"), OPERATOR)
    story.asks(rq.RunAgain(errand="completed"), OPERATOR)
    assert [one.to for one in story.visit.errands] == [("partnership/C2-04",)]
    assert story.visit.watches == () and "under way" in story.refuses(
        rq.RunAgain(errand="completed"), OPERATOR
    )
    again = came.model_copy(update={"done": ()})
    story._record(story.visit.carried("completed", again, story.at))
    story.asks(rq.LetBe(errand="completed", reason="withdrawn"), OPERATOR)
    assert story.visit.turned_down == () and story.visit.errands == ()


def test_without_the_go_or_the_groups_nothing_is_recorded_as_made() -> None:
    story = story_at("ready")
    assert "is not over" in story.refuses(story.completion(), OPERATOR, on(2023, 3, 15))
    story.until(on(2023, 3, 20))
    assert "which sub-groups travelled" in story.refuses(story.completion(groups=()), OPERATOR)
    assert "no sub-group 'g9'" in story.refuses(story.completion(groups=("g9",)), OPERATOR)
    assert "participants of both sides" in story.refuses(story.completion(participants_cn=0), OPERATOR)
    assert "more women than participants" in story.refuses(story.completion(women=99), OPERATOR)
    assert "only the operator may" in story.refuses(story.completion(), TEAM_LEADER)


def test_the_notes_say_nothing_else_than_the_record() -> None:
    story = VisitStory()
    told = story.refuses(story.concept(partnerships=("C2-01",)), OPERATOR)
    assert "serves C2-01 and C2-04, and the note names C2-01" in told
    assert "prior approval" in story.refuses(story.concept(authorisation=None), OPERATOR)
    story.invited()
    open_ones = story.refuses(story.readiness(), OPERATOR)
    assert "once these are settled: clearance of g1 and clearance of g2" in open_ones
    story.cleared()
    assert "2 partnerships are represented, and the note says 1" in story.refuses(
        story.readiness(partnerships_represented=1), OPERATOR
    )


def test_after_the_visit_each_paper_has_its_day() -> None:
    """domain.md 2.6: survey and evidence ten days, summary twenty, report fifteen working days, next steps twenty."""
    story = story_at("made")
    due = {task: deadline.on for task in story.tasks() if (deadline := story.task(task).deadline) is not None}
    assert due["visit_survey"] == date(2023, 3, 28)
    assert due["visit_summary/g1"] == date(2023, 4, 10), "a partner's deadline rolls off Easter"
    assert "visit_next_steps/C2-01" in due and "visit_next_steps/C2-04" in due
    assert story.task("visit_summary/g1").persons == (ZHENGZHOU.person,)


def test_its_travel_data_go_thirty_days_after_it_and_then_it_is_over_once_reported() -> None:
    story = story_at("made")
    story.asks(story.report(), OPERATOR)
    story.decides("G4c", TEAM_LEADER)
    done = Carried(done=("partnership/C2-01", "partnership/C2-04"), after="partnership/C2-04", over=True)
    story._record(story.visit.carried("completed", done, story.at))
    story.until(on(2023, 4, 16))
    assert not story.visit.ended
    story.until(on(2023, 4, 20))
    assert [event.kind for event in story.events[-2:]] == ["travel_data_purged", "entity_closed"]
    assert story.of(ve.TravelDataPurged)[0].at == on(2023, 4, 17, 22)
    assert story.visit.end == "completed"


def test_a_visit_is_not_over_before_its_partnerships_know() -> None:
    story = story_at("made")
    story.asks(story.report(), OPERATOR)
    story.decides("G4c", TEAM_LEADER)
    story.until(on(2023, 6, 1))
    assert story.visit.purged is not None and not story.visit.ended
    done = Carried(done=("partnership/C2-01", "partnership/C2-04"), after="partnership/C2-04", over=True)
    story._record(story.visit.carried("completed", done, story.at))
    story.until(on(2023, 6, 2))
    assert story.visit.ended


def test_never_recorded_as_made_its_travel_data_go_thirty_days_after_its_planned_last_day() -> None:
    story = story_at("ready")
    assert story.visit.purge_due() == on(2023, 4, 17, 22)
    story.until(on(2023, 4, 20))
    assert [event.at for event in story.of(ve.TravelDataPurged)] == [on(2023, 4, 17, 22)]
    assert story.visit.completion is None and not story.visit.ended
    story.asks(story.completion(), OPERATOR)
    assert story.visit.purge_due() is None, "what is gone need not go again"


@pytest.mark.parametrize("where", ["frozen", "made"])
def test_its_travel_data_go_while_it_is_suspended_and_nothing_else_is_said(where: str) -> None:
    """Privacy does not stand still."""
    story = story_at(where)
    story.asks(rq.Suspend(order=text("order")), OPERATOR)
    assert story.visit.next_due() == on(2023, 4, 17, 22)
    told = story.until(on(2023, 8, 1))
    assert [(event.kind, event.at) for event in told] == [("travel_data_purged", on(2023, 4, 17, 22))]
    assert story.visit.next_due() is None and story.visit.suspended
    story.asks(rq.LiftSuspension(order=text("lifted")), OPERATOR)
    assert len(story.of(ve.TravelDataPurged)) == 1


def test_its_travel_data_go_while_it_is_on_hold() -> None:
    story = story_at("frozen")
    story.asks(rq.Hold(reason="political"), OPERATOR)
    story.until(on(2023, 4, 20))
    assert story.visit.on_hold and story.visit.purged == on(2023, 4, 17, 22)


def test_a_visit_that_is_moved_on_has_its_travel_data_until_thirty_days_after_its_new_days() -> None:
    story = story_at("frozen")
    story.asks(vr.MoveVisit(first=date(2023, 4, 17), reason="host"), OPERATOR)
    assert story.visit.purge_due() == on(2023, 5, 22, 22)


def test_put_off_without_days_its_travel_data_go_as_planned_and_new_days_ask_for_them_anew() -> None:
    story = story_at("frozen")
    story.asks(vr.MoveVisit(reason="host"), OPERATOR)
    assert story.visit.purge_due() == on(2023, 4, 17, 22)
    story.until(on(2023, 4, 20))
    assert story.visit.purged is not None
    story.asks(vr.MoveVisit(first=date(2023, 9, 4), reason="host"), OPERATOR)
    assert story.visit.purge_due() == on(2023, 10, 9, 22)


def test_at_the_programmes_end_nothing_personal_is_left() -> None:
    story = story_at("open_delegation")
    story.until(story.visit.ends + timedelta(days=1))
    assert story.of(ve.TravelDataPurged) and story.visit.end == "cut_off"


def test_an_incident_on_the_way_is_looked_after_until_it_is_settled() -> None:
    story = story_at("ready")
    report = vr.ReportIncident(text=text("illness"))
    assert (
        "visit V-01 is not under way; an incident is reported from its first day (2023-03-13)"
        in story.refuses(report, OPERATOR)
    )
    story.until(on(2023, 3, 14))
    story.asks(report, OPERATOR)
    assert story.visit.standing() == "incident" and "incident" in story.tasks()
    story.asks(vr.ReportIncident(text=text("better"), over=True), OPERATOR)
    assert story.visit.standing() == "travelling" and "incident" not in story.tasks()
    assert "no incident" in story.refuses(vr.ReportIncident(text=text("x"), over=True), OPERATOR)


def test_a_visit_on_a_screen_needs_neither_group_nor_go() -> None:
    story = VisitStory(mode=ExchangeMode.VIRTUAL)
    story.approved()
    story.steps("dates")
    assert "no delegation is named for it" in story.refuses(story.group("g1"), OPERATOR)
    story.until(on(2023, 3, 20))
    story.asks(story.completion(groups=()), OPERATOR)
    assert story.visit.errands


def test_the_programmes_own_staff_scope_and_no_partnership_counts_it() -> None:
    story = VisitStory(mode=ExchangeMode.TEAM_SCOPING)
    story.approved()
    story.steps("dates")
    story.until(on(2023, 3, 20))
    story.asks(story.completion(groups=(), participants_eu=2, participants_cn=0, women=1), OPERATOR)
    assert story.visit.errands == ()


def test_a_group_is_of_places_that_take_part() -> None:
    story = story_at("approved")
    story.steps("dates")
    for changes, said in (
        ({"sender": "Rome"}, "'Rome' does not take part"),
        ({"host": "Western Greece"}, "receives nobody; hosts are Lazio"),
        ({"sender": "Lazio"}, "is a host of this visit"),
        ({"contact": LAZIO.person}, "no focal point of the CN side"),
        ({"host_contact": ZHENGZHOU.person}, "no focal point of the EU side"),
        ({"serves": ("C2-09",)}, "does not serve C2-09; it serves C2-01 and C2-04"),
        ({"serves": ("C2-04",)}, "'Zhengzhou' is no member of C2-04"),
    ):
        assert said in story.refuses(story.group("g1", **changes), OPERATOR)
    story.asks(story.group("g1"), OPERATOR)
    assert "formed already" in story.refuses(story.group("g1"), OPERATOR)


def test_what_another_kind_is_asked_a_visit_refuses() -> None:
    story = VisitStory()
    told = story.refuses(
        rq.Engage.model_validate({"organisation": {"code": "x", "side": "eu", "group": "business"}}), OPERATOR
    )
    assert told == "engage-organisation is not asked of a study visit"
    assert "a study visit has no stage scoping" in story.refuses(rq.OpenStage(stage=Stage.SCOPING), OPERATOR)


def test_on_hold_its_dates_are_not_told_and_it_can_still_be_moved() -> None:
    story = story_at("open_delegation")
    story.asks(rq.Hold(reason="political"), OPERATOR)
    assert "on hold" in story.refuses(story.named("g1"), ZHENGZHOU)
    story.asks(vr.MoveVisit(first=date(2023, 4, 17), reason="host"), OTHER_OPERATOR)
    told = story.letters[-1].facts
    assert "political" not in str(told)


def test_a_visit_goes_on_from_its_json_as_it_was() -> None:
    story = story_at("made")
    again = type(story.visit).model_validate_json(story.visit.model_dump_json())
    assert again == story.visit
    assert again.next_due() == story.visit.next_due()
    assert story.visit.days == DAYS


def test_rejected_its_concept_is_settled_by_the_secretariat() -> None:
    story = VisitStory()
    story.asks(story.concept(), OPERATOR)
    story.decides("G4a.team", TEAM_LEADER, Verdict.REJECT)
    assert story.tasks() == ["escalation/visit_concept"]
    assert isinstance(story.events[-1], ev.RoundsExhausted)
