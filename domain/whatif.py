"""What would have been: the recorded acts of people once more, under other terms, and what differs then.

People are taken to do what they did when they did it; only the calendar's part is worked out anew. So it tells what
a rule would have changed in a history, and not what people would have done instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from domain import events as ev
from domain import requests as rq
from domain.entities import Course, partnership_of
from domain.entries import EntityId, Entry, as_happened
from domain.errands import Carried
from domain.partnership import Partnership
from domain.tasks import deadlines_of
from domain.terms import Terms
from domain.values import Actor, Refusal, Value

_ASKED: Mapping[type[ev.Event], type[Any]] = {
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
    ev.AgreementStepTaken: rq.StepAgreement,
    ev.SessionPlanned: rq.PlanSession,
    ev.SessionStepTaken: rq.StepSession,
    ev.ExchangeHeld: rq.RecordExchange,
    ev.JointPlanJoined: rq.AdoptJointPlan,
    ev.OrganisationEngaged: rq.Engage,
    ev.HoldPlaced: rq.Hold,
    ev.HoldLifted: rq.Resume,
    ev.SuspensionOrdered: rq.Suspend,
    ev.SuspensionLifted: rq.LiftSuspension,
    ev.PartnershipWithdrawn: rq.Withdraw,
    ev.MemberReplaced: rq.ReplaceMember,
    ev.HolderChanged: rq.ChangeHolder,
    ev.ProposalMade: rq.Propose,
    ev.ProposalConfirmed: rq.Confirm,
    ev.ProposalDeclined: rq.Decline,
    ev.CalendarAdopted: rq.AdoptCalendar,
    ev.TermsAdopted: rq.AdoptTerms,
    ev.Delegated: rq.Delegate,
    ev.ContactLogged: rq.LogContact,
    ev.PilotRecorded: rq.RecordPilot,
    ev.TravelRestricted: rq.RestrictTravel,
    ev.TravelResumed: rq.ResumeTravel,
    ev.EndDateChanged: rq.ChangeEnd,
    ev.ErrandRepeated: rq.RunAgain,
    ev.ErrandDropped: rq.LetBe,
}
"""Each event that a person causes, and the request that does; whatever follows from one is worked out anew."""


class What(StrEnum):
    """What differs."""

    LETTER = "letter"
    ESCALATION = "escalation"
    DEADLINE = "deadline"
    SILENCE = "silent approval"
    REFUSED = "refused"
    END = "end"


class Difference(Value):
    """One thing that would have been otherwise: `was` and `now` as days or words; None where it is not there."""

    code: str
    on: date
    what: What
    subject: str
    """A letter's kind with the tasks it is about, a task, a gate or a request."""
    person: str | None = None
    """Whom a letter is to, or who asked, by id."""
    was: str | None = None
    now: str | None = None


@dataclass
class Again:
    """A life led once more: its course, the deadlines on the way, and what was turned back."""

    entity: EntityId
    course: Course = field(default_factory=Course)
    events: list[ev.AnyEvent] = field(default_factory=list)
    due: dict[tuple[str, str], datetime] = field(default_factory=dict)
    refused: list[tuple[Act, str]] = field(default_factory=list)

    @property
    def state(self) -> Partnership:
        assert self.course.state is not None, "a life begins with its founding"
        return partnership_of(self.course.state)

    def happened(self, events: Sequence[ev.AnyEvent]) -> None:
        """Take down what follows."""
        for entry in as_happened(self.entity, events, self.course.number):
            self.due |= deadlines_of(self.course.take(entry))
        self.events += events

    def silent(self) -> dict[str, datetime]:
        """The gates that silence settled, and when."""
        return {one.gate: one.at for one in self.events if isinstance(one, ev.GateSettled) and one.silent}


@dataclass(frozen=True)
class Act:
    """What somebody asked, and when; `order` is the number of the entry that tells of it.

    `proposal` is the number a proposal was given.
    """

    at: datetime
    order: int
    request: rq.AnyRequest
    by: Actor
    proposal: int | None = None


def acts(entries: Sequence[Entry]) -> Iterator[Act]:
    """The requests that people made, as their entries tell of them; what the calendar said is left out."""
    told: set[str] = set()
    for entry in entries:
        asked = _ASKED.get(type(entry.event))
        if entry.request is None or entry.request in told or asked is None or entry.event.by is None:
            continue
        told.add(entry.request)
        proposal = entry.event.proposal if isinstance(entry.event, ev.ProposalMade) else None
        yield Act(entry.event.at, entry.number, _as_asked(entry.event, asked), entry.event.by, proposal)


def _as_asked(event: ev.AnyEvent, asked: type[Any]) -> rq.AnyRequest:
    """The request behind an event, which has its fields (but for where an exchange was held) and gates by number."""
    given = {
        name: getattr(event, name) for name in asked.model_fields if name != "kind" and hasattr(event, name)
    }
    if "gate" in given:
        given["gate"] = given["gate"].partition("/")[0]
    request: rq.AnyRequest = asked.model_validate(given)
    return request


def _came(told: ev.ErrandCarried) -> Carried:
    return Carried(done=told.done, refused=told.refused, after=told.after, over=told.over)


def again(entries: Sequence[Entry], until: datetime, terms: Terms | None = None) -> Again:
    """Lead a recorded life once more, up to a time: under the terms of its record, or under these from its founding on.

    ValueError where the entries do not begin with a founding.
    """
    first = entries[0].event if entries else None
    if not isinstance(first, ev.PartnershipFounded):
        raise ValueError("the entries do not begin with a founding")
    if terms is not None:
        first = first.model_copy(update={"terms": terms})
    life = Again(entries[0].entity)
    life.happened((first,))
    numbers: dict[int, int] = {}
    """What each proposal's number on record is now: one that is refused moves those after it up."""
    asked: dict[int, Act | ev.ErrandCarried] = {act.order: act for act in acts(entries)}
    asked |= {one.number: one.event for one in entries if isinstance(one.event, ev.ErrandCarried)}
    for act in (asked[order] for order in sorted(asked)):
        if act.at > until:
            break
        _let_the_calendar_speak(life, act.at)
        if isinstance(act, ev.ErrandCarried):
            # others decided it, and these terms are not theirs: it comes as it is on record
            life.happened(life.state.carried(act.errand, _came(act), act.at))
            continue
        try:
            life.happened(life.state.ask(_as_it_would_be(act.request, terms, numbers), act.by, act.at))
        except Refusal as refusal:
            life.refused.append((act, refusal.sentence))
        else:
            if act.proposal is not None:
                numbers[act.proposal] = life.state.proposed
    _let_the_calendar_speak(life, until)
    return life


def _as_it_would_be(request: rq.AnyRequest, terms: Terms | None, numbers: Mapping[int, int]) -> rq.AnyRequest:
    """A recorded request as it reads in this life."""
    if isinstance(request, rq.Confirm | rq.Decline):
        if request.proposal not in numbers:
            raise Refusal("what was proposed was refused")
        return request.model_copy(update={"proposal": numbers[request.proposal]})
    if terms is not None and isinstance(request, rq.AdoptTerms):
        # others would put an end to what is asked here; that somebody adopted some stays, since it stops reminders
        name = f"{terms.name}, in place of {request.terms.name}"[:200]
        return request.model_copy(update={"terms": terms.model_copy(update={"name": name})})
    return request


def _let_the_calendar_speak(life: Again, until: datetime) -> None:
    """Everything that falls due by then, each thing when it does."""
    now = life.events[-1].at
    while not life.state.ended and (due := life.state.next_due()) is not None and due <= until:
        now = max(due, now)
        life.happened(life.state.lapse(now))


def compared(entries: Sequence[Entry], until: datetime, terms: Terms) -> tuple[Difference, ...]:
    """All that would have been otherwise under these terms, by day; both lives are led anew, so only rules differ."""
    was, now = again(entries, until), again(entries, until, terms)
    code = was.state.code
    found = [
        *_letters(code, was, now),
        *_deadlines(code, was, now),
        *_silences(code, was, now),
        *_refusals(code, was, now),
        *_ends(code, was, now),
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.what.value, one.subject, one.person or "")))


def _letters(code: str, was: Again, now: Again) -> Iterator[Difference]:
    def told(life: Again) -> dict[tuple[str, str, tuple[str, ...]], Counter[date]]:
        days: dict[tuple[str, str, tuple[str, ...]], Counter[date]] = {}
        for letter in life.course.letters:
            days.setdefault((letter.kind, letter.recipient, letter.about), Counter())[letter.at.date()] += 1
        return days

    before, after = told(was), told(now)
    for key in dict.fromkeys((*before, *after)):
        kind, recipient, about = key
        gone = sorted((before.get(key, Counter()) - after.get(key, Counter())).elements())
        new = sorted((after.get(key, Counter()) - before.get(key, Counter())).elements())
        what = What.ESCALATION if kind == "escalation" else What.LETTER
        subject = " ".join((kind, *about))
        for place in range(max(len(gone), len(new))):
            left = gone[place] if place < len(gone) else None
            come = new[place] if place < len(new) else None
            yield _difference(code, what, subject, left, come, person=recipient)


def _deadlines(code: str, was: Again, now: Again) -> Iterator[Difference]:
    for key in dict.fromkeys((*was.due, *now.due)):
        (task, _), left, come = key, was.due.get(key), now.due.get(key)
        if left != come:
            yield _difference(code, What.DEADLINE, task, left, come)


def _silences(code: str, was: Again, now: Again) -> Iterator[Difference]:
    before, after = was.silent(), now.silent()
    for gate in dict.fromkeys((*before, *after)):
        left, come = before.get(gate), after.get(gate)
        if (left is None) != (come is None):  # another day is the deadline's difference
            yield _difference(code, What.SILENCE, gate, left, come)


def _refusals(code: str, was: Again, now: Again) -> Iterator[Difference]:
    before = {act.order for act, _ in was.refused}
    for act, sentence in now.refused:
        if act.order not in before:
            yield Difference(
                code=code,
                on=act.at.date(),
                what=What.REFUSED,
                subject=act.request.kind.replace("_", "-"),
                person=act.by.person,
                was="taken",
                now=sentence,
            )


def _ends(code: str, was: Again, now: Again) -> Iterator[Difference]:
    if (was.state.end, was.state.ended_at) != (now.state.end, now.state.ended_at):
        on = min(at for at in (was.state.ended_at, now.state.ended_at) if at is not None).date()
        yield Difference(code=code, on=on, what=What.END, subject="end", was=_end(was), now=_end(now))


def _end(life: Again) -> str | None:
    if life.state.end is None or life.state.ended_at is None:
        return None
    return f"{life.state.end.value.replace('_', ' ')}, {life.state.ended_at:%Y-%m-%d}"


def _difference(
    code: str, what: What, subject: str, was: date | None, now: date | None, *, person: str | None = None
) -> Difference:
    """Days or moments that differ, of which one is there; it stands under the earlier one's day."""
    on = min(one.date() if isinstance(one, datetime) else one for one in (was, now) if one is not None)
    return Difference(
        code=code, on=on, what=what, subject=subject, person=person, was=_told(was), now=_told(now)
    )


def _told(at: date | None) -> str | None:
    if at is None:
        return None
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else at.isoformat()
