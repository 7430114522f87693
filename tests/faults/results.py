"""What campaigns came to, in figures, and the table of them that stands in docs/reliability.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.assassins import hit
from tests.faults.campaign import Aftermath, Plan
from tests.faults.oracle import Judgement

BEGIN, END = "<!-- kills: written by make faults -->", "<!-- /kills -->"
_COLUMNS = {
    "kills: worker": "kill worker",
    "kills: engine": "kill engine",
    "kills: postgresql": "kill postgresql",
    "all of a kind at once in the midst of a broadcast": "shot broadcast",
    "all of a kind at once before a completed visit was told of": "shot visit",
    "requests acknowledged": "acknowledged",
    "grave refusals": "grave",
    "of all these lost, doubled or different": "found i",
    "entries": "entries",
    "differences between entries, records and workflows": "found ii",
    "letters sent": "letter sent",
    "letters withdrawn": "letter withdrawn",
    "letters lost, or twice without excuse": "found iii",
    "second copies a killed worker left (RFC 1047)": "copies",
    "of them with fewer requests in it": "reworded",
    "withdrawn, and received all the same": "unsure",
    "checkpoints kept": "checkpoints",
    "of them not fitting": "found iv",
    "deadlines open at the end": "deadlines",
    "of them without a timer": "found v",
    "deaths not caused, tasks failing, replays differing": "found vi",
    "histories replayed": "histories",
    "their events": "events",
}


def counted(after: Aftermath, judgement: Judgement) -> Counter[str]:
    """One campaign in figures."""
    told: Counter[str] = Counter()
    told.update(f"kill {kill.kind}" for kill in after.kills)
    told.update({f"letter {end}": times for end, times in judgement.post.ends.items()})
    told.update({f"found {name}": len(found) for name, found in judgement.found.items()})
    aimed = [one for one in after.kills if one.shot is not None and hit(one, after.entries, after.clockwork)]
    shots = {(one.kind, one.shot) for one in aimed}  # whoever died together was one shot
    told.update(f"shot {shot.at.window}" for _, shot in shots if shot is not None)
    told["acknowledged"] = sum(bool(one.answers) for one in after.asked)
    told["refused"] = sum(bool(one.refusals) for one in after.asked)
    told["grave"] = len(after.attempts)
    told["asked again"] = sum(one.unanswered for one in after.asked)
    told["entries"] = sum(map(len, after.entries.values()))
    told["copies"] = judgement.post.copies
    told["reworded"] = judgement.post.reworded
    told["unsure"] = judgement.post.unsure
    told["checkpoints"] = len(after.checkpoints)
    told["deadlines"] = sum(one.running and one.state.next_due() is not None for one in after.living)
    told["histories"] = len(after.replayed)
    told["events"] = sum(one.events for one in after.replayed)
    return told


def _found(figures: Counter[str]) -> int:
    return sum(times for name, times in figures.items() if name.startswith("found"))


@dataclass
class Results:
    """The campaigns of a run, each with its name, seed and figures."""

    rows: list[tuple[str, int, Counter[str], float, float]] = field(default_factory=list)

    def add(self, after: Aftermath, judgement: Judgement) -> None:
        slowest = max((one.seconds for one in after.asked), default=0.0)
        self.rows.append(
            (after.plan.name, after.plan.seed, counted(after, judgement), slowest, after.settled)
        )

    def complete(self, plans: Iterable[Plan]) -> bool:
        """Whether all of these campaigns were fought, and held."""
        held = {f"{name}-{seed}" for name, seed, figures, _, _ in self.rows if not _found(figures)}
        return len(self.rows) == len(held) and held == {str(plan) for plan in plans}

    def table(self, on: datetime) -> str:
        """All campaigns together, kind by kind."""
        names = list(dict.fromkeys(row[0] for row in self.rows))
        sums = {name: Counter[str]() for name in names}
        for name, _, figures, _, _ in self.rows:
            sums[name].update(figures)
        seeds = ", ".join(str(seed) for seed in dict.fromkeys(row[1] for row in self.rows))
        lines = [f"{on:%Y-%m-%d}, seeds {seeds}:", ""]
        lines += [f"| | {' | '.join(names)} |", f"|---|{'--:|' * len(names)}"]
        for label, key in _COLUMNS.items():
            lines.append(f"| {label} | {' | '.join(f'{sums[name][key]:,}' for name in names)} |")
        for label, place in (("slowest answer, seconds", 3), ("longest until all was settled, seconds", 4)):
            worst = [max(row[place] for row in self.rows if row[0] == name) for name in names]
            lines.append(f"| {label} | {' | '.join(f'{value:.1f}' for value in worst)} |")
        return "\n".join(lines)

    def write(self, page: Path) -> None:
        """Put the table into its place on the page."""
        text = page.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{BEGIN}\n{self.table(datetime.now(UTC))}\n{END}{after}", encoding="utf-8")
