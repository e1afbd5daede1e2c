"""One sentence a reason, in both languages, as data: what a sales lead reads instead of a code.

A gap `{name}` is filled from the fact of that name; a reason that reads differently by circumstance has one entry
a `how`, keyed `CODE/how`. What stands in `more` is added only where its fact is there and is not nothing. `one` takes the
place of `main` where what its fact counts, or lists, is a single one.
"""

from __future__ import annotations

from bridge.language import Text
from bridge.report.reason_words import Sentence

_OPEN_TOO = ("open", Text("，还有 {open} 项任务未完成", ", with {open} still open"))
_OPEN_STILL = ("open", Text("；还有 {open} 项任务未完成", "; {open} still open"))
_FIRST_PROMISE = ("first_promise", Text("；最初承诺 {first_promise}", "; first promised for {first_promise}"))
_PUSHES = ("pushes", Text("；已推迟 {pushes} 次", "; pushed {pushes} so far"))

SENTENCES: dict[str, Sentence] = {
    "OVERDUE": Sentence(
        Text("承诺 {promise}完成，今天已晚 {late}", "Promised for {promise}, now {late} late"),
        (_OPEN_TOO, _FIRST_PROMISE),
    ),
    "DUE_AFTER_PROMISE": Sentence(
        Text(
            "承诺 {promise}，工具中已排到 {due}，晚 {late}", "Promised for {promise}, the tool says {due}, {late} late"
        ),
        (_FIRST_PROMISE, _PUSHES),
    ),
    "FORECAST_LATE": Sentence(
        Text(
            "按{method}推算，预计 {forecast}完成，比承诺的 {promise}晚 {late}",
            "Going by {method}, expect it on {forecast}, {late} after the promise of {promise}",
        ),
        (("sure", Text("；到那天完成有 {sure} 的把握", "; {sure} sure to be done by then")), _FIRST_PROMISE),
    ),
    "UNLIKELY": Sentence(
        Text(
            "承诺 {promise}完成，按时的把握只有 {chance}",
            "Promised for {promise}, but only {chance} likely to be on time",
        ),
        (_OPEN_STILL,),
    ),
    "DOUBTFUL": Sentence(
        Text(
            "承诺 {promise}完成，按时的把握是 {chance}，不到要求的 {wanted}",
            "Promised for {promise} and {chance} likely to be on time, short of the {wanted} wanted",
        ),
        (_OPEN_STILL,),
    ),
    "BLOCKED": Sentence(
        Text("{blocked} 项任务被阻塞", "{blocked} blocked"),
        (
            ("longest", Text("，最久的已有 {longest} 个工作日", ", the longest for {longest}")),
            ("titles", Text("：{titles}", ": {titles}")),
            ("blockers", Text("；要先完成 {blockers}", "; first to be finished: {blockers}")),
            (
                "deciding",
                Text("；其中 {deciding} 项在决定工期的链上", "; {deciding} on the chain that decides the end"),
            ),
        ),
    ),
    "NEGATIVE_FLOAT": Sentence(
        Text(
            "按任务的先后顺序最早 {finish}才能完成，比承诺的 {promise}晚 {short} 个工作日",
            "In the order of its tasks it cannot be done before {finish}, {short} after the promised {promise}",
        ),
    ),
    "NEAR_CRITICAL/some": Sentence(
        Text(
            "按任务的先后顺序 {finish}完成，离承诺的 {promise}只剩 {slack} 个工作日的余量",
            "In the order of its tasks it is done on {finish}, with only {slack} to spare before the promised {promise}",
        ),
    ),
    "NEAR_CRITICAL/none": Sentence(
        Text(
            "按任务的先后顺序 {finish}才完成，离承诺的 {promise}已没有余量",
            "In the order of its tasks it is done on {finish}, with nothing to spare before the promised {promise}",
        ),
    ),
    "LINK_CYCLE": Sentence(
        Text(
            "任务互为前置（{circle}），排不出先后；请在工具里去掉其中一条前后置关系",
            "Tasks wait for each other ({circle}), so no order can be computed; remove one of these links in the tool",
        ),
    ),
    "PUSHED": Sentence(
        Text(
            "{since}记下承诺以后，工具中的日期推迟了 {count} 次，共 {days} 天",
            "Since the promise was recorded on {since} the date in the tool was pushed {count}, by {days} in all",
        ),
        (("due", Text("，现在是 {due}", ", and is now {due}")),),
    ),
    "TSPI_HIGH": Sentence(
        Text(
            "要按计划的日期完成，余下的工作须以计划速度的 {tspi} 倍推进",
            "To finish on the planned date, the rest must go {tspi} times as fast as planned",
        ),
    ),
    "BEHIND": Sentence(
        Text("推进速度只有计划的 {spi}", "Work goes at {spi} of the planned pace"),
        (("weeks", Text("，已落后计划 {weeks} 周", " and is {weeks} behind the plan")),),
    ),
    "EXECUTION_LOW": Sentence(
        Text("到今天应完成 {expected} 项任务，实际完成 {finished} 项", "{expected} finished by today, {finished}"),
        (
            (
                "never_dated",
                Text("（其中 {never_dated} 项从未排过日期）", " ({never_dated} never had a date and counts as due)"),
            ),
        ),
    ),
    "RED_HELD": Sentence(
        Text(
            "{since}还是红色，红色的原因今天刚消除，再观察一天",
            "It was red on {since}; the causes went away today, so it stays red for one more day",
        ),
    ),
    "ZIGZAG": Sentence(
        Text(
            "每周的完成日期时前时后，方向已变了 {reversals} 次",
            "From week to week the date moves to and fro and has turned {reversals}",
        ),
    ),
    "LATE_JUMP": Sentence(
        Text(
            "完成日期连续几周没有变化，最近一次却推迟了 {days} 天",
            "The date stood still for weeks and then jumped {days} later at once",
        ),
    ),
    "CONTINUOUS_SLIP": Sentence(
        Text(
            "完成日期一直后移，平均每过一周推迟 {weekly} 天，已推迟 {count} 次",
            "The date keeps slipping, by {weekly} a week on average, pushed {count} so far",
        ),
    ),
    "STALE": Sentence(
        Text(
            "进行中的 {doing} 项任务都已有至少 {least} 个工作日没有更新",
            "No update on the {doing} in progress for at least {least}",
        ),
        one=(
            "doing",
            Text(
                "进行中的唯一一项任务已有 {least} 个工作日没有更新",
                "No update on the only task in progress for {least}",
            ),
        ),
    ),
    "LATE_START": Sentence(
        Text(
            "{waiting} 项任务到了开始日期还没有开始，最早的应在 {start}开始",
            "{waiting} not begun though the start date has passed, the earliest on {start}",
        ),
        one=(
            "waiting",
            Text("1 项任务应在 {start}开始，还没有开始", "1 task should have begun on {start} and has not"),
        ),
    ),
    "UNASSIGNED": Sentence(
        Text("{of_open} 项未完成的任务中，{unassigned} 项没有负责人", "Of {of_open}, {unassigned} no owner"),
        one=("of_open", Text("唯一未完成的任务没有负责人", "The only open task has no owner")),
    ),
    "OVERLOADED": Sentence(
        Text("{people}在 {week}起的一周排得过满", "In the week of {week} too much is planned for {people}"),
        (("load", Text("，工作量达可用工时的 {load}", ": as much as {load} of the hours available")),),
    ),
    "OVERLOADED/away": Sentence(
        Text(
            "{people}在 {week}起的一周有任务要做，却没有可用的工时",
            "In the week of {week} work is planned for {people}, with no hours available",
        ),
    ),
    "SCOPE_GROWTH": Sentence(
        Text("从 {since}起，工作量净增 {growth}", "Since {since} the work has grown by {growth}"),
        (
            ("added", Text("；新加 {added} 项任务", "; {added} added")),
            ("removed", Text("；移出 {removed} 项任务", "; {removed} removed")),
        ),
    ),
    "TASK_AFTER_MILESTONE": Sentence(
        Text(
            "里程碑排在 {milestone_date}，却有 {later} 项任务的截止日在它之后，最晚的是 {latest}",
            "The milestone is set for {milestone_date}, but {later} due after it, the last on {latest}",
        ),
        one=(
            "later",
            Text(
                "里程碑排在 {milestone_date}，却有 1 项任务排到 {latest}",
                "The milestone is set for {milestone_date}, but 1 task is due after it, on {latest}",
            ),
        ),
    ),
    "CLAIM_MISMATCH/done": Sentence(
        Text(
            "工具里的里程碑已标为完成，数据显示并没有",
            "The tool marks the milestone as done, but the data says it is not",
        ),
        (("open", Text("：还有 {open} 项任务未完成", ": {open} still open")),),
    ),
    "CLAIM_MISMATCH/green": Sentence(
        Text(
            "工具里的里程碑看上去正常，按数据判断却是红色",
            "The tool shows the milestone as on track, but by the data it is red",
        ),
    ),
    "CLAIM_MISMATCH/plan": Sentence(
        Text(
            "计划里写着 {actual}已完成，但还有 {open} 项任务未完成",
            "The plan says done on {actual}, with {open} still open",
        ),
    ),
    "CUSTOMER_NOT_INFORMED": Sentence(
        Text(
            "从 {since}起是红色，已有 {red_for} 个工作日，还没有告知客户",
            "Red since {since}, for {red_for}, and the customer has not been told",
        ),
        (("informed", Text("（上次告知是 {informed}）", " (last told on {informed})")),),
    ),
    "FEEDBACK_OPEN": Sentence(
        Text("{feedback} 条客户反馈还没有关闭", "{feedback} not closed yet"),
        (("oldest", Text("（从 {oldest}起）", " (since {oldest})")),),
    ),
    "CONTACT_DUE/customer": Sentence(
        Text("该与客户沟通了，约定每 {every} 天一次", "A talk with the customer is due, as agreed every {every}"),
        (("last", Text("，上次是 {last}", "; last time on {last}")),),
        ("every", Text("该与客户沟通了，约定每天一次", "A talk with the customer is due, as agreed every day")),
    ),
    "CONTACT_DUE/team": Sentence(
        Text("该与团队沟通了，约定每 {every} 天一次", "A talk with the team is due, as agreed every {every}"),
        (("last", Text("，上次是 {last}", "; last time on {last}")),),
        ("every", Text("该与团队沟通了，约定每天一次", "A talk with the team is due, as agreed every day")),
    ),
    "RISK_TRIGGERED": Sentence(Text("登记的风险已经发生：{causes}", "A registered risk has struck: {causes}")),
    "RISK_TRIGGERED/status": Sentence(
        Text(
            "登记的风险已经触发：{causes}（{watched} 现在是“{colour}”）",
            "A registered risk has struck: {causes} ({watched} is now “{colour}”)",
        ),
    ),
    "RISK_TRIGGERED/overdue": Sentence(
        Text(
            "登记的风险已经触发：{causes}（{watched} 已逾期 {late}）",
            "A registered risk has struck: {causes} ({watched} is {late} overdue)",
        ),
    ),
    "RISK_TRIGGERED/date": Sentence(
        Text(
            "登记的风险已经触发：{causes}（约定的 {on}已到）",
            "A registered risk has struck: {causes} (the day it was set for, {on}, has come)",
        ),
    ),
    "AMBIGUOUS_KEY": Sentence(
        Text(
            "任务编号 {keys} 在几个项目里都有，请在范围里写明项目",
            "The task numbers {keys} exist in several projects; name the project in the scope",
        ),
        one=(
            "keys",
            Text(
                "任务编号 {keys} 在几个项目里都有，请在范围里写明项目",
                "The task number {keys} exists in several projects; name the project in the scope",
            ),
        ),
    ),
    "NO_PENALTY_BASE/deal": Sentence(
        Text(
            "合同约定了违约金，但计划里没有合同金额，无法估算；请补上金额",
            "The contract has a penalty, but the plan has no amount for the deal to estimate it from; add the amount",
        ),
    ),
    "NO_PENALTY_BASE/milestone": Sentence(
        Text(
            "合同约定了违约金，但计划里没有这个节点的付款金额，无法估算；请补上金额",
            "The contract has a penalty, but the plan has no amount for this milestone to estimate it from; add the amount",
        ),
    ),
    "NO_PROMISE": Sentence(
        Text(
            "计划里没有承诺日期，无法判断是否延期；请补上日期",
            "The plan has no promised date, so nobody can say whether this is late; add the date",
        ),
    ),
    "NO_LINKED_TASK": Sentence(
        Text(
            "没有任何任务与这个里程碑关联，无法判断进展；请检查计划中的范围",
            "No task is linked to this milestone, so its progress cannot be judged; check its scope in the plan",
        ),
    ),
    "NO_DUE_DATE": Sentence(
        Text(
            "任务没有截止日期，也预测不出完成日期；请在工具中补上日期",
            "The work has no due date, and no completion date can be forecast; add due dates in the tool",
        ),
    ),
    "SOURCE_STALE/never": Sentence(
        Text(
            "{sources} 还没有完整读取过，判断所依据的数据不完整；请运行 pbridge check 查看原因",
            "Never read completely: {sources}; the data behind this is incomplete. pbridge check tells why",
        ),
    ),
    "SOURCE_STALE/old": Sentence(
        Text(
            "{sources} 上次完整读取是在 {age}前，数据可能已经过时；请运行 pbridge sync",
            "Last read completely {age} ago: {sources}; the data may be out of date. Run pbridge sync",
        ),
    ),
    "SOURCE_PARTIAL": Sentence(
        Text(
            "读不到 {projects}，判断所依据的数据不完整；请检查应用的权限",
            "Could not be read: {projects}; the data behind this is incomplete. Check the permissions of the app",
        ),
    ),
    "UNMAPPED_STATUS": Sentence(
        Text("{tasks} 项任务中，{unmapped} 项的状态无法识别", "Of {tasks}, {unmapped} a status that is not recognised"),
        (
            (
                "statuses",
                Text("（{statuses}）；请在映射文件里补上", " ({statuses}); add what is missing to the mapping file"),
            ),
        ),
        ("tasks", Text("唯一的任务状态无法识别", "The only task has a status that is not recognised")),
    ),
}

NOUNS: dict[str, tuple[str, str]] = {
    "open": ("task", "tasks"),
    "of_open": ("open task", "open tasks"),
    "tasks": ("task", "tasks"),
    "blocked": ("task is", "tasks are"),
    "deciding": ("of them is", "of them are"),
    "doing": ("task", "tasks"),
    "waiting": ("task has", "tasks have"),
    "unassigned": ("has", "have"),
    "unmapped": ("has", "have"),
    "expected": ("task should have been", "tasks should have been"),
    "finished": ("was", "were"),
    "never_dated": ("task", "tasks"),
    "added": ("task", "tasks"),
    "removed": ("task", "tasks"),
    "later": ("task is", "tasks are"),
    "feedback": ("customer remark is", "customer remarks are"),
    "days": ("day", "days"),
    "every": ("day", "days"),
    "short": ("working day", "working days"),
    "slack": ("working day", "working days"),
    "longest": ("working day", "working days"),
    "least": ("working day", "working days"),
    "red_for": ("working day", "working days"),
    "weeks": ("week", "weeks"),
    "weekly": ("day", "days"),
}
"""What a counting fact counts, in English: (one, several). In Chinese the sentence itself carries the measure word."""

TIMES: frozenset[str] = frozenset({"pushes", "count", "reversals"})
"""Facts said as once, twice, 3 times in English."""
