"""What a task, a gate or a clock is about, put into words from its id."""

from __future__ import annotations

import re
from dataclasses import dataclass

from post import words
from post.words import Language

_GATE = re.compile(r"(?:^|[/.])([GKPR]\d+[a-z]?(?:\.[a-z_]+)?)(?:/(\d+))?(?:/|$)")
_REVISION = re.compile(r"(?:^|/)revise\.[a-z_]+/(\d+)$")
SESSION_WHATS = ("invite", "attend", "report", "minutes", "agree_minutes")
_CLOCK_WHATS = {"revise": "submit", "advice": "advise", "successor": "name_successor"}


@dataclass(frozen=True)
class Matter:
    """One thing somebody owes or decides: what is asked, at which gate or in which stage, in which version."""

    what: str
    gate: str = ""
    stage: str = ""
    number: str = ""
    subject: str = ""
    when: str = ""
    """A session's start, in the reader's zone and language."""
    kind: str = "partnership"
    """What kind of entity it comes up in."""

    def name(self, language: Language) -> str:
        """The thing itself: `the Cooperation Action Plan, version 2 (review by both sides)`."""
        about, _, code = self.subject.partition("/")
        if code and about in words.ABOUT:
            return words.pick(words.ABOUT[about], language).format(code=code)
        if self.gate:
            return self._document(*_at_gate(self.gate, self.stage, self.subject, language), language)
        if self.what == "note" and self.number:
            return words.pick(words.NOTE, language).format(quarter=self.number)
        if self.what == "authority":
            return matter_of(self.subject or "", "", "").name(language)
        if self.when or self.what in SESSION_WHATS:
            pair = words.SESSION if self.when else words.SESSION_UNDATED
            return words.pick(pair, language).format(code=self.subject, when=self.when)
        if self.what in ("submit", "escalation"):
            document = words.word(words.DOCUMENTS, self.stage, language) if self.stage else self.subject
            return self._document(document, "", language)
        if self.what == "open":
            return words.word(words.STAGES, self.stage or self.subject, language)
        if self.what == "cut_off":
            return words.word(words.CUT_OFFS, self.subject, language)
        if self.what == "confirm":
            return words.word(words.MATTERS, self.subject.replace(" ", "_"), language)
        if self.what in ("agreement", "step"):
            return words.word(words.AGREEMENT, self.subject, language)
        if self.what == "name_successor":
            role, _, side = self.subject.partition(".")
            return words.role(role, side, language)
        if known := words.SUBJECTS.get(f"{self.what}.{self.subject}"):
            return words.pick(known, language)
        if self.what in ("hold_review", "review_hold", "at_risk", "parked"):
            return words.reason(self.subject, language)
        if self.stage:
            return words.word(words.STAGES, self.stage, language)
        return words.plain(self.subject) or words.plain(self.what)

    def asked(self, language: Language) -> str:
        """The request without capital and full stop: `please decide on ...`."""
        pair = words.WHATS.get(self.what, words.OTHER_WHAT)
        noun = words.word(words.NOUNS, self.kind, language)
        return words.pick(pair, language).format(matter=self.name(language), noun=noun)

    def _document(self, document: str, step: str, language: Language) -> str:
        if language == "en":
            version = f", version {self.number}" if self.number else ""
            return f"{document}{version} ({step})" if step else f"{document}{version}"
        version = f"第{self.number}版" if self.number else ""
        return f"{document}{version}（{step}）" if step else f"{document}{version}"


def matter_of(task: str, what: str, subject: str, receipt: str = "") -> Matter:
    """The matter behind a task's or a clock's id; `what` and `subject` fill in where the id says nothing.

    The receipt of a deadline tells which version is wanted (`C1-01/revise.scoping/2`).

    Ids are the domain's: `decide/G5.review/2/0`, `submit/scoping/0`, `answer/G6/1`, `revise.scoping/2`,
    `successor/focal_point.eu`, `authority/decide/G3/1/0`. An unknown id still gives a usable name.
    """
    head, slash, rest = task.partition("/")
    if head in SESSION_WHATS and slash:
        return Matter(what=what or head, subject=subject or rest.partition("/")[0])
    if head == "consent" and slash:
        code, _, about = rest.partition("/")
        return Matter(what=what or head, subject=subject or f"{about.partition('/')[0]}/{code}")
    if head.startswith("visit_") or (head in ("merge", "split") and slash):
        return Matter(what=what or head, subject=subject or rest)
    if head == "authority" and slash:
        return Matter(what=what or "authority", subject=rest)
    if head == "successor" and slash:
        return Matter(what=what or "name_successor", subject=rest)
    if head == "note" and slash and not subject:
        return Matter(what="note", number=rest.partition("/")[0])
    found = _GATE.search(task)
    if found:
        first = re.split(r"[/.]", task)[0]
        fallback = "decide" if first == found[1].split(".")[0] else _CLOCK_WHATS.get(first, first)
        return Matter(what=what or fallback, gate=found[1], number=found[2] or "", subject=subject)
    parts = re.split(r"[/.]", task)
    stage = next((part for part in parts if part in words.STAGES), "")
    number = ""
    revision = _REVISION.search(receipt or task)
    if revision:
        number = revision[1]
    known = subject or ("" if stage else task)
    return Matter(
        what=what or _CLOCK_WHATS.get(parts[0], parts[0]), stage=stage, number=number, subject=known
    )


def _at_gate(gate: str, stage: str, title: str, language: Language) -> tuple[str, str]:
    """The document decided on at a gate, and the step; a gate nobody has words for keeps its own title."""
    known = words.GATES.get(gate)
    if known is None:
        return (title or (f"gate {gate}" if language == "en" else f"关口{gate}"), "")
    document, step = known
    return words.word(words.DOCUMENTS, document, language), words.pick(step, language)
