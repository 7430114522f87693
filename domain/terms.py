"""The rules and durations a partnership lives by; they travel with it and change only by an event."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.clocks import Allowance, DayKind
from domain.values import Code, Country, GivenTime, PersonId, Role, Side, Value, Wording

Days = Annotated[int, Field(ge=0, le=3660)]


class Stage(StrEnum):
    SCOPING = "scoping"
    STUDY_VISITS = "study_visits"
    ACTION_PLAN = "action_plan"
    PILOT_INVESTMENTS = "pilot_investments"
    CLOSING = "closing"
    VISIT_CONCEPT = "visit_concept"
    VISIT_READINESS = "visit_readiness"
    VISIT_REPORT = "visit_report"
    PILOT_FICHE = "pilot_fiche"
    PILOT_CONCEPT = "pilot_concept"
    PILOT_COMPLETION = "pilot_completion"
    INCEPTION_REPORT = "inception_report"
    INTERIM_REPORT = "interim_report"
    DRAFT_FINAL_REPORT = "draft_final_report"
    FINAL_REPORT = "final_report"
    CLUSTER_WORK_PLAN = "cluster_work_plan"
    JOINT_PLAN = "joint_plan"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


def calendar_days(days: int) -> Allowance:
    return Allowance(days=days, kind=DayKind.CALENDAR)


def own_days(days: int) -> Allowance:
    return Allowance(days=days, kind=DayKind.OWN)


def joint_days(days: int) -> Allowance:
    return Allowance(days=days, kind=DayKind.JOINT)


class Silence(StrEnum):
    """What no answer means when a gate's time is over."""

    NEVER = "never"
    DEEMED = "deemed approved"
    LAPSES = "lapses"


class Seat(Value):
    """A place at a gate: who decides there. `person` is set when a seat was handed over or added by name.

    `of` is the member of a cluster whose own people take it: the code of a partnership.
    """

    role: Role
    side: Side
    person: PersonId | None = None
    of: Code | None = Field(default=None, exclude_if=lambda of: of is None)

    def __str__(self) -> str:
        role = self.role.value.replace("_", " ")
        names = {Role.EU_DELEGATION: "EU Delegation", Role.NATIONAL_COUNTERPART: "national counterpart"}
        who = names.get(self.role, role)
        own = f" of {self.of}" if self.of is not None else ""
        return who if self.side is Side.PROGRAMME else f"{self.side.value.upper()} {who}{own}"


class GateTerms(Value):
    """One gate: who decides, how many suffice, how long they have, and what silence means.

    `needed` approvals settle it: None means all seats, 1 any one of them. `basis` is the text that makes
    silence count as approval; without it silence never does. A gate with `goes_on` lets its stage go on
    after lapsing (the closing letter then states "no reply", domain.md 2.4 stage 7). At a gate `of_members` each
    member of a cluster has these seats for its own people; which they are is known when the gate opens.
    """

    code: Code
    title: Wording
    seats: tuple[Seat, ...] = Field(min_length=1, max_length=50)
    needed: int | None = None
    allowance: Allowance
    silence: Silence = Silence.NEVER
    basis: Wording = ""
    goes_on: bool = False
    of_members: bool = Field(default=False, exclude_if=lambda own: not own)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.needed is not None and not 1 <= self.needed <= len(self.seats):
            raise ValueError(
                f"gate {self.code}: needed is {self.needed}, but it has {len(self.seats)} deciders; "
                f"give a number from 1 to {len(self.seats)}, or none for all of them"
            )
        return self

    @property
    def on_silence(self) -> Silence:
        """What silence means here: never an approval without the text that makes it one."""
        return Silence.NEVER if self.silence is Silence.DEEMED and not self.basis else self.silence


class StageTerms(Value):
    """How long a stage's deliverable and each new version of it may take, who makes it, and its gates."""

    stage: Stage
    makers: tuple[Seat, ...] = Field(min_length=1, max_length=50)
    submit: Allowance
    revise: Allowance
    shortened: Allowance | None = None
    gates: tuple[GateTerms, ...] = Field(min_length=1, max_length=20)
    max_rounds: int = Field(default=3, ge=1, le=100)
    at_risk_after: Days | None = None
    """Calendar days after which an unfinished stage flags the partnership as at risk."""
    last_opening: Days = 0
    """Calendar days before the programme's end after which the stage may no longer open."""

    def gate(self, code: str) -> GateTerms:
        return next(gate for gate in self.gates if gate.code == code)


class Reach(StrEnum):
    """How far up a rung of a ladder reaches."""

    RECIPIENT = "recipient"
    SUPERIOR = "superior"
    TEAM_LEADER = "team_leader"
    AUTHORITY = "authority"


class Rung(Value):
    """One reminder: working days of the recipient before (negative) or after the due day, and its reach."""

    offset: int = Field(ge=-400, le=400)
    reach: Reach = Reach.RECIPIENT


class Restriction(Value):
    """A time in which nobody travels to a country: physical visits are not possible then."""

    country: Country
    since: GivenTime
    until: GivenTime


class SessionTerms(Value):
    """The heartbeat (domain.md 2.5): days before and after a working session, and how long there may be none.

    `invite` and `answer` are counted back from the session, `report` on from it, `minutes` from the day it was
    recorded as held, `agree` from the day the minutes were written. After `dormant` calendar days without a session
    held the partnership is called dormant, after `review` days its going on is to be decided.
    """

    invite: Allowance = joint_days(15)
    answer: Allowance = joint_days(7)
    report: Allowance = joint_days(1)
    minutes: Allowance = joint_days(5)
    agree: Allowance = joint_days(5)
    dormant: int = Field(default=90, ge=1, le=3660)
    review: int = Field(default=180, ge=1, le=3660)

    @model_validator(mode="after")
    def _looked_into_before_decided(self) -> Self:
        if self.review <= self.dormant:
            raise ValueError(
                f"a partnership is reviewed after it was called dormant: review ({self.review} days) has to be more "
                f"than dormant ({self.dormant} days)"
            )
        return self


class VisitSeat(StrEnum):
    """Who owes a step of a visit's timetable."""

    OPERATOR = "operator"
    CONTACT = "contact"
    """The focal point of the city or region that sends a sub-group."""
    HOST = "host"
    """The focal point of the city or region that receives it."""


class VisitPer(StrEnum):
    """Whether a step is owed once for a visit, or for each of its sub-groups or partnerships."""

    VISIT = "visit"
    GROUP = "group"
    PARTNERSHIP = "partnership"


class VisitStepTerms(Value):
    """One step of the timetable that is planned back from a visit's first day, or on from its last.

    `cn_to_eu` and `eu_to_cn` are calendar days before the first day (None: not a step in that direction; a visit in any
    other direction has those of `eu_to_cn`); `after` is what there is from the last day on. `travel`: only where people
    travel; `cleared`: only for groups of Chinese officials, who need their own authority's clearance.
    """

    step: Code
    cn_to_eu: Annotated[int, Field(ge=0, le=1000)] | None = None
    eu_to_cn: Annotated[int, Field(ge=0, le=1000)] | None = None
    after: Allowance | None = None
    seat: VisitSeat = VisitSeat.OPERATOR
    per: VisitPer = VisitPer.VISIT
    travel: bool = False
    cleared: bool = False

    @model_validator(mode="after")
    def _counted_one_way(self) -> Self:
        if (self.after is None) is (self.cn_to_eu is None and self.eu_to_cn is None):
            raise ValueError(
                f"step {self.step}: it is counted back from the first day or on from the last, not both"
            )
        return self


class VisitTerms(Value):
    """A study visit's timetable and limits (domain.md 2.6 and Annex A).

    `concept`, `readiness` and `report` are when their papers are due; `group_max` is how many Chinese officials travel
    together; `days_abroad` how many days they may stay in one, two, three or more countries; `represented` the share in
    per cent of the partnerships served that have to be represented for it to be made; `postponed` how often it may be
    put off before how it goes on is reviewed; `last_day` how many days before the programme's end it is over; `unasked`
    for which reasons a visit is made virtual without the consent of its hosts.
    """

    timetable: Annotated[tuple[VisitStepTerms, ...], Field(max_length=60)] = ()
    concept: tuple[int, int] = (135, 100)
    """Calendar days before the first day, from China to Europe and the other way."""
    readiness: int = Field(default=21, ge=0, le=1000)
    report: Allowance = joint_days(15)
    group_max: int = Field(default=6, ge=1, le=1000)
    days_abroad: Annotated[tuple[int, ...], Field(min_length=1, max_length=10)] = (6, 10, 12)
    represented: int = Field(default=50, ge=0, le=100)
    postponed: int = Field(default=2, ge=0, le=100)
    new_dates: Allowance = joint_days(10)
    travel_review: Allowance = joint_days(15)
    last_day: Days = 90
    purge: Days = 30
    unasked: Annotated[tuple[Code, ...] | None, Field(max_length=20)] = Field(
        default=None, exclude_if=lambda reasons: reasons is None
    )
    """None in terms from before hosts were asked: a visit is converted without them then, and at any time."""


class PilotTerms(Value):
    """Pilots (domain.md 2.8, Annex A): the score to pass, how long a check counts, how often progress is told.

    `pass_mark` is of 100 points; `valid_for` is calendar days; `note_every` is calendar months; after `silent` quarters
    without a note the secretariat is asked whether the pilot is to be parked.
    """

    pass_mark: int = Field(default=60, ge=0, le=100)
    checks: Allowance = calendar_days(30)
    valid_for: int = Field(default=90, ge=1, le=3660)
    checker: Seat = Seat(role=Role.CLUSTER_MANAGER, side=Side.PROGRAMME)
    note_every: int = Field(default=3, ge=1, le=60)
    note: Allowance = joint_days(10)
    silent: int = Field(default=2, ge=1, le=40)


class ProgrammeTerms(Value):
    """A programme's own times (domain.md 2.10, 3.2, 3.4): months to its reports, days to object and to accept.

    `inception` months after its start the inception report is due, every `interim` months an interim report begins.
    `acceptance` is the second period, which runs from the written request for acceptance; `basis` is the text that
    makes silence count once that is over too. `joint` are the countries whose working days are joint ones here: of
    the EU institutions' seat and of China. `pack` days after the end the final report is due.
    """

    inception: int = Field(default=3, ge=1, le=36)
    interim: int = Field(default=6, ge=1, le=36)
    acceptance: Allowance = calendar_days(45)
    basis: Wording = (
        "contract: no answer within the time for approval, nor within that from the written request"
    )
    objection: Allowance = joint_days(10)
    joint: Annotated[tuple[Country, ...], Field(min_length=1, max_length=30)] = ("BE", "CN")
    pack: Days = 60

    @model_validator(mode="after")
    def _silence_has_its_basis(self) -> Self:
        if not self.basis:
            raise ValueError("silence counts only with its legal basis as text: give `basis`")
        return self


class ClusterTerms(Value):
    """Clusters (domain.md 3.1): how many cities or regions form one, the time for consent and between reviews.

    `review` is counted in calendar days from when the cluster became active, then from each review.
    """

    entities: int = Field(default=3, ge=2, le=50)
    consent: Allowance = joint_days(20)
    review: int = Field(default=182, ge=1, le=3660)
    both_leave: bool = Field(default=False, exclude_if=lambda asked: not asked)
    """Whether a member leaves by the word of both its sides, or by a text that the secretariat records, and not
    otherwise; False in terms from before a split could be asked for."""
    all_split: bool = Field(default=False, exclude_if=lambda asked: not asked)
    """Whether a split takes the consent of every other member too, and not that of both partners alone."""


class Terms(Value):
    """Every rule that varies; the defaults are those of Annex A of the domain reference."""

    name: Wording
    stages: Annotated[tuple[StageTerms, ...], Field(max_length=len(Stage))]
    ladder: Annotated[tuple[Rung, ...], Field(max_length=30)] = (
        Rung(offset=-10),
        Rung(offset=-3),
        Rung(offset=0),
        Rung(offset=3),
        Rung(offset=7, reach=Reach.SUPERIOR),
        Rung(offset=14, reach=Reach.TEAM_LEADER),
        Rung(offset=21, reach=Reach.AUTHORITY),
    )
    remind_at_hour: int = Field(default=9, ge=0, le=23)
    answer: Allowance = joint_days(10)
    advise: Allowance = joint_days(5)
    confirm: Allowance = own_days(5)
    operate: Allowance = own_days(5)
    """What the secretariat gives itself for a step that waits for it (opening a stage, an escalation)."""
    successor: Allowance = joint_days(10)
    hold_review: Days = 90
    agreement_target: Days = 90
    agreement_warn: Days = 60
    latest_extension_request: Days = 30
    cut_offs: Annotated[tuple[tuple[Wording, Days], ...], Field(max_length=30)] = (
        ("last kick-off", 270),
        ("review: who will reach an action plan", 240),
        ("last first draft of an action plan on the normal track", 180),
        ("last start of an action plan on the fast track", 120),
        ("last visit day, extension decision", 90),
        ("last adoption of an action plan", 60),
        ("last evidence", 45),
        ("draft final report", 30),
    )
    restrictions: Annotated[tuple[Restriction, ...], Field(max_length=200)] = ()
    sessions: SessionTerms | None = Field(default=None, exclude_if=lambda sessions: sessions is None)
    """None in terms from before sessions had rules: nothing follows from them by itself then."""
    visits: VisitTerms | None = Field(default=None, exclude_if=lambda visits: visits is None)
    """Of study visits alone."""
    pilots: PilotTerms | None = Field(default=None, exclude_if=lambda pilots: pilots is None)
    """Only in the terms of pilots."""
    programme: ProgrammeTerms | None = Field(default=None, exclude_if=lambda programme: programme is None)
    """None in the terms of all other kinds of entity."""
    clusters: ClusterTerms | None = Field(default=None, exclude_if=lambda clusters: clusters is None)
    """Set in the terms of clusters alone."""

    def stage(self, stage: Stage) -> StageTerms:
        return next(terms for terms in self.stages if terms.stage is stage)
