"""What happened to an entity: the past tense of every request, and what the calendar did by itself."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from domain.calendars import CalendarEdition
from domain.clocks import Clock
from domain.clusters.events import ActionsTakenOver as ActionsTakenOver
from domain.clusters.events import ClusterActivated as ClusterActivated
from domain.clusters.events import ClusterEvent
from domain.clusters.events import ClusterFounded as ClusterFounded
from domain.clusters.events import ClusterReviewed as ClusterReviewed
from domain.clusters.events import ConsentGiven as ConsentGiven
from domain.clusters.events import ConsentRefused as ConsentRefused
from domain.clusters.events import JointPlanAdopted as JointPlanAdopted
from domain.clusters.events import JointSessionHeld as JointSessionHeld
from domain.clusters.events import MemberAsked as MemberAsked
from domain.clusters.events import MemberLeft as MemberLeft
from domain.clusters.events import MergerAsked as MergerAsked
from domain.clusters.events import PeopleNamed as PeopleNamed
from domain.deliverables import AnyDeliverable
from domain.errands import EntityName, TurnedDown
from domain.partnership_events import AgreementStepTaken as AgreementStepTaken
from domain.partnership_events import DormantFlagged as DormantFlagged
from domain.partnership_events import End as End
from domain.partnership_events import ExchangeHeld as ExchangeHeld
from domain.partnership_events import JointPlanJoined as JointPlanJoined
from domain.partnership_events import MemberReplaced as MemberReplaced
from domain.partnership_events import OrganisationEngaged as OrganisationEngaged
from domain.partnership_events import PartnershipClosed as PartnershipClosed
from domain.partnership_events import PartnershipEvent
from domain.partnership_events import PartnershipFounded as PartnershipFounded
from domain.partnership_events import PartnershipWithdrawn as PartnershipWithdrawn
from domain.partnership_events import SessionPlanned as SessionPlanned
from domain.partnership_events import SessionStepTaken as SessionStepTaken
from domain.pilots.events import CheckRecorded as CheckRecorded
from domain.pilots.events import ChecksAsked as ChecksAsked
from domain.pilots.events import NoteAsked as NoteAsked
from domain.pilots.events import NotesMissing as NotesMissing
from domain.pilots.events import OwnerNamed as OwnerNamed
from domain.pilots.events import PilotClosed as PilotClosed
from domain.pilots.events import PilotEvent
from domain.pilots.events import PilotFounded as PilotFounded
from domain.pilots.events import PilotParked as PilotParked
from domain.pilots.events import PilotRecorded as PilotRecorded
from domain.pilots.events import PilotScored as PilotScored
from domain.pilots.events import PilotStepTaken as PilotStepTaken
from domain.pilots.events import PilotUnparked as PilotUnparked
from domain.pilots.events import ProgressNoted as ProgressNoted
from domain.pilots.events import SourceRecorded as SourceRecorded
from domain.programmes.events import AcceptanceAsked as AcceptanceAsked
from domain.programmes.events import BroadcastOrdered as BroadcastOrdered
from domain.programmes.events import CutOffObjected as CutOffObjected
from domain.programmes.events import ObjectionAnswered as ObjectionAnswered
from domain.programmes.events import ObjectionsClosed as ObjectionsClosed
from domain.programmes.events import ProgrammeEvent
from domain.programmes.events import ProgrammeFounded as ProgrammeFounded
from domain.requests import Channel, Matter, Verdict
from domain.terms import GateTerms, Reach, Seat, Stage, Terms
from domain.values import (
    Code,
    Country,
    Holder,
    PersonId,
    Role,
    Side,
    TextHash,
    UtcTime,
    Value,
    shared,
)
from domain.values import (
    Event as Event,
)
from domain.visits.events import GroupFormed as GroupFormed
from domain.visits.events import GroupStepTaken as GroupStepTaken
from domain.visits.events import IncidentReported as IncidentReported
from domain.visits.events import ParticipantsNamed as ParticipantsNamed
from domain.visits.events import TravelDataPurged as TravelDataPurged
from domain.visits.events import VisitBegan as VisitBegan
from domain.visits.events import VisitCancelled as VisitCancelled
from domain.visits.events import VisitCompleted as VisitCompleted
from domain.visits.events import VisitConverted as VisitConverted
from domain.visits.events import VisitEvent
from domain.visits.events import VisitFounded as VisitFounded
from domain.visits.events import VisitMoved as VisitMoved
from domain.visits.events import VisitStepTaken as VisitStepTaken


class Outcome(StrEnum):
    """How a gate ended."""

    APPROVED = "approved"
    CONDITIONS = "approved_with_conditions"
    RETURNED = "returned"
    REJECTED = "rejected"
    LAPSED = "lapsed"

    @property
    def passes(self) -> bool:
        return self in (Outcome.APPROVED, Outcome.CONDITIONS)


class StageOpened(Event):
    kind: Literal["stage_opened"] = "stage_opened"
    stage: Stage
    clock: Clock
    because: Code = "conditions_hold"


class StagePassed(Event):
    kind: Literal["stage_passed"] = "stage_passed"
    stage: Stage
    with_conditions: bool = False


class DeliverableSubmitted(Event):
    kind: Literal["deliverable_submitted"] = "deliverable_submitted"
    stage: Stage
    number: int
    deliverable: AnyDeliverable
    text: TextHash | None = None


class GateOpened(Event):
    kind: Literal["gate_opened"] = "gate_opened"
    gate: str
    """The gate's code and the version's number: `G5.review/2`."""
    stage: Stage
    version: TextHash
    terms: GateTerms
    clock: Clock


class DecisionMade(Event):
    kind: Literal["decision_made"] = "decision_made"
    gate: str
    seat: int
    version: TextHash
    verdict: Verdict
    remark: TextHash | None = None


class DecisionTakenBack(Event):
    kind: Literal["decision_taken_back"] = "decision_taken_back"
    gate: str
    seat: int
    voids: str | None = None
    """The gate that had been opened by the decision and is void now."""
    remark: TextHash | None = None


class SeatHandedOver(Event):
    kind: Literal["seat_handed_over"] = "seat_handed_over"
    gate: str
    seat: int
    to: PersonId
    remark: TextHash | None = None


class AdviceAsked(Event):
    kind: Literal["advice_asked"] = "advice_asked"
    gate: str
    of: PersonId
    question: TextHash
    clock: Clock


class AdviceGiven(Event):
    kind: Literal["advice_given"] = "advice_given"
    gate: str
    answer: TextHash


class DeciderAdded(Event):
    kind: Literal["decider_added"] = "decider_added"
    gate: str
    seat: Seat
    remark: TextHash | None = None


class ClarificationAsked(Event):
    kind: Literal["clarification_asked"] = "clarification_asked"
    gate: str
    question: TextHash
    clock: Clock


class ClarificationAnswered(Event):
    kind: Literal["clarification_answered"] = "clarification_answered"
    gate: str
    answer: TextHash


class GateSettled(Event):
    """`silent` where the calendar settled it; `basis` is the text that makes silence count."""

    kind: Literal["gate_settled"] = "gate_settled"
    gate: str
    outcome: Outcome
    silent: bool = False
    basis: str = ""
    overridden: bool = False
    clock: Clock | None = None
    """The maker's clock for the next version, where one is wanted."""


class LateObjectionRecorded(Event):
    kind: Literal["late_objection_recorded"] = "late_objection_recorded"
    gate: str
    seat: int
    version: TextHash
    verdict: Verdict
    remark: TextHash | None = None


class RoundsExhausted(Event):
    kind: Literal["rounds_exhausted"] = "rounds_exhausted"
    stage: Stage
    rounds: int
    rejected: bool = False
    clock: Clock


class RoundAdded(Event):
    kind: Literal["round_added"] = "round_added"
    stage: Stage
    clock: Clock


class ConditionWaived(Event):
    kind: Literal["condition_waived"] = "condition_waived"
    stage: Stage
    condition: Code


class HoldPlaced(Event):
    kind: Literal["hold_placed"] = "hold_placed"
    reason: Code
    remark: TextHash | None = None
    clock: Clock
    """Until the hold itself is to be reviewed; it runs while all else stands still."""


class HoldLifted(Event):
    kind: Literal["hold_lifted"] = "hold_lifted"


class SuspensionOrdered(Event):
    kind: Literal["suspension_ordered"] = "suspension_ordered"
    order: TextHash
    since: UtcTime | None = Field(default=None, exclude_if=lambda since: since is None)
    """From when it holds, where that was before it was recorded."""


class SuspensionLifted(Event):
    kind: Literal["suspension_lifted"] = "suspension_lifted"
    order: TextHash


class HolderChanged(Event):
    kind: Literal["holder_changed"] = "holder_changed"
    role: Role
    side: Side
    leaving: PersonId | None = None
    to: Holder | None = None
    letter: TextHash | None = None
    clock: Clock | None = None
    """For naming a successor, where the role is vacant now."""


class ProposalMade(Event):
    kind: Literal["proposal_made"] = "proposal_made"
    proposal: int
    matter: Matter
    reason: Code
    remark: TextHash | None = None
    clock: Clock


class ProposalConfirmed(Event):
    kind: Literal["proposal_confirmed"] = "proposal_confirmed"
    proposal: int


class ProposalDeclined(Event):
    kind: Literal["proposal_declined"] = "proposal_declined"
    proposal: int
    remark: TextHash | None = None


class Moved(Value):
    """A deadline before and after: a clock's id and the instants (None: it stands still)."""

    clock: str
    was: UtcTime | None
    now: UtcTime | None


class EndDateChanged(Event):
    kind: Literal["end_date_changed"] = "end_date_changed"
    was: UtcTime
    ends: UtcTime
    addendum: TextHash
    moved: tuple[Moved, ...] = ()
    second: PersonId | None = Field(default=None, exclude_if=lambda second: second is None)
    """Who wanted it too, where it comes from the programme; else a proposal and its confirmation tell."""


class CalendarAdopted(Event):
    kind: Literal["calendar_adopted"] = "calendar_adopted"
    edition: Annotated[CalendarEdition, AfterValidator(shared)]
    moved: tuple[Moved, ...]


class TermsAdopted(Event):
    kind: Literal["terms_adopted"] = "terms_adopted"
    terms: Annotated[Terms, AfterValidator(shared)]
    decision: TextHash


class TravelRestricted(Event):
    """Nobody travels there then (`open_end`: until further notice); `clock` is the secretariat's, to look at it."""

    kind: Literal["travel_restricted"] = "travel_restricted"
    country: Country
    since: UtcTime
    until: UtcTime
    order: TextHash
    clock: Clock | None = None
    open_end: bool = Field(default=False, exclude_if=lambda open_end: not open_end)


class TravelResumed(Event):
    kind: Literal["travel_resumed"] = "travel_resumed"
    country: Country
    since: UtcTime
    order: TextHash


class Delegated(Event):
    kind: Literal["delegated"] = "delegated"
    to: PersonId
    role: Role
    side: Side
    since: UtcTime
    until: UtcTime
    stages: tuple[Stage, ...] = ()


class Reminder(Value):
    """One line of a reminder: a task, how far from its due day, and how far up this rung reaches."""

    task: str
    offset: int
    reach: Reach
    due: UtcTime
    skipped: tuple[int, ...] = ()
    """Rungs that were missed meanwhile (a long outage) and are not sent any more."""


class ReminderFell(Event):
    """09:00 came for a recipient: all that is to be said to this person that day, in one letter."""

    kind: Literal["reminder_fell"] = "reminder_fell"
    recipient: PersonId
    reminders: tuple[Reminder, ...]
    clock: Clock | None = None
    """The secretariat's, where the ladder has reached the authorities: they are written to by hand only."""


class LadderStopped(Event):
    """The person acted or was reached: no more reminders of these tasks to this person."""

    kind: Literal["ladder_stopped"] = "ladder_stopped"
    person: PersonId
    tasks: tuple[str, ...]
    because: Code


class ContactLogged(Event):
    kind: Literal["contact_logged"] = "contact_logged"
    person: PersonId
    channel: Channel
    note: TextHash | None = None


class DeadlinePassed(Event):
    """A task is overdue from now on; nothing else follows by itself."""

    kind: Literal["deadline_passed"] = "deadline_passed"
    task: str


class AtRiskFlagged(Event):
    kind: Literal["at_risk_flagged"] = "at_risk_flagged"
    because: Code
    clock: Clock


class ErrandCarried(Event):
    """Others were asked on behalf of this entity: who took it, who refused with which sentence, and up to whom."""

    kind: Literal["errand_carried"] = "errand_carried"
    errand: Code
    done: tuple[EntityName, ...] = ()
    refused: tuple[TurnedDown, ...] = ()
    after: str
    over: bool
    clock: Clock | None = None
    """The secretariat's, to look after those that refused, once all have been asked."""


class ErrandRepeated(Event):
    """Those that refused are asked once more."""

    kind: Literal["errand_repeated"] = "errand_repeated"
    errand: Code


class ErrandDropped(Event):
    """Those that refused are not asked any more."""

    kind: Literal["errand_dropped"] = "errand_dropped"
    errand: Code
    reason: Code
    text: TextHash | None = None


class EntityClosed(Event):
    """The end of an entity other than a partnership."""

    kind: Literal["entity_closed"] = "entity_closed"
    end: Code
    reason: Code | None = None
    finding: TextHash | None = Field(default=None, exclude_if=lambda finding: finding is None)


class CutOffReached(Event):
    kind: Literal["cut_off_reached"] = "cut_off_reached"
    cut_off: str
    clock: Clock | None = Field(default=None, exclude_if=lambda clock: clock is None)
    """For objections, where the entity takes any."""


AnyEvent = Annotated[
    PartnershipEvent
    | StageOpened
    | StagePassed
    | DeliverableSubmitted
    | GateOpened
    | DecisionMade
    | DecisionTakenBack
    | SeatHandedOver
    | AdviceAsked
    | AdviceGiven
    | DeciderAdded
    | ClarificationAsked
    | ClarificationAnswered
    | GateSettled
    | LateObjectionRecorded
    | RoundsExhausted
    | RoundAdded
    | ConditionWaived
    | HoldPlaced
    | HoldLifted
    | SuspensionOrdered
    | SuspensionLifted
    | HolderChanged
    | ProposalMade
    | ProposalConfirmed
    | ProposalDeclined
    | EndDateChanged
    | CalendarAdopted
    | TermsAdopted
    | Delegated
    | ReminderFell
    | LadderStopped
    | ContactLogged
    | DeadlinePassed
    | AtRiskFlagged
    | CutOffReached
    | ErrandCarried
    | ErrandRepeated
    | ErrandDropped
    | TravelRestricted
    | TravelResumed
    | EntityClosed
    | VisitEvent
    | PilotEvent
    | ProgrammeEvent
    | ClusterEvent,
    Field(discriminator="kind"),
]
