"""The words for the codes of study visits, in English and in Chinese."""

from __future__ import annotations

Pair = tuple[str, str]

STAGES: dict[str, Pair] = {
    "visit_concept": ("concept of the visit", "考察方案"),
    "visit_readiness": ("readiness of the visit", "出访准备"),
    "visit_report": ("report of the visit", "考察报告"),
}
DOCUMENTS: dict[str, Pair] = {
    "visit_concept": ("the concept note", "《考察方案说明》"),
    "visit_readiness": ("the readiness note", "《出访准备情况说明》"),
    "visit_report": ("the mission report", "《考察总结报告》"),
}
GATES: dict[str, tuple[str, Pair]] = {
    "G4a.team": ("visit_concept", ("approval by the team leader", "项目组长审批")),
    "G4a": ("visit_concept", ("approval in principle, with its cost", "原则批准（含费用）")),
    "G4b": ("visit_readiness", ("go or no-go", "是否成行的决定")),
    "G4c": ("visit_report", ("acceptance by the team leader", "项目组长验收")),
}
WHATS: dict[str, Pair] = {
    "visit_dates": ("please fix the dates with the hosts: {matter}", "请与接待方商定日期：{matter}"),
    "visit_new_dates": ("please find new days: {matter}", "请商定新的日期：{matter}"),
    "visit_groups": (
        "please form a sub-group for each partnership: {matter}",
        "请为各合作组建分团：{matter}",
    ),
    "visit_names": (
        "please name the participants of the sub-group of {matter} and its head",
        "请报送{matter}分团的团员及团长名单",
    ),
    "visit_freeze": ("please freeze the delegation: {matter}", "请确定代表团最终名单：{matter}"),
    "visit_invitation": (
        "please issue the letter of invitation to the sub-group of {matter}, signed by your city or region itself",
        "请由贵方以本市（地区）名义向{matter}分团签发邀请函",
    ),
    "visit_clearance": (
        "please submit the dossier of the sub-group of {matter} to its foreign affairs office, and tell us its answer",
        "请将{matter}分团的出访材料报送外事部门审批，并将审批结果告知我们",
    ),
    "visit_visa": ("please lodge the visas of the sub-group of {matter}", "请为{matter}分团递交签证申请"),
    "visit_late_visas": (
        "please tell us the visas of the sub-group of {matter}, or settle who travels",
        "请告知{matter}分团的签证结果，或确定实际出行人员",
    ),
    "visit_bookings": (
        "please settle flights, hotel and insurance: {matter}",
        "请落实机票、住宿和保险：{matter}",
    ),
    "visit_agenda": ("please send the final agenda: {matter}", "请发送最终日程：{matter}"),
    "visit_briefing": ("please brief the delegation: {matter}", "请召开行前说明会：{matter}"),
    "visit_complete": (
        "please record the visit with its attendance lists: {matter}",
        "请登记考察情况并附签到表：{matter}",
    ),
    "visit_survey": ("please close the survey: {matter}", "请完成满意度调查：{matter}"),
    "visit_news": ("please publish the news item: {matter}", "请发布新闻稿：{matter}"),
    "visit_summary": (
        "please hand in the trip summary of the sub-group of {matter} to your authority, and send us a copy",
        "请按规定向主管部门提交{matter}分团的出访总结，并抄送我们",
    ),
    "visit_next_steps": ("please agree the next steps of {matter}", "请商定{matter}的后续步骤"),
    "visit_too_few": (
        "please settle how the visit goes on: after sub-group {matter} too few partnerships are represented, or nobody "
        "heads it",
        "{matter}分团变动后，参访合作数量不足或无团长，请研究确定考察是否继续",
    ),
    "visit_put_off": (
        "please review how the visit goes on: it was put off {matter} times",
        "考察已推迟{matter}次，请研究确定下一步安排",
    ),
    "visit_travel": (
        "please settle how the visit goes on: nobody may travel to {matter}",
        "目前无法前往{matter}，请研究确定考察安排（改期、改为线上或取消）",
    ),
    "visit_not_ready": (
        "please settle how the visit goes on: {matter} has come, and nobody decided that it goes",
        "{matter}已到，尚未作出是否成行的决定，请研究确定考察安排",
    ),
    "visit_incident": ("please look after the incident", "请处理途中突发情况"),
}
ANSWERS: dict[str, Pair] = {
    "visit_names": (
        "send us name, function and organisation of each participant; passport data only by the secure way we tell you",
        "请提供每位团员的姓名、职务和单位；护照信息请勿通过邮件发送，仅以我们告知的安全方式提供",
    ),
    "visit_invitation": ("send us a scan of the signed letter", "请将签署后的邀请函扫描件发给我们"),
    "visit_clearance": (
        "tell us the day of submission, and later the number and day of the answer",
        "请告知报送日期，并在获批后告知批件编号和日期",
    ),
    "visit_visa": ("tell us the day on which the visas were lodged", "请告知递交签证申请的日期"),
    "visit_summary": ("send us a copy; a scan is enough", "请发送复印件，扫描件即可"),
}
REASONS: dict[str, Pair] = {
    "host": ("the host's wish", "应接待方要求"),
    "guest": ("the guests' wish", "应来访方要求"),
    "illness": ("illness", "健康原因"),
    "visa": ("visas", "签证原因"),
    "clearance": ("the clearance of the authority", "主管部门审批原因"),
}
ENDS: dict[str, Pair] = {
    "completed": ("completed", "已完成"),
    "cancelled": ("cancelled", "已取消"),
}
