"""Who owes what since when: the operator's Monday question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.text import Text

from client import people
from client.reading import OpenTask, SqlLedger, entity, present
from console import errors, showing, telling
from console.options import flag
from console.session import AsJson, records
from console.showing import Column, loose, number


class Order(StrEnum):
    OVERDUE = "overdue"
    SINCE = "since"
    PARTNERSHIP = "partnership"
    OWNER = "owner"


@dataclass(frozen=True)
class Owed:
    """An open task as people see it; `late` counts days since its last day, 0 while it is not over."""

    task: OpenTask
    who: str
    persons: tuple[str, ...]
    role: str
    what: str
    last: date | None
    late: int

    @property
    def first(self) -> str:
        """The first who may do it, and how many others may."""
        first, *others = self.persons or ("vacant",)
        return f"{first} +{len(others)}" if others else first

    @property
    def due(self) -> str:
        return telling.when_due(self.task.due, self.task.provisional, self.task.stopped)

    def plain(self) -> dict[str, Any]:
        """As JSON values, whatever a program may want to know of it."""
        task = self.task
        return {
            "partnership": task.code,
            "task": task.task,
            "what": task.what,
            "subject": task.subject,
            "told": self.what,
            "owners": list(task.owners),
            "names": self.who,
            "role": task.owner_role,
            "side": task.owner_side,
            "since": task.since,
            "due": task.due,
            "due_on": self.last,
            "provisional": task.provisional,
            "stopped": task.stopped,
            "overdue_days": self.late,
            "reminders": task.reminders,
            "reminders_stopped": task.ladder_stopped,
            "receipt": task.receipt,
        }


def owed_of(tasks: tuple[OpenTask, ...], names: telling.Names, now: Callable[[str], datetime]) -> list[Owed]:
    """Tasks in people's words; `now` says what time it is in the programme of a partnership."""
    told = []
    for task in tasks:
        last = showing.last_day(task.due) if task.due is not None else None
        late = (now(task.code).date() - last).days if last is not None else 0
        told.append(
            Owed(
                task=task,
                who=names.all(task.owners) or "nobody: vacant",
                persons=tuple(names(one) for one in task.owners),
                role=telling.seat_words(task.owner_role, task.owner_side),
                what=telling.owed(task.what, task.subject, task.task),
                last=last,
                late=max(late, 0),
            )
        )
    return told


_ORDERS: dict[Order, Callable[[Owed], Any]] = {
    # the most overdue first, then what falls due next, then what stands still or has no date
    Order.OVERDUE: lambda one: (
        -one.late,
        one.last or date.max,
        one.task.since,
        one.task.code,
        one.task.task,
    ),
    Order.SINCE: lambda one: (one.task.since, one.task.code, one.task.task),
    Order.PARTNERSHIP: lambda one: (one.task.code, -one.late, one.last or date.max, one.task.task),
    Order.OWNER: lambda one: (one.who, -one.late, one.last or date.max, one.task.code, one.task.task),
}


def moments(ledger: SqlLedger) -> Callable[[str], datetime]:
    """What time it is for a partnership, by the clock of its programme."""
    programmes = {record.code: record.programme for record in ledger.standings()}
    known: dict[str, datetime] = {}

    def now(code: str) -> datetime:
        programme = programmes.get(code, "")
        if programme not in known:
            known[programme] = present(ledger, programme)
        return known[programme]

    return now


def tasks(
    ctx: typer.Context,
    overdue: Annotated[bool, flag("--overdue", "Only what is overdue.")] = False,
    code: Annotated[
        str | None, typer.Option("--partnership", "-p", metavar="CODE", help="Only of this partnership.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="KEY", help="Only what this person may do, by key.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Only so many, the most urgent of all."),
    ] = None,
    sort: Annotated[Order, typer.Option("--sort", help="What comes first.")] = Order.OVERDUE,
    as_json: AsJson = False,
) -> None:
    """Who owes what since when, the most overdue first."""
    if limit is not None and (code is not None or owner is not None):
        raise errors.misused("--limit is for the tasks of everybody; leave out --partnership and --owner")
    with records(ctx) as ledger:
        of = entity(ledger, code).entity if code is not None else None
        person = people.person(ledger, owner) if owner is not None else None
        if limit is not None:
            found = ledger.task_page(limit)
        else:
            found = ledger.tasks(entity=of, owner=person.id if person else None)
        names = telling.Names(people.names(ledger))
        now = moments(ledger)
        told = sorted(owed_of(found, names, now), key=_ORDERS[sort])
        today = max((now(one.task.code) for one in told), default=None)
    if overdue:
        told = [one for one in told if one.late]
    if as_json:
        showing.as_json([one.plain() for one in told])
        return
    if not told:
        showing.line("Nobody owes anything" + (" that is overdue." if overdue else "."))
        return
    show(told)
    late = sum(1 for one in told if one.late)
    showing.line()
    when = f" on {showing.day(today)}" if today else ""
    showing.line(f"{showing.counted(len(told), 'open task')}{when}, {late} overdue")


def show(told: list[Owed]) -> None:
    """The table of tasks."""
    showing.table(
        [
            Column("Code"),
            loose("Who"),
            loose("Owes"),
            Column("Since"),
            loose("Due"),
            number("Late"),
            number("Rem."),
            loose("Receipt"),
        ],
        [
            (
                one.task.code,
                telling.in_role(one.first, one.role),
                one.what,
                showing.day(one.task.since),
                one.due,
                Text(f"{one.late} d", style="bold red") if one.late else "",
                one.task.reminders or "",
                one.task.receipt,
            )
            for one in told
        ],
    )
