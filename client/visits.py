"""Study visits founded from the partnerships they serve, and the travel data of those who take part."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from client.founding import drawn_from, free_code
from domain.partnership import Partnership
from domain.values import Actor, Code, ExchangeMode, Refusal, Side, listed
from domain.visits.events import Direction, Served, VisitFounded
from domain.visits.visit import StudyVisit, visit_terms
from ledger.store import SqlLedger


def founding(
    ledger: SqlLedger,
    code: Code,
    *,
    title: str,
    title_zh: str,
    direction: Direction,
    mode: ExchangeMode,
    serves: Sequence[Partnership],
    hosts: Sequence[str],
    first: date,
    days: int,
    by: Actor,
    at: datetime,
) -> VisitFounded:
    """The first event of a visit; Refusal where it cannot be founded from these partnerships."""
    drawn = drawn_from(serves, by, at)
    return VisitFounded(
        at=at,
        by=by,
        programme=drawn.programme,
        code=free_code(ledger, code),
        title=title,
        title_zh=title_zh,
        direction=direction,
        mode=mode,
        serves=tuple(
            Served(code=one.code, eu=one.member(Side.EU).name, cn=one.member(Side.CN).name) for one in serves
        ),
        hosts=tuple(hosts),
        first=first,
        days=days,
        members=drawn.members,
        holders=drawn.holders,
        terms=visit_terms(drawn.terms),
        edition=drawn.edition,
        ends=drawn.ends,
    )


def keep_travel_data(ledger: SqlLedger, visit: StudyVisit, person: str, data: str) -> None:
    """Keep what a participant's visa needs until the visit's purge; Refusal for whoever is not named, or too late."""
    if visit.purged is not None or visit.ended:
        raise Refusal(f"the travel data of visit {visit.code} are purged; none are kept any more")
    if visit.over:
        raise Refusal(f"visit {visit.code} was made or cancelled; no travel data are needed for it any more")
    named = visit.everybody()
    if person not in named:
        known = listed(list(named)) or "nobody yet (name-participants)"
        raise Refusal(f"{person} takes no part in visit {visit.code}; named are {known}")
    if not data.strip():
        raise Refusal("the travel data are empty")
    ledger.put_travel(visit.entity, person, data)
