"""The words for a programme's own codes, in English and in Chinese."""

from __future__ import annotations

Pair = tuple[str, str]

STAGES: dict[str, Pair] = {
    "inception_report": ("inception report", "启动报告"),
    "interim_report": ("interim report", "中期报告"),
    "draft_final_report": ("draft final report", "最终报告初稿"),
    "final_report": ("final report", "最终报告"),
    "implementation": ("implementation", "实施中"),
    "after_the_end": ("after the end of the programme", "项目期满后"),
}

DOCUMENTS: dict[str, Pair] = {
    "inception_report": ("the inception report", "《启动报告》"),
    "interim_report": ("the interim report", "《中期报告》"),
    "draft_final_report": ("the draft final report", "《最终报告初稿》"),
    "final_report": ("the final report", "《最终报告》"),
}

_APPROVAL: Pair = ("approval by the EU Delegation", "欧盟驻华代表团审批")
GATES: dict[str, tuple[str, Pair]] = {
    "R1": ("inception_report", _APPROVAL),
    "R2": ("interim_report", _APPROVAL),
    "R3": ("draft_final_report", _APPROVAL),
    "R4": ("final_report", _APPROVAL),
}

ENDS: dict[str, Pair] = {
    "closed_with_final_report": ("closed; its final report is approved", "已结项（最终报告已获批准）"),
}

CUT_OFFS: dict[str, Pair] = {
    "last new match": ("last new match", "新增结对最后日期"),
    "last visit that can still feed an action plan; review: who will reach one": (
        "last visit that can still feed an action plan; review: who will reach one",
        "可用于编制行动计划的最后一次考察访问；复核：哪些合作能够完成行动计划",
    ),
    "last start of a visit concept from China to Europe": (
        "last start of a visit concept from China to Europe",
        "中方赴欧考察访问方案最后启动日",
    ),
    "last start of a visit concept from Europe to China": (
        "last start of a visit concept from Europe to China",
        "欧方来华考察访问方案最后启动日",
    ),
    "last first draft of an action plan on the normal track, last pilot fiche, warning about an extension": (
        "last first draft of an action plan on the normal track, last pilot fiche, warning about an extension",
        "行动计划初稿最后提交日（常规程序）、试点项目最后申报日、项目延期预警日",
    ),
    "last adoption of an action plan on the normal track, final event": (
        "last adoption of an action plan on the normal track, final event",
        "行动计划最后通过日（常规程序）及总结活动日",
    ),
    "draft final report, last date to ask for an extension": (
        "draft final report, last date to ask for an extension",
        "最终报告初稿提交日及项目延期最后申请日",
    ),
    "final report pack": ("final report pack", "最终报告材料提交日"),
}

BASES: dict[str, Pair] = {
    "contract: no answer within the time for approval, nor within that from the written request": (
        "contract: no answer within the time for approval, nor within that from the written request",
        "合同约定：审批期限内未答复，且自书面请求验收之日起的期限内仍未答复的，视为批准",
    ),
}

MATTERS: dict[str, Pair] = {
    "broadcast": ("one step for many entities at once", "对多个合作统一办理同一事项"),
}

WHATS: dict[str, Pair] = {
    "acceptance": (
        "please ask the EU Delegation in writing to accept {matter}: the time for approval is over without an answer",
        "审批期限已过而未获答复，请书面请求欧盟驻华代表团验收{matter}",
    ),
    "cut_off": (
        "please look after those this cut-off affects, and object if need be: {matter}",
        "请核实受该时间节点影响的合作，如有异议请提出：{matter}",
    ),
    "objection": (
        "please answer the objection to the cut-off {matter}",
        "请答复对时间节点{matter}的异议",
    ),
    "errand": (
        "please look after those that refused {matter}",
        "请跟进未接受该事项的合作：{matter}",
    ),
}

ANSWERS: dict[str, Pair] = {
    "acceptance": (
        "send us a copy of your written request; the second period runs from the day it is recorded",
        "请将书面请求的副本发给我们；第二个期限自登记之日起计算",
    ),
    "cut_off": (
        "write which partnership the date should not apply to, and why; without an objection the date stands",
        "请写明哪些合作不应适用该日期及理由；无异议的，日期照此执行",
    ),
    "objection": (
        "write whether you uphold the objection, and why",
        "请写明是否采纳该异议及理由",
    ),
}

KINDS: dict[str, Pair] = {
    "programme_founded": ("the programme has been entered and its dates run", "项目已登记，各项期限开始计算"),
    "broadcast_suspend": ("a suspension has been ordered", "已下达中止令"),
    "broadcast_lift_suspension": ("the end of a suspension has been ordered", "已下达解除中止令"),
    "broadcast_hold": ("a hold has been ordered", "已决定暂停"),
    "broadcast_resume": ("it has been ordered to go on after a hold", "已决定恢复"),
    "broadcast_restrict_travel": ("a travel restriction has been recorded", "已登记旅行限制"),
    "broadcast_resume_travel": ("a travel restriction has been lifted", "已登记解除旅行限制"),
    "broadcast_adopt_calendar": (
        "a new edition of the official holiday lists is being adopted",
        "正在采用新版法定节假日安排",
    ),
    "broadcast_adopt_terms": ("new rules are being adopted", "正在采用新规则"),
    "broadcast_change_end": ("the new end date is being recorded everywhere", "新的结束日期正在各合作中登记"),
    "objection_upheld": ("an objection to a cut-off has been upheld", "对时间节点的异议已被采纳"),
    "objection_dismissed": ("an objection to a cut-off has not been upheld", "对时间节点的异议未被采纳"),
}
