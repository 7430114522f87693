"""Letters put into words: from codes and dates to what a reader in a city hall reads."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.letters import Letter, LetterItem
from domain.stages import LIFECYCLE
from post import dates, words
from post.matters import Matter, matter_of
from post.ports import Person
from post.sanitising import clean
from post.words import Language

TEMPLATES = Path(__file__).parent / "letters"
OTHER_KIND = "informed"
"""The template of every kind of letter that has none of its own."""

WHOLE_LIFE = tuple(step.stage.value for step in LIFECYCLE)
"""The stages that a partnership is told of as it begins."""

_PERSON = re.compile(r"p-[0-9a-z]{6,40}")
_FACT_LENGTH = 300
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Sender:
    """Who letters come from: the secretariat, its address, and the programme it speaks for."""

    address: str
    programme: str
    programme_zh: str = ""
    secretariat: str = "secretariat"
    reply_to: str = ""
    telephone: str = ""

    def title(self, language: Language) -> str:
        return (self.programme_zh or self.programme) if language == "zh" else self.programme


@dataclass(frozen=True)
class Rendered:
    """A letter in words: its subject line, its plain text, and its languages in the order they come in."""

    subject: str
    text: str
    languages: tuple[Language, ...]


@dataclass(frozen=True)
class Ask:
    """One item of a letter in one language, every part of it ready to be read."""

    number: int
    what: str
    matter: str
    request: str
    since: str
    due: str
    due_day: str
    provisional: bool
    left: int | None
    late: int | None
    today: bool
    """Whether this is the last working day, and `exact` whether it is the due day itself."""
    exact: bool
    past: bool
    silence: str
    basis: str
    fingerprint: str
    receipt: str
    owner: str
    was: str
    now: str
    answer: str


def people_in(letter: Letter) -> tuple[str, ...]:
    """Everybody a letter is written to or names, by id."""
    named = [person for value in letter.facts.values() for person in _PERSON.findall(value)]
    return tuple(dict.fromkeys((letter.recipient, *letter.copies, *named)))


def letter_code(letter: Letter) -> str:
    """What a reader quotes on the telephone: `C1-01/17-3f2a`, the entity's code, the entry's number, a check."""
    check = hashlib.sha256(letter.key.encode()).hexdigest()[:4]
    return f"{_entity_code(letter)}/{letter.number}-{check}"


def rendered(
    letter: Letter,
    people: Mapping[str, Person],
    sender: Sender,
    *,
    open_tasks: frozenset[str] | None = None,
    checkpoint: str = "",
) -> Rendered:
    """A letter as its recipient reads it: in Chinese and English for a reader of Chinese, else in English.

    A copy to a reader of Chinese makes a letter bilingual too. Items whose task is done meanwhile
    (`open_tasks` given and without it, though the letter is `about` it) are left out.
    """
    to = people[letter.recipient]
    readers = [to, *(people[copy] for copy in letter.copies if copy in people)]
    languages = _languages([reader.language for reader in readers])
    left = [
        (place, item)
        for place, item in enumerate(letter.items)
        if open_tasks is None or item.task not in letter.about or item.task in open_tasks
    ]
    items = tuple(sorted(left, key=lambda one: one[1].due or _NEVER))  # what is due first comes first
    pages = [_Page(letter, items, people, sender, language, checkpoint) for language in languages]
    halves = [page.written() for page in pages]
    tag = f"[{_entity_code(letter)}]"
    rule = "\n\n" + "─" * 20 + (" English " if languages[0] == "zh" else " 中文 ") + "─" * 20 + "\n\n"
    text = rule.join(body for _, body in halves) + "\n\n" + pages[0].foot(bilingual=len(pages) > 1)
    subject = " | ".join(clean(subject, 200) for subject, _ in halves)
    return Rendered(subject=f"{tag} {subject}", text=_tidy(text), languages=languages)


def _languages(read: list[str]) -> tuple[Language, ...]:
    if read[0] == "zh":
        return ("zh", "en")
    return ("en", "zh") if "zh" in read else ("en",)


def _environment() -> Environment:
    # plain text: nothing is escaped, and a fact a template forgot to allow for is an error, not a gap
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - what comes out is plain text and never markup
        trim_blocks=True,
        lstrip_blocks=True,
    )


_ENVIRONMENT = _environment()


class _Page:
    """One letter in one language: what its template may ask for."""

    def __init__(
        self,
        letter: Letter,
        items: tuple[tuple[int, LetterItem], ...],
        people: Mapping[str, Person],
        sender: Sender,
        language: Language,
        checkpoint: str,
    ) -> None:
        self.letter = letter
        self.people = people
        self.sender = sender
        self.language = language
        self.checkpoint = clean(checkpoint, 200)
        self.to = people[letter.recipient]
        self.facts = {name: clean(value, _FACT_LENGTH) for name, value in letter.facts.items()}
        self.asks = [self._ask(number, place, item) for number, (place, item) in enumerate(items, start=1)]

    def written(self) -> tuple[str, str]:
        """The subject and the body: the first line of what the template writes, and the rest."""
        template = _ENVIRONMENT.get_template(f"{self.language}/{_template_name(self.letter.kind)}.txt")
        subject, _, body = template.render(self._context()).lstrip().partition("\n")
        return subject.strip(), body

    def foot(self, *, bilingual: bool) -> str:
        template = _ENVIRONMENT.get_template("foot.txt")
        return template.render(self._context(), bilingual=bilingual)

    def _context(self) -> dict[str, Any]:
        speech: Any = _ENVIRONMENT.get_template(f"{self.language}/speech.txt").module
        partnership, code = self._partnership()
        copies = [clean(self.people[copy].name, 80) for copy in self.letter.copies if copy in self.people]
        helpers: dict[str, Callable[..., Any]] = {
            "fact": lambda name, default="": self.facts.get(name) or default,
            "flag": lambda name: self.facts.get(name, "").lower() in ("true", "yes", "1"),
            "person": self._person,
            "day": self._day,
            "deadline": self._deadline,
            "moment": self._begins,
            "plain_day": self._plain_day,
            "last_day": self._last_day,
            "word": self._word,
            "basis": lambda: words.word(words.BASES, self.facts.get("basis", ""), self.language),
            "reason": lambda name: words.reason(self.facts.get(name, ""), self.language),
            "role": self._role,
            "seat": lambda name: self._the(words.seat(self.facts[name], self.language)),
            "standing": lambda name: words.standing(self.facts[name], self.language),
        }
        return {
            **helpers,
            "say": speech,
            "to": clean(self.to.name, 80),
            "copies": copies,
            "demonstration": self.to.demo or is_reserved(self.to.email),
            "partnership": partnership,
            "noun": words.word(words.NOUNS, self.letter.entity.partition("/")[0], self.language),
            "code": code,
            "programme": self.sender.title(self.language),
            "telephone": self.sender.telephone,
            "letter_code": letter_code(self.letter),
            "date": dates.day(self.letter.at, self.to.zone, self.language),
            "checkpoint": self.checkpoint,
            "to_me": self.letter.recipient in self.facts.get("to", ""),
            "me": self._role("your_role", "your_side"),
            "asks": self.asks,
            "answers": list(dict.fromkeys(ask.answer for ask in self.asks if ask.answer)),
            "choices": [
                words.pick(words.CHOICES[what], self.language)
                for what in dict.fromkeys(ask.what for ask in self.asks)
                if what in words.CHOICES
            ],
            "gate": self._gate(),
            "following": self._following(),
            "stages": [words.word(words.STAGES, stage, self.language) for stage in WHOLE_LIFE],
        }

    def _ask(self, number: int, place: int, item: LetterItem) -> Ask:
        matter = matter_of(item.task, item.what, clean(item.subject, _FACT_LENGTH), item.receipt)
        if self.letter.kind == "signature":
            matter = Matter("sign", matter.gate, matter.stage, matter.number, matter.subject)
        zone, language = self.to.zone, self.language
        if item.when is not None:
            matter = replace(matter, when=dates.moment(item.when, zone, language))
        matter = replace(matter, kind=self.letter.entity.partition("/")[0])
        left = self._given("left", place, item)
        basis = clean(item.basis, _FACT_LENGTH)
        version = re.fullmatch(r"(?:sha256:)?([0-9a-f]{12,64})", item.version)
        return Ask(
            number=number,
            what=matter.what,
            matter=matter.name(language),
            request=matter.asked(language),
            since=dates.day(item.since, zone, language) if item.since else "",
            due=dates.deadline(item.due, zone, language) if item.due else "",
            due_day=dates.deadline_day(item.due, zone, language) if item.due else "",
            provisional=item.provisional,
            left=int(left) if left.isdigit() else _if(item.offset, lambda offset: -offset, lambda n: n > 0),
            late=_if(item.offset, lambda offset: offset, lambda n: n > 0),
            today=item.offset == 0,
            past=item.due is not None and item.due <= self.letter.at,
            exact=item.due is not None and dates.is_due_on(item.due, self.letter.at, zone),
            silence=item.silence,
            basis=words.word(words.BASES, basis, language) if basis in words.BASES else basis,
            fingerprint=" ".join(re.findall("....", version[1][:12])) if version else "",
            receipt=clean(item.receipt, 120),
            owner=self._person("owner", place, item.task),
            was=self._instant(self._given("was", place, item)),
            now=self._instant(self._given("now", place, item)),
            answer=words.pick(words.ANSWERS[matter.what], language) if matter.what in words.ANSWERS else "",
        )

    def _given(self, name: str, place: int, item: LetterItem) -> str:
        """A fact about one item: `left.0`, `left.<task>`, or plain `left` where there is only one item."""
        facts = self.facts
        alone = facts.get(name, "") if len(self.letter.items) == 1 else ""
        return facts.get(f"{name}.{place}") or facts.get(f"{name}.{item.task}") or alone

    def _partnership(self) -> tuple[str, str]:
        """`Fuenlabrada – Hangzhou`, or another kind's title, and its code; the code alone where nothing is given."""
        code = _entity_code(self.letter)
        if called := self.facts.get("called", ""):
            return (self.facts.get("called_zh") or called) if self.language == "zh" else called, code
        eu, cn = self.facts.get("eu_member", ""), self.facts.get("cn_member", "")
        if self.language == "zh":
            eu = self.facts.get("eu_member_zh") or eu
            cn = self.facts.get("cn_member_zh") or cn
        if not (eu and cn):
            return code, code
        return (f"{eu}—{cn}" if self.language == "zh" else f"{eu} – {cn}"), code

    def _person(self, name: str, *keys: object) -> str:
        """Who a fact names: people by id, or a seat in the domain's words (`CN focal point`).

        Several ids in one fact are all named; who is not on file any more is called a former colleague. `keys`
        look for a fact about one item first (`owner.0`).
        """
        names = [*(f"{name}.{key}" for key in keys), name]
        found = next((self.facts[one] for one in names if self.facts.get(one)), "")
        ids = _PERSON.findall(found)
        if found and not ids:
            return self._the(words.seat(found, self.language))
        known = [clean(self.people[one].name, 80) for one in ids if one in self.people]
        if known:
            return ", ".join(known) if self.language == "en" else "、".join(known)
        return words.pick(("a former colleague", "一位已离任的同事"), self.language) if ids else ""

    def _plain_day(self, name: str) -> str:
        """A day that is given as a day, without a time."""
        given = self.facts.get(name, "")
        try:
            day = date.fromisoformat(given)
        except ValueError:
            return ""
        return dates.plain_day(day, self.language)

    def _the(self, role: str) -> str:
        return f"the {role}" if self.language == "en" else role

    def _role(self, role: str = "role", side: str = "side") -> str:
        code = self.facts.get(role, "")
        return words.role(code, self.facts.get(side, ""), self.language) if code else ""

    def _gate(self) -> str:
        gate = self.facts.get("gate", "")
        number = self.facts.get("number", "")
        named = f"{gate}/{number}" if gate and number and "/" not in gate else gate
        if not (named or self.facts.get("title")):
            return ""
        return matter_of(named or "decide", "decide", self.facts.get("title", "")).name(self.language)

    def _following(self) -> str:
        """What comes next, where the `next` fact is a task, a gate, a clock or a stage; else nothing."""
        matter = matter_of(self.facts.get("next", ""), "", "")
        return matter.name(self.language) if matter.gate or matter.stage else ""

    def _word(self, table: str, name: str) -> str:
        tables: dict[str, dict[str, words.Pair]] = vars(words)
        return words.word(tables[table], self.facts.get(name, ""), self.language)

    def _day(self, name: str) -> str:
        moment = _moment(self.facts.get(name, ""))
        return dates.day(moment, self.to.zone, self.language) if moment else ""

    def _begins(self, name: str) -> str:
        moment = _moment(self.facts.get(name, ""))
        return dates.moment(moment, self.to.zone, self.language) if moment else ""

    def _last_day(self, name: str) -> str:
        moment = _moment(self.facts.get(name, ""))
        return dates.last_day(moment, self.language) if moment else ""

    def _deadline(self, name: str) -> str:
        return self._instant(self.facts.get(name, ""))

    def _instant(self, text: str) -> str:
        moment = _moment(text)
        return dates.deadline(moment, self.to.zone, self.language) if moment else ""


def is_reserved(email: str) -> bool:
    """Whether an address belongs to nobody (RFC 2606), so that what it is told can only be a demonstration."""
    domain = email.rpartition("@")[2].lower().rstrip(".")
    reserved = ("example.org", "example.com", "example.net", "example", "test", "invalid")
    return any(domain == name or domain.endswith(f".{name}") for name in reserved)


def _template_name(kind: str) -> str:
    known = re.fullmatch(r"[a-z]+(_[a-z]+)*", kind) and (TEMPLATES / "en" / f"{kind}.txt").is_file()
    return kind if known and kind not in ("frame", "speech") else OTHER_KIND


def _entity_code(letter: Letter) -> str:
    return clean(letter.entity.rpartition("/")[2], 80)


def _moment(text: str) -> datetime | None:
    """An instant written in ISO form; None for anything else, so that a wrong fact spoils no letter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _if(number: int | None, turned: Callable[[int], int], wanted: Callable[[int], bool]) -> int | None:
    return turned(number) if number is not None and wanted(turned(number)) else None


def _tidy(text: str) -> str:
    """No blanks at the end of a line, one empty line at most between paragraphs, one line end at the end."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
