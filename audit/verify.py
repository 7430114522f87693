"""Reading the whole log again and saying whether it is as it was written."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from audit.chain import Chain
from audit.report import Findings, Report
from domain import entities
from ledger.chain import Checkpoint, entry_of
from ledger.evidence import Evidence, Unreadable
from ledger.reading import is_logbook

MOST_SENTENCES = 200
"""How many problems a report puts into words."""


def verify(ledger: Evidence, checkpoint: Checkpoint | None = None, *, lives: bool = True) -> Report:
    """Check every entry against itself, its neighbours, its entity's life and the head; and the guards.

    Without `lives` only the structure is looked at: that the log is as it was written, not that it makes sense.
    `checkpoint` is one that was kept elsewhere, from a letter or an earlier report: with it a tail that was
    cut off and a past that was rewritten as a whole are found, which nothing inside the database can show.
    Changes nothing. Raises nothing for a damaged log: the report says what is wrong.
    """
    findings = Findings(MOST_SENTENCES)
    chain = Chain(findings, checkpoint)
    followed = _Lives(findings)
    with ledger.evidence() as evidence:
        for name in evidence.lacking_triggers():
            findings.add(f"the guard {name} on the entries is missing, switched off or changed")
        try:
            for link in chain.links(evidence.entries()):
                if not lives:
                    continue
                if link.sound and link.body is not None:
                    followed.take(link.row.position, link.body)
                elif isinstance(link.row.entity, str):
                    followed.give_up(link.row.entity)
        except Unreadable as error:
            findings.add(str(error))
        chain.close(evidence.heads())
    newest = None
    if not findings.sentences:
        newest = Checkpoint(size=chain.size, head=chain.head)
    return Report(
        entries=chain.size,
        entities=len(chain.last_numbers),
        checkpoint=newest,
        problems=findings.sentences,
        left_out=findings.left_out,
    )


class _Lives:
    """Each entity's state as its entries are read; an entity with a damaged entry is not followed further."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._states: dict[str, entities.State] = {}
        self._given_up: set[str] = set()

    def give_up(self, entity: str) -> None:
        self._given_up.add(entity)

    def take(self, position: int, body: dict[str, Any]) -> None:
        entity = body["entity"]
        if entity in self._given_up or is_logbook(entity):
            return
        try:
            event = entry_of(body).event
            self._states[entity] = entities.folded(entity, self._states.get(entity), event)
        except Exception as error:  # whatever the domain stumbles over, the entry is what is wrong
            self.give_up(entity)
            reason = _short(error)
            self._findings.add(
                f"position {position} ({entity} number {body['number']}): it cannot follow the entries "
                f"before it: {reason}"
            )


def _short(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return f"{type(error).__name__} {error}".strip()
