"""What happened and what is owed, in sentences for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from console import sayings
from console.showing import counted, day, last_day, short
from console.showing import plain as plain
from domain import events as ev
from domain import requests as rq
from domain.clocks import Clock
from domain.deliverables import deliverable_of
from domain.living import Entity
from domain.terms import Seat, Stage
from domain.values import Actor, Role, Side, listed

_TAIL = "/"


class Names:
    """How people are called: by their name where they are on file, by their id where they were erased."""

    def __init__(self, known: Mapping[str, str], nobody: str = "the calendar") -> None:
        self._known = known
        self._nobody = nobody

    def __call__(self, person: str) -> str:
        return self._known.get(person, person)

    def all(self, persons: tuple[str, ...]) -> str:
        return listed([self(person) for person in persons], "or")

    def actor(self, by: Actor | None) -> str:
        """`Ana Prieto (EU focal point)`, with whom for where it was delegated."""
        if by is None:
            return self._nobody
        behalf = f" for {self(by.on_behalf_of)}" if by.on_behalf_of else ""
        return in_role(f"{self(by.person)}{behalf}", str(Seat(role=by.role, side=by.side)))


def seat_words(role: str, side: str) -> str:
    """A role of a record's row as people say it: `EU focal point`."""
    return str(Seat(role=Role(role), side=Side(side)))


def in_role(name: str, role: str) -> str:
    """`Ana Prieto (EU focal point)`; `裴安然 (Pei Anran, operator)` where the name has brackets already."""
    return f"{name[:-1]}, {role})" if name.endswith(")") else f"{name} ({role})"


def paper(stage: Stage) -> str:
    """What a stage hands in: `the scoping report`."""
    return f"the {plain(str(deliverable_of(stage).model_fields['kind'].default))}"


def owed(what: str, subject: str, task: str) -> str:
    """What a task asks for, from its code, subject and id (`decide/G5.review/2/0`)."""
    about = task_words(task)
    match what:
        case "submit" | "hold_review" | "open" | "authority" | "successor":
            return about
        case "agreement" | "escalation" | "at_risk" | "name_successor" if not subject:
            return about
        case "agreement":
            return f"{about}, now {plain(subject)}"
        case "escalation":
            return f"{about}: no round is left"
        case "name_successor":
            return about if task.startswith("successor/") else f"name a new {plain(subject)}"
        case "dormant":
            return f"{about} for {subject} days"
        case "dormant_review":
            return f"settle how it goes on: no session held for {subject} days"
        case "invite" | "attend" | "report" | "minutes" | "agree_minutes":
            return about
        case "at_risk" | "decide" | "answer" | "advise" | "confirm":
            return f"{about}: {plain(subject)}"
        case _ if what in sayings.TASKS:
            return about
        case _:
            return f"{plain(what)}: {subject}"


_SESSION_TASKS = {
    "invite": "invite to session",
    "attend": "answer for one's side to session",
    "report": "record session",
    "minutes": "write the minutes of session",
    "agree_minutes": "agree to the minutes of session",
}


def task_words(task: str) -> str:
    """What a task is about, from its id alone: `decide/G5.review/2/0`, `submit/scoping/0`, `confirm/1`."""
    what, *parts = task.split(_TAIL)
    about = parts[0] if parts else ""
    match what:
        case "submit" if about in tuple(Stage):
            return f"hand in {paper(Stage(about))}"
        case "decide" | "answer" | "advise" if len(parts) > 1:
            verb = {"decide": "decide", "answer": "answer the question at", "advise": "give advice at"}[what]
            return f"{verb} {about} v{parts[1]}"
        case "confirm":
            return f"confirm or decline proposal {about}"
        case "agreement":
            return "bring the agreement on"
        case "escalation":
            return f"settle how {plain(about)} goes on"
        case "hold_review":
            return "review the hold"
        case "at_risk":
            return "look into the risk"
        case "successor":
            role, _, side = about.partition(".")
            return f"name a new {seat_words(role, side) if side else plain(role)}"
        case "authority":
            return f"decide whether to write to the authority: {task_words(_TAIL.join(parts))} is still open"
        case "open":
            return f"open {plain(about)}"
        case "dormant":
            return "look into why no session was held"
        case _ if what in _SESSION_TASKS and about:
            return f"{_SESSION_TASKS[what]} {about}"
        case _ if what in sayings.TASKS:
            return sayings.TASKS[what].format(*map(plain, parts))
        case _:
            return plain(task)


def when_due(due: datetime | None, provisional: bool, stopped: bool) -> str:
    """The last day, with what makes it uncertain."""
    if stopped:
        return "stopped"
    if due is None:
        return ""
    return f"{last_day(due)} provisional" if provisional else f"{last_day(due)}"


QUIET = (ev.LadderStopped, ev.ReminderFell)
"""Events that go without saying where somebody is told what came of a request."""


class Telling:
    """Tells the events of one partnership; `after` is how it stood once the event had happened."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def __call__(self, event: ev.AnyEvent, after: Entity) -> str:
        """The event as a sentence without a full stop; an unknown kind by its name."""
        told = _TOLD.get(type(event)) or sayings.TOLD.get(type(event))
        return told(self, event, after) if told else plain(event.kind)

    def by(self, event: ev.Event) -> str:
        """Who did it."""
        return self.names.actor(event.by)

    def due(self, clock: Clock | None, after: Entity) -> str:
        """` by 2022-03-28`, or nothing where there is no clock."""
        if clock is None:
            return ""
        deadline = after.deadline(clock)
        if deadline is None:
            return " (its time stands still)"
        return f" by {deadline.on}{' (provisional)' if deadline.provisional else ''}"

    def _gate(self, gate_id: str, after: Entity) -> str:
        code, _, version = gate_id.rpartition(_TAIL)
        title = next((gate.terms.title for gate in after.gates if gate.id == gate_id), "")
        return f"{code} ({title}, version {version})" if title else f"{code} (version {version})"

    def _seat(self, gate_id: str, place: int, after: Entity) -> str:
        gate = next((gate for gate in after.gates if gate.id == gate_id), None)
        return str(gate.seats[place]) if gate else f"seat {place + 1}"

    def founded(self, event: ev.PartnershipFounded, after: Entity) -> str:
        members = " and ".join(
            f"{member.name}{f' {member.name_zh}' if member.name_zh else ''} ({member.country})"
            for member in event.members
        )
        where = f"component {event.component}, cluster {event.cluster}, {event.mode}"
        more = sayings.clusters.continued(event)
        return f"founded: {members}; {where}; the programme ends on {day(event.ends)}{more}"

    def stage_opened(self, event: ev.StageOpened, after: Entity) -> str:
        makers = listed([f"the {seat}" for seat in after.terms.stage(event.stage).makers], "or")
        why = " because a member was replaced" if event.because == "member_replaced" else ""
        due = self.due(event.clock, after)
        return (
            f"{self.by(event)} opened {event.stage.words}{why}; {makers} hands in {paper(event.stage)}{due}"
        )

    def stage_passed(self, event: ev.StagePassed, after: Entity) -> str:
        return f"stage passed{' with conditions' if event.with_conditions else ''}: {event.stage.words}"

    def submitted(self, event: ev.DeliverableSubmitted, after: Entity) -> str:
        version = f"version {event.number} ({short(event.deliverable.version)})"
        return f"{self.by(event)} handed in {paper(event.stage)}, {version}"

    def gate_opened(self, event: ev.GateOpened, after: Entity) -> str:
        deciders = listed([f"the {seat}" for seat in event.terms.seats])
        verb = "decides" if len(event.terms.seats) == 1 else "decide"
        due = self.due(event.clock, after)
        return f"gate {self._gate(event.gate, after)} opened: {deciders} {verb}{due}"

    def decided(self, event: ev.DecisionMade, after: Entity) -> str:
        verdict = {
            rq.Verdict.APPROVE: "approved",
            rq.Verdict.CONDITIONS: "approved with conditions",
            rq.Verdict.RETURN: "returned",
            rq.Verdict.REJECT: "rejected",
        }[event.verdict]
        remark = "; with a remark" if event.remark else ""
        return f"{self.by(event)} {verdict} {self._gate(event.gate, after)}{remark}"

    def taken_back(self, event: ev.DecisionTakenBack, after: Entity) -> str:
        voids = f"; gate {event.voids.rpartition(_TAIL)[0]} is void" if event.voids else ""
        return f"{self.by(event)} took back the decision at {self._gate(event.gate, after)}{voids}"

    def handed_over(self, event: ev.SeatHandedOver, after: Entity) -> str:
        to = self.names(event.to)
        return f"{self.by(event)} handed the seat at {self._gate(event.gate, after)} over to {to}"

    def advice_asked(self, event: ev.AdviceAsked, after: Entity) -> str:
        due = self.due(event.clock, after)
        asked = self.names(event.of)
        return f"{self.by(event)} asked {asked} for advice at {self._gate(event.gate, after)}{due}"

    def advice_given(self, event: ev.AdviceGiven, after: Entity) -> str:
        return f"{self.by(event)} gave advice at {self._gate(event.gate, after)}"

    def decider_added(self, event: ev.DeciderAdded, after: Entity) -> str:
        who = self.names(event.seat.person) if event.seat.person else f"the {event.seat}"
        return f"{self.by(event)} added {who} as a decider at {self._gate(event.gate, after)}"

    def question(self, event: ev.ClarificationAsked, after: Entity) -> str:
        due = self.due(event.clock, after)
        return (
            f"{self.by(event)} asked a formal question at {self._gate(event.gate, after)}; the clock stands "
            f"still until it is answered{due}"
        )

    def answered(self, event: ev.ClarificationAnswered, after: Entity) -> str:
        gate = after.gate(event.gate)
        due = self.due(gate.clock, after)
        return f"{self.by(event)} answered the question at {self._gate(event.gate, after)}; it is due{due}"

    def settled(self, event: ev.GateSettled, after: Entity) -> str:
        how = plain(event.outcome.value)
        if event.silent:
            because = f" ({event.basis})" if event.basis else ""
            how = f"{how} by silence{because}" if event.outcome.passes else f"{how} without a reply"
        if event.overridden:
            how = f"{how}, settled without its deciders by {self.by(event)}"
        held = next((gate for gate in after.gates if gate.id == event.gate), None)
        late = ""
        if held is not None and held.due is not None and event.at > held.due:
            late = f", after its due day {last_day(held.due)}"
        again = f"; a new version is due{self.due(event.clock, after)}" if event.clock else ""
        return f"gate {self._gate(event.gate, after)}: {how}{late}{again}"

    def late_objection(self, event: ev.LateObjectionRecorded, after: Entity) -> str:
        verdict = plain(event.verdict.value)
        return (
            f"{self.by(event)} answered {self._gate(event.gate, after)} after silence had settled it "
            f"({verdict}): kept as a late answer, the outcome stands"
        )

    def rounds_exhausted(self, event: ev.RoundsExhausted, after: Entity) -> str:
        why = "its version was rejected" if event.rejected else f"its {event.rounds} rounds ran out"
        return f"{event.stage.words} is stuck: {why}; the secretariat settles how it goes on"

    def round_added(self, event: ev.RoundAdded, after: Entity) -> str:
        return f"one more round of {event.stage.words} is allowed, due{self.due(event.clock, after)}"

    def waived(self, event: ev.ConditionWaived, after: Entity) -> str:
        return f"the condition {plain(event.condition)!r} of {event.stage.words} is waived"

    def agreement(self, event: ev.AgreementStepTaken, after: Entity) -> str:
        verb = "" if event.step is rq.AgreementStep.SIGNED else ", signing"
        signing = f"{verb} on {day(event.signing)}" if event.signing else ""
        due = f", to be signed{self.due(event.clock, after)}" if event.clock else ""
        return f"{self.by(event)} reported the agreement: {plain(event.step.value)}{signing}{due}"

    def session_planned(self, event: ev.SessionPlanned, after: Entity) -> str:
        why = f" ({plain(event.reason)})" if event.reason else ""
        again = " anew" if event.moved else ""
        return (
            f"{self.by(event)} planned session {event.code}{again}, {plain(event.mode)}, for "
            f"{event.starts:%Y-%m-%d %H:%M} UTC{why}"
        )

    def session_step(self, event: ev.SessionStepTaken, after: Entity) -> str:
        did = {
            rq.SessionStep.INVITED: "invited to",
            rq.SessionStep.CONFIRMED: "answered for their side to",
            rq.SessionStep.MINUTED: "wrote the minutes of",
            rq.SessionStep.AGREED: "agreed for their side to the minutes of",
            rq.SessionStep.CANCELLED: "cancelled",
        }[event.step]
        why = f" ({plain(event.reason)})" if event.reason else ""
        return f"{self.by(event)} {did} session {event.code}{why}"

    def dormant(self, event: ev.DormantFlagged, after: Entity) -> str:
        then = "how it goes on is to be settled" if event.review else "the secretariat looks into it"
        return f"no session was held for {event.days} days; {then}"

    def exchange(self, event: ev.ExchangeHeld, after: Entity) -> str:
        people = f"{event.participants_eu} EU and {event.participants_cn} CN participants"
        evidence = "with evidence" if event.evidence else "without evidence, so it does not count"
        whose = f" of {event.of}" if event.of is not None else ""
        there = f", among them {listed(event.organisations)}" if event.organisations else ""
        return (
            f"{self.by(event)} recorded exchange {event.code}{whose}, {plain(event.mode)}, held on "
            f"{day(event.held)}: {people}{there}, {evidence}"
        )

    def engaged(self, event: ev.OrganisationEngaged, after: Entity) -> str:
        organisation = event.organisation
        return (
            f"{self.by(event)} recorded {organisation.code} ({organisation.group}) on the "
            f"{organisation.side.value.upper()} side"
        )

    def hold_placed(self, event: ev.HoldPlaced, after: Entity) -> str:
        review = event.clock.deadline(after.edition)
        until = f"; to be reviewed by {review.on}" if review else ""
        return f"{self.by(event)} put it on hold ({plain(event.reason)}); every clock stands still{until}"

    def hold_lifted(self, event: ev.HoldLifted, after: Entity) -> str:
        return f"{self.by(event)} resumed it; the clocks go on with the days that remained, but for those counted back"

    def suspended(self, event: ev.SuspensionOrdered, after: Entity) -> str:
        since = f" from {event.since:%Y-%m-%d} on" if event.since else ""
        return f"{self.by(event)} recorded the authority's suspension{since}; nothing goes out until it is lifted"

    def unsuspended(self, event: ev.SuspensionLifted, after: Entity) -> str:
        return f"{self.by(event)} lifted the suspension; what is not on hold goes on as after a hold"

    def holder_changed(self, event: ev.HolderChanged, after: Entity) -> str:
        role = str(Seat(role=event.role, side=event.side))
        if event.to is None:
            left = self.names(event.leaving or "")
            due = self.due(event.clock, after)
            return f"{self.by(event)} recorded that {left} left as {role}; a successor is to be named{due}"
        instead = f" instead of {self.names(event.leaving)}" if event.leaving else ""
        return f"{self.by(event)} recorded {self.names(event.to.person)} as {role}{instead}"

    def member_replaced(self, event: ev.MemberReplaced, after: Entity) -> str:
        member = f"{event.member.name} ({event.member.country})"
        people = listed(list(dict.fromkeys(self.names(held.person) for held in event.holders)))
        return (
            f"{self.by(event)} replaced {event.leaving} by {member} ({plain(event.reason)}), "
            f"with {people or 'nobody named yet'}"
        )

    def withdrawn(self, event: ev.PartnershipWithdrawn, after: Entity) -> str:
        side = event.side.value.upper()
        return f"{self.by(event)} recorded the withdrawal of the {side} side ({plain(event.reason)})"

    def proposed(self, event: ev.ProposalMade, after: Entity) -> str:
        due = self.due(event.clock, after)
        return (
            f"{self.by(event)} made proposal {event.proposal}: {matter_words(event.matter)} "
            f"({plain(event.reason)}); a second person confirms it{due}"
        )

    def confirmed(self, event: ev.ProposalConfirmed, after: Entity) -> str:
        return f"{self.by(event)} confirmed proposal {event.proposal} as the second person"

    def declined(self, event: ev.ProposalDeclined, after: Entity) -> str:
        return f"{self.by(event)} declined proposal {event.proposal}"

    def extended(self, event: ev.EndDateChanged, after: Entity) -> str:
        return (
            f"the programme ends on {day(event.ends)} instead of {day(event.was)}; "
            f"{counted(len(event.moved), 'date')} moved with it"
            + (f"; {self.names(event.second)} wanted it too" if event.second else "")
        )

    def calendar(self, event: ev.CalendarAdopted, after: Entity) -> str:
        moved = counted(len(event.moved), "deadline") + " moved" if event.moved else "no deadline moved"
        return f"{self.by(event)} adopted calendar edition {event.edition.name!r}; {moved}"

    def terms(self, event: ev.TermsAdopted, after: Entity) -> str:
        return f"{self.by(event)} adopted the terms {event.terms.name!r}"

    def delegated(self, event: ev.Delegated, after: Entity) -> str:
        role = str(Seat(role=event.role, side=event.side))
        where = f" in {listed([stage.words for stage in event.stages])}" if event.stages else ""
        return (
            f"{self.by(event)} lets {self.names(event.to)} act as {role}{where} from {day(event.since)} "
            f"to {last_day(event.until)}"
        )

    def reminded(self, event: ev.ReminderFell, after: Entity) -> str:
        lines = [f"{task_words(line.task)}, {_offset(line.offset)}" for line in event.reminders]
        return f"reminder to {self.names(event.recipient)}: {'; '.join(lines)}"

    def ladder_stopped(self, event: ev.LadderStopped, after: Entity) -> str:
        why = {"acted": "has acted", "contact": "was reached"}.get(event.because, plain(event.because))
        what = counted(len(event.tasks), "task")
        return f"{self.names(event.person)} {why}: no more reminders of {what}"

    def contact(self, event: ev.ContactLogged, after: Entity) -> str:
        note = ", with a note" if event.note else ""
        return f"{self.by(event)} reached {self.names(event.person)} by {plain(event.channel)}{note}"

    def overdue(self, event: ev.DeadlinePassed, after: Entity) -> str:
        return f"overdue from now on: {task_words(event.task)}"

    def at_risk(self, event: ev.AtRiskFlagged, after: Entity) -> str:
        return f"flagged as at risk: {plain(event.because)}"

    def cut_off(self, event: ev.CutOffReached, after: Entity) -> str:
        return f"cut-off reached: {event.cut_off}"

    def closed(self, event: ev.PartnershipClosed, after: Entity) -> str:
        into = f" into {event.into}" if event.into else ""
        return f"ended: {plain(event.end)}{into}"


def _offset(working_days: int) -> str:
    if working_days == 0:
        return "on its due day"
    side = "before" if working_days < 0 else "after"
    return f"{counted(abs(working_days), 'working day')} {side} its due day"


def matter_words(matter: rq.Matter) -> str:
    """What two persons are to want: `waive evidenced exchange for action plan`."""
    match matter:
        case rq.Waive():
            return f"waive {plain(matter.condition)!r} for {matter.stage.words}"
        case rq.Extend():
            return f"extend the programme to {day(matter.ends)}"
        case rq.SettleGate():
            return f"settle gate {matter.gate} without its deciders: {plain(matter.verdict)}"
        case rq.AddRound():
            return f"allow one more round of {matter.stage.words}"
        case rq.Merge():
            return f"merge it into {matter.into}"
        case _:
            return sayings.MATTERS[type(matter)](matter)


_TOLD: dict[type[Any], Callable[[Telling, Any, Entity], str]] = {
    ev.PartnershipFounded: Telling.founded,
    ev.StageOpened: Telling.stage_opened,
    ev.StagePassed: Telling.stage_passed,
    ev.DeliverableSubmitted: Telling.submitted,
    ev.GateOpened: Telling.gate_opened,
    ev.DecisionMade: Telling.decided,
    ev.DecisionTakenBack: Telling.taken_back,
    ev.SeatHandedOver: Telling.handed_over,
    ev.AdviceAsked: Telling.advice_asked,
    ev.AdviceGiven: Telling.advice_given,
    ev.DeciderAdded: Telling.decider_added,
    ev.ClarificationAsked: Telling.question,
    ev.ClarificationAnswered: Telling.answered,
    ev.GateSettled: Telling.settled,
    ev.LateObjectionRecorded: Telling.late_objection,
    ev.RoundsExhausted: Telling.rounds_exhausted,
    ev.RoundAdded: Telling.round_added,
    ev.ConditionWaived: Telling.waived,
    ev.AgreementStepTaken: Telling.agreement,
    ev.SessionPlanned: Telling.session_planned,
    ev.SessionStepTaken: Telling.session_step,
    ev.ExchangeHeld: Telling.exchange,
    ev.OrganisationEngaged: Telling.engaged,
    ev.HoldPlaced: Telling.hold_placed,
    ev.HoldLifted: Telling.hold_lifted,
    ev.SuspensionOrdered: Telling.suspended,
    ev.SuspensionLifted: Telling.unsuspended,
    ev.HolderChanged: Telling.holder_changed,
    ev.MemberReplaced: Telling.member_replaced,
    ev.PartnershipWithdrawn: Telling.withdrawn,
    ev.ProposalMade: Telling.proposed,
    ev.ProposalConfirmed: Telling.confirmed,
    ev.ProposalDeclined: Telling.declined,
    ev.EndDateChanged: Telling.extended,
    ev.CalendarAdopted: Telling.calendar,
    ev.TermsAdopted: Telling.terms,
    ev.Delegated: Telling.delegated,
    ev.ReminderFell: Telling.reminded,
    ev.LadderStopped: Telling.ladder_stopped,
    ev.ContactLogged: Telling.contact,
    ev.DeadlinePassed: Telling.overdue,
    ev.AtRiskFlagged: Telling.at_risk,
    ev.DormantFlagged: Telling.dormant,
    ev.CutOffReached: Telling.cut_off,
    ev.PartnershipClosed: Telling.closed,
}
