"""Clusters from the command line: founded, joined, met in, merged into; and what a mistake is answered with."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from client.reading import entity, partnership
from console import asking, clusters
from domain.entities import cluster_of
from domain.entries import numbered
from domain.values import SIDES, Role, Side
from ledger import migrate, open_ledger
from ledger.rows import Person, Programme
from tests.clusters import CITIES, FOUR, STAFF, of, own_people, partnership_founding
from tests.console.conftest import Said, Tandem
from tests.console.doors import QuickDoor, opened
from tests.console.life import FACTS, PEOPLE
from tests.given import COMPLETE, START, on


@pytest.fixture(autouse=True)
def _quick_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "opened", opened)
    monkeypatch.setattr(clusters, "opened", opened)
    monkeypatch.setattr(QuickDoor, "at", on(2021, 3, 2))
    monkeypatch.setattr(QuickDoor, "silent", 0)


def key_of(code: str, side: Side, role: Role = Role.FOCAL_POINT) -> str:
    return f"{CITIES[code][SIDES.index(side)].lower()}.{role.value}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A ledger with four partnerships just founded, and everybody on file."""
    home = tmp_path / "home"
    home.mkdir()
    url = f"sqlite:///{home / 'ledger.sqlite'}"
    migrate(url)
    ledger = open_ledger(url)
    known = {actor.person: (key, name) for actor, key, name, _, _ in PEOPLE}
    keys = {who.person: known[who.person] for who in STAFF}
    for code in FOUR:
        for side in SIDES:
            for role in (Role.FOCAL_POINT, Role.DEPUTY, Role.SIGNATORY):
                key = key_of(code, side, role)
                keys[of(code, side, role).person] = (key, key.replace(".", " ").title().replace("_", " "))
    assert {who.person for code in FOUR for who in own_people(code)} <= keys.keys()
    for id, (key, name) in keys.items():
        ledger.put_person(
            Person(
                id=id,
                key=key,
                name=name,
                email=f"{key}@example.org",
                language="en",
                zone="Europe/Madrid",
                demo=True,
            )
        )
    ledger.put_programme(
        Programme(code="11438", title="IURC China", facts=FACTS, origin=START, anchor=START, speed=1000.0)
    )
    for code in FOUR:
        ledger.record(numbered(f"partnership/{code}", 0, (partnership_founding(code),), START, None))
    ledger.close()
    return home


class Asking:
    """`tandem cluster ...`, as somebody."""

    def __init__(self, tandem: Tandem) -> None:
        self.tandem = tandem

    def __call__(self, command: str, *arguments: str | Path, by: str = "operator.one") -> Said:
        return self.tandem("cluster", *command.split(), *arguments, "--as", by)

    def done(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        told = self(command, *arguments, by=by)
        assert (told.status, told.err) == (0, ""), told.err
        return told.out

    def refused(self, command: str, *arguments: str | Path, by: str = "operator.one") -> str:
        return self(command, *arguments, by=by).sentence

    def founded(self, code: str = "ECO", members: str = "C1-01,C1-02,C2-03") -> None:
        self.done(f"found {code}", "--title", "Ecological transition", "--members", members)

    def active(self, code: str = "ECO", members: tuple[str, ...] = FOUR[:3]) -> None:
        self.founded(code, ",".join(members))
        for member in members:
            for side in SIDES:
                self.done(f"consent {code} {member} membership", by=key_of(member, side))


@pytest.fixture
def ask(tandem: Tandem) -> Asking:
    return Asking(tandem)


def test_a_cluster_is_founded_and_active_when_all_have_consented(ask: Asking) -> None:
    told = ask.done(
        *("found ECO", "--title", "Ecological transition", "--title-zh", "生态转型"),
        *("--members", "C1-01, C1-02,C2-03"),
    )
    assert told == (
        "ECO: founded; both sides of C1-01, C1-02, C2-03 are asked to consent (cluster consent)\n"
    )
    told = ask.done("consent ECO C1-01 membership", by=key_of("C1-01", Side.EU))
    assert told.startswith(
        "ECO: Fuenlabrada Focal Point (EU focal point) consented to the membership of C1-01\n"
    )
    for code, side in (("C1-01", Side.CN), ("C1-02", Side.EU), ("C1-02", Side.CN), ("C2-03", Side.EU)):
        ask.done(f"consent ECO {code} membership", by=key_of(code, side))
    told = ask.done("consent ECO C2-03 membership", by=key_of("C2-03", Side.CN))
    assert "active with C1-01, C1-02 and C2-03; to be reviewed by 2021-" in told
    shown = ask.tandem("cluster", "show", "ECO").out
    assert "ECO: Ecological transition" in shown and "生态转型" in shown
    assert "C2-03, Aragon and Zhengzhou, since 2021-03-02" in shown
    (row,) = ask.tandem("cluster", "list", "--json").json
    assert (row["code"], row["stage"], row["title"]) == ("ECO", "active", "Ecological transition")
    assert row["facts"]["members"] == ["C1-01", "C1-02", "C2-03"]
    assert "ECO" in ask.tandem("cluster", "list").out


def test_a_cluster_may_have_the_code_that_partnerships_name_their_cluster_by(ask: Asking) -> None:
    """C1-01 is of the programme's cluster INN and stays so."""
    ask.founded("INN")
    assert ask.tandem("partnership", "show", "C1-01", "--json").json["record"]["cluster"] == "INN"


@pytest.mark.parametrize(
    ("arguments", "by", "sentence"),
    [
        (
            ("ECO", "--members", "C1-01"),
            "operator.one",
            "at least 3 cities or regions of both sides form a cluster",
        ),
        (
            ("ECO", "--members", "C1-01,C9-99"),
            "operator.one",
            "there is no partnership C9-99; on record are C1-01",
        ),
        (
            ("C1-02", "--members", "C1-01,C1-02"),
            "operator.one",
            "C1-02 is the partnership 'Getafe and Hangzhou'",
        ),
        (
            ("ECO", "--members", "C1-01,C1-02"),
            "delegation",
            "is neither an operator nor a team leader of C1-01",
        ),
        (("ECO", "--members", "C1-01,C1-02"), "nobody", "there is nobody 'nobody' on file"),
    ],
)
def test_founding_says_what_is_wrong(ask: Asking, arguments: tuple[str, ...], by: str, sentence: str) -> None:
    code, *others = arguments
    assert sentence in ask.refused(f"found {code}", "--title", "Ecological transition", *others, by=by)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("found", "two words", "--title", "T", "--members", "C1-01", "--as", "operator.one"),
            "'two words' is no code",
        ),
        (("found", "ECO", "--title", " ", "--members", "C1-01", "--as", "operator.one"), "is no name"),
        (
            ("found", "ECO", "--title", "T", "--members", " , ", "--as", "operator.one"),
            "--members names partnerships",
        ),
        (("found", "ECO", "--members", "C1-01", "--as", "operator.one"), "--title"),
        (("consent", "ECO", "C1-01", "dinner", "--as", "operator.one"), "dinner"),
        (
            ("consent", "ECO", "C1-01", "membership", "--reason", "x", "--as", "operator.one"),
            "give it with --refuse",
        ),
        (("join", "ECO", "C2-04", "--reason", "two words", "--as", "operator.one"), "'two words' is no code"),
        (("leave", "ECO", "C1-01", "--reason", "x", "--as", "operator.one"), "missing option --consent"),
        (
            (
                *("hold-session", "ECO", "js-1", "virtual", "--held", "2021-03-02"),
                *("--attended", "Hangzhou", "--as", "operator.one"),
            ),
            "'Hangzhou' is no attendance; write a city or region and a number",
        ),
        (
            (
                *("hold-session", "ECO", "js-1", "virtual", "--held", "2021-03-02"),
                *("--attended", "Hangzhou=0", "--as", "operator.one"),
            ),
            "'Hangzhou=0' is no attendance",
        ),
        (("review", "ECO", "--as", "operator.one"), "missing option --finding"),
        (
            ("plan-session", "ECO", "js-1", "virtual", "--starts", "2021-05-01", "--as", "operator.one"),
            "its hour",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_command_called_wrongly_says_how(ask: Asking, arguments: tuple[str, ...], says: str) -> None:
    ask.founded()
    told = ask.tandem("cluster", *arguments)
    assert told.status == 2 and says in " ".join(told.err.split()) and "Traceback" not in told.err


def test_a_city_is_a_core_member_of_two_clusters_at_most(ask: Asking) -> None:
    for code in ("ECO", "URB"):
        ask.founded(code)
    told = ask.refused("found INN", "--title", "Innovation", "--members", "C1-02,C2-03")
    assert (
        "Getafe is a core member of ECO and URB already, and a city or region is one of at most 2 clusters"
        in told
    )
    assert "C1-02 can join once it has left one of them (leave)" in told
    for side in SIDES:
        ask.done("consent URB C2-03 membership", by=key_of("C2-03", side))
    ask.done("leave URB C2-03 --reason priorities --consent both")
    ask.founded("INN", "C2-03,C2-04")
    assert "Fuenlabrada is a core member of ECO and URB already" in ask.refused(
        "join INN C1-01 --reason common_theme"
    )


def test_joining_naming_people_and_leaving(ask: Asking, home: Path) -> None:
    ask.active()
    told = ask.done("join ECO C2-04 --reason common_theme", by="cluster.inn")
    assert "asked C2-04 (Murcia and Suzhou) to join (common theme) by 2021-" in told
    assert "C2-04 was asked on" in ask.refused("join ECO C2-04 --reason common_theme")
    ask.done("consent ECO C2-04 membership", by=key_of("C2-04", Side.EU))
    told = ask.done(
        "consent ECO C2-04 membership --refuse --reason capacity",
        "--remark",
        "not now",
        by=key_of("C2-04", Side.CN),
    )
    assert "did not consent to the membership of C2-04 (capacity)" in told
    assert "these people stand for C2-03 already" in ask.refused("name-people ECO C2-03")
    ask.tandem(
        *(
            "partnership",
            "change-holder",
            "C2-03",
            "focal_point",
            "eu",
            "--leaving",
            key_of("C2-03", Side.EU),
        ),
        *("--to", key_of("C2-03", Side.EU, Role.DEPUTY), "--as", "operator.one"),
    )
    told = ask.done("name-people ECO C2-03")
    assert "recorded who stands for C2-03: " in told
    assert "does not stand for C2-03" in ask.refused(
        "leave ECO C2-03 --reason x1 --consent both", by=key_of("C1-01", Side.EU)
    )
    leave = "leave ECO C2-03 --bilateral --reason bilateral --consent both"
    assert "a cluster manager asks both sides of C2-03 whether it leaves" in ask.refused(
        leave, by="cluster.inn"
    )
    told = ask.done(leave)
    assert "recorded that C2-03 leaves (bilateral), to go on bilaterally with an agreement of its own" in told


def test_a_member_whose_city_was_replaced_is_asked_again(ask: Asking) -> None:
    """Another city has not consented to anything."""
    ask.active()
    told = ask.tandem(
        *("partnership", "replace-member", "C2-03", "eu", "--leaving", "Aragon", "--name", "Navarra"),
        *("--country", "ES", "--level", "region", "--focal", key_of("C2-04", Side.EU)),
        *("--reason", "priorities", "--agreed", "agreed", "--as", "operator.one"),
    )
    assert told.status == 0, told.err
    sentence = ask.refused("name-people ECO C2-03")
    assert "C2-03 is of Navarra and Zhengzhou now, and Aragon and Zhengzhou consented" in sentence
    assert "it leaves and is asked again (leave, join)" in sentence


def test_a_joint_session_from_plan_to_record(ask: Asking, tmp_path: Path) -> None:
    ask.active()
    starts = ("--starts", "2021-05-20T09:00+02:00")
    assert "planned session js-1, virtual" in ask.done(
        "plan-session ECO js-1 virtual", *starts, by="cluster.inn"
    )
    assert "invited to session js-1" in ask.done(
        "session-step ECO js-1 invited --text agenda", by="cluster.inn"
    )
    assert "answered for their side to session js-1" in ask.done(
        "session-step ECO js-1 confirmed", by=key_of("C1-01", Side.CN)
    )
    lists = tmp_path / "attendance.pdf"
    lists.write_bytes(b"%PDF names")
    held = ("hold-session ECO js-0 virtual --held 2021-03-02", "--attended", "Fuenlabrada=3")
    assert "nobody of the CN side is among those" in ask.refused(*held, by="cluster.inn")
    told = ask.done(*held, "--attended", "Hangzhou=4", "--document", lists, by="cluster.inn")
    assert "recorded joint session js-0, virtual, held on 2021-03-02: 3 EU and 4 CN participants" in told
    assert "with evidence; an exchange of C1-01" in told
    assert "session js-0" in ask.tandem("cluster", "show", "ECO").out
    told = ask(
        *held, "--attended", "Hangzhou=4", "--document", lists, "--evidence", "words", by="cluster.inn"
    ).err
    assert "give --document or --evidence, not both" in told


def test_a_joint_plan_is_decided_on_by_all_and_reaches_its_partnerships(
    ask: Asking, tmp_path: Path, home: Path
) -> None:
    ask.active()
    ask.done("open-stage ECO joint_plan")
    form = tmp_path / "plan.yaml"
    form.write_text(yaml.safe_dump(COMPLETE["joint_plan"]), encoding="utf-8")
    ask.done("submit ECO joint_plan", "--file", form, by="cluster.inn")
    assert (
        "no joint plan that covers C1-01"
        in ask.tandem("partnership", "adopt-joint-plan", "C1-01", "ECO", "--as", "operator.one").sentence
    )
    told = ""
    for gate, role in (("K2.review", Role.FOCAL_POINT), ("K2.adopt", Role.SIGNATORY)):
        if gate == "K2.adopt":
            ask.done("decide ECO K2.team approve", by="team.leader")
            ask.done("decide ECO K2.eud approve", by="delegation")
        for code in FOUR[:3]:
            for side in SIDES:
                told = ask.done(f"decide ECO {gate} approve", by=key_of(code, side, role))
    assert "the joint plan is adopted by all members; it covers C1-01, C1-02 and C2-03" in told
    told = ask.tandem("partnership", "adopt-joint-plan", "C1-01", "ECO", "--as", "operator.one").out
    assert "C1-01: the joint plan of ECO holds here, adopted there by all its members" in told
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    plan = partnership(ledger, "C1-01").joint_plan
    cluster = cluster_of(entity(ledger, "ECO", "cluster"))
    assert plan is not None and plan.version == cluster.plans[-1].version
    ledger.close()


def test_a_merger_takes_both_partners_and_two_persons(ask: Asking, home: Path) -> None:
    ask.active()
    propose = (
        "partnership",
        "propose",
        "merge",
        "C1-01",
        "ECO",
        "--reason",
        "common_theme",
        "--consent",
        "both",
    )
    merge = (*propose, "--as", "operator.one")
    assert (
        "both partners of C1-01 consent to the merger in cluster ECO first (cluster ask-merger)"
        in ask.tandem(*merge).sentence
    )
    assert "C2-04 is no member of cluster ECO" in ask.refused("ask-merger ECO C2-04 --reason common_theme")
    other = ("partnership", "propose", "merge", "C2-04", "ECO", "--reason", "x1", "--consent", "both")
    assert (
        "C2-04 is no member of cluster ECO; it is asked first (cluster join)"
        in ask.tandem(*other, "--as", "operator.one").sentence
    )
    ask.done("ask-merger ECO C1-01 --reason common_theme", by="cluster.inn")
    for side in SIDES:
        ask.done("consent ECO C1-01 merger", by=key_of("C1-01", side))
    assert "C1-01 was not merged into cluster ECO" in ask.refused("take-over ECO C1-01")
    assert ask.tandem(*merge).status == 0
    assert ask.tandem("partnership", "confirm", "C1-01", "--as", "operator.two").status == 0
    told = ask.done("take-over ECO C1-01")
    assert "C1-01 was merged; 0 open matters taken over" in told
    assert "was taken over on" in ask.refused("take-over ECO C1-01")
    assert "its cities go on by themselves once both of them consent to a split (ask-split)" in ask.refused(
        "leave ECO C1-01 --reason x1 --consent both"
    )
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    assert partnership(ledger, "C1-01").errands[0].to == ("cluster/ECO",)
    ledger.close()


def test_a_member_splits_by_the_word_of_both_its_sides(ask: Asking) -> None:
    ask.active()
    asks = "ask-split ECO C2-03 --reason bilateral"
    assert "may ask for a split" in ask.refused(asks, by=key_of("C2-03", Side.EU))
    told = ask.done(asks, "--dry-run", by="cluster.inn")
    assert (
        "asked both sides of C2-03 to consent to its split (bilateral)" in told and "Nothing was sent" in told
    )
    assert "C2-03 is not asked for its consent to the split" in ask.refused(
        "consent ECO C2-03 split", by=key_of("C2-03", Side.EU)
    )
    ask.done(asks, by="cluster.inn")
    assert "consented: nobody" in ask.tandem("cluster", "show", "ECO").out
    told = ask.done("consent ECO C2-03 split", by=key_of("C2-03", Side.EU))
    assert "consented to the split of C2-03" in told
    shown = ask.tandem("cluster", "show", "ECO").out
    assert "asked on 2021-03-02 whether it splits, consented: C2-03.eu" in shown
    assert "its own focal points consent" in ask.refused(
        "consent ECO C2-03 split", by=key_of("C1-01", Side.CN)
    )
    told = ask.done("consent ECO C2-03 split", by=key_of("C2-03", Side.CN))
    assert "C2-03 leaves, as both its sides consented (bilateral), to go on bilaterally" in told
    assert "C2-03, left on 2021-03-02" in ask.tandem("cluster", "show", "ECO").out


def test_a_partner_that_leaves_says_so_for_its_side(ask: Asking) -> None:
    ask.active()
    leave = "leave ECO C1-02 --reason priorities --consent ours"
    told = ask.done(leave, by=key_of("C1-02", Side.EU, Role.SIGNATORY))
    assert "wishes that C1-02 leaves (priorities); the other side is asked" in told
    assert "was asked on 2021-03-02 whether it splits" in ask.refused(leave, by=key_of("C1-02", Side.CN))
    ask.done("consent ECO C1-02 split --refuse --reason budget", by=key_of("C1-02", Side.CN))
    assert "did not consent to the split of C1-02 (budget)" in ask.tandem("history", "ECO").out
    assert "C1-02, Getafe and Hangzhou, since 2021-03-02\n" in ask.tandem("cluster", "show", "ECO").out


def test_one_that_was_merged_goes_on_as_a_partnership_founded_from_it(
    ask: Asking, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.active()
    went = ("split", "ECO", "C1-01", "C1-11")

    def split(*more: str, by: str = "operator.two") -> Said:
        return ask.tandem("cluster", *went, *more, "--as", by)

    assert "C1-01 was not merged into cluster ECO" in split().sentence
    ask.tandem("partnership", "open-stage", "C1-01", "scoping", "--as", "operator.one")
    ask.done("ask-merger ECO C1-01 --reason common_theme", by="cluster.inn")
    for side in SIDES:
        ask.done("consent ECO C1-01 merger", by=key_of("C1-01", side))
    merge = ("merge", "C1-01", "ECO", "--reason", "common_theme", "--consent", "both")
    assert ask.tandem("partnership", "propose", *merge, "--as", "operator.one").status == 0
    assert ask.tandem("partnership", "confirm", "C1-01", "--as", "operator.two").status == 0
    ask.done("take-over ECO C1-01")
    assert "submit/scoping/0" in ask.tandem("cluster", "show", "ECO").out
    assert "not everybody has consented that C1-01 splits" in split().sentence
    assert "no partnership was founded in which C1-01 goes on; that comes first (split)" in ask.refused(
        "give-back ECO C1-01"
    )
    ask.done("ask-split ECO C1-01 --reason bilateral", by="cluster.inn")
    ask.done("consent ECO C1-01 split", by=key_of("C1-01", Side.EU))
    told = ask.done("consent ECO C1-01 split", by=key_of("C1-01", Side.CN))
    assert "the split of C1-01 is agreed; the partnership in which it goes on is founded next" in told
    assert "its split was agreed on 2021-03-" in ask.tandem("cluster", "show", "ECO").out
    tasks = ask.tandem("tasks", "--json").json
    assert "found the partnership in which C1-01 goes on (cluster split)" in [one["told"] for one in tasks]

    monkeypatch.setattr(clusters, "present", lambda ledger, programme: QuickDoor.at)
    for wrong, code_, said in (
        ("C1-02", "C1-02", "C1-02 is the partnership"),
        ("ECO", "ECO", "ECO is the cluster"),
    ):
        refusal = ask.tandem("cluster", "split", "ECO", "C1-01", code_, "--as", "operator.two")
        assert said in refusal.sentence, wrong
    assert "only the operator or the team leader" in split(by="cluster.inn").sentence
    assert ask.tandem("cluster", "split", "ECO", "C1-01", "C1 11", "--as", "operator.two").status == 2
    assert (
        "there is no partnership"
        in ask.tandem("cluster", "split", "ECO", "C7-77", "C1-11", "--as", "operator.two").sentence
    )
    told = split("--dry-run").out
    assert "C1-11: continues C1-01, split from ECO; to be scoped" in told and "Nothing was sent" in told
    assert "given back: submit/scoping/0" in told
    assert ask.tandem("partnership", "show", "C1-11").status != 0
    assert split("--json").json == {
        "partnership": "C1-11",
        "continues": "C1-01",
        "open": ["submit/scoping/0"],
        "kicked_off": False,
        "founded": True,
    }
    again = ask.tandem("cluster", "split", "ECO", "C1-01", "C1-12", "--as", "operator.two").sentence
    assert "C1-01 goes on as C1-11 since 2021-03-" in again
    shown = ask.tandem("partnership", "show", "C1-11").out
    assert "C1-01, split from cluster ECO; given back: submit/scoping/0" in shown
    history = ask.tandem("history", "C1-11").out
    assert "it continues C1-01, split from cluster ECO; given back: submit/scoping/0" in history
    told = ask.done("give-back ECO C1-01")
    assert "C1-01, which was merged, goes on as C1-11; 1 open matter given back: submit/scoping/0" in told
    assert "C1-01 goes on as C1-11 since" in ask.refused("give-back ECO C1-01")
    assert "goes on as C1-11; given back: submit/scoping/0" in ask.tandem("cluster", "show", "ECO").out
    ledger = open_ledger(f"sqlite:///{home / 'ledger.sqlite'}")
    assert partnership(ledger, "C1-11").errands[0].to == ("cluster/ECO",)
    ledger.close()


def test_reviews_and_the_end(ask: Asking) -> None:
    ask.active()
    told = ask.done("review ECO", "--finding", "it goes on", by="cluster.inn")
    assert "reviewed it, and it goes on; again by 2021-" in told
    assert "only the operator or the team leader may close a cluster" in ask.refused(
        "close ECO --reason end_of_work", by=key_of("C1-01", Side.EU)
    )
    assert "ended: closed (end of work)" in ask.done("close ECO --reason end_of_work", by="team.leader")
    assert "ECO ended on 2021-" in ask.refused("review ECO", "--finding", "again")


def test_a_dry_run_says_what_would_happen(ask: Asking) -> None:
    ask.founded()
    told = ask.tandem(
        *("cluster", "consent", "ECO", "C1-01", "membership", "--as", key_of("C1-01", Side.EU), "--dry-run")
    )
    assert told.status == 0 and "consented to the membership of C1-01" in told.out
    history = ask.tandem("history", "ECO").out
    assert (
        "founded it: Ecological transition; both sides of C1-01, C1-02 and C2-03 are asked to consent"
        in history
    )
    tasks = ask.tandem("tasks", "--json").json
    assert "consent, or not, to the membership of C1-01" in [task["told"] for task in tasks]


def test_a_partnership_is_no_cluster(ask: Asking) -> None:
    ask.founded()
    assert "C1-01 is a partnership, not a cluster" in ask.refused("review C1-01", "--finding", "?")
    assert "there is no cluster URB; on record are ECO" in ask.refused("review URB", "--finding", "?")
    assert (
        "ECO is a cluster, not a partnership"
        in ask.tandem("partnership", "open-stage", "ECO", "scoping", "--as", "operator.one").sentence
    )
