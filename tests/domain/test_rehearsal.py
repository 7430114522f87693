"""Rehearsals: repeatable by a seed, true to their script, and always with an end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from client import programme
from domain.events import AgreementStepTaken, End, PartnershipFounded, ProgrammeFounded
from domain.partnership import Partnership, founded
from domain.rehearsal import Planned, Rehearsal, Rehearsed, Script, Stagehands, Turn, plan, rehearse_all
from domain.rehearsal.chance import chance
from domain.requests import AgreementStep, ExchangeMode
from domain.stages.study_visits import VisitMode, VisitReport
from domain.terms import Stage
from domain.values import POLITICAL, Role, Side

FILES = Path(__file__).parents[2] / "programmes"
STARTS = datetime(2021, 1, 1, 8, tzinfo=UTC)
UNTIL = datetime(2024, 6, 1, tzinfo=UTC)


@cache
def facts() -> programme.Programme:
    return programme.read(FILES / "iurc-china.yaml", FILES / "demonstration-people.yaml")


@cache
def script() -> Script:
    return programme.read_script(FILES / "demonstration-script.yaml")


def ids(prefix: str = "p") -> dict[str, str]:
    return {person.key: f"p-{prefix}{place:025d}" for place, person in enumerate(facts().people)}


def hands(seed: int, prefix: str = "p", played: Script | None = None) -> Stagehands:
    return programme.stagehands(facts(), played or script(), ids(prefix), STARTS, seed)


def founding(code: str, prefix: str = "p") -> PartnershipFounded:
    events = programme.foundings(facts(), ids(prefix), STARTS)
    return next(event for event in events if event.code == code)


def foundings(prefix: str = "p") -> tuple[PartnershipFounded, ...]:
    """Those of all partnerships, in a programme in which nothing of the script has happened."""
    return programme.foundings(programme.as_scripted(facts(), script()), ids(prefix), STARTS)


def programme_founding(prefix: str = "p") -> ProgrammeFounded:
    return programme.programme_founding(programme.as_scripted(facts(), script()), ids(prefix), STARTS)


def anew(seed: int, prefix: str = "p") -> Rehearsal:
    """The programme as the demonstration plays it, with everything its script has."""
    return rehearse_all(foundings(prefix), hands(seed, prefix), UNTIL, governing=programme_founding(prefix))


@cache
def whole(seed: int) -> Rehearsal:
    return anew(seed)


def played(seed: int) -> Mapping[str, Rehearsed[Partnership]]:
    return whole(seed).partnerships


def told(rehearsed: Rehearsed[Partnership]) -> list[tuple[datetime, str]]:
    return [(event.at, event.kind) for event in rehearsed.events]


def test_the_same_seed_is_the_same_course_of_events() -> None:
    again = anew(1).all()
    assert {code: life.events for code, life in again.items()} == {
        code: life.events for code, life in whole(1).all().items()
    }


def test_another_seed_is_another_course_of_events() -> None:
    assert told(played(1)["C1-01"]) != told(played(2)["C1-01"])


def test_ids_drawn_at_loading_change_nothing() -> None:
    one, other = (
        rehearse_all([founding("C2-04", prefix)], hands(1, prefix), UNTIL).partnerships["C2-04"]
        for prefix in "pq"
    )
    assert told(other) == told(one)


def test_draws_hang_on_what_they_are_about_alone() -> None:
    assert chance(1, "a").random() == chance(1, "a").random() != chance(1, "b").random()
    assert chance(1, "a").random() != chance(2, "a").random()


def test_planning_changes_nothing_and_plans_nothing_in_the_past() -> None:
    rehearsed = played(1)["C2-01"]
    state = programme_state("C2-01", rehearsed, datetime(2023, 2, 1, tzinfo=UTC))
    at = datetime(2023, 2, 1, 12, tzinfo=UTC)
    planned = plan(state, at, hands(1))
    assert planned == plan(state, at, hands(1))
    assert planned and all(one.at >= at for one in planned)
    assert len({one.id for one in planned}) == len(planned)
    assert plan(rehearsed.state, UNTIL, hands(1)) == ()


def programme_state(code: str, rehearsed: Rehearsed[Partnership], at: datetime) -> Partnership:

    first, *others = rehearsed.events
    assert isinstance(first, PartnershipFounded)
    return founded(first).after(event for event in others if event.at <= at)


@pytest.mark.parametrize("seed", [1, 2, 3, 2021])
def test_a_whole_programme_ends_as_such_programmes_do(seed: int) -> None:
    all_of_it = played(seed)
    surprised = [(code, one) for code, life in whole(seed).all().items() for one in life.unexpected]
    assert surprised == [] and whole(seed).unfounded == ()
    assert [code for code, rehearsed in all_of_it.items() if not rehearsed.state.ended] == []
    states = [rehearsed.state for rehearsed in all_of_it.values()]
    ends = Counter(state.end for state in states)
    assert (ends[End.WITHDRAWN], ends[End.MERGED], ends[End.REJECTED]) == (1, 1, 1)
    assert 1 <= ends[End.CUT_OFF] <= 3
    assert 8 <= sum(state.plan_adopted is not None for state in states) <= 12
    assert 7 <= sum(state.agreement.signed is not None for state in states) <= 10
    signings = [
        event
        for life in all_of_it.values()
        for event in life.events
        if isinstance(event, AgreementStepTaken) and event.step is AgreementStep.SIGNED
    ]
    assert signings and all(event.text for event in signings), "a signing without its text does not count"
    assert 3 <= sum(state.pilots_endorsed for state in states) <= 10
    exchanges = [
        (state.code if one.of is None else one.of, one.code) for state in states for one in state.exchanges
    ]
    sessions = {(of, code) for of, code in exchanges if not of.startswith("visit/")}
    assert 60 <= len(sessions) <= 85, "a joint one is one, and a visit is counted as a visit"
    groups = {organisation.group for state in states for organisation in state.organisations}
    assert len(groups) == 4
    gates = [gate for state in states for gate in state.gates if gate.settled and gate.due]
    in_time = sum(gate.settled <= gate.due for gate in gates if gate.settled and gate.due)
    assert 0.75 < in_time / len(gates) < 0.98
    mistakes = [one for rehearsed in all_of_it.values() for one in rehearsed.refusals]
    assert len(mistakes) > 10 and all(one.turn is Turn.MISTAKE for one in mistakes)


def test_a_slow_engine_delays_but_breaks_nothing() -> None:
    way = chance("lag", 6)

    def lag(_: Planned) -> timedelta:
        return timedelta(days=way.expovariate(1 / 6))

    slow = rehearse_all(foundings(), hands(7), UNTIL, lag, programme_founding())
    going_on = [life.state.entity for life in slow.all().values() if not life.state.ended]
    itself = slow.programme
    assert itself is not None
    assert going_on in ([], [itself.state.entity]), "its final report may take longer than all else"
    assert [one for rehearsed in slow.all().values() for one in rehearsed.unexpected] == []
    assert slow.unfounded == ()


@pytest.mark.parametrize("seed", range(5))
def test_partnerships_without_a_script_find_their_end_too(seed: int) -> None:
    for code in ("C1-01", "C2-08"):
        alone = rehearse_all((founding(code),), hands(seed, played=Script()), UNTIL)
        rehearsed = alone.partnerships[code]
        assert rehearsed.state.ended and not rehearsed.unexpected


def test_published_days_are_kept() -> None:
    state = played(3)["C2-01"].state
    assert state.agreement.signed is not None and state.agreement.signed.date() == date(2023, 1, 31)
    held = {exchange.held.date(): exchange.mode for exchange in state.exchanges}
    assert date(2022, 11, 3) in held
    assert held[date(2022, 12, 21)] is ExchangeMode.TEAM_SCOPING


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nobody_travels_while_travel_is_closed(seed: int) -> None:
    opened = date(2023, 3, 15)
    physical = 0
    for rehearsed in played(seed).values():
        for exchange in rehearsed.state.exchanges:
            if exchange.mode is ExchangeMode.PHYSICAL:
                assert exchange.held.date() >= opened
                physical += 1
        for event in rehearsed.events:
            if event.kind == "deliverable_submitted" and isinstance(event.deliverable, VisitReport):
                travelled = event.deliverable.mode is not VisitMode.VIRTUAL
                assert not travelled or event.deliverable.period.since >= date(2023, 7, 1)
                physical += travelled
    assert physical >= 8


def test_each_told_story_happens() -> None:
    programme_told = played(1)
    kinds = {code: Counter(event.kind for event in one.events) for code, one in programme_told.items()}
    state = {code: one.state for code, one in programme_told.items()}
    assert state["C1-06"].end is End.WITHDRAWN
    assert state["C1-07"].end is End.MERGED and state["C1-07"].merged_into == "ECO"
    assert kinds["C1-08"]["hold_placed"] == kinds["C1-08"]["hold_lifted"] == 1
    assert kinds["C1-09"]["suspension_ordered"] == kinds["C1-09"]["suspension_lifted"] == 1
    assert kinds["C1-10"]["rounds_exhausted"] >= 1 and state["C1-10"].plan_adopted is not None
    assert any(gate.silent for gate in state["C2-05"].gates)
    assert any(event.kind == "gate_settled" and event.overridden for event in programme_told["C2-05"].events)
    assert len([one for one in state["C2-06"].holders if one.role is Role.FOCAL_POINT and one.until]) == 1
    assert state["C2-06"].agreement.step is AgreementStep.LAPSED
    assert state["C2-08"].member(Side.CN).name == "Nanchang"
    assert state["C2-09"].end is End.CUT_OFF
    assert state["C2-10"].end is End.REJECTED and not state["C2-10"].passed(Stage.SCOPING)


def test_the_extension_takes_two_persons_and_comes_in_time_where_no_programme_is_played() -> None:
    alone = rehearse_all([founding("C1-01")], hands(1), UNTIL).partnerships["C1-01"]
    (event,) = [one for one in alone.events if one.kind == "end_date_changed"]
    assert event.was - event.at >= timedelta(days=30)
    made = [one for one in alone.events if one.kind == "proposal_made" and one.at < event.at][-1]
    assert made.by is not None and event.by is not None
    assert made.by.person != event.by.person


def test_china_s_list_is_adopted_when_it_is_out() -> None:
    adopted = [event for event in played(1)["C1-01"].events if event.kind == "calendar_adopted"]
    assert [event.edition.name for event in adopted] == ["2021-10-25", "2022-12-08", "2023-10-25"]
    for event in adopted:
        assert event.at.date() > event.edition.published


def test_every_text_of_a_request_is_there_to_be_kept() -> None:
    """All hashes of a request stand for a text that comes with it, or for something on record already."""
    for code in ("C2-01", "C1-06", "C2-08"):
        known: set[str] = set()
        state, at = programme_state(code, played(1)[code], STARTS), STARTS
        while at < UNTIL and not state.ended:
            for one in plan(state, at, hands(1)):
                hashes = {
                    found for found in _strings(one.request.model_dump(mode="json")) if "sha256:" in found
                }
                on_record = {gate.version for gate in state.gates} | {
                    version.version for held in state.stages for version in held.versions
                }
                editions = {edition.content_hash for edition in hands(1).editions}
                assert hashes <= {text.hash for text in one.texts} | on_record | editions
                known |= hashes
            at += timedelta(days=240)
            state = programme_state(code, played(1)[code], at)
        assert known


def test_the_political_level_signs_and_does_nothing_else() -> None:
    for rehearsed in played(2).values():
        for event in rehearsed.events:
            if event.by is not None and event.by.role in POLITICAL:
                assert event.kind in (
                    "decision_made",
                    "gate_settled",
                    "gate_opened",
                    "stage_passed",
                    "clarification_asked",
                    "advice_asked",
                    "decision_taken_back",
                    "ladder_stopped",
                    "rounds_exhausted",
                )


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [found for held in value.values() for found in _strings(held)]
    if isinstance(value, list):
        return [found for held in value for found in _strings(held)]
    return []
