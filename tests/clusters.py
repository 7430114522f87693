"""A cluster to test with: three partnerships of invented people, two of them of one Chinese city."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

import pytest

from domain import events as ev
from domain import requests as rq
from domain.clusters.cluster import Cluster, founded
from domain.clusters.requests import Candidate, Matter, places
from domain.clusters.steps import cluster_terms
from domain.entries import Entry, numbered
from domain.events import AnyEvent, ClusterFounded, PartnershipFounded
from domain.letters import Letter, letters_for
from domain.requests import AnyRequest, Verdict
from domain.stages import default_terms
from domain.tasks import Task, tasks_of
from domain.terms import Stage, Terms
from domain.values import OF_A_SIDE, SIDES, Actor, Holder, Level, Member, Refusal, Role, Side
from tests import given
from tests.given import (
    COUNTERPART,
    DELEGATION,
    MANAGER,
    OPERATOR,
    OTHER_OPERATOR,
    START,
    TEAM_LEADER,
    actor,
    deliverable,
    holder,
    text,
)
from tests.reading_back import read_back

E = TypeVar("E", bound=ev.Event)

STAFF = (OPERATOR, OTHER_OPERATOR, TEAM_LEADER, DELEGATION, COUNTERPART, MANAGER)
CITIES = {
    "C1-01": ("Fuenlabrada", "Hangzhou"),
    "C1-02": ("Getafe", "Hangzhou"),
    "C2-03": ("Aragon", "Zhengzhou"),
    "C2-04": ("Murcia", "Suzhou"),
}
FOUR = tuple(CITIES)
THREE = FOUR[:3]


def of(code: str, side: Side, role: Role = Role.FOCAL_POINT) -> Actor:
    """Who stands for a side of a partnership; those of a city are the same in each of its partnerships."""
    city = CITIES[code][SIDES.index(side)].lower()
    return actor(f"{city}{role.value}", role, side)


def own_people(code: str) -> tuple[Actor, ...]:
    return tuple(of(code, side, role) for side in SIDES for role in OF_A_SIDE)


def cities(code: str, at: datetime = START) -> tuple[Member, ...]:
    countries = {Side.EU: ("ES", "Europe/Madrid"), Side.CN: ("CN", "Asia/Shanghai")}
    return tuple(
        Member(
            side=side,
            name=CITIES[code][place],
            country=countries[side][0],
            level=Level.CITY,
            zone=countries[side][1],
            since=at,
        )
        for place, side in enumerate(SIDES)
    )


def its_holders(code: str, at: datetime = START) -> tuple[Holder, ...]:
    return tuple(holder(who, at) for who in own_people(code))


def candidate(code: str) -> Candidate:
    eu, cn = CITIES[code]
    return Candidate(code=code, eu=eu, cn=cn, people=places(its_holders(code)))


def partnership_founding(code: str, at: datetime = START, named: str | None = None) -> PartnershipFounded:
    """The founding of one of the partnerships, by itself; `named` gives it another code."""
    first = given.founding(named or code, at, people=(*STAFF, *own_people(code)))
    return first.model_copy(update={"members": cities(code, at)})


def cluster_founding(
    code: str = "ECO", codes: tuple[str, ...] = THREE, at: datetime = START, terms: Terms | None = None
) -> ClusterFounded:
    members = {(one.side, one.name): one for of_ in codes for one in cities(of_, at)}
    people = dict.fromkeys((*STAFF, *(who for of_ in codes for who in own_people(of_))))
    return ClusterFounded(
        at=at,
        by=OPERATOR,
        programme="11438",
        code=code,
        title="Ecological transition",
        title_zh="生态转型",
        candidates=tuple(candidate(one) for one in codes),
        members=tuple(members.values()),
        holders=tuple(holder(who, at) for who in people),
        terms=terms or cluster_terms(default_terms()),
        edition=given.calendars(),
        ends=given.END,
    )


def join(code: str = "C2-04") -> rq.Join:
    return rq.Join(
        member=candidate(code), members=cities(code), holders=its_holders(code), reason="common_theme"
    )


def consent(code: str, to: Matter = Matter.MEMBERSHIP, **changes: Any) -> rq.Consent:
    return rq.Consent.model_validate({"member": code, "to": to, "given": True} | changes)


def refuse(code: str, to: Matter = Matter.MEMBERSHIP) -> rq.Consent:
    return consent(code, to, given=False, reason="priorities")


class Circle:
    """A cluster, the entries of its life so far, and the time it has come to."""

    def __init__(self, **founding: Any) -> None:
        first = cluster_founding(**founding)
        self.cluster: Cluster = founded(first)
        self.at = first.at
        self.entries: list[Entry] = []
        self.letters: list[Letter] = []
        self._record((first,), None)

    @property
    def events(self) -> tuple[AnyEvent, ...]:
        return tuple(entry.event for entry in self.entries)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def _record(
        self, events: Iterable[AnyEvent], before: Cluster | None, request: str | None = None
    ) -> tuple[AnyEvent, ...]:
        told = tuple(events)
        for entry in numbered(self.cluster.entity, len(self.entries), told, self.at, request):
            after = before.after((entry.event,)) if before is not None else self.cluster
            self.letters += letters_for(before, after, entry)
            self.entries.append(entry)
            before = after
        if before is not None:
            self.cluster = before
        return told

    def until(self, at: datetime) -> tuple[AnyEvent, ...]:
        self.at = at
        return self._record(self.cluster.lapse(at), self.cluster)

    def asks(self, request: AnyRequest, by: Actor, at: datetime | None = None) -> tuple[AnyEvent, ...]:
        self.at = at or self.at
        before = self.cluster
        told = self._record(before.ask(request, by, self.at), before, f"asked-{len(self.entries)}")
        read_back(before, told, request, by, self.at)
        return told

    def refuses(self, request: AnyRequest, by: Actor) -> Refusal:
        """The refusal, which changes nothing."""
        before = self.cluster.model_dump_json()
        with pytest.raises(Refusal) as refused:
            self.cluster.ask(request, by, self.at)
        assert self.cluster.model_dump_json() == before
        return refused.value

    def tasks(self) -> dict[str, Task]:
        return {task.id: task for task in tasks_of(self.cluster)}

    def consents(self, *codes: str, to: Matter = Matter.MEMBERSHIP) -> None:
        """Both sides of each of these."""
        for code in codes:
            for side in SIDES:
                self.asks(consent(code, to), of(code, side))

    def active(self) -> Circle:
        self.consents(*(one.code for one in self.cluster.candidates()))
        return self

    def decides(self, gate: str, by: Actor, verdict: Verdict = Verdict.APPROVE) -> tuple[AnyEvent, ...]:
        latest = self.cluster.latest_gate(gate)
        assert latest is not None, f"gate {gate} is not open"
        return self.asks(rq.Decide(gate=gate, version=latest.version, verdict=verdict), by)

    def all_decide(self, gate: str, role: Role) -> None:
        """Every seat of a gate of all members."""
        latest = self.cluster.latest_gate(gate)
        assert latest is not None, f"gate {gate} is not open"
        for seat in latest.seats:
            assert seat.of is not None
            self.decides(gate, of(seat.of, seat.side, role))

    def to_adoption(self, version: str = "one") -> Circle:
        """A joint plan handed in and passed up to the gate at which all members adopt it."""
        self.asks(rq.OpenStage(stage=Stage.JOINT_PLAN), OPERATOR)
        plan = deliverable("joint_plan", version)
        self.asks(rq.Submit(stage=Stage.JOINT_PLAN, deliverable=plan), MANAGER)
        self.all_decide("K2.review", Role.FOCAL_POINT)
        self.decides("K2.team", TEAM_LEADER)
        self.decides("K2.eud", DELEGATION)
        return self

    def adopts(self, version: str = "one") -> Circle:
        self.to_adoption(version)
        self.all_decide("K2.adopt", Role.SIGNATORY)
        return self

    def holds(self, code: str = "js-1", **changes: Any) -> tuple[AnyEvent, ...]:
        told = {
            "code": code,
            "mode": "virtual",
            "held": self.at,
            "attended": [
                {"name": "Fuenlabrada", "number": 3},
                {"name": "Getafe", "number": 2},
                {"name": "Hangzhou", "number": 4},
            ],
            "evidence": text("attendance"),
        }
        return self.asks(rq.HoldJointSession.model_validate(told | changes), OPERATOR)
