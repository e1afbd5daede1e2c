"""Headings, column names and footnotes around the figures of a report, in both languages.

What the detection found is said in `bridge.report.wording`; here stands only the furniture.
"""

from __future__ import annotations

from bridge.language import Lang, Text

LABELS: dict[str, Text] = {
    "title": Text("延期报告", "Delay report"),
    "product": Text("进度桥", "Progress Bridge"),
    "as_of": Text("截至 {day}（{weekday}）", "As of {weekday} {day}"),
    "generated": Text("生成于 {instant}（{timezone}）", "Generated {instant} ({timezone})"),
    "concerns": Text("最要紧的几件事", "What needs attention first"),
    "figures": Text("总览", "At a glance"),
    "milestones": Text("承诺的里程碑", "Promised milestones"),
    "goals": Text("销售目标", "Sales goals"),
    "data": Text("数据从哪里来，有多新", "Where the data comes from, and how old it is"),
    "definitions": Text("名词说明", "What the words mean"),
    "nothing_wrong": Text(
        "没有要失守、要留意或无法判断的承诺，今天不需要做什么。",
        "No promise is slipping, at risk or impossible to judge: nothing needs doing today.",
    ),
    "no_rows": Text(
        "没有可以显示的里程碑。请先导入计划（pbridge plan import），或放宽筛选条件。",
        "There is no milestone to show. Import a plan (pbridge plan import) or loosen the filter.",
    ),
    # columns
    "status": Text("状态", "Status"),
    "customer": Text("客户", "Customer"),
    "milestone": Text("里程碑", "Milestone"),
    "owner": Text("负责人", "Owner"),
    "contract_mark": Text("合同", "contract"),
    "promise": Text("承诺", "Promised"),
    "first_promise": Text("原 {day}", "was {day}"),
    "due": Text("工具中", "In the tool"),
    "forecast": Text("预计 P85", "P85 forecast"),
    "p50": Text("P50 {day}", "P50 {day}"),
    "by_due_dates": Text("按任务日期", "by due dates"),
    "by_earned_schedule": Text("按进度推算", "by progress"),
    "by_network": Text("按任务关系", "by task links"),
    "finished_short": Text("实际完成", "finished"),
    "chance": Text("按时把握", "On time"),
    "slip": Text("延误", "Slip"),
    "workdays": Text("{slip} 工作日", "{slip} wd"),
    "slip_forecast": Text("按预测", "forecast"),
    "slip_plan": Text("按排期", "as planned"),
    "slip_overdue": Text("已逾期", "overdue"),
    "slip_actual": Text("实际", "actual"),
    "money": Text("金额", "Amount"),
    "at_risk": Text("风险 {money}", "{money} at risk"),
    "at_risk_assumed": Text("风险约 {money}", "~{money} at risk"),
    "timeline": Text("时间线", "Timeline"),
    "more_tasks": Text("另有 {count} 项", "and {count} more"),
    "progress": Text("完成 {done}{planned}，还有 {open} 项未完成", "{done} done{planned}, {open} tasks open"),
    "progress_planned": Text("（计划 {expected}）", " ({expected} planned)"),
    "changed": Text("自{day}以来：{what}", "Since {day}: {what}"),
    "status_was": Text("状态原为{status}", "it was {status}"),
    "forecast_later": Text("预测推迟了 {days} 个工作日", "the forecast moved {days} wd later"),
    "forecast_earlier": Text("预测提前了 {days} 个工作日", "the forecast moved {days} wd earlier"),
    "informed": Text("{day} 已告知客户", "customer informed {day}"),
    "next_contact": Text("下次与客户沟通：{day}", "next contact with the customer: {day}"),
    "next_contact_by": Text("下次与客户沟通：{day}，{who}", "next contact with the customer: {day}, {who}"),
    # figures
    "at_risk_gross": Text("风险金额", "Money at risk"),
    "at_risk_expected": Text("全部按概率折算", "All, weighted by probability"),
    "leaving_quarter": Text("将移出本季度", "Leaving the quarter"),
    "penalty_today": Text("违约金（今天）", "Penalty today"),
    "penalty_p85": Text("违约金（按 P85）", "Penalty at P85"),
    "customers_affected": Text("受影响的客户（含要留意）", "Customers affected, at risk included"),
    "concern": Text("{customer}「{name}」：{reason}", "{customer}, “{name}”: {reason}"),
    "concern_no_customer": Text("「{name}」：{reason}", "“{name}”: {reason}"),
    "concern_money": Text("；风险金额 {money}", "; {money} at risk"),
    # customers and goals
    "customers": Text("客户（会失守或要留意的）", "Customers slipping or at risk"),
    "milestones_short": Text("里程碑", "Milestones"),
    "more_customers": Text("另有 {count} 家客户", "and {count} more"),
    "customers_outside_contract": Text(
        "另有 {count} 家客户，只有合同节点之外的里程碑会失守或要留意",
        "of {count} more, only milestones outside the contract are slipping or at risk",
    ),
    "target": Text("目标", "Target"),
    "current": Text("已有", "Current"),
    "expected": Text("预计", "Expected"),
    "gap": Text("缺口", "Gap"),
    "pipeline_needed": Text("需补商机", "Pipeline needed"),
    "quarter": Text("本季度", "This quarter"),
    "pull_forward": Text(
        "{name}：期内还可争取提前完成 {what}", "{name}: could still be brought into the period: {what}"
    ),
    "pulled": Text("{key}（{money}，须提前 {days} 个工作日）", "{key} ({money}, {days} wd to gain)"),
    "pulled_no_workday": Text("{key}（{money}，只隔着休息日）", "{key} ({money}, only days off to gain)"),
    # data
    "source": Text("{name}：{outcome}，{age}", "{name}: {outcome}, {age}"),
    "complete": Text("完整", "complete"),
    "partial": Text("部分读取", "partly read"),
    "failed": Text("读取失败", "failed"),
    "never": Text("从未完整读取", "never read completely"),
    "unknown_age": Text("时间未知", "age unknown"),
    "not_read": Text("（没读到：{scopes}）", " (not read: {scopes})"),
    "minutes_ago": Text("{count} 分钟前", "{count} min ago"),
    "hours_ago": Text("{count} 小时前", "{count} h ago"),
    "days_ago": Text("{count} 天前", "{count} days ago"),
    "stray_tasks": Text("{count} 项任务不属于任何里程碑", "{count} tasks belong to no milestone"),
    "bare_milestones": Text("没有任务的里程碑：{keys}", "milestones without tasks: {keys}"),
    "undated": Text("未完成任务中 {share} 没有截止日期", "{share} of open tasks have no due date"),
    "unassigned": Text("未完成任务中 {share} 没有负责人", "{share} of open tasks have no owner"),
    "unmapped": Text("{count} 项任务的状态未识别", "{count} tasks have an unrecognised status"),
    "links_to_unknown_tasks": Text(
        "{count} 条前后置关系指向没有读到的任务", "{count} links name tasks that were never read"
    ),
    "links_without_direction": Text(
        "{count} 条依赖关系没有说明谁先谁后，没有用于排序",
        "{count} links do not say which task comes first and order nothing",
    ),
    "links_unmapped": Text(
        "{count} 条关系的类型未识别，没有用于排序", "{count} links are of an unrecognised kind and order nothing"
    ),
    "quarantined": Text("{count} 行数据无法读懂，已隔离", "{count} rows could not be understood and are in quarantine"),
    "refused_mapping": Text(
        "{name} 的映射文件 {file} 自 {since} 起不能用（{count} 处错误），仍按版本 {version} 读取",
        "the mapping file {file} of {name} cannot be used since {since} ({count} mistake(s)); version {version} is still used",
    ),
    "estimated": Text(
        "{years} 年的放假安排还没有公布，那一年的工作日是估算的",
        "the holidays of {years} are not announced yet, so its working days are an estimate",
    ),
    "unannounced": Text(
        "{year} 年的放假安排还没有确认，公布后请用 pbridge calendar import 导入",
        "the holidays of {year} are not confirmed yet; import them with pbridge calendar import once they are announced",
    ),
    # timeline
    "mark_promise": Text("承诺日", "promise"),
    "mark_first": Text("原承诺", "first promise"),
    "mark_due": Text("工具中的日期", "date in the tool"),
    "mark_forecast": Text("预测（P50–P85）", "forecast (P50–P85)"),
    "mark_actual": Text("实际完成", "finished"),
    "mark_today": Text("今天", "today"),
}

DEFINITIONS: tuple[tuple[Text, Text], ...] = (
    (
        Text("承诺", "Promise"),
        Text(
            "对客户承诺的日期；经批准改过的，以最近一次批准的为准，并注明最初的日期。",
            "The date promised to the customer; where a change was approved, the latest approved one, with the first beside it.",
        ),
    ),
    (
        Text("已逾期", "Overdue"),
        Text(
            "今天晚于承诺日，而里程碑还没有完成。没有截止日期的任务从不算逾期。",
            "Today is after the promise and the milestone is not done. A task without a due date is never overdue.",
        ),
    ),
    (
        Text("P50、P85", "P50, P85"),
        Text(
            "有 50%、85% 的把握在这一天或之前完成。历史不够时不给把握，并说明原因。",
            "The day by which it is done with a probability of 50 % or 85 %. With too little history there is none, and the reason is given.",
        ),
    ),
    (
        Text("延误", "Slip"),
        Text(
            "与承诺日相差的工作日，节假日和调休都已计入；正数是晚，负数是早。",
            "Working days from the promise, public holidays and make-up working days counted; late is positive.",
        ),
    ),
    (
        Text("风险金额", "Money at risk"),
        Text(
            "会失守或按时把握不到 50% 的里程碑的付款金额之和。",
            "The amounts of milestones that are slipping or have less than a 50 % chance to be on time.",
        ),
    ),
    (
        Text("按概率折算", "Weighted by probability"),
        Text(
            "金额 × 不能按时的概率，所有未完成的里程碑都算；没有概率时，会失守按 100%、要留意按 50% 计，并写作“约”。",
            "Amount × probability of being late, over all open milestones; without one, 100 % if slipping and 50 % if "
            "at risk, marked with “~”.",
        ),
    ),
    (
        Text("违约金", "Penalty"),
        Text(
            "按合同条款逐个里程碑估算后相加，不作抵扣；仅供参考，不是法律意见。",
            "Estimated from the contract terms, milestone by milestone and added without netting; not legal advice.",
        ),
    ),
    (
        Text("币种", "Currencies"),
        Text("不同币种的金额从不相加。", "Amounts in different currencies are never added."),
    ),
)

WEEKDAYS: tuple[Text, ...] = (
    Text("周一", "Mon"),
    Text("周二", "Tue"),
    Text("周三", "Wed"),
    Text("周四", "Thu"),
    Text("周五", "Fri"),
    Text("周六", "Sat"),
    Text("周日", "Sun"),
)

BRANDS: dict[str, str] = {"pingcode": "PingCode", "worktile": "Worktile"}
"""How the vendors write their names, for sources that are simply called after them."""


def label(name: str, lang: Lang, /, **facts: object) -> str:
    return LABELS[name].say(lang, **facts)


def definitions(lang: Lang) -> list[tuple[str, str]]:
    """(word, what it means), for the foot of a report."""
    return [(word.say(lang), meaning.say(lang)) for word, meaning in DEFINITIONS]


def join(parts: list[str], lang: Lang) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def sentence(text: str, lang: Lang) -> str:
    """With its full stop, and in English with a capital."""
    if not text or text[-1] in "。.！!？?":
        return text
    return f"{text}。" if lang == "zh" else f"{text[0].upper()}{text[1:]}."
