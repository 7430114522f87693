"""Where a study visit stands: all its facts, and the plain questions one can ask of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import Field

from domain.living import Entity
from domain.terms import Stage, VisitTerms
from domain.values import (
    Code,
    ExchangeMode,
    PersonId,
    PlaceName,
    Refusal,
    Side,
    TextHash,
    UtcTime,
    Value,
    Wording,
    listed,
)
from domain.visits.events import Direction, Milestone, Served
from domain.visits.requests import Cost, GroupStep, HostConsent


class Group(Value):
    """A sub-group of the delegation, sent by one city or region and received by another."""

    group: Code
    side: Side
    sender: PlaceName
    host: PlaceName
    contact: PersonId
    host_contact: PersonId
    serves: tuple[Code, ...]
    participants: tuple[PersonId, ...] = ()
    head: PersonId | None = None
    step: GroupStep | None = None
    refused: tuple[PersonId, ...] = ()

    @property
    def out(self) -> bool:
        """Whether nobody of it travels."""
        named = bool(self.participants)
        return self.step is GroupStep.REFUSED or (
            named and all(one in self.refused for one in self.participants)
        )

    @property
    def travelling(self) -> tuple[PersonId, ...]:
        return tuple(one for one in self.participants if one not in self.refused)


class Completion(Value):
    """What was really made."""

    at: UtcTime
    first: date
    last: date
    mode: ExchangeMode
    groups: tuple[Code, ...]
    participants_eu: int
    participants_cn: int
    women: int
    evidence: TextHash

    @property
    def participants(self) -> int:
        return self.participants_eu + self.participants_cn


class VisitState(Entity):
    """All that is known of one study visit."""

    title: Wording
    title_zh: Wording = ""
    direction: Direction
    mode: ExchangeMode
    serves: tuple[Served, ...]
    hosts: tuple[PlaceName, ...]
    first: date | None
    """Its first day; None while it is put off and no new days are known."""
    days: int
    was_last: date | None = Field(default=None, exclude_if=lambda day: day is None)
    """The last day it was planned for before it was put off, while no new days are known."""
    moved: int = 0
    milestones: tuple[Milestone, ...] = ()
    groups: tuple[Group, ...] = ()
    begun: UtcTime | None = None
    """When its first day came and it went."""
    unready: bool = False
    """Whether its first day came without a decision that it goes."""
    incident: bool = False
    costs: tuple[Cost, ...] = ()
    completion: Completion | None = None
    cancelled: UtcTime | None = None
    cancelled_why: Code | None = None
    converted: bool = False
    agreed: tuple[HostConsent, ...] = Field(default=(), exclude_if=lambda agreed: not agreed)
    """Who agreed for which host that nobody travels."""
    purged: UtcTime | None = None

    @property
    def rules(self) -> VisitTerms:
        return self.terms.visits or VisitTerms()

    @property
    def from_china(self) -> bool:
        return self.direction is Direction.CN_TO_EU

    @property
    def delegated(self) -> bool:
        """Whether a delegation is named, invited and travels: not on a screen, and not for the programme's staff."""
        return self.mode in (ExchangeMode.PHYSICAL, ExchangeMode.HYBRID)

    @property
    def zone(self) -> str:
        """The time zone of the place that receives it first."""
        host = next((member for member in self.members if member.name == self.hosts[0]), None)
        return host.zone if host is not None else self.home()[0]

    def group(self, code: str) -> Group | None:
        return next((group for group in self.groups if group.group == code), None)

    def the_group(self, code: str) -> Group:
        """A sub-group by its code; Refusal, naming those there are."""
        found = self.group(code)
        if found is None:
            known = listed([group.group for group in self.groups]) or "none yet (form-group)"
            raise Refusal(f"{self.code} has no sub-group {code!r}; it has {known}")
        return found

    def side_of(self, place: str) -> Side:
        """For which side a city or region takes part."""
        return next(member.side for member in self.members if member.name == place)

    def milestone(self, id: str) -> Milestone | None:
        return next((held for held in self.milestones if held.id == id), None)

    def is_done(self, step: str) -> bool:
        """Whether a step is taken, by every group that it is for."""
        held = [one for one in self.milestones if one.step == step and not self._out(one)]
        return bool(held) and all(one.done is not None for one in held)

    def _out(self, milestone: Milestone) -> bool:
        group = self.group(milestone.about)
        return group is not None and group.out

    @property
    def ready(self) -> bool:
        return self.passed(Stage.VISIT_READINESS)

    @property
    def over(self) -> bool:
        """Whether nothing is prepared any more: it was made, or it will not be."""
        return self.completion is not None or self.cancelled is not None

    def begins(self) -> datetime | None:
        """The first moment of its first day, where it is received."""
        return self._midnight(self.first) if self.first is not None else None

    def ends_on(self) -> date | None:
        """Its last day."""
        return self.first + timedelta(days=self.days - 1) if self.first is not None else None

    def last_moment(self, day: date) -> datetime:
        """The end of a day, where it is received."""
        return self._midnight(day + timedelta(days=1)) - timedelta(seconds=1)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def represented(self) -> tuple[str, ...]:
        """The partnerships that have somebody in a sub-group that travels."""
        return tuple(
            one.code
            for one in self.serves
            if any(one.code in group.serves and not group.out for group in self.groups)
        )

    def enough(self) -> bool:
        """Whether so many partnerships are represented that the visit is worth making (domain.md 2.6)."""
        return len(self.represented()) * 100 >= self.rules.represented * len(self.serves)

    def purge_due(self) -> datetime | None:
        """When what is kept of passports and the like goes; None once it is gone, until new days are found.

        So many days after the last day as it is known: of what was made, else of the plan, also one that was put off
        without new days; after the cancellation where it was cancelled. Nobody need record anything for it.
        """
        if self.purged is not None:
            return None
        if self.completion is None and self.cancelled is not None:
            return self.cancelled + timedelta(days=self.rules.purge)
        last = self.completion.last if self.completion is not None else self.ends_on() or self.was_last
        return self._midnight(last + timedelta(days=self.rules.purge + 1)) if last is not None else None

    def everybody(self) -> tuple[PersonId, ...]:
        """Whoever was named for it."""
        return tuple(dict.fromkeys(one for group in self.groups for one in group.participants))
