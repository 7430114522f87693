"""What people can ask of a partnership, each request an imperative with the facts its rule needs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.broad_requests import AdoptCalendar as AdoptCalendar
from domain.broad_requests import AdoptTerms as AdoptTerms
from domain.broad_requests import ChangeEnd as ChangeEnd
from domain.broad_requests import Hold as Hold
from domain.broad_requests import LiftSuspension as LiftSuspension
from domain.broad_requests import RestrictTravel as RestrictTravel
from domain.broad_requests import Resume as Resume
from domain.broad_requests import ResumeTravel as ResumeTravel
from domain.broad_requests import Suspend as Suspend
from domain.clusters.requests import AskMerger as AskMerger
from domain.clusters.requests import AskSplit as AskSplit
from domain.clusters.requests import CloseCluster as CloseCluster
from domain.clusters.requests import Consent as Consent
from domain.clusters.requests import GiveBack as GiveBack
from domain.clusters.requests import HoldJointSession as HoldJointSession
from domain.clusters.requests import Join as Join
from domain.clusters.requests import Leave as Leave
from domain.clusters.requests import NamePeople as NamePeople
from domain.clusters.requests import ReviewCluster as ReviewCluster
from domain.clusters.requests import TakeOver as TakeOver
from domain.deliverables import AnyDeliverable, Count
from domain.pilots.requests import DropPilot as DropPilot
from domain.pilots.requests import NoteProgress as NoteProgress
from domain.pilots.requests import ParkPilot as ParkPilot
from domain.pilots.requests import RecordCheck as RecordCheck
from domain.pilots.requests import RecordPilot as RecordPilot
from domain.pilots.requests import RecordSource as RecordSource
from domain.pilots.requests import ScorePilot as ScorePilot
from domain.pilots.requests import StepPilot as StepPilot
from domain.pilots.requests import TransferPilot as TransferPilot
from domain.pilots.requests import UnparkPilot as UnparkPilot
from domain.programmes.requests import AnswerObjection as AnswerObjection
from domain.programmes.requests import AskAcceptance as AskAcceptance
from domain.programmes.requests import Broadcast as Broadcast
from domain.programmes.requests import ObjectCutOff as ObjectCutOff
from domain.terms import Seat, Stage
from domain.values import (
    Actor,
    Code,
    Country,
    GivenTime,
    Holder,
    Member,
    Organisation,
    PersonId,
    PlaceName,
    Role,
    Side,
    TextHash,
    Value,
)
from domain.values import EntityName as EntityName
from domain.values import ExchangeMode as ExchangeMode
from domain.visits.requests import (
    CancelVisit,
    CompleteVisit,
    ConvertVisit,
    FormGroup,
    MoveVisit,
    NameParticipants,
    ReportIncident,
    StepGroup,
    StepVisit,
)

ProposalNumber = Annotated[int, Field(ge=1, le=1_000_000)]


class Verdict(StrEnum):
    APPROVE = "approve"
    CONDITIONS = "approve_with_conditions"
    RETURN = "return"
    REJECT = "reject"

    @property
    def approves(self) -> bool:
        return self in (Verdict.APPROVE, Verdict.CONDITIONS)


class AgreementStep(StrEnum):
    NONE = "none"
    PROPOSED = "proposed"
    DRAFTING = "drafting"
    LEGAL_REVIEW = "legal_review"
    FAO_CLEARANCE = "fao_clearance"
    AGREED_TEXT = "agreed_text"
    SIGNING_SCHEDULED = "signing_scheduled"
    SIGNED = "signed"
    LAPSED = "lapsed"
    TERMINATED = "terminated"


class SessionStep(StrEnum):
    """How far a working session has come, beside being held, which is recorded as an exchange."""

    PLANNED = "planned"
    INVITED = "invited"
    CONFIRMED = "confirmed"
    HELD = "held"
    MINUTED = "minuted"
    AGREED = "minutes_agreed"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    PHONE = "phone"
    WECHAT = "wechat"
    MEETING = "meeting"
    LETTER = "letter"


class OpenStage(Value):
    kind: Literal["open_stage"] = "open_stage"
    stage: Stage


class Submit(Value):
    """Hand in a version of a stage's deliverable."""

    kind: Literal["submit"] = "submit"
    stage: Stage
    deliverable: AnyDeliverable
    text: TextHash | None = None


class Decide(Value):
    """A verdict on the version seen; `gate` is the gate's code, such as G5.review."""

    kind: Literal["decide"] = "decide"
    gate: Code
    version: TextHash
    verdict: Verdict
    remark: TextHash | None = None


class TakeBack(Value):
    kind: Literal["take_back"] = "take_back"
    gate: Code
    remark: TextHash | None = None


class HandOver(Value):
    """Pass one's seat at a gate on to another person of the same side."""

    kind: Literal["hand_over"] = "hand_over"
    gate: Code
    to: PersonId
    remark: TextHash | None = None


class AskAdvice(Value):
    kind: Literal["ask_advice"] = "ask_advice"
    gate: Code
    of: PersonId
    question: TextHash


class GiveAdvice(Value):
    kind: Literal["give_advice"] = "give_advice"
    gate: Code
    answer: TextHash


class AddDecider(Value):
    kind: Literal["add_decider"] = "add_decider"
    gate: Code
    seat: Seat
    remark: TextHash | None = None


class Clarify(Value):
    """A formal question to the maker: the gate's clock stops until it is answered."""

    kind: Literal["clarify"] = "clarify"
    gate: Code
    question: TextHash


class Answer(Value):
    kind: Literal["answer"] = "answer"
    gate: Code
    answer: TextHash


class StepAgreement(Value):
    """The agreement's next step; `signing` is the day fixed or the day signed."""

    kind: Literal["agreement_step"] = "agreement_step"
    step: AgreementStep
    signing: GivenTime | None = None
    text: TextHash | None = None


class PlanSession(Value):
    """A working session or webinar to come, or another time or way for one that is planned (with the reason)."""

    kind: Literal["plan_session"] = "plan_session"
    code: Code
    mode: ExchangeMode
    starts: GivenTime
    reason: Code | None = None


class StepSession(Value):
    """A planned session's next step; `text` is the agenda or the minutes, `reason` why it is cancelled."""

    kind: Literal["session_step"] = "session_step"
    code: Code
    step: SessionStep
    text: TextHash | None = None
    remark: TextHash | None = None
    reason: Code | None = None


class RecordExchange(Value):
    """A working session, webinar or visit held: no evidence, no count. One that was planned has its own code."""

    kind: Literal["record_exchange"] = "record_exchange"
    code: Code
    mode: ExchangeMode
    held: GivenTime
    country: Country | Literal[""] = ""
    participants_eu: Count
    participants_cn: Count
    evidence: TextHash | None = None
    of: EntityName | None = Field(default=None, exclude_if=lambda of: of is None)
    """The entity whose event it was, where it was that of many: a study visit, a cluster's joint session."""
    organisations: Annotated[tuple[Code, ...], Field(max_length=60, exclude_if=lambda those: not those)] = ()
    """Engaged organisations of which somebody is on the attendance list, by their codes."""


class AdoptJointPlan(Value):
    """A cluster's joint action plan, adopted by all its members there, holds in the partnership too."""

    kind: Literal["adopt_joint_plan"] = "adopt_joint_plan"
    of: EntityName
    version: TextHash


class Engage(Value):
    kind: Literal["engage_organisation"] = "engage_organisation"
    organisation: Organisation


class Withdraw(Value):
    kind: Literal["withdraw"] = "withdraw"
    side: Side
    reason: Code
    notice: TextHash


class ReplaceMember(Value):
    """A member leaves and another takes its place: same partnership, new membership, shortened scoping."""

    kind: Literal["replace_member"] = "replace_member"
    leaving: PlaceName
    member: Member
    holders: Annotated[tuple[Holder, ...], Field(max_length=50)]
    reason: Code
    agreed: TextHash


class ChangeHolder(Value):
    """A person takes over a role; `leaving` loses it the same moment. `to` None: nobody is named yet."""

    kind: Literal["change_holder"] = "change_holder"
    role: Role
    side: Side
    leaving: PersonId | None = None
    to: Holder | None = None
    letter: TextHash | None = None


class Waive(Value):
    """Let a stage open although a named condition does not hold."""

    kind: Literal["waive"] = "waive"
    stage: Stage
    condition: Code


class Extend(Value):
    """A no-cost extension: a new end of the programme, which moves every cut-off."""

    kind: Literal["extend"] = "extend"
    ends: GivenTime
    addendum: TextHash


class SettleGate(Value):
    """Settle an open gate without its deciders."""

    kind: Literal["settle_gate"] = "settle_gate"
    gate: Code
    verdict: Verdict


class AddRound(Value):
    """Allow one more round after the rounds ran out or a version was rejected."""

    kind: Literal["add_round"] = "add_round"
    stage: Stage


class Merge(Value):
    """The partnership goes on inside a cluster; both sides' consent is in the text behind `consent`."""

    kind: Literal["merge"] = "merge"
    into: Code
    consent: TextHash
    of: EntityName | None = Field(default=None, exclude_if=lambda of: of is None)
    """The cluster itself, where it is one that takes over what is open: `cluster/ECO`."""


Matter = Annotated[Waive | Extend | SettleGate | AddRound | Merge | Broadcast, Field(discriminator="kind")]


class Propose(Value):
    """Something two persons must want: it takes effect when a second one confirms it."""

    kind: Literal["propose"] = "propose"
    matter: Matter
    reason: Code
    remark: TextHash | None = None


class Confirm(Value):
    kind: Literal["confirm"] = "confirm"
    proposal: ProposalNumber


class Decline(Value):
    kind: Literal["decline"] = "decline"
    proposal: ProposalNumber
    remark: TextHash | None = None


class RunAgain(Value):
    """Ask those once more that refused an errand."""

    kind: Literal["run_again"] = "run_again"
    errand: Code


class LetBe(Value):
    """Those that refused an errand are not asked any more, for a reason."""

    kind: Literal["let_be"] = "let_be"
    errand: Code
    reason: Code
    text: TextHash | None = None


class Delegate(Value):
    """Let another person act in one's role for a time; `stages` empty means all of them."""

    kind: Literal["delegate"] = "delegate"
    to: PersonId
    role: Role
    side: Side
    since: GivenTime
    until: GivenTime
    stages: Annotated[tuple[Stage, ...], Field(max_length=len(Stage))] = ()


class LogContact(Value):
    """A person was reached by phone or otherwise: the reminders to them stop."""

    kind: Literal["log_contact"] = "log_contact"
    person: PersonId
    channel: Channel
    note: TextHash | None = None


AnyRequest = Annotated[
    OpenStage
    | Submit
    | Decide
    | TakeBack
    | HandOver
    | AskAdvice
    | GiveAdvice
    | AddDecider
    | Clarify
    | Answer
    | StepAgreement
    | PlanSession
    | StepSession
    | RecordExchange
    | AdoptJointPlan
    | Engage
    | Hold
    | Resume
    | Suspend
    | LiftSuspension
    | Withdraw
    | ReplaceMember
    | ChangeHolder
    | Propose
    | Confirm
    | Decline
    | AdoptCalendar
    | AdoptTerms
    | Delegate
    | LogContact
    | RestrictTravel
    | ResumeTravel
    | ChangeEnd
    | RunAgain
    | LetBe
    | StepVisit
    | FormGroup
    | NameParticipants
    | StepGroup
    | MoveVisit
    | ConvertVisit
    | CancelVisit
    | ReportIncident
    | CompleteVisit
    | ScorePilot
    | RecordCheck
    | RecordSource
    | StepPilot
    | NoteProgress
    | ParkPilot
    | UnparkPilot
    | DropPilot
    | TransferPilot
    | RecordPilot
    | AskAcceptance
    | ObjectCutOff
    | AnswerObjection
    | Join
    | Consent
    | NamePeople
    | Leave
    | AskMerger
    | TakeOver
    | AskSplit
    | GiveBack
    | HoldJointSession
    | ReviewCluster
    | CloseCluster,
    Field(discriminator="kind"),
]


COMMAND_LIMIT = 64 * 1024
"""So many bytes a request may have as JSON."""
DATA_LIMIT = 256 * 1024
LARGE_KINDS = ("partnership_founded", "pilot_founded", "programme_founded", "adopt_calendar", "adopt_terms")
"""These carry calendars of several countries and years, or all terms: data by the operator, seldom, and no prose."""


class Command(Value):
    """A request on its way: `id` is `cmd-<ulid>-<digest of request and actor>`, asked again with the same id."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{3,99}$")]
    request: AnyRequest
    by: Actor
