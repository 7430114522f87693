"""Letters as their readers get them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import Environment

from domain.letters import LetterItem
from post.rendering import TEMPLATES, Rendered, people_in, rendered
from tests.post.specimens import (
    ANA,
    CHECKPOINT,
    CHINESE,
    DEMO,
    DUE,
    IDS,
    ITEMS,
    LATER,
    LEAD,
    PEOPLE,
    SENDER,
    SPECIMENS,
    WANG,
    Somebody,
    assert_reads_well,
    item,
    letter,
)

KINDS = (
    "welcome asked reminder escalation signature outcome answered question paused resumed moved late_objection "
    "taken_back handed_over advice overdue cut_off at_risk extended member_replaced holder_changed withdrawn "
    "closed signed informed session_moved session_cancelled cluster_active consent_refused merger_agreed "
    "member_left taken_over split_agreed given_back joint_plan_adopted"
).split()
OF_OTHER_KINDS = ("visit_", "pilot_", "programme_")
"""How the letters of other kinds of entity begin; their own tests read them."""
ENGLISH_HALF = "──────────────────── English ────────────────────"


def read(name: str, to: Somebody = ANA, **changed: object) -> Rendered:
    return rendered(letter(name, to, **changed), PEOPLE, SENDER, checkpoint=CHECKPOINT)


def halves(letter: Rendered) -> tuple[str, str]:
    chinese, _, english = letter.text.partition(ENGLISH_HALF)
    return chinese, english


def test_there_is_a_wording_of_every_kind_in_both_languages() -> None:
    assert {name.partition("/")[0] for name in SPECIMENS} == set(KINDS)
    for language in ("en", "zh"):
        files = {file.stem for file in (TEMPLATES / language).iterdir()}
        others = {name for name in files if name.startswith(OF_OTHER_KINDS)}
        assert files - others == {*KINDS, "frame", "speech"}
        assert others == {file.stem for file in (TEMPLATES / "en").iterdir()} - {*KINDS, "frame", "speech"}


@pytest.mark.parametrize("to", [ANA, WANG, DEMO], ids=["en", "zh", "demo"])
@pytest.mark.parametrize("name", SPECIMENS)
def test_every_letter_says_to_whom_about_what_why_and_how_to_answer(name: str, to: Somebody) -> None:
    told = read(name, to)
    assert to.name in told.text
    assert "Fuenlabrada – Hangzhou" in told.text
    assert "Why this reaches you: " in told.text
    code = re.search(r"Letter (C1-01/17-[0-9a-f]{4})\n", told.text)
    assert code and told.text.count(code[1]) >= (1 if name == "overdue" else 2)
    assert told.text.endswith(f"\n{CHECKPOINT}\n")
    assert_reads_well(told)


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_reader_of_english_gets_english_only(name: str) -> None:
    told = read(name)
    assert told.languages == ("en",)
    assert not CHINESE.search(told.text + told.subject)


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_reader_of_chinese_gets_chinese_first_and_english_after_it(name: str) -> None:
    told = read(name, WANG)
    chinese, english = halves(told)
    assert told.languages == ("zh", "en")
    assert chinese.strip().startswith("王芳，您好！")
    assert "发函缘由：" in chinese and "Fuenlabrada—杭州" in chinese
    assert english.strip().startswith("Dear 王芳,")
    # of Latin words the Chinese half keeps names, commands and codes only
    commands = r"tandem deadline \S+|tandem tasks|C1-01/\d+-[0-9a-f]{4}"
    words = set(re.findall(r"[A-Za-z]{4,}", re.sub(commands, "", chinese)))
    assert words <= {"Fuenlabrada", "Bari", "Luca", "Moretti"}
    assert " | " in told.subject


@pytest.mark.parametrize("name", [name for name in ITEMS if all(one.due for one in ITEMS[name])])
def test_what_is_asked_comes_with_its_date_and_what_silence_means(name: str) -> None:
    asked = len(ITEMS[name])
    told = read(name)
    assert len(re.findall(r"^   (By|Was due|Date now): ", told.text, re.M)) == asked
    assert len(re.findall(r"^   Without an answer: ", told.text, re.M)) == asked
    assert len(re.findall(r"^   How the date was counted: tandem deadline C1-01/", told.text, re.M)) == asked
    chinese, _ = halves(read(name, WANG))
    assert len(re.findall(r"^   (现定)?期限：", chinese, re.M)) == asked
    assert len(re.findall(r"^   逾期未复的后果：", chinese, re.M)) == asked
    assert len(re.findall(r"^   期限计算明细：tandem deadline C1-01/", chinese, re.M)) == asked


@pytest.mark.parametrize("kind", [*KINDS, "frame", "speech"])
@pytest.mark.parametrize("to", [ANA, WANG], ids=["en", "zh"])
def test_a_letter_without_facts_or_items_can_still_be_read(kind: str, to: Somebody) -> None:
    told = read(kind, to, facts={}, items=(), about=(), copies=())
    assert "C1-01" in told.text
    assert len(told.subject) > len("[C1-01] ")
    assert not re.search(r"\(\)|（）|“”| ,|  |\.\.|。。|, ,|: ?\n\n\n", told.text.replace("   ", ""))


@pytest.mark.parametrize("to", [ANA, WANG], ids=["en", "zh"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "informed"])
def test_any_kind_survives_any_items_and_facts(kind: str, to: Somebody) -> None:
    strange = LetterItem(task="dance/under/water", what="dance", subject="dance under water")
    facts = {"gate": "G77.new", "number": "x", "outcome": "danced", "was": "yesterday", "silent": "yes"}
    told = read(kind, to, facts=facts, items=(strange, item(offset=5)), about=(), copies=("p-nobodyhere",))
    assert "C1-01" in told.text


@pytest.mark.parametrize("kind", ["new_thing", "../../../etc/passwd", "frame", "", "Welcome", "a\x00b"])
def test_an_unknown_kind_is_a_letter_for_information(kind: str) -> None:
    told = read("informed", kind=kind)
    assert told.subject == "[C1-01] For your information: Fuenlabrada – Hangzhou"
    asked = read("asked", kind=kind)
    assert asked.subject.startswith("[C1-01] Please decide on the Cooperation Action Plan, version 2")
    assert "By: Tuesday 14 March 2023 (end of day, Europe/Madrid)" in asked.text


def test_a_request_in_english() -> None:
    told = read("asked")
    assert told.subject == (
        "[C1-01] Please decide on the Cooperation Action Plan, version 2 (review by both sides), "
        "by 14 March 2023"
    )
    code = re.search(r"C1-01/17-[0-9a-f]{4}", told.text)
    assert code
    assert (
        told.text.replace(code[0], "CODE")
        == f"""\
Dear Ana García López,

In the partnership Fuenlabrada – Hangzhou the following now waits for you.

Please decide on the Cooperation Action Plan, version 2 (review by both sides).
   Open since: Monday 20 February 2023
   By: Tuesday 14 March 2023 (end of day, Europe/Madrid)
   Without an answer: nothing is approved by silence; the matter stays open, becomes overdue, and we remind you
   Text on file: fingerprint 9f86 d081 884c
   How the date was counted: tandem deadline C1-01/G5.review/2

How to answer: reply to this letter, in English or Chinese, and leave its code CODE in.
Write one of: approve; approve with conditions; return for revision (with your comments); reject.
You may also put a formal question to the author (the clock stops until it is answered), ask for somebody's \
advice, hand the matter over to a colleague, or add a decider. You can take your decision back until somebody \
else has acted on it.
Dates can be checked by hand: the command named there prints how the date was counted, day by day with every \
holiday; ask us, and we send you the page.

Why this reaches you: in the partnership Fuenlabrada – Hangzhou this is for you to do.

With kind regards,
The secretariat
IURC China
Monday 20 February 2023

────────────────────
IURC China · Fuenlabrada – Hangzhou (C1-01)
Letter CODE
The last line seals the programme's record as of this letter; keep it, and the record can be checked against it.
{CHECKPOINT}
"""
    )


def test_an_overdue_reminder_in_chinese() -> None:
    told = read("reminder/copied", WANG)
    chinese, _ = halves(told)
    assert told.subject.startswith(
        "[C1-01] 逾期催办：请审议《城市合作行动计划》第2版（双方审阅），期限为2023年3月14日 | Overdue since"
    )
    code = re.search(r"C1-01/17-[0-9a-f]{4}", chinese)
    assert code
    assert (
        chinese.replace(code[0], "编号").strip()
        == """\
王芳，您好！

“Fuenlabrada—杭州”合作的以下事宜已超过期限，我们尚未收到您的答复。按照项目规则，本函同时抄送Luca Moretti。\
请尽快办理；如有困难，也请告知。

请审议《城市合作行动计划》第2版（双方审阅）。
   提出日期：2023年2月20日（星期一）
   期限：2023年3月14日（星期二），最迟不晚于北京时间3月15日07:00（已逾期7个工作日）
   逾期未复的后果：不视为同意；事项继续待办
   存档文本校验码：9f86 d081 884c
   期限计算明细：tandem deadline C1-01/G5.review/2

如您或您的同事已经答复，则属信函往来时间交错，请不必理会本函。如需更多时间，请告知预计日期。\
收到您的任何回音后，我们即停止催办。

办理方式：请直接回复本邮件，中英文均可，并保留信函编号编号。
请写明：同意、有条件同意、退回修改（附具体意见）或不同意。
期限均可人工核对：上列命令可逐日列出计算过程及所涉节假日；如有需要，我们可将明细发给您。

发函缘由：按照项目规则，“Fuenlabrada—杭州”合作的上述事宜由您办理。

抄送：Luca Moretti

此致
敬礼

国际城市与区域合作项目（中国）秘书处
2023年3月17日（星期五）"""
    )


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        (
            "asked/deemed",
            "silence counts as your approval\n   Basis for that: kick-off rules: minutes and work plan",
            "视为同意（默认同意）\n   依据：启动会议规则：",
        ),
        ("asked/lapses", 'the record says "no reply"', "记录为“未复”"),
        ("asked/advise", "the decision may be made without your advice", "审议人可不待贵方意见"),
        ("asked/confirm", "Without an answer: nothing takes effect", "该提议不生效"),
        ("question", "the decision waits, its clock stands still", "审议期限中止"),
        (
            "asked/provisional",
            "provisional: China's calendar for that year is not published yet",
            "此日期为暂定",
        ),
        ("asked/submit", "Please hand in the pilot project fiche.", "请提交《试点项目申报表》。"),
        ("asked/name_successor", "Please name a new focal point (Chinese side).", "请指定新的中方联络人。"),
        ("asked/authority", "the Cooperation Action Plan, version 2", "请决定是否致函主管部门"),
        ("asked/open", "By: no date runs at present", "目前不计算期限"),
        ("reminder/copied", "a copy goes to Luca Moretti", "本函同时抄送Luca Moretti"),
        ("reminder", "3 working days left", "尚余3个工作日"),
        ("signature", "We never write to the political level ourselves", "我们不直接致函领导，请您呈报"),
        ("escalation", "an answer is overdue from the focal point (Chinese side)", "待办方为中方联络人"),
        (
            "outcome/silent",
            "silence counts as approval here (kick-off rules",
            "视为同意（默认同意），依据为：启动会议规则",
        ),
        ("outcome/lapsed", 'the record says "no reply"', "逾期未复，程序终止"),
        ("outcome/rejected", "two persons of the programme", "由项目方两人共同代替审议人作出"),
        ("answered", "with the days that were left when it stopped", "按中止时的剩余天数继续计算"),
        ("paused", "on hold (reason: elections)", "暂停（原因：选举换届）"),
        ("paused/suspension", "suspended by written order of the authority", "按主管部门书面指令中止"),
        ("moved", "Date before: Friday 10 March 2023", "原定期限：2023年3月10日（星期五）"),
        ("late_objection", "the focal point (Chinese side) has still answered", "中方联络人在期限届满之后"),
        ("handed_over", "has been handed over to you", "转请您办理"),
        ("taken_back", "has been taken back", "撤回"),
        (
            "extended",
            "now ends on Saturday 30 March 2024; before, the date was Sunday 31 December 2023",
            "原为2023年12月31日",
        ),
        ("withdrawn", "The Chinese side has withdrawn", "中方已退出"),
        ("closed/merged", "goes on inside a thematic cluster (INN)", "并入专题组"),
        (
            "cut_off",
            "Where the partnership stands: scoping, study visits.",
            "合作目前进度：前期调研、考察访问。",
        ),
        ("at_risk", "Please look into this partnership: late with scoping.", "前期调研进度滞后"),
    ],
)
def test_what_a_letter_has_to_say_is_said_in_both_languages(name: str, english: str, chinese: str) -> None:
    assert english in read(name).text
    first, second = halves(read(name, WANG))
    assert chinese in first
    assert english.partition("Europe")[0] in second


def test_reminders_grow_firmer_and_name_how_late_it_is() -> None:
    assert read("reminder").subject.startswith("[C1-01] Reminder: please decide on")
    assert read("reminder/today").subject.startswith("[C1-01] Due 14 March 2023: please decide on")
    assert read("reminder/late").subject.startswith("[C1-01] Overdue since 14 March 2023: please decide on")
    assert "There is still time." in read("reminder").text
    assert "today is the last working day before it" in read("reminder/today").text
    on_the_day = read("reminder/today", at=DUE - timedelta(hours=15))
    assert "end of day, Europe/Madrid), that is today" in on_the_day.text
    assert on_the_day.subject.startswith("[C1-01] Due today: please decide on")
    assert "3 working days ago" in read("reminder/late").text
    one = read("reminder", items=(item(offset=-1),))
    assert "1 working day left" in one.text


def test_several_matters_are_one_letter_with_the_most_pressing_first() -> None:
    told = read("reminder/several")
    assert told.subject == "[C1-01] Reminder: 2 matters wait for you, the first due 14 March 2023"
    assert told.text.index("1. Please decide") < told.text.index("2. Please hand in the scoping report.")
    late = read("reminder/several_late")
    assert late.subject == "[C1-01] Overdue since 14 March 2023: 2 matters wait for you"
    assert "Was due: Tuesday 14 March" in late.text and "By: Thursday 30 March 2023" in late.text


def test_what_is_done_meanwhile_is_left_out() -> None:
    both = letter("reminder/several")
    told = rendered(both, PEOPLE, SENDER, open_tasks=frozenset({"submit/scoping/0", "other"}))
    assert "Please hand in the scoping report." in told.text
    assert "Please decide" not in told.text
    assert "by 30 March 2023" in told.subject
    news = letter("resumed")  # asks for nothing by itself, so it stays as it was meant
    assert rendered(news, PEOPLE, SENDER, open_tasks=frozenset()).text.count("Open since") == 2


def test_both_sides_are_told_the_same_day_each_in_their_own_zone() -> None:
    assert "By: Tuesday 14 March 2023 (end of day, Europe/Madrid)" in read("asked").text
    chinese, english = halves(read("asked", WANG))
    assert "期限：2023年3月14日（星期二），最迟不晚于北京时间3月15日07:00" in chinese
    assert "By: Tuesday 14 March 2023 (at the latest Wednesday 15 March, 07:00 Beijing time)" in english
    own = item(due=datetime(2023, 3, 14, 16, tzinfo=UTC))  # midnight in China
    chinese, english = halves(read("asked", WANG, items=(own,)))
    assert "期限：2023年3月14日（星期二）北京时间24时前" in chinese
    assert "(end of day, Beijing time)" in english


def test_a_copy_to_a_reader_of_chinese_makes_a_letter_bilingual() -> None:
    told = read("reminder/late", copies=(IDS[WANG],))
    assert told.languages == ("en", "zh")
    assert told.text.startswith("Dear Ana García López,")
    assert "Ana García López，您好！" in told.text
    assert "Copy to: 王芳" in told.text and "抄送：王芳" in told.text


def test_a_demonstration_says_so_first() -> None:
    assert read("asked", DEMO).text.startswith("*** Demonstration data, not an official record.")
    assert "Demonstration" not in read("asked").text
    reserved = Somebody("李伟", "li.wei@cn.example.org", "zh", "Asia/Shanghai")
    told = rendered(letter("asked", WANG), PEOPLE | {IDS[WANG]: reserved}, SENDER)
    assert told.text.startswith("*** 演示数据，并非正式文书。")
    assert "*** Demonstration data" in told.text


def test_people_in_facts_are_named_when_the_letter_is_written_and_not_after_they_are_erased() -> None:
    facts = {"gate": "G6", "number": "1", "by": IDS[LEAD], "leaving": f"{IDS[WANG]}, p-nobodyhere"}
    told = read("advice", facts=facts)
    assert "has come from Hanna Vogel." in told.text
    assert "has come from a former colleague." in read("advice", facts=facts | {"by": "p-nobodyhere"}).text
    assert people_in(letter("advice", facts=facts)) == (IDS[ANA], IDS[LEAD], IDS[WANG], "p-nobodyhere")


def test_a_successor_reads_that_it_is_him_or_her() -> None:
    facts = {
        "role": "focal_point",
        "side": "cn",
        "to": IDS[WANG],
        "your_role": "focal_point",
        "your_side": "cn",
    }
    chinese, english = halves(read("holder_changed", WANG, facts=facts))
    assert "you take over as focal point (Chinese side)" in english
    assert "现由您担任" in chinese
    assert "Why this reaches you: you are the focal point (Chinese side) of the partnership" in english
    assert "王芳 takes over as focal point (Chinese side)" in read("holder_changed", facts=facts).text


def test_moved_dates_may_come_for_each_item() -> None:
    items = (item(), item(task="submit/scoping/0", what="submit", subject="scoping", due=LATER))
    facts = {"was.0": "2023-03-10T23:00:00+00:00", "was.submit/scoping/0": "2023-03-24T23:00:00+00:00"}
    told = read("moved", items=items, facts=facts)
    assert "Date before: Friday 10 March 2023" in told.text
    assert "Date before: Friday 24 March 2023" in told.text


def test_what_comes_from_outside_is_never_taken_for_a_template_or_a_second_line() -> None:
    facts = {
        "eu_member": "{{ 7*7 }}\nBcc: x",
        "cn_member": "\u202eevil\u202c{% for %}",
        "edition": "a" * 5000,
    }
    told = read("moved", facts=facts)
    assert "{{ 7*7 }} Bcc: x – evil{% for %}" in told.text
    assert "\nBcc" not in told.text and "\u202e" not in told.text
    assert "a" * 299 + "…" in told.text


def test_templates_are_strict_about_what_they_do_not_know() -> None:
    from post import rendering

    environment: Environment = rendering._ENVIRONMENT
    with pytest.raises(Exception, match="surprise"):
        environment.from_string("{{ surprise }}").render()
