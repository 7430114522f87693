"""The words for the codes of pilots, in English and in Chinese, as data."""

from __future__ import annotations

STAGES = {
    "pilot_fiche": ("fiche of the pilot project", "试点项目立项申报"),
    "pilot_concept": ("concept of the pilot project", "试点项目实施方案编制"),
    "pilot_completion": ("completion of the pilot project", "试点项目验收"),
}

DOCUMENTS = {
    "pilot_fiche": ("the fiche of the pilot project", "《试点项目立项申报表》"),
    "pilot_concept": ("the concept of the pilot project", "《试点项目实施方案》"),
    "pilot_completion": ("the completion report of the pilot project", "《试点项目完成报告》"),
}

GATES = {
    "P6": ("pilot_fiche", ("screening panel", "评审小组评分筛选")),
    "P7.dd": ("pilot_concept", ("due diligence", "尽职调查")),
    "P7.eud": ("pilot_concept", ("no objection of the EU Delegation", "欧盟驻华代表团无异议程序")),
    "P7": ("pilot_concept", ("endorsement by both sides", "双方认可")),
    "P8": ("pilot_completion", ("acceptance of the completion", "完成验收")),
}

STANDINGS = {
    "idea": ("idea", "构想阶段"),
    "fiche": ("fiche being prepared", "立项申报表编制中"),
    "screening": ("screening", "评审筛选中"),
    "concept": ("concept being prepared", "实施方案编制中"),
    "due_diligence": ("due diligence", "尽职调查中"),
    "endorsement": ("endorsement under way", "认可程序办理中"),
    "endorsed": ("endorsed", "已获双方认可"),
    "financing_sought": ("endorsed, financing sought", "已获认可，正在落实资金"),
    "agreed": ("agreed on, not yet begun", "协议已签订，尚未实施"),
    "implementing": ("being implemented", "实施中"),
    "completed": ("completed", "已完成"),
    "replicated": ("completed and repeated elsewhere", "已完成并推广"),
}

ENDS = {
    "dropped": ("given up, with the reason on record", "已终止（原因已记录存档）"),
    "transferred": ("handed over to its owner after the programme", "已移交后续责任单位"),
    "completed": ("completed", "已完成"),
}

CUT_OFFS = {
    "last pilot fiche": ("last fiche of a pilot project", "试点项目立项申报表最后提交日"),
}

CHECKS = {
    "restrictive_measures": (
        "EU restrictive measures (with beneficial owners)",
        "欧盟限制性措施清单（含受益所有人）",
    ),
    "counter_list": (
        "Chinese counter-measures lists (with beneficial owners)",
        "中方反制措施清单（含受益所有人）",
    ),
    "exclusion": ("exclusion from EU funding (EDES)", "欧盟资金排除名单（EDES）"),
    "conflict_of_interest": ("conflicts of interest of staff and experts", "工作人员及专家利益冲突"),
    "state_aid": ("State aid and de minimis aid", "国家援助及小额援助"),
    "procurement": ("the route of public procurement", "政府采购方式"),
    "dual_use": ("dual use, export control and research security", "两用物项、出口管制及科研安全"),
    "foreign_investment": ("foreign investment screening", "外商投资安全审查"),
    "intellectual_property": ("the agreement on intellectual property", "知识产权约定"),
    "data_protection": ("data protection and data localisation", "个人信息保护及数据本地化"),
    "human_rights": ("reputation and human rights", "声誉及人权"),
    "environment": ("environmental effects", "环境影响"),
}
"""The items of the due diligence."""

SUBJECTS = {
    **{f"check.{item}": pair for item, pair in CHECKS.items()},
    "pilot_step.agreed": ("the agreement of those who carry it out", "实施各方签订协议"),
    "pilot_step.implementing": ("the beginning of the implementation", "项目启动实施"),
    "pilot_step.replicated": ("its being repeated elsewhere", "项目推广"),
}

WHATS = {
    "check": ("please check for the due diligence: {matter}", "请办理尽职调查核查：{matter}"),
    "note": (
        "please send the progress note of quarter {matter} of the implementation",
        "请提交实施期第{matter}季度进展说明",
    ),
    "pilot_step": (
        "please record the next step once it is taken: {matter}",
        "下一步完成后请及时登记：{matter}",
    ),
    "parked": (
        "please look anew at this parked pilot project (reason: {matter})",
        "请重新研究该暂缓的试点项目（原因：{matter}）",
    ),
    "notes_missing": (
        "please decide whether this pilot project is parked: no progress note for {matter} quarters",
        "请研究是否暂缓该试点项目：已连续{matter}个季度未收到进展说明",
    ),
}

ANSWERS = {
    "check": (
        "send us the result with its evidence and, where a list was looked up, the day of that list",
        "请反馈核查结果及证明材料；查询清单的，请注明清单日期",
    ),
    "note": (
        "send half a page in reply: what was done, what comes next, what stands in the way",
        "请以半页篇幅回复：已开展工作、下一步安排及存在问题",
    ),
}

REASONS = {
    "no_funding": ("no financing was found", "资金未落实"),
    "no_permit": ("a permit was refused", "未取得许可"),
    "owner_left": ("an owner has left", "责任单位退出"),
    "not_feasible": ("not feasible", "不具备可行性"),
    "site_lost": ("the site is not available any more", "项目场地不再可用"),
    "parked": ("parked", "暂缓"),
    "not_approved": ("not approved", "未获通过"),
}

KINDS = {
    "pilot_founded": ("a pilot project has begun", "试点项目已启动"),
    "pilot_agreed": ("the agreement on the pilot project is on record", "试点项目协议已登记"),
    "pilot_implementing": ("the implementation of the pilot project has begun", "试点项目已开始实施"),
    "pilot_replicated": ("the pilot project has been repeated elsewhere", "试点项目已在其他地区推广"),
    "owner_named": ("an owner after the programme has been named", "已确定项目结束后的责任单位"),
}
