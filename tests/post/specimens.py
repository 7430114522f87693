"""Letters of every kind as the domain writes them, and the invented people they go to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.letters import Letter, LetterItem
from post.rendering import Rendered, Sender

SENDER = Sender(
    address="secretariat@tandem.example.eu",
    programme="IURC China",
    programme_zh="国际城市与区域合作项目（中国）",
)
CHECKPOINT = f"tandem checkpoint 4711 {'9f86d081884c7d65' * 4}"


@dataclass(frozen=True)
class Somebody:
    """A person on file, with nothing but what a letter needs."""

    name: str
    email: str
    language: str
    zone: str
    demo: bool = False


ANA = Somebody("Ana García López", "ana.garcia@ayto.example.eu", "en", "Europe/Madrid")
WANG = Somebody("王芳", "wangfang@drc.example.cn", "zh", "Asia/Shanghai")
LUCA = Somebody("Luca Moretti", "luca.moretti@ayto.example.eu", "en", "Europe/Madrid")
LEAD = Somebody("Hanna Vogel", "vogel@team.example.eu", "en", "Europe/Brussels")
DEMO = Somebody("Marta Invented", "es-fuenlabrada.focal@example.org", "en", "Europe/Madrid", demo=True)

IDS = {
    ANA: "p-anagarcia",
    WANG: "p-wangfang",
    LUCA: "p-lucamoretti",
    LEAD: "p-hannavogel",
    DEMO: "p-invented",
}
PEOPLE = {id: somebody for somebody, id in IDS.items()}

AT = datetime(2023, 2, 20, 8, tzinfo=UTC)
DUE = datetime(2023, 3, 14, 23, tzinfo=UTC)
"""The end of 14 March 2023 in Madrid, which is 07:00 on the 15th in Hangzhou."""
LATER = DUE + timedelta(days=16)
AFTER = datetime(2023, 3, 17, 8, tzinfo=UTC)
VERSION = "sha256:" + "9f86d081884c7d65" * 4
PLACES = {
    "code": "C1-01",
    "programme": "11438",
    "eu_member": "Fuenlabrada",
    "cn_member": "Hangzhou",
    "cn_member_zh": "杭州",
}
GATE = {
    "gate": "G5.review",
    "title": "both sides review",
    "stage": "action_plan",
    "version": VERSION,
    "number": "2",
}


CLUSTER = {"named": "Fuenlabrada – Hangzhou", "named_zh": "Fuenlabrada—杭州"}
"""A cluster's title; the letters of all kinds are read for how they call what they are about."""


def item(**changed: object) -> LetterItem:
    """A decision asked for: the action plan's second version, never settled by silence."""
    told: dict[str, object] = {
        "task": "decide/G5.review/2/0",
        "what": "decide",
        "subject": "both sides review",
        "version": VERSION,
        "since": AT,
        "due": DUE,
        "silence": "never",
        "receipt": "C1-01/G5.review/2",
    }
    return LetterItem.model_validate(told | changed)


def of_a_seat(task: str, what: str, subject: str, **changed: object) -> LetterItem:
    """Something else that is asked, without a version or a rule of silence."""
    plain: dict[str, object] = {"version": "", "silence": "", "receipt": f"C1-01/{task}"}
    return item(task=task, what=what, subject=subject, **(plain | changed))


def of_session(task: str, what: str, **changed: object) -> LetterItem:
    return of_a_seat(task, what, "ws-1", when=datetime(2023, 3, 23, 8, tzinfo=UTC), **changed)


DEEMED = item(
    task="decide/G3/1/0",
    subject="work plan agreed",
    silence="deemed approved",
    basis="kick-off rules: minutes and work plan count as agreed after 10 joint working days",
    receipt="C1-01/G3/1",
)
LAPSES = item(
    task="decide/G9.partners/1/1",
    subject="both partners confirm",
    silence="lapses",
    receipt="C1-01/G9.partners/1",
)
HAND_IN = of_a_seat("submit/pilot_investments/0", "submit", "pilot investments", due=DUE + timedelta(days=9))

ITEMS: dict[str, tuple[LetterItem, ...]] = {
    "asked": (item(),),
    "asked/deemed": (DEEMED,),
    "asked/lapses": (LAPSES,),
    "asked/submit": (HAND_IN,),
    "asked/advise": (of_a_seat("advise/G5.review/2/0", "advise", "both sides review", receipt="C1-01/a"),),
    "asked/confirm": (of_a_seat("confirm/3", "confirm", "settle gate"),),
    "asked/agreement": (of_a_seat("agreement", "agreement", "legal_review"),),
    "asked/open": (of_a_seat("open/study_visits", "open", "study visits", due=None, receipt=""),),
    "asked/escalation": (of_a_seat("escalation/action_plan", "escalation", "action plan"),),
    "asked/hold_review": (of_a_seat("hold_review", "hold_review", "elections"),),
    "asked/name_successor": (of_a_seat("successor/focal_point.cn", "name_successor", "cn focal_point"),),
    "asked/authority": (of_a_seat("authority/decide/G5.review/2/1", "authority", "decide/G5.review/2/1"),),
    "asked/provisional": (item(provisional=True, due=datetime(2024, 2, 27, 23, tzinfo=UTC)),),
    "asked/several": (item(), HAND_IN),
    "reminder": (item(offset=-3),),
    "reminder/today": (item(offset=0),),
    "reminder/late": (item(offset=3),),
    "reminder/copied": (item(offset=7),),
    "reminder/several": (
        of_a_seat("submit/scoping/0", "submit", "scoping", due=LATER, offset=-10),
        item(offset=-3),
    ),
    "reminder/several_late": (
        of_a_seat("submit/scoping/0", "submit", "scoping", due=LATER, offset=-10),
        item(offset=3),
    ),
    "signature": (item(task="decide/G5.adopt/2/0", subject="both sides adopt", receipt="C1-01/G5.adopt/2"),),
    "signature/late": (
        item(task="decide/G5.adopt/2/0", subject="both sides adopt", receipt="C1-01/G5.adopt/2", offset=7),
    ),
    "escalation": (item(offset=14),),
    "question": (of_a_seat("answer/G5.review/2", "answer", "both sides review"),),
    "answered": (item(),),
    "resumed": (item(), HAND_IN),
    "moved": (item(),),
    "handed_over": (item(),),
    "overdue": (item(),),
    "at_risk": (of_a_seat("at_risk", "at_risk", "scoping_late"),),
    "holder_changed": (item(), HAND_IN),
    "asked/attend": (of_session("attend/ws-1/cn", "attend"),),
    "asked/agree_minutes": (of_session("agree_minutes/ws-1/cn", "agree_minutes"),),
    "asked/invite": (of_session("invite/ws-1", "invite"),),
    "asked/report": (of_session("report/ws-1", "report"),),
    "asked/minutes": (of_session("minutes/ws-1", "minutes"),),
    "asked/dormant": (of_a_seat("dormant", "dormant", "90"),),
    "asked/dormant_review": (of_a_seat("dormant", "dormant_review", "180"),),
    "reminder/attend": (of_session("attend/ws-1/cn", "attend", offset=-3),),
}
FACTS: dict[str, dict[str, str]] = {
    "escalation": {"owner": "CN focal point"},
    "overdue": {"owner": "CN focal point"},
    "outcome": GATE | {"outcome": "approved", "silent": "", "basis": "", "overridden": ""},
    "outcome/conditions": GATE | {"outcome": "approved_with_conditions", "silent": ""},
    "outcome/returned": GATE | {"outcome": "returned", "silent": ""},
    "outcome/rejected": GATE | {"outcome": "rejected", "silent": "", "overridden": "yes"},
    "outcome/silent": GATE
    | {"gate": "G3", "number": "1", "outcome": "approved", "silent": "yes", "basis": DEEMED.basis},
    "outcome/lapsed": GATE | {"gate": "G9.partners", "number": "1", "outcome": "lapsed", "silent": "yes"},
    "answered": GATE,
    "paused": {"why": "hold", "reason": "elections"},
    "paused/suspension": {"why": "suspension"},
    "resumed": {"why": "hold"},
    "moved": {"edition": "2023-11", "was": "2023-03-10T23:00:00+00:00", "now": DUE.isoformat()},
    "late_objection": GATE | {"verdict": "reject", "seat": "CN focal point"},
    "taken_back": GATE,
    "handed_over": GATE,
    "advice": GATE,
    "cut_off": {"cut_off": "last kick-off", "standing": "scoping+study_visits"},
    "cut_off/end": {"cut_off": "end of the programme", "standing": "after scoping"},
    "extended": {"was": "2023-12-31T23:00:00+00:00", "ends": "2024-03-30T23:00:00+00:00"},
    "member_replaced": {"leaving": "Bari", "member": "Fuenlabrada", "side": "eu"},
    "holder_changed": {"role": "focal_point", "side": "cn"},
    "withdrawn": {"side": "cn", "reason": "restructuring"},
    "session_moved": {
        "session": "ws-1",
        "was": "2023-03-20T08:00:00+00:00",
        "starts": "2023-04-20T08:00:00+00:00",
        "mode": "virtual",
        "reason": "elections",
    },
    "session_moved/mode": {
        "session": "ws-1",
        "was": "2023-03-20T08:00:00+00:00",
        "starts": "2023-03-20T08:00:00+00:00",
        "mode": "hybrid",
        "reason": "travel",
    },
    "session_cancelled": {"session": "ws-1", "was": "2023-03-20T08:00:00+00:00", "reason": "elections"},
    "closed": {"end": "closed_completed", "into": ""},
    "closed/merged": {"end": "merged", "into": "INN"},
    "cluster_active": CLUSTER | {"members": "C1-01, C1-02, C2-03"},
    "consent_refused": CLUSTER
    | {"member": "C1-02", "side": "cn", "to": "membership", "reason": "priorities"},
    "consent_refused/merger": CLUSTER | {"member": "C1-02", "side": "eu", "to": "merger", "reason": "budget"},
    "merger_agreed": CLUSTER | {"member": "C1-02"},
    "consent_refused/split": CLUSTER | {"member": "C1-02", "side": "eu", "to": "split", "reason": "budget"},
    "consent_refused/split_of_another": CLUSTER
    | {"member": "C1-02", "of": "C2-03", "side": "cn", "to": "split", "merged": "yes", "reason": "budget"},
    "split_agreed": CLUSTER | {"member": "C1-02"},
    "given_back": CLUSTER | {"member": "C1-02", "into": "C1-12", "open": "3"},
    "given_back/nothing": CLUSTER | {"member": "C1-02", "into": "C1-12", "open": "0"},
    "member_left": CLUSTER | {"member": "C1-02", "reason": "restructuring", "bilateral": ""},
    "member_left/bilateral": CLUSTER | {"member": "C1-02", "reason": "bilateral", "bilateral": "yes"},
    "taken_over": CLUSTER | {"member": "C1-02", "open": "3"},
    "taken_over/nothing": CLUSTER | {"member": "C1-02", "open": "0"},
    "joint_plan_adopted": CLUSTER | {"version": VERSION, "members": "C1-01, C1-02, C2-03"},
    "welcome": {},
    "welcome/continues": {"continues": "C1-01"},
    "signed": {},
    "informed": {},
    "informed/known": {"event": "stage_opened", "stage": "study_visits"},
}
ASKING = (
    "asked",
    "reminder",
    "signature",
    "question",
    "answered",
    "handed_over",
    "overdue",
    "escalation",
    "at_risk",
)
COPIED = ("reminder/copied", "signature/late")
LATE = (
    "reminder/late",
    "reminder/copied",
    "reminder/several_late",
    "signature/late",
    "escalation",
    "overdue",
)
"""Those written after the due day."""
SPECIMENS = tuple(dict.fromkeys((*ITEMS, *FACTS)))
"""Every specimen by name: the kind, and after the slash what is special about it."""


def letter(name: str, to: Somebody = ANA, **changed: object) -> Letter:
    """The specimen of this name, addressed to somebody."""
    kind = name.partition("/")[0]
    items = ITEMS.get(name, ())
    told: dict[str, object] = {
        "key": f"partnership/C1-01/17/{name}/{IDS[to]}",
        "entity": "partnership/C1-01",
        "number": 17,
        "kind": kind,
        "recipient": IDS[to],
        "copies": (IDS[LUCA],) if name in COPIED else (),
        "at": AFTER if name in LATE else AT,
        "items": items,
        "about": tuple(one.task for one in items) if kind in ASKING else (),
        "facts": PLACES | FACTS.get(name, {}),
    }
    return Letter.model_validate(told | changed)


CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def assert_reads_well(told: Rendered, code: str = "C1-01") -> None:
    """Nothing of the machinery shows, no blank was left open, and nobody is written to by an id."""
    prose = re.sub(r"tandem (deadline|checkpoint) .*", "", told.text) + told.subject
    assert not re.search(r"[a-z]+_[a-z]+|\bNone\b|Undefined|\{\{|%\}|\bp-[0-9a-z]{6}|[GCP]\d\.[a-z]", prose)
    assert not re.search(r"\n\n\n| \n|[a-z]  |\(\)|（）|\.\.|。。| ,|：。|:\s*\.|“”", told.text)
    assert "\n" not in told.subject and told.subject.startswith(f"[{code}] ")
    if told.languages == ("en",):
        assert not CHINESE.search(prose)
