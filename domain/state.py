"""Where a partnership stands, and what it shares with others that hold sessions: facts and plain questions."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar

from pydantic import Field

from domain.clocks import Clock
from domain.events import End
from domain.living import Entity
from domain.partnership_events import Continued
from domain.pilots.facts import KnownPilot
from domain.requests import AgreementStep, ExchangeMode, SessionStep
from domain.terms import Seat, Stage
from domain.values import (
    SIDES,
    Actor,
    Code,
    Component,
    EntityName,
    Member,
    Mode,
    Organisation,
    Role,
    Side,
    TextHash,
    UtcTime,
    Value,
)

AGREEMENT_OVER = (
    AgreementStep.NONE,
    AgreementStep.SIGNED,
    AgreementStep.LAPSED,
    AgreementStep.TERMINATED,
)
"""Steps at which nobody owes anything for the agreement."""
SIGNING_KNOWN = (AgreementStep.SIGNING_SCHEDULED, AgreementStep.SIGNED, AgreementStep.TERMINATED)


class Agreement(Value):
    clock: Clock | None = None
    step: AgreementStep = AgreementStep.NONE
    since: UtcTime | None = None
    began: UtcTime | None = None
    taken: tuple[AgreementStep, ...] = ()
    signing: UtcTime | None = None
    signed: UtcTime | None = None


class Exchange(Value):
    code: Code
    mode: ExchangeMode
    held: UtcTime
    participants_eu: int
    participants_cn: int
    evidence: TextHash | None = None
    of: EntityName | None = Field(default=None, exclude_if=lambda of: of is None)
    """Whose event it was, where it was not its own."""


class JointPlan(Value):
    """A cluster's joint action plan that holds here."""

    of: EntityName
    version: TextHash
    at: UtcTime


class Session(Value):
    """A working session: planned, held and minuted; `answered` and `agreed` are the voices that did (`eu`, `cn`).

    `clock` is that of what it waits for now (the invitation, the answers, the minutes, the agreement to them),
    `report` that of recording it as held.
    """

    code: Code
    mode: ExchangeMode
    starts: UtcTime
    moved: int = 0
    step: SessionStep = SessionStep.PLANNED
    planned: UtcTime
    since: UtcTime
    text: TextHash | None = None
    """The agenda, later the minutes."""
    told: bool = False
    """Whether both sides have been told a day, so that they have to hear of another."""
    minutes: int = 0
    """How often minutes were written: corrected ones are agreed to anew."""
    clock: Clock
    report: Clock
    answered: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()

    @property
    def ahead(self) -> bool:
        """Whether it is still to be held."""
        return self.step in (SessionStep.PLANNED, SessionStep.INVITED, SessionStep.CONFIRMED)


class Meeting(Entity):
    """Whoever plans working sessions: a partnership for its two sides, a cluster for all its members.

    A voice is one that is invited, answers and agrees to minutes: `eu` and `cn`, or `C1-01.eu` in a cluster.
    """

    everybody: ClassVar[str] = "both sides"
    """All voices, as a sentence calls them."""
    records_with: ClassVar[str] = "record-exchange"
    """The command that records a session as held."""

    sessions: tuple[Session, ...] = Field(default=(), exclude_if=lambda sessions: not sessions)

    def voices(self) -> tuple[str, ...]:
        """Every voice of now."""
        return tuple(side.value for side in SIDES)

    def voices_of(self, by: Actor) -> tuple[str, ...]:
        """Those that a person has."""
        return (by.side.value,)

    def seat_of(self, voice: str) -> Seat:
        """Who answers for a voice."""
        return Seat(role=Role.FOCAL_POINT, side=Side(voice))

    def own_members(self, voices: tuple[str, ...]) -> str:
        """` of C1-01` where voices are those of members; for sentences."""
        return ""

    @abstractmethod
    def held_on(self, code: str) -> datetime | None:
        """When a session of its own with this code was held."""

    def session(self, code: str) -> Session | None:
        return next((held for held in self.sessions if held.code == code), None)


class PartnershipState(Meeting):
    """All that is known of one partnership."""

    component: Component
    mode: Mode
    cluster: Code
    themes: tuple[Code, ...]
    organisations: tuple[Organisation, ...] = ()
    agreement: Agreement = Agreement()
    exchanges: tuple[Exchange, ...] = ()
    dormant: int = Field(default=0, exclude_if=lambda told: not told)
    """What has been told of a silence: 1 that there is one, 2 that how to go on is to be settled."""
    plan_adopted: UtcTime | None = None
    pilots_endorsed: int = 0
    """How often its own stage of pilot investments was passed."""
    pilots: tuple[KnownPilot, ...] = Field(default=(), exclude_if=lambda pilots: not pilots)
    """Pilots of its plan that are entities of their own, once they were endorsed."""
    joint_plan: JointPlan | None = Field(default=None, exclude_if=lambda plan: plan is None)
    end: End | None = None
    merged_into: Code | None = None
    continues: Continued | None = Field(default=None, exclude_if=lambda continues: continues is None)
    """The partnership it goes on from, where it was founded out of one that had merged."""

    def member(self, side: Side) -> Member:
        """The member that takes part for a side now."""
        return self.members_of(side)[-1]

    def held_on(self, code: str) -> datetime | None:
        return next((one.held for one in self.exchanges if one.code == code and one.of is None), None)

    @property
    def has_a_plan(self) -> bool:
        """Whether an action plan is adopted: its own, or the joint one of a cluster."""
        return self.plan_adopted is not None or self.joint_plan is not None

    def endorsed(self) -> int:
        """How many pilots were endorsed; one that passed its own stage and lives by itself too counts once."""
        here = endorsed_actions(self)
        return self.pilots_endorsed + sum(1 for held in self.pilots if held.action not in here)


def endorsed_actions(state: PartnershipState) -> tuple[str, ...]:
    """The actions of the plan whose pilots passed the partnership's own stage of pilot investments."""
    held = state.stage(Stage.PILOT_INVESTMENTS)
    if held is None:
        return ()
    last = state.terms.stage(held.stage).gates[-1].code
    passed = [
        gate.version
        for gate in state.gates
        if gate.stage is held.stage and gate.code == last and gate.outcome and gate.outcome.passes
    ]
    fiches = [version.deliverable for version in held.versions if version.version in passed]
    return tuple(action for one in fiches if (action := getattr(one, "action", None)))
