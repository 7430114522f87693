"""A study visit told in a test: two partnerships, a Chinese delegation to Europe, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import pytest

from domain import events as ev
from domain import requests as rq
from domain.calendars import CalendarEdition
from domain.entries import Entry, numbered
from domain.events import AnyEvent
from domain.holiday_lists import edition
from domain.letters import Letter, letters_for
from domain.requests import AnyRequest, Verdict
from domain.stages import default_terms
from domain.tasks import Task, tasks_of
from domain.terms import Stage, Terms
from domain.values import Actor, ExchangeMode, Holder, Level, Member, Refusal, Role, Side
from domain.visits import requests as vr
from domain.visits.events import Direction, Served, VisitFounded
from domain.visits.requests import GroupStep
from domain.visits.visit import StudyVisit, founded, visit_terms
from tests.given import (
    DELEGATION,
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    actor,
    deliverable,
    holder,
    on,
    person,
    text,
)
from tests.reading_back import read_back

E = TypeVar("E", bound=ev.Event)

BEGUN = on(2022, 9, 1)
FIRST = date(2023, 3, 13)
DAYS = 6
ENDS = datetime.fromisoformat("2023-12-31T23:00:00+00:00")

LAZIO = actor("lazio", Role.FOCAL_POINT, Side.EU)
GREECE = actor("greece", Role.FOCAL_POINT, Side.EU)
ZHENGZHOU = actor("zhengzhou", Role.FOCAL_POINT, Side.CN)
DALIAN = actor("dalian", Role.FOCAL_POINT, Side.CN)
SERVED = (
    Served(code="C2-01", eu="Lazio", cn="Zhengzhou"),
    Served(code="C2-04", eu="Western Greece", cn="Dalian"),
)


@cache
def calendars() -> CalendarEdition:
    return edition("2022-2024", date(2022, 1, 1), ("IT", "GR", "CN", "BE"), 2022, 2024)


def _member(side: Side, name: str, country: str, zone: str, since: datetime) -> Member:
    return Member(side=side, name=name, country=country, level=Level.CITY, zone=zone, since=since)


def _holder(who: Actor, zone: str, country: str, since: datetime) -> Holder:
    return holder(who, since).model_copy(update={"zone": zone, "country": country})


def founding(**changes: Any) -> VisitFounded:
    """The first event of a visit of Zhengzhou and Dalian to Lazio."""
    since = changes.get("at", BEGUN)
    facts: dict[str, Any] = {
        "at": since,
        "by": OPERATOR,
        "programme": "11438",
        "code": "V-01",
        "title": "Peri-urban agriculture in Lazio",
        "title_zh": "拉齐奥近郊农业考察",
        "direction": Direction.CN_TO_EU,
        "mode": ExchangeMode.PHYSICAL,
        "serves": SERVED,
        "hosts": ("Lazio",),
        "first": FIRST,
        "days": DAYS,
        "members": (
            _member(Side.EU, "Lazio", "IT", "Europe/Rome", since),
            _member(Side.EU, "Western Greece", "GR", "Europe/Athens", since),
            _member(Side.CN, "Zhengzhou", "CN", "Asia/Shanghai", since),
            _member(Side.CN, "Dalian", "CN", "Asia/Shanghai", since),
        ),
        "holders": (
            *(holder(who, since) for who in (OPERATOR, OTHER_OPERATOR, TEAM_LEADER, DELEGATION)),
            _holder(LAZIO, "Europe/Rome", "IT", since),
            _holder(GREECE, "Europe/Athens", "GR", since),
            _holder(ZHENGZHOU, "Asia/Shanghai", "CN", since),
            _holder(DALIAN, "Asia/Shanghai", "CN", since),
        ),
        "terms": visit_terms(default_terms()),
        "edition": calendars(),
        "ends": ENDS,
    }
    return VisitFounded.model_validate(facts | changes)


def people(prefix: str, many: int) -> tuple[str, ...]:
    return tuple(person(f"{prefix}{number}") for number in range(many))


class VisitStory:
    """A visit, the entries of its life so far, and the time it has come to."""

    def __init__(self, **changes: Any) -> None:
        first = founding(**changes)
        self.visit: StudyVisit = founded(first)
        self.at = first.at
        self.entries: list[Entry] = []
        self.letters: list[Letter] = []
        self._record((first,), first=True)

    @property
    def events(self) -> tuple[AnyEvent, ...]:
        return tuple(entry.event for entry in self.entries)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def _record(
        self, events: Iterable[AnyEvent], request: str | None = None, *, first: bool = False
    ) -> tuple[AnyEvent, ...]:
        told = tuple(events)
        for entry in numbered(self.visit.entity, len(self.entries), told, self.at, request):
            before = None if first else self.visit
            if before is not None:
                self.visit = before.after((entry.event,))
            self.letters += letters_for(before, self.visit, entry)
            self.entries.append(entry)
        return told

    def until(self, at: datetime) -> tuple[AnyEvent, ...]:
        """What the calendar says by itself until then."""
        told: list[AnyEvent] = []
        while (due := self.visit.next_due()) is not None and due <= at:
            self.at = max(due, self.at)
            told += self._record(self.visit.lapse(self.at))
        self.at = at
        return tuple(told)

    def asks(self, request: AnyRequest, by: Actor, at: datetime | None = None) -> tuple[AnyEvent, ...]:
        self.at = at or self.at
        before = self.visit
        told = self._record(before.ask(request, by, self.at), f"asked-{len(self.entries)}")
        read_back(before, told, request, by, self.at)
        return told

    def refuses(self, request: AnyRequest, by: Actor, at: datetime | None = None) -> str:
        before = self.visit.model_dump_json()
        with pytest.raises(Refusal) as refused:
            self.visit.ask(request, by, at or self.at)
        assert self.visit.model_dump_json() == before
        return refused.value.sentence

    def later(self, days: float) -> None:
        self.until(self.at + timedelta(days=days))

    def tasks(self) -> list[str]:
        return [task.id for task in tasks_of(self.visit)]

    def task(self, name: str) -> Task:
        return next(task for task in tasks_of(self.visit) if task.id == name)

    def decides(self, gate: str, by: Actor, verdict: Verdict = Verdict.APPROVE) -> None:
        latest = self.visit.latest_gate(gate)
        assert latest is not None
        self.asks(rq.Decide(gate=gate, version=latest.version, verdict=verdict), by)

    def concept(self, **changes: Any) -> rq.Submit:
        served = {"partnerships": tuple(one.code for one in self.visit.serves)}
        note = deliverable("visit_concept_note", **(served | changes))
        return rq.Submit(stage=Stage.VISIT_CONCEPT, deliverable=note)

    def approved(self) -> None:
        self.asks(self.concept(), OPERATOR)
        self.decides("G4a.team", TEAM_LEADER)
        self.decides("G4a", DELEGATION)

    def steps(self, *steps: str, by: Actor = OPERATOR) -> None:
        for step in steps:
            self.asks(vr.StepVisit(step=step), by)

    def group(self, code: str, **changes: Any) -> vr.FormGroup:
        """The sub-group of Zhengzhou (g1) or of Dalian (g2)."""
        mine, serves = (ZHENGZHOU, "C2-01") if code == "g1" else (DALIAN, "C2-04")
        facts = {
            "group": code,
            "sender": "Zhengzhou" if code == "g1" else "Dalian",
            "host": "Lazio",
            "contact": mine.person,
            "host_contact": LAZIO.person,
            "serves": (serves,),
        }
        return vr.FormGroup.model_validate(facts | changes)

    def named(self, code: str, many: int = 4, prefix: str = "", **changes: Any) -> vr.NameParticipants:
        named = people(f"{prefix}{code}of", many)
        return vr.NameParticipants(group=code, participants=named, head=named[0], **changes)

    def open_delegation(self) -> None:
        """Approved, dates fixed, both sub-groups formed."""
        self.approved()
        self.steps("dates")
        self.asks(self.group("g1"), OPERATOR)
        self.asks(self.group("g2"), OPERATOR)

    def frozen(self) -> None:
        self.open_delegation()
        self.asks(self.named("g1"), ZHENGZHOU)
        self.asks(self.named("g2"), DALIAN)
        self.steps("freeze")

    def invited(self) -> None:
        self.frozen()
        for code in ("g1", "g2"):
            self.asks(vr.StepVisit(step="invitation", about=code, text=text("invitation")), LAZIO)

    def cleared(self, *codes: str) -> None:
        for code in codes or ("g1", "g2"):
            self.asks(vr.StepGroup(group=code, step=GroupStep.SUBMITTED), OPERATOR)
            self.asks(vr.StepGroup(group=code, step=GroupStep.CLEARED), OPERATOR)

    def readiness(self, **changes: Any) -> rq.Submit:
        there = {"partnerships_represented": len(self.visit.represented())}
        note = deliverable("visit_readiness_note", **(there | changes))
        return rq.Submit(stage=Stage.VISIT_READINESS, deliverable=note)

    def ready(self) -> None:
        self.invited()
        self.cleared()
        self.asks(self.readiness(), OPERATOR)
        self.decides("G4b", TEAM_LEADER)

    def completion(self, **changes: Any) -> vr.CompleteVisit:
        facts = {
            "first": FIRST,
            "last": FIRST + timedelta(days=DAYS - 1),
            "groups": ("g1", "g2"),
            "participants_eu": 12,
            "participants_cn": 8,
            "women": 9,
            "evidence": text("attendance lists"),
        }
        return vr.CompleteVisit.model_validate(facts | changes)

    def report(self, **changes: Any) -> rq.Submit:
        return rq.Submit(stage=Stage.VISIT_REPORT, deliverable=deliverable("mission_report", **changes))

    def made(self) -> None:
        """Ready, travelled, and recorded two days after its last day."""
        self.ready()
        self.until(on(2023, 3, 20))
        self.asks(self.completion(), OPERATOR)


def terms_with(**changes: Any) -> Terms:
    """The terms of a visit with other limits."""
    terms = visit_terms(default_terms())
    assert terms.visits is not None
    return terms.model_copy(update={"visits": terms.visits.model_copy(update=changes)})
