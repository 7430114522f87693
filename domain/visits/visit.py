"""The study visit: one delegation that serves many partnerships, from the idea to the purge of its travel data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain import requests as rq
from domain.clocks import Clock
from domain.entity import Fold, StageState
from domain.events import AnyEvent, EntityClosed
from domain.lapsing import quiet
from domain.letters import Draft
from domain.living import Rule
from domain.tasks import OPERATOR, Task, proposal_tasks, stage_tasks, task, watch_tasks
from domain.terms import Stage, Terms, VisitTerms
from domain.values import ExchangeMode, Refusal, Role, listed
from domain.visits import folds, groups, letters, rules
from domain.visits import requests as vr
from domain.visits.events import Direction, Milestone, TravelDataPurged, VisitBegan, VisitFounded
from domain.visits.rows import timetable
from domain.visits.state import VisitState
from domain.visits.steps import STEPS
from domain.visits.timetable import TIMETABLE, UNASKED, asked_since, counted_back, planned, seat_of

__all__ = ["StudyVisit", "founded", "visit_terms"]


class StudyVisit(VisitState):
    """One study visit over its whole life."""

    noun: ClassVar[str] = "study visit"
    own_folds: ClassVar[Mapping[type[Any], Fold]] = folds.FOLDS
    own_rules: ClassVar[Mapping[type[Any], Rule]] = {
        rq.Submit: rules.submit,
        vr.StepVisit: rules.visit_step,
        vr.FormGroup: groups.form_group,
        vr.NameParticipants: groups.name_participants,
        vr.StepGroup: groups.group_step,
        vr.MoveVisit: rules.move_visit,
        vr.ConvertVisit: rules.convert_visit,
        vr.CancelVisit: rules.cancel_visit,
        vr.ReportIncident: rules.report_incident,
        vr.CompleteVisit: rules.complete_visit,
    }
    own_on_hold: ClassVar[tuple[type[Any], ...]] = (
        vr.MoveVisit,
        vr.ConvertVisit,
        vr.CancelVisit,
        vr.ReportIncident,
        vr.CompleteVisit,
    )

    def own_tasks(self) -> Iterator[Task]:
        yield from stage_tasks(self)
        yield from proposal_tasks(self)
        for held in self.milestones:
            since = asked_since(self, held) if held.done is None else None
            if since is not None:
                asked = task(
                    self,
                    held.id,
                    f"visit_{held.step}",
                    self._about(held),
                    seat_of(self, held),
                    since,
                    held.clock,
                )
                moot = None if held.clock.before is None else self.begins()
                yield replace(asked, moot=moot)
        yield from watch_tasks(self)

    def _about(self, held: Milestone) -> str:
        """What a step is about, for people: the city that sends a sub-group, a partnership, or the visit itself."""
        group = self.group(held.about)
        return group.sender if group is not None else held.about or self.code

    def own_dues_always(self) -> Iterator[tuple[datetime, str]]:
        purge = self.purge_due()
        if purge is not None:
            yield purge, "purge"

    def own_dues(self) -> Iterator[tuple[datetime, str]]:
        begins = self.begins()
        if (
            begins is not None
            and self.begun is None
            and not self.unready
            and not self.over
            and not quiet(self)
        ):
            yield begins, "begins"
        if self.purged is not None and not (self.errands or self.turned_down) and self._finished():
            yield self.now, "ending"

    def _finished(self) -> bool:
        """Whether nothing is left to be done: it was cancelled, or its report is accepted."""
        return self.cancelled is not None or self.passed(Stage.VISIT_REPORT)

    def own_words(self, name: str, when: datetime) -> tuple[AnyEvent, ...]:
        if name == "purge":
            return (TravelDataPurged(at=when),)
        if name == "begins":
            goes = self.is_done("dates") and (self.ready or not self.delegated)
            clock = None if goes else self.clock_for("not_ready", self.terms.operate, (OPERATOR,), when)
            return (VisitBegan(at=when, clock=clock),)
        end = "completed" if self.cancelled is None else "cancelled"
        return (EntityClosed(at=when, end=end, reason=self.cancelled_why),)

    def closing(self, at: datetime) -> tuple[AnyEvent, ...]:
        purged = () if self.purged is not None else (TravelDataPurged(at=at),)
        end = "completed" if self.completion is not None else "cut_off"
        return (*purged, EntityClosed(at=at, end="cancelled" if self.cancelled is not None else end))

    def own_clocks(self) -> Iterator[Clock]:
        return iter([held.clock for held in self.milestones])

    def own_dates(self) -> dict[str, datetime | None]:
        # fixed dates are to be fixed anew once it is moved
        moves = not (quiet(self) or self.over or self.begun is not None)
        return {
            row.name: row.deadline.at if row.deadline is not None else None
            for row in timetable(self)
            # an open gate is a task of each seat
            if (row.task in (None, row.name) and row.done is None) or (moves and row.step == "dates")
        }

    def own_news(self, before: Any, event: AnyEvent) -> Iterator[Draft]:
        return letters.news(before, self, event)

    def own_facts(self) -> dict[str, str]:
        return {"called": self.title, "called_zh": self.title_zh}

    def own_title(self) -> str:
        return self.title

    def own_record(self) -> dict[str, Any]:
        return {
            "direction": self.direction.value,
            "mode": self.mode.value,
            "first": self.first.isoformat() if self.first is not None else None,
            "days": self.days,
            "serves": [one.code for one in self.serves],
            "hosts": list(self.hosts),
            "put_off": self.moved,
        }

    def restricted(self, country: str, since: datetime, until: datetime, at: datetime) -> Clock | None:
        """Every visit to that country that is not ready is looked at anew; nothing is converted by itself."""
        first, last = self.begins(), self.ends_on()
        if self.over or self.ready or first is None or last is None or not self.mode.travels:
            return None
        going = [member.country for member in self.members if member.name in self.hosts]
        if country not in going or self.last_moment(last) < since or until < first:
            return None
        return self.clock_for("travel_review", self.rules.travel_review, (OPERATOR,), at)

    def standing(self) -> str:
        """Where it stands in the words of domain.md 2.6."""
        if self.end is not None:
            return self.end
        if self.cancelled is not None:
            return "cancelled"
        if self.completion is not None:
            report = self.stage(Stage.VISIT_REPORT)
            if self.passed(Stage.VISIT_REPORT):
                return "reported"
            return "reporting" if report is not None and report.versions else "completed"
        if self.first is None:
            return "postponed"
        if self.begun is not None:
            return "incident" if self.incident else "travelling" if self.mode.travels else "under_way"
        return self._preparing()

    def _preparing(self) -> str:
        if self.ready:
            return "ready"
        if self.is_done("invitation"):
            cleared = [held for held in self.milestones if held.step == "clearance"]
            return "clearance" if any(held.done is None for held in cleared) else "invited"
        if self.is_done("freeze"):
            return "delegation_frozen"
        if self.is_done("dates"):
            return "delegation_open" if self.groups else "dates_fixed"
        if self.passed(Stage.VISIT_CONCEPT):
            return "approved_in_principle"
        concept = self.stage(Stage.VISIT_CONCEPT)
        return "concept" if concept is not None and concept.versions else "idea"


def visit_terms(of: Terms) -> Terms:
    """The rules of a visit, from those of the partnerships it serves: its own papers, timetable and limits."""
    return of.model_copy(
        update={
            "stages": tuple(step.terms for step in STEPS),
            "cut_offs": (),
            "sessions": None,
            "visits": of.visits or VisitTerms(timetable=TIMETABLE, unasked=UNASKED),
        }
    )


def founded(event: VisitFounded) -> StudyVisit:
    """The visit as its first event makes it; ValueError, with a sentence, where it makes none."""
    places = [member.name for member in event.members]
    if not event.serves:
        raise ValueError(f"visit {event.code} serves no partnership")
    strangers = [one for one in event.hosts if one not in places]
    if strangers or not event.hosts:
        raise ValueError(
            f"visit {event.code}: {listed(strangers) or 'nobody'} receives it; hosts are members of the partnerships "
            f"it serves: {listed(places)}"
        )
    by = event.by
    if by is None or by.role not in (Role.OPERATOR, Role.TEAM_LEADER):
        raise ValueError(f"visit {event.code} is begun by an operator or a team leader")
    known = [calendar.country for calendar in event.edition.countries]
    wanted = [member.country for member in event.members] + [held.country for held in event.holders]
    lacking = set(wanted) - set(known)
    if lacking:
        raise ValueError(f"visit {event.code}: its calendar edition lacks {listed(sorted(lacking))}")
    visit = StudyVisit(
        entity=f"visit/{event.code}",
        programme=event.programme,
        code=event.code,
        title=event.title,
        title_zh=event.title_zh,
        direction=event.direction,
        mode=event.mode,
        serves=event.serves,
        hosts=event.hosts,
        first=event.first,
        days=event.days,
        members=event.members,
        holders=event.holders,
        terms=event.terms,
        edition=event.edition,
        founded=event.at,
        now=event.at,
        ends=event.ends,
    )
    _right_way(visit)
    try:
        rules.fits(visit, event.first, event.days, event.at)
    except Refusal as refusal:
        raise ValueError(f"visit {event.code}: {refusal.sentence}") from refusal
    before = visit.rules.concept[0 if visit.from_china else 1]
    due = counted_back(visit, "submit.visit_concept/1", before, OPERATOR, event.first, event.at)
    rounds = visit.terms.stage(Stage.VISIT_CONCEPT).max_rounds
    concept = StageState(stage=Stage.VISIT_CONCEPT, opened=event.at, clock=due, rounds=rounds)
    steps = planned(visit, event.first, event.days, event.at, ())
    return visit.model_copy(update={"stages": (concept,), "milestones": steps})


def _right_way(visit: StudyVisit) -> None:
    """Hosts are on the other side of those who travel."""
    china = [member.name for member in visit.members if member.country == "CN"]
    if visit.direction is Direction.CN_TO_EU and any(one in china for one in visit.hosts):
        raise ValueError(f"visit {visit.code} goes from China to Europe, and {listed(china)} is in China")
    if visit.direction is Direction.EU_TO_CN and any(one not in china for one in visit.hosts):
        raise ValueError(
            f"visit {visit.code} goes to China; its hosts are to be among {listed(china) or 'none'}"
        )
    if visit.mode is ExchangeMode.VIRTUAL and visit.direction is Direction.OTHER:
        raise ValueError(f"visit {visit.code}: a meeting on a screen goes from one side to the other")
