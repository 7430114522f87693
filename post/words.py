"""The words for the programme's codes, in English and in Chinese, as data."""

from __future__ import annotations

import re
from typing import Literal

from post.kinds import gates, words_of

Language = Literal["en", "zh"]
Pair = tuple[str, str]
"""English first, then Chinese."""

STAGES: dict[str, Pair] = {
    "scoping": ("scoping", "前期调研"),
    "study_visits": ("study visits", "考察访问"),
    "action_plan": ("Cooperation Action Plan", "城市合作行动计划"),
    "pilot_investments": ("pilot projects", "试点项目"),
    "closing": ("closing", "结项"),
    **words_of("STAGES"),
}

NOUNS: dict[str, Pair] = {
    "partnership": ("partnership", "合作"),
    "visit": ("study visit", "考察访问"),
    "pilot": ("pilot project", "试点项目"),
    "cluster": ("thematic cluster", "专题组"),
    "programme": ("programme", "项目"),
}
"""What a kind of entity is called, by the first word of its id."""

DOCUMENTS: dict[str, Pair] = {
    "scoping": ("the scoping report", "《前期调研报告》"),
    "work_plan": ("the work plan", "《工作计划》"),
    "study_visits": ("the visit report", "《考察访问报告》"),
    "action_plan": ("the Cooperation Action Plan", "《城市合作行动计划》"),
    "pilot_investments": ("the pilot project fiche", "《试点项目申报表》"),
    "closing": ("the result sheet", "《成果总结表》"),
    **words_of("DOCUMENTS"),
}
"""What each stage hands in, by the stage's code."""

GATES: dict[str, tuple[str, Pair]] = {
    "G2": ("scoping", ("approval by the team leader", "项目组长审批")),
    "G3": ("work_plan", ("agreement of both sides", "双方商定")),
    "G4": ("study_visits", ("acceptance by the team leader", "项目组长验收")),
    "G4.next": ("study_visits", ("agreement on the next steps", "商定后续步骤")),
    "G4.cost": ("study_visits", ("acceptance of the mission and its cost", "任务及费用核准")),
    "G5.review": ("action_plan", ("review by both sides", "双方审阅")),
    "G5.team": ("action_plan", ("approval by the team leader", "项目组长审批")),
    "G5.eud": ("action_plan", ("no objection of the EU Delegation", "欧盟驻华代表团无异议程序")),
    "G5.adopt": ("action_plan", ("adoption by both sides", "双方正式通过")),
    "G6": ("pilot_investments", ("screening panel", "评审小组筛选")),
    "G7.eud": ("pilot_investments", ("no objection of the EU Delegation", "欧盟驻华代表团无异议程序")),
    "G7": ("pilot_investments", ("endorsement by both sides", "双方认可")),
    "G9.partners": ("closing", ("confirmation by both partners", "双方确认")),
    "G9": ("closing", ("close-out", "结项审批")),
    **gates(),
}
"""What is decided at each gate: which document, and in which step."""

ROLES: dict[str, Pair] = {
    "operator": ("secretariat", "项目秘书处"),
    "team_leader": ("team leader", "项目组长"),
    "eu_delegation": ("EU Delegation to China", "欧盟驻华代表团"),
    "national_counterpart": ("national counterpart (NDRC)", "国家发展改革委"),
    "cluster_manager": ("cluster manager", "专题组负责人"),
    "focal_point": ("focal point", "联络人"),
    "deputy": ("deputy focal point", "副联络人"),
    "signatory": ("signatory", "签署人"),
    "auditor": ("auditor", "审计人员"),
}

SIDES: dict[str, Pair] = {
    "eu": ("EU side", "欧方"),
    "cn": ("Chinese side", "中方"),
    "programme": ("programme team", "项目团队"),
}

VERDICTS: dict[str, Pair] = {
    "approve": ("approve", "同意"),
    "approve_with_conditions": ("approve with conditions", "有条件同意"),
    "return": ("return for revision", "退回修改"),
    "reject": ("reject", "不同意"),
}

OUTCOMES: dict[str, Pair] = {
    "approved": ("approved", "通过"),
    "approved_with_conditions": ("approved with conditions", "有条件通过"),
    "returned": ("returned for revision", "退回修改"),
    "rejected": ("rejected", "未通过"),
    "lapsed": ("ended without a reply", "逾期未复，程序终止"),
}

ENDS: dict[str, Pair] = {
    "closed_completed": ("completed", "全部完成并结项"),
    "closed_partial": ("closed with a part of its goals reached", "部分完成并结项"),
    "withdrawn": ("ended by withdrawal", "因一方退出而终止"),
    "rejected": ("ended because its work was not approved", "因未获通过而终止"),
    "merged": ("goes on inside a thematic cluster", "并入专题组继续开展"),
    "cut_off": ("ended with the programme before it was complete", "因项目到期而终止（未全部完成）"),
    **words_of("ENDS"),
}

STANDINGS: dict[str, Pair] = {**words_of("STANDINGS")}
"""Where a kind of entity stands while no stage is under way."""

ABOUT: dict[str, Pair] = {**words_of("ABOUT")}
"""What a task is about that has its own words, by the first part of its subject; `{code}` is the rest."""

AGREEMENT: dict[str, Pair] = {
    "none": ("not begun", "尚未启动"),
    "proposed": ("proposed", "已提出意向"),
    "drafting": ("drafting", "文本起草"),
    "legal_review": ("legal review on the EU side", "欧方法律审核"),
    "fao_clearance": ("clearance by the foreign affairs office on the Chinese side", "中方外事部门审批"),
    "agreed_text": ("text agreed", "文本商定"),
    "signing_scheduled": ("signing scheduled", "签署日期已定"),
    "signed": ("signed", "已签署"),
    "lapsed": ("lapsed", "已失效"),
    "terminated": ("terminated", "已终止"),
}

MATTERS: dict[str, Pair] = {
    "waive": ("a stage may open although one of its conditions does not hold", "豁免一项阶段启动条件"),
    "extend": ("a new end date of the programme (no-cost extension)", "项目延期（不增加经费）"),
    "settle_gate": ("a decision is made without its deciders", "越过审议人直接作出决定"),
    "add_round": ("one more round of revision", "增加一轮修改"),
    "merge": ("the partnership goes on inside a thematic cluster", "合作并入专题组"),
    **words_of("MATTERS"),
}

REASONS: dict[str, Pair] = {
    "no_reply": ("no reply", "未获答复"),
    "lack_of_reply": ("no reply", "未获答复"),
    "elections": ("elections", "选举换届"),
    "restructuring": ("restructuring", "机构调整"),
    "leaver": ("a person has left", "人员离任"),
    "travel_restriction": ("travel restriction", "旅行限制"),
    "travel": ("travel restriction", "旅行限制"),
    "force_majeure": ("force majeure", "不可抗力"),
    "capacity": ("lack of capacity", "人力不足"),
    "budget": ("budget", "经费原因"),
    "priorities": ("changed priorities", "工作重点调整"),
    "hold": ("hold", "暂停"),
    "suspension": ("suspension by the authority", "主管部门中止"),
    "clarification": ("formal question", "正式询问"),
    "agreement_late": ("the agreement (MoU) is late", "合作协议（谅解备忘录）进度滞后"),
    "calendar": ("a new holiday calendar", "节假日安排更新"),
    "end_date": ("a new end date of the programme", "项目结束日期变更"),
    "terms": ("new rules were adopted", "规则更新"),
    **words_of("REASONS"),
}

CUT_OFFS: dict[str, Pair] = {
    "last kick-off": ("last kick-off", "最后启动日"),
    "review: who will reach an action plan": (
        "review: who will reach an action plan",
        "评估：哪些合作能够形成行动计划",
    ),
    "last first draft of an action plan on the normal track": (
        "last first draft of an action plan on the normal track",
        "行动计划初稿最后提交日（常规程序）",
    ),
    "last start of an action plan on the fast track": (
        "last start of an action plan on the fast track",
        "行动计划最后启动日（快速程序）",
    ),
    "last visit day, extension decision": (
        "last visit day, extension decision",
        "考察访问最后日期及延期决定日",
    ),
    "last adoption of an action plan": ("last adoption of an action plan", "行动计划最后通过日"),
    "last evidence": ("last evidence", "最后一批证明材料提交日"),
    "draft final report": ("draft final report", "最终报告初稿提交日"),
    "end of the programme": ("end of the programme", "项目结束日"),
    **words_of("CUT_OFFS"),
}

BASES: dict[str, Pair] = {
    "kick-off rules: minutes and work plan count as agreed after 10 joint working days": (
        "kick-off rules: minutes and work plan count as agreed after 10 joint working days",
        "启动会议规则：会议纪要和工作计划自送达起10个双方共同工作日内未提出异议的，视为同意",
    ),
    **words_of("BASES"),
}

WHATS: dict[str, Pair] = {
    "submit": ("please hand in {matter}", "请提交{matter}"),
    "decide": ("please decide on {matter}", "请审议{matter}"),
    "sign": ("please bring {matter} to your signatory", "请将{matter}呈报贵方签署人"),
    "answer": ("please answer the formal question on {matter}", "请答复关于{matter}的正式询问"),
    "advise": ("please give your advice on {matter}", "请就{matter}提出意见（征求意见）"),
    "confirm": ("please confirm or decline as the second person: {matter}", "请以第二人身份复核：{matter}"),
    "agreement": (
        "please take the agreement (MoU) a step further (now: {matter})",
        "请推进合作协议（谅解备忘录），当前进度：{matter}",
    ),
    "step": ("please take the next step: {matter}", "请办理下一步：{matter}"),
    "open": ("please open the next stage: {matter}", "请启动下一阶段：{matter}"),
    "escalation": (
        "please settle how {matter} goes on: there is no further round",
        "{matter}已无修改轮次，请研究确定下一步处理意见",
    ),
    "hold_review": ("please review the hold (reason: {matter})", "请复核合作暂停状态（原因：{matter}）"),
    "review_hold": ("please review the hold (reason: {matter})", "请复核合作暂停状态（原因：{matter}）"),
    "name_successor": ("please name a new {matter}", "请指定新的{matter}"),
    "authority": (
        "please decide whether to write to the authority: {matter} is still open",
        "{matter}久未办结，请决定是否致函主管部门",
    ),
    "at_risk": ("please look into this {noun}: {matter}", "请关注该{noun}进展：{matter}"),
    "dormant": (
        "please look into this partnership: no working session has been held for {matter} days",
        "请关注该合作：已有{matter}天未举行工作会议",
    ),
    "dormant_review": (
        "please settle how this partnership goes on (continue, pause or withdraw): no working session has been held "
        "for {matter} days",
        "请研究确定该合作是否继续、暂停或退出：已有{matter}天未举行工作会议",
    ),
    "invite": ("please send the invitation and agenda of {matter}", "请发送{matter}的邀请和议程"),
    "attend": (
        "please confirm that your side takes part and name its speakers: {matter}",
        "请确认贵方参会并报送发言人：{matter}",
    ),
    "report": ("please record {matter} once it has been held", "{matter}举行后请及时登记"),
    "minutes": ("please write the minutes of {matter}", "请撰写{matter}的会议纪要"),
    "agree_minutes": ("please agree to the minutes of {matter}", "请确认{matter}的会议纪要"),
    "errand": (
        "please look after those that refused ({matter})",
        "部分合作未接受（{matter}），请研究处理",
    ),
    **words_of("WHATS"),
}
"""What is asked, by the code of a task; the first word is made a capital where a sentence begins."""

MODES: dict[str, Pair] = {
    "physical": ("in person", "线下"),
    "hybrid": ("in person and online", "线上线下结合"),
    "virtual": ("online", "线上"),
    "team_scoping": ("by the programme's own team", "项目团队内部"),
    **words_of("MODES"),
}

SUBJECTS: dict[str, Pair] = {**words_of("SUBJECTS")}
"""What a task is about, by the task's code and the subject's: `check.dual_use`."""

SESSION: Pair = ("working session {code} on {when}", "{when}举行的工作会议（{code}）")
NOTE: Pair = ("the progress note of quarter {quarter}", "第{quarter}季度进展说明")
SESSION_UNDATED: Pair = ("working session {code}", "工作会议（{code}）")

OTHER_WHAT: Pair = ("please see to {matter}", "请办理：{matter}")

ANSWERS: dict[str, Pair] = {
    "submit": (
        "send the document in reply to this letter, or tell us where we can fetch it",
        "请以回复本函的方式提交文件，或告知我们取件方式",
    ),
    "decide": (
        "write one of: approve; approve with conditions; return for revision (with your comments); reject",
        "请写明：同意、有条件同意、退回修改（附具体意见）或不同意",
    ),
    "sign": (
        "send us the decision of your signatory and its date; a scan is enough",
        "请将贵方签署人的决定及日期告知我们，扫描件即可",
    ),
    "answer": (
        "write your answer; the clock of the decision starts again with it",
        "请书面答复；收到后审议期限继续计算",
    ),
    "advise": (
        "write your advice; it is kept on file with the decision, which stays with those who decide",
        "请书面反馈意见；意见将与决定一并存档，决定仍由审议人作出",
    ),
    "confirm": ("confirm or decline; it takes effect only with you", "请确认或不予确认；经您确认后方可生效"),
    "attend": (
        "tell us how many of your side take part and who speaks",
        "请告知贵方参会人数及发言人",
    ),
    "agree_minutes": (
        "write that your side agrees, or what is to be corrected",
        "请回复贵方是否同意，或提出修改意见",
    ),
    "name_successor": (
        "send us name, function and address of the person",
        "请告知人选的姓名、职务和联系方式",
    ),
    **words_of("ANSWERS"),
}
"""How to answer, by the code of a task; any other is answered in free words."""

CHOICES: dict[str, Pair] = {
    "decide": (
        "You may also put a formal question to the author (the clock stops until it is answered), ask for "
        "somebody's advice, hand the matter over to a colleague, or add a decider. You can take your decision "
        "back until somebody else has acted on it",
        "也可以向编写方提出正式询问（期限中止，答复后继续计算）、征求意见、转办或加签；"
        "在他人据此办理之前，决定可以撤回",
    ),
    **words_of("CHOICES"),
}
"""What else can be done instead of answering at once; said when something is asked, not in each reminder."""

KINDS: dict[str, Pair] = {
    "stage_opened": ("a stage has been opened", "新阶段已启动"),
    "stage_passed": ("a stage has been completed", "阶段工作已完成"),
    "deliverable_submitted": ("a document has been handed in", "文件已提交"),
    "agreement_step_taken": (
        "the agreement (MoU) has moved a step further",
        "合作协议（谅解备忘录）有新进展",
    ),
    "decider_added": ("a decider has been added", "已加签"),
    "round_added": ("one more round of revision has been allowed", "已增加一轮修改"),
    "rounds_exhausted": ("no further round of revision is left", "修改轮次已用完"),
    "condition_waived": ("a condition has been waived", "已豁免一项条件"),
    "session_planned": ("a working session has been planned", "已安排工作会议"),
    "session_step_taken": ("a working session has moved a step further", "工作会议有新进展"),
    "exchange_held": ("an exchange has taken place", "交流活动已举行"),
    "proposal_made": ("a proposal waits for a second person", "有提议待第二人确认"),
    "proposal_confirmed": ("a proposal has been confirmed", "提议已确认"),
    "proposal_declined": ("a proposal has been declined", "提议未获确认"),
    "terms_adopted": ("new rules have been adopted", "已采用新规则"),
    "delegated": ("a role has been delegated for a time", "已办理临时授权"),
    "contact_logged": ("a conversation has been noted", "已登记一次联系"),
    **words_of("KINDS"),
}
"""What happened, by an event's kind, for letters without a wording of their own."""

ZONES: dict[str, str] = {
    "Asia/Shanghai": "北京时间",
    "Asia/Chongqing": "北京时间",
    "Asia/Hong_Kong": "香港时间",
    "Europe/Brussels": "布鲁塞尔时间",
    "Europe/Berlin": "柏林时间",
    "Europe/Madrid": "马德里时间",
    "Europe/Rome": "罗马时间",
    "Europe/Paris": "巴黎时间",
    "Europe/Athens": "雅典时间",
    "Europe/Lisbon": "里斯本时间",
    "Europe/Sofia": "索非亚时间",
    "Europe/Zagreb": "萨格勒布时间",
    "Europe/Ljubljana": "卢布尔雅那时间",
    "Europe/Bucharest": "布加勒斯特时间",
    "Europe/Prague": "布拉格时间",
    "UTC": "协调世界时",
}
"""How a Chinese letter calls a zone; others are given by their own name."""


def plain(code: str) -> str:
    """A code nobody has words for, made readable."""
    return code.replace("_", " ")


def pick(pair: Pair, language: Language) -> str:
    return pair[0 if language == "en" else 1]


def word(table: dict[str, Pair], code: str, language: Language) -> str:
    """The word for a code, or the code itself, readable, where there is none."""
    pair = table.get(code)
    return pick(pair, language) if pair is not None else plain(code)


def reason(code: str, language: Language) -> str:
    """Why something is so; `<stage>_late` is made of the stage's own word."""
    late = re.fullmatch(r"(\w+)_late", code)
    if late and late[1] in STAGES:
        stage = word(STAGES, late[1], language)
        return f"late with {stage}" if language == "en" else f"{stage}进度滞后"
    return word(REASONS, code, language)


def role(code: str, side: str, language: Language) -> str:
    """A role with its side, where it stands for one: `focal point (EU side)`, `欧方联络人`."""
    name = word(ROLES, code, language)
    if side not in ("eu", "cn"):
        return name
    return f"{name} ({word(SIDES, side, 'en')})" if language == "en" else f"{word(SIDES, side, 'zh')}{name}"


def seat(text: str, language: Language) -> str:
    """A seat as the domain names it (`CN focal point`, `EU Delegation`), as a reader knows it."""
    if text == "EU Delegation":
        return word(ROLES, "eu_delegation", language)
    text, _, member = text.partition(" of ")
    if member:
        own = seat(text, language)
        return f"{own} of {member}" if language == "en" else f"{member}合作{own}"
    first, _, rest = text.partition(" ")
    side, name = (first.lower(), rest) if first in ("EU", "CN") and rest else ("programme", text)
    return role(name.replace(" ", "_").lower(), side, language)


def standing(text: str, language: Language) -> str:
    """Where a partnership stands, as the domain puts it: `scoping+study_visits`, `after scoping`, `founded`."""
    joint = ", " if language == "en" else "、"
    if text.startswith("after "):
        stage = word(STAGES, text.removeprefix("after "), language)
        return f"after {stage}" if language == "en" else f"{stage}已完成"
    known = {"founded": ("founded, no stage under way", "已建立，尚无阶段启动")} | STANDINGS | ENDS
    return joint.join(word(known | STAGES, part, language) for part in text.split("+"))
