"""The words for the codes of clusters, in English and in Chinese, as data."""

from __future__ import annotations

Pair = tuple[str, str]

STAGES: dict[str, Pair] = {
    "cluster_work_plan": ("cluster work plan", "专题组年度工作计划"),
    "joint_plan": ("joint action plan", "联合行动计划"),
}
DOCUMENTS: dict[str, Pair] = {
    "cluster_work_plan": ("the cluster work plan", "《专题组年度工作计划》"),
    "joint_plan": ("the joint action plan", "《联合行动计划》"),
}
GATES: dict[str, tuple[str, Pair]] = {
    "K1.team": ("cluster_work_plan", ("approval by the team leader", "项目组长审批")),
    "K1": ("cluster_work_plan", ("agreement of all members", "全体成员商定")),
    "K2.review": ("joint_plan", ("review by all members", "全体成员审阅")),
    "K2.team": ("joint_plan", ("approval by the team leader", "项目组长审批")),
    "K2.eud": ("joint_plan", ("no objection of the EU Delegation", "欧盟驻华代表团无异议程序")),
    "K2.adopt": ("joint_plan", ("adoption by all members", "全体成员正式通过")),
}
ENDS: dict[str, Pair] = {"closed": ("closed", "已结束")}
STANDINGS: dict[str, Pair] = {
    "forming": ("forming, not all consent is on record", "筹建中，尚未取得全部同意"),
    "active": ("active", "运行中"),
}
ABOUT: dict[str, Pair] = {
    "membership": ("the membership of the partnership {code} in the cluster", "{code}合作加入专题组"),
    "merger": ("the merger of the partnership {code} into the cluster", "{code}合作并入专题组"),
    "split": (
        "the partnership {code} going on by itself, without the cluster",
        "{code}合作退出专题组并转为双边开展",
    ),
}
WHATS: dict[str, Pair] = {
    "consent": ("please say whether your side consents to {matter}", "请答复贵方是否同意{matter}"),
    "merge": (
        "please close the partnership {matter} as two persons: both its sides consented to the merger",
        "{matter}合作双方均已同意并入，请由两人共同办理结束手续",
    ),
    "split": (
        "please found the partnership in which {matter} goes on: everybody asked has consented to the split",
        "各方均已同意{matter}合作退出专题组，请为其新设后续合作",
    ),
    "review": ("please review the cluster {matter}, as every six months", "请对{matter}专题组进行半年度评估"),
    "errand": (
        "please look after the partnerships that did not take it: {matter}",
        "部分合作未予登记，请跟进处理：{matter}",
    ),
}
ANSWERS: dict[str, Pair] = {
    "consent": (
        "write whether your side consents; if not, tell us why",
        "请回复贵方是否同意；如不同意，请说明理由",
    ),
}
REASONS: dict[str, Pair] = {
    "common_theme": ("a theme in common", "主题相同"),
    "bilateral": ("to go on bilaterally", "转为双边开展"),
    "end_of_work": ("the work is done", "工作已完成"),
}
KINDS: dict[str, Pair] = {
    "joint_plan_joined": (
        "the joint action plan of a cluster holds here too",
        "专题组联合行动计划在本合作同样适用",
    ),
    "joint_session_held": ("a joint session has been held", "联合会议已举行"),
    "people_named": ("the people of a member have changed", "成员联络人员已更新"),
    "cluster_reviewed": ("the cluster has been reviewed", "专题组已完成评估"),
}
