"""A partnership to test with: invented people, real calendars, and deliverables that pass their checklists."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from domain.calendars import CalendarEdition
from domain.deliverables import Deliverable, registered
from domain.events import PartnershipFounded, PilotFounded, ProgrammeFounded
from domain.holiday_lists import edition
from domain.partnership import Partnership, founded
from domain.pilots.facts import PilotKind
from domain.pilots.steps import pilot_terms
from domain.programmes.steps import programme_terms
from domain.stages import default_terms
from domain.terms import Terms
from domain.values import Actor, Component, Holder, Level, Member, Mode, Role, Side

START = datetime(2021, 3, 1, 8, tzinfo=UTC)
END = datetime(2023, 12, 31, 23, tzinfo=UTC)


def on(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def person(name: str) -> str:
    """An opaque id that still tells a reader of the test who is meant."""
    return f"p-{name.replace('_', '')}".ljust(8, "0")


def text(words: str) -> str:
    """What the client door would keep a text under."""
    return f"sha256:{hashlib.sha256(words.encode()).hexdigest()}"


def actor(name: str, role: Role, side: Side = Side.PROGRAMME, on_behalf_of: str | None = None) -> Actor:
    return Actor(person=person(name), role=role, side=side, on_behalf_of=on_behalf_of)


OPERATOR = actor("operator", Role.OPERATOR)
OTHER_OPERATOR = actor("otheroperator", Role.OPERATOR)
TEAM_LEADER = actor("teamleader", Role.TEAM_LEADER)
DELEGATION = actor("delegation", Role.EU_DELEGATION)
COUNTERPART = actor("counterpart", Role.NATIONAL_COUNTERPART)
MANAGER = actor("manager", Role.CLUSTER_MANAGER)
EU_FOCAL = actor("eufocal", Role.FOCAL_POINT, Side.EU)
CN_FOCAL = actor("cnfocal", Role.FOCAL_POINT, Side.CN)
EU_DEPUTY = actor("eudeputy", Role.DEPUTY, Side.EU)
CN_DEPUTY = actor("cndeputy", Role.DEPUTY, Side.CN)
EU_MAYOR = actor("eumayor", Role.SIGNATORY, Side.EU)
CN_MAYOR = actor("cnmayor", Role.SIGNATORY, Side.CN)
EVERYBODY = (
    OPERATOR,
    OTHER_OPERATOR,
    TEAM_LEADER,
    DELEGATION,
    COUNTERPART,
    MANAGER,
    EU_FOCAL,
    CN_FOCAL,
    EU_DEPUTY,
    CN_DEPUTY,
    EU_MAYOR,
    CN_MAYOR,
)


def holder(who: Actor, since: datetime = START, country: str | None = None) -> Holder:
    """The role of an actor as held: in Madrid, Shanghai or (the programme's staff) Brussels."""
    place = {Side.EU: ("Europe/Madrid", "ES"), Side.CN: ("Asia/Shanghai", "CN")}
    zone, home = place.get(who.side, ("Europe/Brussels", "BE"))
    if who.role in (Role.EU_DELEGATION, Role.NATIONAL_COUNTERPART):
        zone, home = "Asia/Shanghai", "CN"
    return Holder(
        person=who.person, role=who.role, side=who.side, zone=zone, country=country or home, since=since
    )


@cache
def calendars() -> CalendarEdition:
    return edition("2021-2024", date(2020, 12, 1), ("ES", "CN", "BE"), 2021, 2024)


def founding(
    code: str = "C1-01",
    at: datetime = START,
    ends: datetime = END,
    terms: Terms | None = None,
    people: tuple[Actor, ...] = EVERYBODY,
    calendar: CalendarEdition | None = None,
) -> PartnershipFounded:
    """The first event of a partnership of Fuenlabrada and Hangzhou."""
    return PartnershipFounded(
        at=at,
        programme="11438",
        code=code,
        component=Component.CITY,
        mode=Mode.ONE_TO_ONE,
        cluster="INN",
        themes=("SMART",),
        members=(
            Member(
                side=Side.EU,
                name="Fuenlabrada",
                country="ES",
                level=Level.CITY,
                zone="Europe/Madrid",
                since=at,
            ),
            Member(
                side=Side.CN,
                name="Hangzhou",
                name_zh="杭州",
                country="CN",
                level=Level.CITY,
                zone="Asia/Shanghai",
                since=at,
            ),
        ),
        holders=tuple(holder(who, at) for who in people),
        terms=terms or default_terms(),
        edition=calendar or calendars(),
        ends=ends,
    )


STAFF = (OPERATOR, OTHER_OPERATOR, TEAM_LEADER, DELEGATION, COUNTERPART, MANAGER)
"""Who runs a programme."""


def programme_founding(
    code: str = "11438",
    at: datetime = START,
    starts: datetime = START,
    ends: datetime = END,
    terms: Terms | None = None,
    people: tuple[Actor, ...] = STAFF,
    calendar: CalendarEdition | None = None,
) -> ProgrammeFounded:
    """The first event of the programme the partnerships here belong to."""
    return ProgrammeFounded(
        at=at,
        programme="11438",
        code=code,
        title="International Urban and Regional Cooperation - China",
        title_zh="国际城市与区域合作（中国）",
        starts=starts,
        ends=ends,
        holders=tuple(holder(who, at) for who in people),
        terms=terms or programme_terms(default_terms()),
        edition=calendar or calendars(),
    )


def partnership(**given: Any) -> Partnership:
    return founded(founding(**given))


def pilot_founding(
    code: str = "P-01",
    at: datetime = START,
    ends: datetime = END,
    terms: Terms | None = None,
    people: tuple[Actor, ...] = EVERYBODY,
    kind: PilotKind = PilotKind.DEMONSTRATION,
    partnership: str = "C1-01",
) -> PilotFounded:
    """The first event of a pilot of the partnership of Fuenlabrada and Hangzhou."""
    whole = founding(partnership, at, ends, None, people)
    return PilotFounded(
        at=at,
        by=OPERATOR,
        programme=whole.programme,
        code=code,
        partnership=partnership,
        component=whole.component,
        cluster=whole.cluster,
        action="A1",
        pilot=kind,
        title="Digital skills for small shops",
        title_zh="小商户数字技能",
        members=whole.members,
        holders=whole.holders,
        terms=terms or pilot_terms(whole.terms),
        edition=whole.edition,
        ends=ends,
    )


_REPORT: dict[str, Any] = {
    "period": {"since": "2021-03-01", "until": "2021-08-31"},
    "narrative": True,
    "time_inputs": True,
    "incidental_expenditure": True,
    "annexes": 2,
}

COMPLETE: dict[str, dict[str, Any]] = {
    "scoping_report": {
        "topic": "digital-skills",
        "pages": 6,
        "summary_zh": True,
        "fact_sheets": ["eu", "cn"],
        "baseline": True,
        "needs_and_offers": True,
        "risks": 3,
        "groups": {
            "eu": ["government", "research institution", "business"],
            "cn": ["government", "research institution", "business"],
        },
        "pilot_ideas": 1,
        "focal_points_confirmed": ["eu", "cn"],
    },
    "visit_report": {
        "mode": "virtual",
        "host": "cn",
        "period": {"since": "2021-11-08", "until": "2021-11-10"},
        "sessions": 3,
        "participants_eu": 9,
        "participants_cn": 12,
        "women": 10,
        "attendance_evidence": True,
        "agenda": True,
        "cost_eur": "0",
        "prior_approval": False,
        "next_steps": 4,
    },
    "action_plan": {
        "period": {"since": "2022-01-01", "until": "2023-12-31"},
        "objectives": ["O1"],
        "actions": [
            {
                "code": "A1",
                "objective": "O1",
                "owner_eu": "es-chamber",
                "owner_cn": "cn-chamber",
                "period": {"since": "2022-02-01", "until": "2022-12-31"},
                "cost_eur": None,
                "indicators": [{"code": "I1", "has_baseline": True, "has_target": True}],
                "involves": ["business"],
                "pilot_candidate": True,
            }
        ],
        "goals": [11],
        "challenges": 2,
        "risks": 3,
        "summary_en": True,
        "summary_zh": True,
        "sign_off_evidence": True,
    },
    "pilot_fiche": {
        "pilot": "knowledge",
        "owner_eu": "es-chamber",
        "owner_cn": "cn-chamber",
        "action": "A1",
        "amount_eur": "25000.00",
        "sources": ["own-budget"],
        "local_support_letter": True,
        "scores": dict.fromkeys(
            (
                "ownership mutual_benefit maturity feasibility financing impact additionality helix "
                "replicability safeguards"
            ).split(),
            4,
        ),
        "due_diligence": {
            **dict.fromkeys(
                (
                    "restrictive_measures exclusion conflict_of_interest state_aid procurement dual_use "
                    "foreign_investment intellectual_property data_protection human_rights environment"
                ).split(),
                True,
            ),
            "lists_dated": "2022-05-01",
        },
    },
    "pilot_sheet": {
        "pilot": "demonstration",
        "action": "A1",
        "owner_eu": "es-chamber",
        "owner_cn": "cn-chamber",
        "local_support_letter": True,
        "amount": {"amount": "25000.50", "currency": "EUR"},
        "sources": ["own-budget"],
        "public_private": False,
        "location": "hangzhou-xihu",
        "beneficiaries": 400,
        "risk_class": "low",
    },
    "pilot_concept": {
        "period": {"since": "2022-09-01", "until": "2023-06-30"},
        "indicators": 2,
        "partners": 2,
        "permits_known": True,
        "intellectual_property": True,
        "summary_zh": True,
    },
    "pilot_report": {
        "results": 3,
        "results_with_evidence": 3,
        "spent": {"amount": "24000.00", "currency": "EUR"},
        "lessons": 2,
        "maintained_by": "cn-chamber",
    },
    "visit_concept_note": {
        "objective": True,
        "partnerships": ["C2-01", "C2-04"],
        "delegates": 10,
        "estimate": "24500.00",
        "authorisation": "PA-2022-07",
    },
    "visit_readiness_note": {
        "partnerships_represented": 2,
        "head_of_delegation": True,
        "flights_and_hotel": True,
        "insurance": True,
        "agenda_draft": True,
    },
    "mission_report": {"sessions": 4, "lessons": 3, "next_steps": 5, "summary_zh": True},
    "cluster_work_plan": {
        "year": 2022,
        "themes": ["CARBON"],
        "sessions": 4,
        "products": 2,
        "owners_named": True,
        "summary_en": True,
        "summary_zh": True,
    },
    "result_sheet": {
        "counted_values": 12,
        "values_with_evidence": 12,
        "lessons": 3,
        "survey_answers": 9,
        "visibility_checked": True,
        "handover_owner": ["eu", "cn"],
    },
    "inception_report": _REPORT | {"work_plan": True, "approval_rules_agreed": True},
    "interim_report": _REPORT
    | {"number": 1, "invoice": "INV-2021-1", "expenditure_verified": True, "indicators": True},
    "draft_final_report": _REPORT | {"lessons": 7, "indicators": True},
    "final_report": _REPORT
    | {"lessons": 7, "indicators": True, "invoice": "INV-2024-1", "expenditure_verified": True},
}
"""A complete example of each kind of deliverable, as plain data."""
COMPLETE["joint_plan"] = COMPLETE["action_plan"]


def deliverable(kind: str, version: str = "one", **changes: Any) -> Deliverable:
    """A deliverable that passes its checklist, changed where the test wants it."""
    return registered(kind).model_validate(
        COMPLETE[kind] | {"kind": kind, "version": text(f"{kind} {version}")} | changes
    )
