"""What people asked of an entity and when, read back from its entries: requests themselves are not on record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from domain import events as ev
from domain import requests as rq
from domain.clusters import events as ce
from domain.clusters.requests import Place
from domain.clusters.state import of_partnership
from domain.entities import folded
from domain.entries import Entry
from domain.living import Entity
from domain.programme import Programme
from domain.values import Actor, Holder
from domain.visits import requests as vr

ASKED: Mapping[type[ev.Event], type[Any]] = {
    ev.StageOpened: rq.OpenStage,
    ev.DeliverableSubmitted: rq.Submit,
    ev.DecisionMade: rq.Decide,
    ev.LateObjectionRecorded: rq.Decide,
    ev.DecisionTakenBack: rq.TakeBack,
    ev.SeatHandedOver: rq.HandOver,
    ev.AdviceAsked: rq.AskAdvice,
    ev.AdviceGiven: rq.GiveAdvice,
    ev.DeciderAdded: rq.AddDecider,
    ev.ClarificationAsked: rq.Clarify,
    ev.ClarificationAnswered: rq.Answer,
    ev.HoldPlaced: rq.Hold,
    ev.HoldLifted: rq.Resume,
    ev.SuspensionOrdered: rq.Suspend,
    ev.SuspensionLifted: rq.LiftSuspension,
    ev.HolderChanged: rq.ChangeHolder,
    ev.ProposalMade: rq.Propose,
    ev.ProposalConfirmed: rq.Confirm,
    ev.ProposalDeclined: rq.Decline,
    ev.CalendarAdopted: rq.AdoptCalendar,
    ev.TermsAdopted: rq.AdoptTerms,
    ev.Delegated: rq.Delegate,
    ev.ContactLogged: rq.LogContact,
    ev.TravelRestricted: rq.RestrictTravel,
    ev.TravelResumed: rq.ResumeTravel,
    ev.EndDateChanged: rq.ChangeEnd,
    ev.ErrandRepeated: rq.RunAgain,
    ev.ErrandDropped: rq.LetBe,
    # of partnerships
    ev.AgreementStepTaken: rq.StepAgreement,
    ev.SessionPlanned: rq.PlanSession,
    ev.SessionStepTaken: rq.StepSession,
    ev.ExchangeHeld: rq.RecordExchange,
    ev.JointPlanJoined: rq.AdoptJointPlan,
    ev.OrganisationEngaged: rq.Engage,
    ev.PartnershipWithdrawn: rq.Withdraw,
    ev.MemberReplaced: rq.ReplaceMember,
    ev.PilotRecorded: rq.RecordPilot,
    # of study visits
    ev.VisitStepTaken: vr.StepVisit,
    ev.GroupFormed: vr.FormGroup,
    ev.ParticipantsNamed: vr.NameParticipants,
    ev.GroupStepTaken: vr.StepGroup,
    ev.VisitMoved: vr.MoveVisit,
    ev.VisitConverted: vr.ConvertVisit,
    ev.VisitCancelled: vr.CancelVisit,
    ev.IncidentReported: vr.ReportIncident,
    ev.VisitCompleted: vr.CompleteVisit,
    # of pilots
    ev.PilotScored: rq.ScorePilot,
    ev.CheckRecorded: rq.RecordCheck,
    ev.SourceRecorded: rq.RecordSource,
    ev.PilotStepTaken: rq.StepPilot,
    ev.ProgressNoted: rq.NoteProgress,
    ev.PilotParked: rq.ParkPilot,
    ev.PilotUnparked: rq.UnparkPilot,
    ev.OwnerNamed: rq.TransferPilot,
    ev.PilotClosed: rq.DropPilot,
    # of clusters
    ev.MemberAsked: rq.Join,
    ev.ConsentGiven: rq.Consent,
    ev.ConsentRefused: rq.Consent,
    ev.PeopleNamed: rq.NamePeople,
    ev.MemberLeft: rq.Leave,
    ev.MergerAsked: rq.AskMerger,
    ev.ActionsTakenOver: rq.TakeOver,
    ce.SplitAsked: rq.AskSplit,
    ce.ActionsGivenBack: rq.GiveBack,
    ev.JointSessionHeld: rq.HoldJointSession,
    ev.ClusterReviewed: rq.ReviewCluster,
    ev.EntityClosed: rq.CloseCluster,
    # of programmes
    ev.AcceptanceAsked: rq.AskAcceptance,
    ev.CutOffObjected: rq.ObjectCutOff,
    ev.ObjectionAnswered: rq.AnswerObjection,
}
"""Each event that comes first of what a request causes, and the request; whatever follows from one is left out."""


@dataclass(frozen=True)
class _Told:
    """A request as its entries tell it: the event that comes first, those after it, and where it all stood before."""

    event: Any
    others: tuple[ev.AnyEvent, ...]
    before: Entity


def _own_word(told: _Told) -> ev.ConsentGiven | None:
    """A side that wishes to leave asks for a split and gives its own word at once; the secretariat only asks."""
    return next((one for one in told.others if isinstance(one, ev.ConsentGiven)), None)


_READ: Mapping[type[ev.Event], Callable[[_Told], Mapping[str, Any]]] = {
    ev.ConsentGiven: lambda told: {"given": True},
    ev.ConsentRefused: lambda told: {"given": False},
    # handed over at once, or named as the owner for later
    ev.OwnerNamed: lambda told: {"now": any(isinstance(one, ev.PilotClosed) for one in told.others)},
    ev.ProgressNoted: lambda told: {"quarter": None if told.event.earliest else told.event.quarter},
    ev.SessionStepTaken: lambda told: {"text": None if told.event.implied else told.event.text},
    ev.TravelRestricted: lambda told: {"until": None if told.event.open_end else told.event.until},
    ev.VisitMoved: lambda told: {"days": None if told.event.kept else told.event.days},
    ev.VisitCompleted: lambda told: {"groups": told.event.named or told.event.groups},
    ev.MemberAsked: lambda told: {
        "members": told.event.given_members or told.event.members,
        "holders": told.event.given_holders or _with_those_here(told, told.event.member.people),
    },
    ce.SplitAsked: lambda told: {"consent": word.remark} if (word := _own_word(told)) is not None else {},
    ce.ActionsGivenBack: lambda told: {"of": of_partnership(told.event.member)},
    ev.PeopleNamed: lambda told: {"holders": told.event.given or _with_those_here(told, told.event.people)},
}
"""What of a request has another name in its event, or is told by another one."""


def _with_those_here(told: _Told, people: tuple[Place, ...]) -> tuple[Holder, ...]:
    """Who was new here, and who of these people was not: events did not always hold all that were given."""
    new: tuple[Holder, ...] = told.event.holders
    known = [(held.person, held.role, held.side) for held in new]
    wanted = [(one.person, one.role, one.side) for one in people]
    return (
        *new,
        *(
            held
            for held in told.before.holders
            if held.holds(told.event.at)
            and (held.person, held.role, held.side) in wanted
            and (held.person, held.role, held.side) not in known
        ),
    )


@dataclass(frozen=True)
class Act:
    """What somebody asked, and when; `order` is the number of the entry that tells of it.

    `began` names the proposals, objections and errands that came of it, by their numbers on record, and `cut_off` the
    cut-off objected to, whose code counts the days.
    """

    at: datetime
    order: int
    request: rq.AnyRequest
    by: Actor
    began: tuple[str, ...] = ()
    cut_off: str | None = None


def acts(entries: Sequence[Entry]) -> Iterator[Act]:
    """The requests that people made, as their entries tell of them; what the calendar said is left out."""
    return (one for one in told_by(entries) if isinstance(one, Act))


def told_by(entries: Iterable[Entry]) -> Iterator[Act | ev.ErrandCarried]:
    """The same, and between them what came back of errands, in the order of the record.

    What another entity asked by an errand of its own is a request like any.
    """
    state: Entity | None = None
    for request, group in groupby(entries, key=lambda entry: entry.request):
        caused = tuple(group)
        before = state
        for entry in caused:
            state = folded(entry.entity, state, entry.event)
            if isinstance(entry.event, ev.ErrandCarried):
                yield entry.event
        if request is not None and before is not None and state is not None:
            act = asked_by(caused, before, state)
            if act is not None:
                yield act


def asked_by(caused: Sequence[Entry], before: Entity, after: Entity) -> Act | None:
    """The request that all these entries came of, and where it all stood before and after; None for a founding."""
    for place, entry in enumerate(caused):
        event = entry.event
        # what fell due before the request took effect is the calendar's, also where people cause such events
        if type(event) in ASKED and event.by is not None:
            others = tuple(one.event for one in caused[place + 1 :])
            return Act(
                at=event.at,
                order=entry.number,
                request=_as_asked(_Told(event, others, before)),
                by=event.by,
                began=begun(before, after),
                cut_off=_objected_to(event, before),
            )
    return None


def _objected_to(event: ev.AnyEvent, before: Entity) -> str | None:
    if isinstance(event, ev.CutOffObjected) and isinstance(before, Programme):
        return before.cut_off_name(event.cut_off)
    return None


def _as_asked(told: _Told) -> rq.AnyRequest:
    """The request behind an event, which has its fields; gates are asked for by their code."""
    asked = ASKED[type(told.event)]
    if isinstance(told.event, ce.SplitAsked) and _own_word(told) is not None:
        asked = rq.Leave
    given = {
        name: getattr(told.event, name)
        for name in asked.model_fields
        if name != "kind" and hasattr(told.event, name)
    }
    if "gate" in given:
        given["gate"] = given["gate"].partition("/")[0]
    if type(told.event) in _READ:
        given |= _READ[type(told.event)](told)
    request: rq.AnyRequest = asked.model_validate(given)
    return request


def proposal_called(number: int) -> str:
    return f"proposal/{number}"


def objection_called(number: int) -> str:
    return f"objection/{number}"


def errand_called(id: str) -> str:
    return f"errand/{id}"


def begun(before: Entity, after: Entity) -> tuple[str, ...]:
    """What goes on under a number of its own that was not there before, by kind and number."""
    known = _going_on(before)
    return tuple(one for one in _going_on(after) if one not in known)


def _going_on(state: Entity) -> tuple[str, ...]:
    return (
        *(proposal_called(one.number) for one in state.proposals),
        *(objection_called(one.number) for one in (state.objections if isinstance(state, Programme) else ())),
        *(errand_called(one.id) for one in state.errands),
    )
