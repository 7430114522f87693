"""The travel data of those who take part in a study visit, kept as long as it is prepared."""

from __future__ import annotations

from domain.values import Refusal, listed
from domain.visits.visit import StudyVisit
from ledger.store import SqlLedger


def keep_travel_data(ledger: SqlLedger, visit: StudyVisit, person: str, data: str) -> None:
    """Keep what a participant's visa needs until the visit's purge; Refusal for whoever is not named, or too late."""
    if visit.purged is not None or visit.ended:
        until = "any more" if visit.over or visit.ended else "until it has new days (move)"
        raise Refusal(f"the travel data of visit {visit.code} are purged; none are kept {until}")
    if visit.over:
        raise Refusal(f"visit {visit.code} was made or cancelled; no travel data are needed for it any more")
    named = visit.everybody()
    if person not in named:
        known = listed(list(named)) or "nobody yet (name-participants)"
        raise Refusal(f"{person} takes no part in visit {visit.code}; named are {known}")
    if not data.strip():
        raise Refusal("the travel data are empty")
    ledger.put_travel(visit.entity, person, data)
