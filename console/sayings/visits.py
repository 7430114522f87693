"""What happens to study visits, and what is owed in them, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from console.showing import counted, plain
from domain.values import listed
from domain.visits import events as ve
from domain.visits.requests import Cost, Grades, GroupStep, points
from domain.visits.state import VisitState

if TYPE_CHECKING:
    from console.telling import Telling

_STEPS = {
    "dates": "fixed the dates with the hosts",
    "freeze": "froze the delegation",
    "invitation": "issued the invitation",
    "bookings": "settled flights, hotel and insurance",
    "agenda": "sent the final agenda",
    "briefing": "briefed the delegation",
    "survey": "closed the survey",
    "news": "published the news item",
    "summary": "handed in the trip summary to their own authority",
    "next_steps": "agreed the next steps",
}


def _about(about: str | None, after: VisitState) -> str:
    """` of Zhengzhou's sub-group g1`, or ` of C2-01` where it is a partnership's."""
    group = after.group(about or "")
    if group is not None:
        return f" of {group.sender}'s sub-group {group.group}"
    return f" of {about}" if about else ""


def _founded(tell: Telling, event: ve.VisitFounded, after: VisitState) -> str:
    serves = ", ".join(one.code for one in event.serves)
    hosts = ", ".join(event.hosts)
    days = counted(event.days, "day")
    way = {"eu_to_cn": "from Europe to China", "cn_to_eu": "from China to Europe"}.get(
        event.direction.value, ""
    )
    return (
        f"{tell.by(event)} planned the {plain(event.mode.value)} visit {event.title!r} {way}, received by {hosts}, "
        f"for {serves}: {days} from {event.first}"
    )


def _step(tell: Telling, event: ve.VisitStepTaken, after: VisitState) -> str:
    did = _STEPS.get(event.step, f"took the step {plain(event.step)}")
    return f"{tell.by(event)} {did}{_about(event.about, after)}{_points(event.grades)}"


def _points(grades: Grades | None) -> str:
    if grades is None:
        return ""
    answers = sum(grades)
    return f": {counted(answers, 'answer')}, {points(grades) / answers:.1f} of 5 points on average"


def _group(tell: Telling, event: ve.GroupFormed, after: VisitState) -> str:
    serves = ", ".join(event.serves)
    return (
        f"{tell.by(event)} formed sub-group {event.group}: sent by {event.sender} (answered for by "
        f"{tell.names(event.contact)}), received by {event.host}, for {serves}"
    )


def _named(tell: Telling, event: ve.ParticipantsNamed, after: VisitState) -> str:
    who = counted(len(event.participants), "participant")
    why = f" ({plain(event.reason)})" if event.reason else ""
    again = "; invitation and clearance are asked for anew" if event.again else ""
    return f"{tell.by(event)} named {who}{_about(event.group, after)}{why}{again}"


def _group_step(tell: Telling, event: ve.GroupStepTaken, after: VisitState) -> str:
    did = {
        GroupStep.SUBMITTED: "submitted the dossier for the clearance",
        GroupStep.CLEARED: "recorded the clearance",
        GroupStep.REFUSED: "recorded that the clearance was refused",
        GroupStep.LODGED: "recorded that the visas are lodged",
        GroupStep.GRANTED: "recorded the visas",
    }[event.step]
    refused = f"; {counted(len(event.refused), 'person', 'persons')} refused" if event.refused else ""
    few = (
        "; too few partnerships are represented now" if event.clock is not None and not after.enough() else ""
    )
    return f"{tell.by(event)} {did}{_about(event.group, after)}{refused}{few}"


def _moved(tell: Telling, event: ve.VisitMoved, after: VisitState) -> str:
    if event.first is None:
        return f"{tell.by(event)} put the visit off ({plain(event.reason)}); new days are to be found"
    often = f", put off {counted(event.moved, 'time')}" if event.moved else ""
    days = counted(event.days, "day")
    return f"{tell.by(event)} moved the visit to {event.first} for {days} ({plain(event.reason)}){often}"


def _converted(tell: Telling, event: ve.VisitConverted, after: VisitState) -> str:
    agreed = listed([f"{tell.names(one.person)} for {one.host}" for one in event.agreed])
    return (
        f"{tell.by(event)} made the visit a {event.mode.value} one ({plain(event.reason)})"
        f"{f'; agreed to by {agreed}' if agreed else ''}{_spent(event.costs)}"
    )


def _cancelled(tell: Telling, event: ve.VisitCancelled, after: VisitState) -> str:
    return f"{tell.by(event)} cancelled the visit ({plain(event.reason)}){_spent(event.costs)}"


def _spent(costs: tuple[Cost, ...]) -> str:
    spent = ", ".join(
        f"{cost.amount} {cost.currency} for {plain(cost.what)}{'' if cost.eligible else ' (not eligible)'}"
        for cost in costs
    )
    return f"; it cost {spent}" if spent else ""


def _began(tell: Telling, event: ve.VisitBegan, after: VisitState) -> str:
    if event.clock is not None:
        return "its first day has come, and it was not decided that it goes; the secretariat settles how it goes on"
    return "it begins"


def _incident(tell: Telling, event: ve.IncidentReported, after: VisitState) -> str:
    return f"{tell.by(event)} {'settled' if event.over else 'reported'} an incident"


def _completed(tell: Telling, event: ve.VisitCompleted, after: VisitState) -> str:
    people = (
        f"{event.participants_eu} EU and {event.participants_cn} CN participants, {event.women} of them women"
    )
    return (
        f"{tell.by(event)} recorded the {plain(event.mode.value)} visit of {event.first} to {event.last}: {people}, "
        "with the attendance lists"
    )


def _purged(tell: Telling, event: ve.TravelDataPurged, after: VisitState) -> str:
    return "the travel data of its participants were purged"


TOLD: Mapping[type[Any], Any] = {
    ve.VisitFounded: _founded,
    ve.VisitStepTaken: _step,
    ve.GroupFormed: _group,
    ve.ParticipantsNamed: _named,
    ve.GroupStepTaken: _group_step,
    ve.VisitMoved: _moved,
    ve.VisitConverted: _converted,
    ve.VisitCancelled: _cancelled,
    ve.VisitBegan: _began,
    ve.IncidentReported: _incident,
    ve.VisitCompleted: _completed,
    ve.TravelDataPurged: _purged,
}

TASKS: Mapping[str, str] = {
    "visit_dates": "fix the dates with the hosts",
    "visit_new_dates": "find new days for the visit",
    "visit_groups": "form a sub-group for each partnership",
    "visit_names": "name the participants of sub-group {0}",
    "visit_freeze": "freeze the delegation",
    "visit_invitation": "issue the invitation of sub-group {0}",
    "visit_clearance": "have sub-group {0} cleared by its authority",
    "visit_visa": "lodge the visas of sub-group {0}",
    "visit_late_visas": "record the visas of sub-group {0}, or settle who travels",
    "visit_bookings": "settle flights, hotel and insurance",
    "visit_agenda": "send the final agenda",
    "visit_briefing": "brief the delegation",
    "visit_complete": "record the visit with its attendance lists",
    "visit_survey": "close the survey",
    "visit_news": "publish the news item",
    "visit_summary": "hand in the trip summary of sub-group {0}",
    "visit_next_steps": "agree the next steps of {0}",
    "too_few": "settle how the visit goes on: too few are represented, or nobody heads sub-group {0}",
    "put_off": "review how the visit goes on, put off so often",
    "travel_review": "settle how the visit goes on: nobody may travel",
    "not_ready": "settle how the visit goes on: it was not decided in time that it goes",
    "incident": "look after the incident",
}
