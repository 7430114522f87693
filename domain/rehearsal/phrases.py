"""What invented people write: short remarks, questions and letters in English and Chinese."""

from __future__ import annotations

from random import Random

PHRASES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "return": (
        (
            "1. Actions need one owner on each side. 2. The indicators lack a baseline. Please revise.",
            "The topic is still too broad for twelve months. Please narrow it to one district.",
            "The summary does not say who pays for what. Please complete the table of costs.",
        ),
        (
            "第三项行动尚未明确中方责任单位,请补充后再提交。",
            "预期成果缺少可衡量的指标,请修改。",
            "中文摘要与英文正文不一致,请核对。",
        ),
    ),
    "reject": (
        ("The plan rests on a grant that this programme does not give. It cannot be supported like this.",),
        ("该方案与本市规划不符,不能同意。",),
    ),
    "approve_with_conditions": (
        (
            "Agreed, provided that the risk table is brought up to date before the first activity.",
            "Agreed, if the data protection annex is signed by both sides by the end of the quarter.",
        ),
        ("原则同意,请在启动前补充风险表。", "同意,但需在季度末前完成数据保护附件的签署。"),
    ),
    "question": (
        (
            "Which department will own action 2 after the programme?",
            "Is the budget line for travel confirmed by the council?",
        ),
        ("第二项行动在项目结束后由哪个部门负责?", "贵方的配套资金是否已经落实?"),
    ),
    "answer": (
        ("The department of economic development; a letter is attached.", "Yes, by decision of last month."),
        ("由发展和改革委员会负责,函件已附。", "已落实,详见附件。"),
    ),
    "advice_question": (
        ("Would you see any difficulty with this from your side?",),
        ("请问贵处对此有何意见?",),
    ),
    "advice": (
        ("No difficulty; one should watch the calendar around the Spring Festival.",),
        ("无不同意见,建议避开春节和国庆假期。",),
    ),
    "late_objection": (
        ("We were on leave and had meant to ask for two changes to the work plan.",),
        ("因机构调整未能及时回复,我方希望修改工作计划第四条。",),
    ),
    "contact": (
        (
            "Reached by phone: it is on the desk of the head of department.",
            "Spoke on the phone: an answer is promised for this week.",
        ),
        ("微信已联系上,答复正在走流程。", "电话联系,对方表示本周内答复。"),
    ),
    "hold": (
        ("After the local elections the new team has not yet taken office.",),
        ("换届期间暂停。",),
    ),
    "notice": (
        ("Our priorities for the coming years have changed. We thank both sides for the good work.",),
        ("因工作重点调整,我方决定退出。",),
    ),
    "order": (
        ("By written order of the contracting authority, all deadlines stand still until further notice.",),
        ("根据主管部门书面通知,暂停执行。",),
    ),
    "addendum": (
        ("Addendum no. 1: the period of implementation is extended without additional cost.",),
        ("第一号补充协议:实施期限延长,不增加费用。",),
    ),
    "consent": (
        ("Both sides agree to continue their work inside the cluster.",),
        ("双方同意并入主题集群继续合作。",),
    ),
    "letter": (
        ("I take over as focal point and confirm our commitment to the partnership.",),
        ("本人接任联络人,并确认我方继续参与合作。",),
    ),
    "agreed": (
        ("The Delegation and the national counterpart agree to the new member.",),
        ("双方主管部门同意更换合作城市。",),
    ),
    "remark": (("See the reasons in the minutes of the last coordination meeting.",), ("详见协调会纪要。",)),
    "evidence": (("Agenda, attendance list and photographs of the session.",), ("会议议程、签到表及照片。",)),
    "agenda": (
        ("Agenda: 1. Welcome. 2. State of the joint actions. 3. Next steps. In English and Chinese.",),
        ("议程：一、开场；二、合作进展；三、下一步工作。中英文。",),
    ),
    "minutes": (
        ("Minutes: both sides reported on their actions and agreed on the next steps.",),
        ("会议纪要：双方通报了工作进展，并商定了下一步工作。",),
    ),
    "document": (("A document made up for the rehearsal.",), ("演练用文件。",)),
    "agreement": (
        ("Draft of the memorandum of understanding in English and Chinese.",),
        ("谅解备忘录中英文草案。",),
    ),
    "signed": (
        ("The memorandum of understanding as signed by both sides, in English and Chinese.",),
        ("双方签署的谅解备忘录中英文文本。",),
    ),
}


def phrase(kind: str, draw: Random, *, chinese: bool) -> str:
    """One of the phrases of a kind, in the writer's language."""
    return draw.choice(PHRASES[kind][1 if chinese else 0])
