"""What has to be seen to before an entity is founded: that its code is its own among all kinds."""

from __future__ import annotations

from domain.values import Refusal
from ledger.store import SqlLedger


def free_code(ledger: SqlLedger, code: str) -> str:
    """A code that no entity has yet; Refusal where one has it."""
    for record in ledger.standings(code=code):
        raise Refusal(f"{code} is the {record.kind} {record.title!r}; a new one has a code of its own")
    return code
