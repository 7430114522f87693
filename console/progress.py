"""What a rehearsal looks like while it runs: the programme's date, what is on record, and the latest events."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from client.reading import SqlLedger
from console import showing, telling
from domain import events as ev
from domain.clockwork import Clockwork
from domain.entries import Entry
from domain.living import Entity

_LATEST = 8
_TOLD = (
    ev.StagePassed,
    ev.GateSettled,
    ev.DeliverableSubmitted,
    ev.DecisionMade,
    ev.AgreementStepTaken,
    ev.ExchangeHeld,
    ev.HoldPlaced,
    ev.HoldLifted,
    ev.SuspensionOrdered,
    ev.SuspensionLifted,
    ev.MemberReplaced,
    ev.HolderChanged,
    ev.PartnershipWithdrawn,
    ev.EndDateChanged,
    ev.LateObjectionRecorded,
    ev.RoundsExhausted,
    ev.PartnershipClosed,
)
"""Events worth a line of their own while time flies."""


class Progress:
    """Counts what happens and shows it: live on a terminal, a line for each quarter of a year elsewhere."""

    def __init__(
        self,
        starts: datetime,
        until: datetime,
        clockwork: Clockwork,
        ledger: SqlLedger,
        names: Mapping[str, str],
    ) -> None:
        self._starts, self._until = starts, until
        self._clockwork = clockwork
        self._ledger = ledger
        self._tell = telling.Telling(telling.Names(names))
        self._counts: Counter[str] = Counter()
        self._letters = 0
        self._latest: deque[Text] = deque(maxlen=_LATEST)
        self._quarter = ""
        self.live: Live | None = None
        self._watching: asyncio.Task[None] | None = None

    def happened(self, state: Entity, entries: tuple[Entry, ...]) -> None:
        """New entries of an entity; `state` is how it stands after them."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        for entry in entries:
            event = entry.event
            self._counts["entries"] += 1
            self._counts["decisions"] += isinstance(event, ev.DecisionMade)
            self._counts["reminders"] += isinstance(event, ev.ReminderFell)
            self._counts["ended"] += isinstance(event, ev.PartnershipClosed)
            if isinstance(event, _TOLD):
                day = Text(f"{event.at:%Y-%m-%d} ", style="cyan")
                self._latest.append(Text.assemble(day, (f"{state.code} ", "bold"), self._tell(event, state)))
        if self.live is not None:
            self.live.update(self._drawn())
        else:
            self._line()

    async def _watch(self) -> None:
        """Count the letters now and then: they go out by themselves."""
        while True:
            board = await asyncio.to_thread(self._ledger.board)
            self._letters = sum(board.letters_sent.values())
            if self.live is not None:
                self.live.update(self._drawn())
            await asyncio.sleep(1)

    async def close(self) -> None:
        """The last count, once everything has happened."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        board = await asyncio.to_thread(self._ledger.board)
        self._letters = sum(board.letters_sent.values())
        if self.live is not None:
            self.live.update(self._drawn())
        else:
            showing.line(f"{self._now():%Y-%m-%d}  {self._counted()}")

    def _now(self) -> datetime:
        return min(self._clockwork.at(datetime.now(UTC)), self._until)

    def _counted(self) -> str:
        told = [
            showing.counted(self._counts["entries"], "entry", "entries"),
            showing.counted(self._counts["decisions"], "decision"),
            showing.counted(self._letters, "letter"),
            showing.counted(self._counts["reminders"], "reminder"),
            f"{self._counts['ended']} ended",
        ]
        return ", ".join(told)

    def _line(self) -> None:
        now = self._now()
        quarter = f"{now.year} quarter {(now.month + 2) // 3}"
        if quarter != self._quarter:
            self._quarter = quarter
            showing.line(f"{now:%Y-%m-%d}  {self._counted()}")

    def _drawn(self) -> Group:
        now = self._now()
        done = (now - self._starts) / (self._until - self._starts)
        head = Table.grid(padding=(0, 2, 0, 0))
        head.add_column(no_wrap=True, width=len("30 September 2023"))
        head.add_column(no_wrap=True)
        bar = ProgressBar(total=1.0, completed=done, width=60)
        head.add_row(Text(f"{now.day} {now:%B %Y}", style="bold cyan"), bar)
        counts = Text(self._counted(), no_wrap=True, overflow="ellipsis")
        lines = [*self._latest, *[Text() for _ in range(_LATEST - len(self._latest))]]
        for one in lines:
            one.no_wrap = True
            one.overflow = "ellipsis"
        return Group(head, counts, Text(), *lines)


@contextmanager
def shown(
    starts: datetime, until: datetime, clockwork: Clockwork, ledger: SqlLedger, names: Mapping[str, str]
) -> Iterator[Progress]:
    """Progress for as long as the block runs."""
    told = Progress(starts, until, clockwork, ledger, names)
    console = showing.terminal()
    if not console.is_terminal:
        yield told
        return
    with Live(console=console, refresh_per_second=8) as live:
        told.live = live
        yield told
