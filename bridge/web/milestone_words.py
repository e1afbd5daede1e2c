"""The words of the page of a milestone, in both languages."""

from __future__ import annotations

from bridge.language import Text
from bridge.model import Status

SAID: dict[str, Text] = {
    "reasons": Text("为什么是这个状态", "Why it has this status"),
    "no_reasons": Text("没有问题。", "There is nothing against it."),
    "chain": Text("决定工期的先后顺序", "The order that decides the end"),
    "since": Text("{day} 起", "since {day}"),
    "until": Text("确认至", "Until"),
    "why": Text("理由", "Why"),
    "acknowledge": Text("确认这个问题", "Acknowledge this reason"),
    "acknowledge_hint": Text(
        "它仍然列出；加重或到期后重新提醒。", "It stays listed, and speaks again when it worsens or the day has passed."
    ),
    "acknowledge_deed": Text("确认", "Acknowledge"),
    "acknowledged": Text("{by} 确认至 {day}：{why}", "{by} answers for it until {day}: {why}"),
    "note": Text("说明与补救", "Note and recovery"),
    "note_by": Text("最近由 {by}", "last by {by}"),
    "category": Text("延误原因的类别", "Kind of reason"),
    "account": Text("归责", "Whose account"),
    "reason": Text("延误原因", "Reason of the delay"),
    "recovery_plan": Text("补救计划", "Recovery plan"),
    "recovery_date": Text("预计赶上的日期", "Back on track by"),
    "recovery_owner": Text("补救负责人", "Who carries it"),
    "customer_informed": Text("告知客户的日期", "Customer informed on"),
    "none": Text("未写", "not given"),
    "save": Text("保存说明", "Save the note"),
    "only_leads": Text(
        "管理员和主管登录后可以写说明、确认问题。",
        "Admins and leads who are logged in can write the note and acknowledge reasons.",
    ),
    "letter": Text("起草给客户的通知", "Draft a notice to the customer"),
    "review": Text("项目复盘", "Review of the deal"),
    "money": Text("金额", "Money"),
    "estimate": Text(
        "违约金是按合同条款的估算，不是法律意见", "Penalties are an estimate from the contract terms, not legal advice"
    ),
    "tasks": Text("任务", "Tasks"),
    "more": Text("另有 {count} 行没有列出", "{count} more are not listed"),
    "risks": Text("风险", "Risks"),
    "overdue_by": Text("（已过 {days} 天）", " ({days} d overdue)"),
    "overdue": Text("已逾期", "overdue"),
    "promises": Text("承诺的由来", "How the promise came to be"),
    "moves": Text("工具中的日期变动", "Due dates moved in the tools"),
    "methods": Text("几种推算放在一起看", "The forecasts side by side"),
    "counts": Text("以此为准", "this one counts"),
    "versions": Text("说明的各版", "Versions of the note"),
    "informed": Text("{day} 已告知客户", "customer informed {day}"),
    "workdays": Text("{slip} 工作日", "{slip} working days"),
    "done_note": Text("说明已保存。", "The note is saved."),
    "done_acknowledge": Text("已确认。", "It is acknowledged."),
    "no_deed": Text("不知道要做什么", "It is not clear what is to be done"),
    "contract": Text("合同节点", "contractual"),
}
FACTS: dict[str, Text] = {
    "promise": Text("承诺", "Promised"),
    "due": Text("工具中", "In the tool"),
    "actual": Text("实际完成", "Finished"),
    "p85": Text("预计 P85", "P85 forecast"),
    "chance": Text("按时把握", "On time"),
    "slip": Text("延误", "Slip"),
    "amount": Text("金额", "Amount"),
    "owner": Text("负责人", "Owner"),
    "contact": Text("下次沟通", "Next contact"),
    "at_risk_gross": Text("风险金额", "Money at risk"),
    "at_risk_expected": Text("按概率折算", "Weighted by probability"),
    "penalty_today": Text("违约金（今天）", "Penalty today"),
    "penalty_p85": Text("违约金（按 P85）", "Penalty at P85"),
}
NAMES: dict[Status, Text] = {
    Status.TODO: Text("未开始", "to do"),
    Status.DOING: Text("进行中", "in progress"),
    Status.DONE: Text("已完成", "done"),
    Status.CANCELLED: Text("已取消", "cancelled"),
    Status.UNMAPPED: Text("未识别", "unrecognised"),
}
COUNTED = Text("不计入工作量", "not counted as work")
TOLD = Text("工具的历史", "the tool's history")
UNTOLD = Text("工具中未记录", "not in the tool's history")
AFTER_LOGIN = Text("登录后可见", "seen when logged in")
SEEN = Text("同步时发现", "seen by a sync")
WORK_COLUMNS = (
    Text("任务", "Task"),
    Text("状态", "Status"),
    Text("负责人", "Owner"),
    Text("开始", "Start"),
    Text("截止", "Due"),
    Text("完成", "Finished"),
    Text("剩余工时", "Hours left"),
)
BASELINE_COLUMNS = (
    Text("承诺", "Promise"),
    Text("日期", "Date"),
    Text("工作日", "Working days"),
    Text("记录于", "Recorded"),
    Text("批准人", "Approved by"),
    Text("理由", "Why"),
)
MOVE_COLUMNS = (
    Text("任务", "Task"),
    Text("原日期", "Was"),
    Text("新日期", "Now"),
    Text("天", "Days"),
    Text("何时", "When"),
    Text("由谁", "By"),
    Text("依据", "Known from"),
)
METHOD_COLUMNS = (Text("方法", "Method"), Text("P50", "P50"), Text("P85", "P85"), Text("P95", "P95"))
RISK_COLUMNS = (
    Text("风险", "Risk"),
    Text("状态", "State"),
    Text("概率", "Probability"),
    Text("应对", "Answer"),
    Text("负责人", "Owner"),
    Text("截止", "Due"),
)
VERSION_COLUMNS = (Text("日期", "Day"), Text("由谁", "By"), Text("内容", "What it says"))
NO_TASKS = Text("没有任务属于这个里程碑。", "No task belongs to this milestone.")
NO_MOVES = Text("没有任务改过截止日期。", "No task has had its due date moved.")
NO_VERSIONS = Text("还没有写过说明。", "No note has been written yet.")
