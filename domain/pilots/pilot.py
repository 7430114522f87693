"""The pilot: an entity of its own, linked to an action of a partnership's plan, from an idea to what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from domain import events as ev
from domain import requests as rq
from domain.clocks import Clock
from domain.entity import Fold
from domain.events import AnyEvent
from domain.letters import Draft
from domain.living import Rule
from domain.partnership import Partnership
from domain.pilots import carrying, exits, folds, letters, owing, screening
from domain.pilots.facts import PilotEnd
from domain.pilots.state import PilotState
from domain.staging import missing, opening
from domain.standing import day
from domain.tasks import Task
from domain.terms import Stage
from domain.values import SIDES, Actor, Refusal, listed

_WHILE_PARKED: tuple[type[Any], ...] = (
    rq.UnparkPilot,
    rq.DropPilot,
    rq.TransferPilot,
    rq.Suspend,
    rq.LiftSuspension,
    rq.ChangeHolder,
    rq.LogContact,
    rq.AdoptCalendar,
    rq.AdoptTerms,
    rq.Delegate,
    rq.Propose,
    rq.Confirm,
    rq.Decline,
    rq.RestrictTravel,
    rq.ResumeTravel,
    rq.ChangeEnd,
    rq.RunAgain,
    rq.LetBe,
    rq.Resume,
)


class Pilot(PilotState):
    """One pilot over its whole life."""

    own_folds: ClassVar[Mapping[type[Any], Fold]] = folds.FOLDS
    own_rules: ClassVar[Mapping[type[Any], Rule]] = {
        rq.Submit: screening.submit,
        rq.Decide: screening.decide,
        rq.AdoptTerms: screening.adopt_terms,
        rq.Resume: exits.resume,
        rq.ScorePilot: screening.score,
        rq.RecordCheck: carrying.record_check,
        rq.RecordSource: carrying.record_source,
        rq.StepPilot: carrying.step,
        rq.NoteProgress: carrying.note_progress,
        rq.ParkPilot: exits.park,
        rq.UnparkPilot: exits.unpark,
        rq.DropPilot: exits.drop,
        rq.TransferPilot: exits.transfer,
    }
    own_on_hold: ClassVar[tuple[type[Any], ...]] = (rq.DropPilot, rq.TransferPilot, rq.UnparkPilot)

    def _can_be_asked(self, request: rq.AnyRequest) -> None:
        parked = self.parked
        if parked is not None and not self.ended and not self.suspended and not self.held:
            self._rule(request)
            if not isinstance(request, _WHILE_PARKED):
                wanted = request.kind.replace("_", "-")
                raise Refusal(
                    f"{self.code} is parked since {day(parked.since)} ({parked.reason.replace('_', ' ')}); "
                    f"{wanted} waits until it is taken up again (unpark)"
                )
            return
        super()._can_be_asked(request)

    def own_tasks(self) -> Iterator[Task]:
        return owing.tasks(self)

    def own_dues(self) -> Iterator[tuple[datetime, str]]:
        return iter(carrying.dues(self))

    def own_words(self, name: str, when: datetime) -> tuple[AnyEvent, ...]:
        return carrying.words(self, name, when)

    def own_news(self, before: Any, event: AnyEvent) -> Iterator[Draft]:
        return letters.news(before, self, event)

    def own_clocks(self) -> Iterator[Clock]:
        for asked in self.asked:
            yield asked.clock
        for note in self.notes:
            yield note.clock
        if self.parked is not None:
            yield self.parked.clock

    def own_facts(self) -> dict[str, str]:
        return {"called": self.title, "called_zh": self.title_zh}

    def own_title(self) -> str:
        return self.title

    def own_component(self) -> str:
        return self.component.value

    def own_cluster(self) -> str:
        return self.cluster

    def own_record(self) -> dict[str, Any]:
        return {
            "partnership": self.partnership,
            "action": self.action,
            "pilot": self.pilot.value,
            "reached": self.reached().value,
            "financed": self.financed(),
            "owner": self.owner or "",
        }

    def own_effects(self, matter: rq.Matter, by: Actor, at: datetime) -> tuple[AnyEvent, ...] | None:
        if isinstance(matter, rq.SettleGate):
            screening.overridable(self, matter, at)
        if isinstance(matter, rq.Waive) and matter.condition == "implementing":
            raise Refusal(f"{self.code} is completed by being carried out; that is not waived")
        return None

    def when_passed(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        """The concept is begun as soon as the fiche is through, where nothing but that was in its way."""
        if stage is not Stage.PILOT_FICHE or self.stage(Stage.PILOT_CONCEPT) is not None:
            return ()
        if any(name != "screened" for name in missing(self, Stage.PILOT_CONCEPT, at)):
            return ()
        return (opening(self, Stage.PILOT_CONCEPT, by, at),)

    def when_rejected(self, stage: Stage, at: datetime, by: Actor | None) -> tuple[AnyEvent, ...]:
        if stage is Stage.PILOT_COMPLETION:
            return ()
        return (exits.closed(self, PilotEnd.REJECTED, at, by, reason="not_approved"),)

    def closing(self, at: datetime) -> tuple[AnyEvent, ...]:
        return (exits.with_the_programme(self, at),)

    def standing(self) -> str:
        return self.end.value if self.end is not None else self.reached().value

    def status(self) -> str:
        parked = self.parked is not None and not self.suspended and not self.held
        return "parked" if parked and not self.ended else super().status()


def may_begin(partnership: Partnership, action: str, waived: str | None, joint: Sequence[str] = ()) -> None:
    """Refuses a pilot of an action that no plan adopted for the partnership has, or without such a plan.

    `joint` are the actions of the cluster's joint plan that holds in the partnership.
    """
    own = partnership.plan_adopted
    if own is None and partnership.joint_plan is None:
        if waived is None:
            raise Refusal(
                f"{partnership.code} has no adopted action plan that a pilot could carry out; "
                "give the reason why this one begins without (--waive-plan)"
            )
        return
    if waived is not None:
        adopted = own or (partnership.joint_plan.at if partnership.joint_plan is not None else None)
        assert adopted is not None
        raise Refusal(
            f"the plan of {partnership.code} was adopted on {day(adopted)}: nothing is to be waived"
        )
    held = partnership.stage(Stage.ACTION_PLAN) if own is not None else None
    plan = held.current.deliverable if held is not None and held.current is not None else None
    known = list(dict.fromkeys((*(one.code for one in getattr(plan, "actions", ())), *joint)))
    if action not in known:
        raise Refusal(
            f"the plan of {partnership.code} has no action {action!r}; its actions are {listed(known) or 'none'}"
        )


def founded(event: ev.PilotFounded) -> Pilot:
    """The pilot as its first event makes it; ValueError, with a sentence, where it makes none."""
    for side in SIDES:
        if not any(member.side is side for member in event.members):
            raise ValueError(f"pilot {event.code} has no {side.value.upper()} member")
    known = [calendar.country for calendar in event.edition.countries]
    places = [held.country for held in event.holders] + [member.country for member in event.members]
    lacking = [country for country in dict.fromkeys(places) if country not in known]
    if lacking:
        raise ValueError(f"pilot {event.code}: its calendar edition lacks {listed(lacking)}")
    stages = [terms.stage for terms in event.terms.stages]
    if stages != [Stage.PILOT_FICHE, Stage.PILOT_CONCEPT, Stage.PILOT_COMPLETION]:
        raise ValueError(f"pilot {event.code}: its terms are not those of a pilot")
    return Pilot(
        entity=f"pilot/{event.code}",
        programme=event.programme,
        code=event.code,
        partnership=event.partnership,
        component=event.component,
        cluster=event.cluster,
        action=event.action,
        pilot=event.pilot,
        title=event.title,
        title_zh=event.title_zh,
        waived=event.waived,
        founder=event.by.person if event.by else None,
        members=event.members,
        holders=event.holders,
        terms=event.terms,
        edition=event.edition,
        founded=event.at,
        now=event.at,
        ends=event.ends,
    )
