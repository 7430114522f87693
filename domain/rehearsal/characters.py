"""What kind of story a partnership plays in a rehearsal: how quick each side is, and what befalls it when."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from pydantic import ConfigDict, Field

from domain.pilots.facts import PilotKind
from domain.rehearsal.chance import chance
from domain.requests import AgreementStep, ExchangeMode
from domain.stages.study_visits import VisitMode
from domain.values import Code, Country, Level, PlaceName, Role, Side, Value
from domain.visits.events import Direction


class Tempo(StrEnum):
    """How somebody answers: well before the deadline, around it, mostly after it, or never unless called."""

    PROMPT = "prompt"
    STEADY = "steady"
    SLOW = "slow"
    SILENT = "silent"


class Told(Value):
    """Part of a script. It never enters a history, so what is not known in it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Session(Told):
    """A working session on a day that is known, such as a published one."""

    on: date
    mode: ExchangeMode = ExchangeMode.VIRTUAL


class Visit(Told):
    """A study visit to one side, on paper until travel is possible."""

    on: date
    days: int = Field(default=3, ge=1, le=12)
    mode: VisitMode = VisitMode.VIRTUAL
    host: Side = Side.CN


class Pause(Told):
    """A time in which everything stands still; without `until` it lasts to the end."""

    since: date
    until: date | None = None
    reason: Code = "elections"


class Leaving(Told):
    """A person leaves on a day; after a vacancy the spare person behind `to` takes over."""

    on: date
    role: Role = Role.FOCAL_POINT
    side: Side
    vacant_days: int = Field(default=25, ge=0, le=200)
    to: str


class Replacing(Told):
    """Another member takes the place of a side's member, with people from the spare list."""

    on: date
    side: Side
    name: PlaceName
    name_zh: str = ""
    country: Country
    level: Level
    zone: str
    focal_point: str
    deputy: str
    signatory: str


class Withdrawing(Told):
    on: date
    side: Side
    reason: Code


class Tour(Told):
    """A study visit of the programme: who is served, who receives, and what befalls it on the way.

    `refused` is the partnership whose sub-group is refused its clearance; `virtual_from` when it is
    made a virtual one; `put_off` to which day it is moved.
    """

    code: Code
    title: str
    title_zh: str = ""
    direction: Direction
    mode: ExchangeMode = ExchangeMode.PHYSICAL
    serves: tuple[Code, ...]
    hosts: tuple[PlaceName, ...]
    begun: date
    first: date
    days: int = Field(default=6, ge=1, le=12)
    refused: Code | None = None
    virtual_from: date | None = None
    put_off: date | None = None
    evidence_days: int = Field(default=9, ge=0, le=200)
    """How many days after its last one it is recorded: the real programme took 19 to 115."""


class Gathering(Told):
    """A cluster in the script: who is asked into it when, its joint sessions, when its joint plan is begun."""

    code: Code
    title: str
    title_zh: str = ""
    members: tuple[Code, ...]
    begun: date
    sessions: tuple[date, ...] = ()
    plans: date | None = None
    closes: date | None = None


class Venture(Told):
    """A pilot in the script: of whose plan's action, how it is paid for, how long it takes, what befalls it.

    It begins some weeks after the plan is adopted. `months` are those of carrying it out; `rejected` is the
    gate that rejects it; `dropped` is the day on which it is given up, wherever it stands then.
    """

    code: Code
    partnership: Code
    title: str
    title_zh: str = ""
    kind: PilotKind = PilotKind.DEMONSTRATION
    action: Code = "A1"
    months: int = Field(default=9, ge=1, le=60)
    returned: dict[str, int] = Field(default_factory=dict)
    rejected: str | None = None
    parked: Pause | None = None
    dropped: date | None = None
    repeated_at: Code | None = None
    owner: Code | None = None
    """Who owns it after the programme."""


class Character(Told):
    """One partnership's story. Days are jittered by the seed unless `exact`; what is None does not happen."""

    code: Code
    eu: Tempo = Tempo.STEADY
    cn: Tempo = Tempo.STEADY
    exact: bool = False
    opens: date
    sessions: tuple[Session, ...] = ()
    more_sessions: int = Field(default=2, ge=0, le=20)
    visits: tuple[Visit, ...] = ()
    plans: date | None = None
    plan_chance: float = Field(default=1.0, ge=0, le=1)
    pilots: int = Field(default=0, ge=0, le=3)
    pilot_chance: float = Field(default=1.0, ge=0, le=1)
    agrees: date | None = None
    signs: date | None = None
    lapses_after: AgreementStep | None = None
    closes: date | None = None
    returned: dict[str, int] = Field(default_factory=dict)
    """How often each gate returns the deliverable before it approves."""
    rejected: tuple[str, ...] = ()
    """Gates that reject once, after the versions they return: `G5.eud`."""
    unanswering: Side | None = None
    unanswering_from: date | None = None
    hold: Pause | None = None
    suspended: Pause | None = None
    withdraws: Withdrawing | None = None
    merges: date | None = None
    leaves: Leaving | None = None
    replaced: Replacing | None = None


class Closure(Told):
    """A country nobody travels to: since when, when that is ordered, and when it is over and known to be so."""

    country: Country
    since: date
    ordered: date
    over: date
    told: date


class Script(Told):
    """What a rehearsal plays: the programme's own days, and a character for each partnership that has one."""

    extension_asked: date | None = None
    extended_to: date | None = None
    travel: Closure | None = None
    """What the programme orders in place of a restriction that its terms would know of from the first day."""
    characters: tuple[Character, ...] = ()
    tours: tuple[Tour, ...] = ()
    clusters: tuple[Gathering, ...] = ()
    pilots: tuple[Venture, ...] = ()

    def character(self, code: str) -> Character | None:
        return next((one for one in self.characters if one.code == code), None)


def jittered(character: Character, seed: int) -> Character:
    """The character with its days moved a little by the seed, in one direction as a whole and each by itself."""
    if character.exact:
        return character
    draw = chance(seed, character.code, "jitter")
    drift = draw.randint(-6, 8)

    def moved(day: date | None) -> date | None:
        return day + timedelta(days=drift + draw.randint(-5, 7)) if day else None

    visits = tuple(
        visit.model_copy(update={"on": visit.on if visit.mode is VisitMode.PHYSICAL else moved(visit.on)})
        for visit in character.visits
    )
    return character.model_copy(
        update={
            "opens": moved(character.opens),
            "visits": visits,
            "plans": moved(character.plans),
            "agrees": moved(character.agrees),
            "closes": moved(character.closes),
            "merges": moved(character.merges),
        }
    )


def improvised(code: str, seed: int, starts: date, ends: date) -> Character:
    """A character for a partnership the script does not know, drawn from the seed alone."""
    draw = chance(seed, code, "character")
    length = (ends - starts).days

    def day(least: float, most: float) -> date:
        return starts + timedelta(days=int(length * draw.uniform(least, most)))

    tempos = (Tempo.PROMPT, Tempo.STEADY, Tempo.STEADY, Tempo.SLOW)
    ambition = draw.random()
    return Character(
        code=code,
        eu=draw.choice(tempos),
        cn=draw.choice(tempos),
        opens=day(0.05, 0.3),
        more_sessions=draw.randint(1, 4),
        visits=(Visit(on=day(0.4, 0.55)),) if ambition > 0.2 else (),
        plans=day(0.45, 0.6) if ambition > 0.4 else None,
        pilots=1 if ambition > 0.7 else 0,
        agrees=day(0.35, 0.6) if draw.random() < 0.5 else None,
        closes=day(0.8, 0.85) if draw.random() < 0.9 else None,
    )
