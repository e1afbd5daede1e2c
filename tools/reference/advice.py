"""What lies behind each reason and what a sales lead can do about it; a reason without advice stops the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.language import Text


@dataclass(frozen=True, slots=True)
class Advice:
    when: Text
    do: Text


PREPARED: Mapping[str, tuple[str, ...]] = {
    "STALE": ("stale_workdays",),
    "OVERLOADED": ("load_amber",),
    "FORECAST_LATE": ("throughput_weeks",),
    "UNLIKELY": ("throughput_weeks",),
    "DOUBTFUL": ("throughput_weeks",),
}
"""Thresholds that shaped what a rule is given, and that the rule itself does not name."""

ADVICE: Mapping[str, Advice] = {
    "OVERDUE": Advice(
        Text(
            "承诺日已过而没有完成；合同节点为红，其余为黄。",
            "The promised day is past and it is not done; red for a contractual milestone, else amber.",
        ),
        Text(
            "今天就告诉客户，先和交付负责人定下新日期；新日期经批准后用 pbridge plan import --approved-by 记下。已经完成的，在计划里填实际完成。",
            "Tell the customer today, with a new date agreed with the delivery owner first; record it with pbridge plan import --approved-by. If it is done, fill in `actual` in the plan.",
        ),
    ),
    "DUE_AFTER_PROMISE": Advice(
        Text(
            "工具里的日期晚于承诺；超过阈值为红。",
            "The date in the tool is after the promise; red above the threshold.",
        ),
        Text(
            "问交付负责人：这个日期是真的，还是没人改过？是真的，就选择加人、减范围或和客户改期。",
            "Ask the delivery owner whether that date is meant. If it is, choose: more people, less scope, or another date with the customer.",
        ),
    ),
    "FORECAST_LATE": Advice(
        Text(
            "照过去的速度推算，85% 把握的完成日晚于承诺；超过阈值为红。只看任务截止日得出的预测不算。",
            "At the pace of the past, the day by which it is 85 % sure to be done is after the promise; red above the threshold. A forecast from due dates alone does not count.",
        ),
        Text(
            "工具里的日期可能还没动，这是最早的信号：现在谈减范围或加人，比到期再谈便宜。",
            "The dates in the tool may not have moved yet, so this is the earliest signal: less scope or more people are cheaper now than at the due date.",
        ),
    ),
    "UNLIKELY": Advice(
        Text(
            "还没到承诺日，而按时完成的把握低于 p_red。",
            "The promise is still ahead and the chance to keep it is below p_red.",
        ),
        Text(
            "当作会晚来准备：定补救措施，准备告诉客户。",
            "Prepare for being late: agree on a recovery, and prepare to tell the customer.",
        ),
    ),
    "DOUBTFUL": Advice(
        Text("按时的把握在 p_red 与 p_amber 之间。", "The chance to be on time is between p_red and p_amber."),
        Text(
            "先别对客户重申日期；问清还差什么，下周再看。",
            "Do not repeat the date to the customer yet; ask what is missing and look again next week.",
        ),
    ),
    "NEGATIVE_FLOAT": Advice(
        Text(
            "按任务的前后置关系，最早也要在承诺日之后才能完成。",
            "In the order of its links, the work cannot be done before the promise.",
        ),
        Text(
            "看依据里那条链：只有链上的任务提前才有用。",
            "Look at the chain in the evidence: only what lies on it helps.",
        ),
    ),
    "NEAR_CRITICAL": Advice(
        Text(
            "排得进，但余量不超过 near_critical_workdays。",
            "It fits, with no more than near_critical_workdays to spare.",
        ),
        Text("盯住这条链，链上任务不要换人、不要插活。", "Watch the chain; no new work and no change of owner on it."),
    ),
    "BLOCKED": Advice(
        Text(
            "有未完成的任务被阻塞，或在等另一项未完成的任务；在决定工期的链上，或已超过 blocked_workdays，为红。",
            "Open work is blocked, or waits for other open work; red on the chain that decides the end, or after blocked_workdays.",
        ),
        Text(
            "问要先完成的那一项归谁，替团队去催；等客户的，由销售去问。",
            "Ask who owns what has to be finished first and chase it; where the customer is waited for, sales asks.",
        ),
    ),
    "PUSHED": Advice(
        Text(
            "承诺记下以后，工具里的日期被往后推了两次（黄）或 pushes_red 次（红）。",
            "Since the promise was recorded the date in the tool was pushed twice (amber) or pushes_red times (red).",
        ),
        Text(
            "下一个日期别再照单全收：要依据，看预测。",
            "Do not take the next date as given: ask what it rests on and look at the forecast.",
        ),
    ),
    "TSPI_HIGH": Advice(
        Text(
            "要按计划完成，余下的工作须以计划速度的 tspi_red 倍以上推进。",
            "To finish as planned, the rest must go more than tspi_red times as fast as planned.",
        ),
        Text("这样的提速很少做到：减范围或改期。", "Such a speed-up is rare: less scope or another date."),
    ),
    "BEHIND": Advice(
        Text("推进速度低于计划的 95%。", "Work goes at less than 95 % of the planned pace."),
        Text(
            "问落后的是哪几项（见依据），能否由别人接手。",
            "Ask about the tasks in the evidence, and whether somebody else can take them.",
        ),
    ),
    "EXECUTION_LOW": Advice(
        Text(
            "到今天应完成的任务里，做完的不到 95%；从未排过日期的也算应完成。",
            "Of the tasks that should be finished by today, less than 95 % are; those that never had a date count as due.",
        ),
        Text("先补日期，再看还落后多少。", "Have dates filled in first, then see how much is really behind."),
    ),
    "RED_HELD": Advice(
        Text(
            "昨天是红色，红色的原因今天刚消除：再红一天，免得颜色来回变。经批准改期的当天不算。",
            "It was red on the last day and its causes went away today: it stays red for one more day, so that colours do not flicker. Not on the day of an approved new date.",
        ),
        Text("什么都不用做；明天再看。", "Nothing; look again tomorrow."),
    ),
    "ZIGZAG": Advice(
        Text("每周看到的日期来回变了方向。", "From week to week the date moves to and fro."),
        Text("没有人真的知道何时完成：要一次重新估算。", "Nobody knows when it will be done: ask for a new estimate."),
    ),
    "LATE_JUMP": Advice(
        Text("日期几周不动，突然推迟至少 14 天。", "The date stood still for weeks and jumped at least 14 days."),
        Text(
            "此前的“正常”没有依据；问出了什么事，何时知道的。",
            "The calm before was not real; ask what happened and since when it was known.",
        ),
    ),
    "CONTINUOUS_SLIP": Advice(
        Text("日期一直在推迟，至少三次。", "The date keeps slipping, at least three times."),
        Text(
            "把趋势延长来看，别等它自己停下；重新约定日期。",
            "Read the trend as it goes on; it will not stop by itself. Agree on a new date.",
        ),
    ),
    "STALE": Advice(
        Text(
            "进行中的任务都超过 stale_workdays 没有更新。",
            "Nothing in progress was updated for more than stale_workdays.",
        ),
        Text(
            "问还有没有人在做；数字在更新之前都不可信。",
            "Ask whether anybody works on it; no figure is to be trusted before the tasks are updated.",
        ),
    ),
    "LATE_START": Advice(
        Text("到了开始日期还没有开始的任务。", "Tasks whose start date has passed and that have not begun."),
        Text(
            "问在等什么：人、前置任务，还是客户的材料。",
            "Ask what they wait for: people, other tasks, or the customer.",
        ),
    ),
    "UNASSIGNED": Advice(
        Text(
            "没有负责人的未完成任务超过 unassigned_ratio。",
            "More than unassigned_ratio of the open tasks have no owner.",
        ),
        Text("请交付负责人当天指派。", "Have the delivery owner assign them the same day."),
    ),
    "OVERLOADED": Advice(
        Text(
            "某位负责人在今后四周的某一周，任务多于可用工时的 load_amber 倍。",
            "An owner has, in one of the next four weeks, more than load_amber times the hours available.",
        ),
        Text(
            "看 pbridge resources，和交付负责人商量谁的活先放一放。",
            "See pbridge resources and agree with the delivery owner on what waits.",
        ),
    ),
    "SCOPE_GROWTH": Advice(
        Text("承诺以后工作量净增超过 scope_ratio。", "Since the promise the work has grown by more than scope_ratio."),
        Text(
            "问是谁加的：客户加的要谈变更和日期，自己加的能不能移到下一期。",
            "Ask who added it: what the customer added is a change with a new date, what we added may move to the next stage.",
        ),
    ),
    "TASK_AFTER_MILESTONE": Advice(
        Text("任务的截止日晚于工具里里程碑自己的日期。", "Tasks are due after the milestone's own date in the tool."),
        Text("两个日期必有一个不对：请交付负责人改正。", "One of the two dates is wrong: have it corrected."),
    ),
    "CLAIM_MISMATCH": Advice(
        Text(
            "工具或计划说完成或正常，任务不是这样。",
            "The tool or the plan says done or on track, and the tasks do not.",
        ),
        Text(
            "先别告诉客户“完成了”；看依据里还没完成的任务。",
            "Do not tell the customer that it is done yet; look at the open tasks in the evidence.",
        ),
    ),
    "CUSTOMER_NOT_INFORMED": Advice(
        Text(
            "红了超过两个工作日，还没有告知客户。",
            "Red for more than two working days, and the customer has not been told.",
        ),
        Text(
            "用 pbridge letter draft 起草说明，发出后 pbridge letter sent 记下。",
            "Draft a letter with pbridge letter draft, and once sent record it with pbridge letter sent.",
        ),
    ),
    "FEEDBACK_OPEN": Advice(
        Text("有客户反馈或工单没有关闭。", "Feedback or tickets of the customer are not closed."),
        Text("看 pbridge feedback，定下谁何时答复。", "See pbridge feedback and settle who answers by when."),
    ),
    "CONTACT_DUE": Advice(
        Text("约定的沟通周期到了。", "The agreed rhythm of talking is due."),
        Text("去沟通，然后 pbridge contacts done 记下。", "Talk, then record it with pbridge contacts done."),
    ),
    "RISK_TRIGGERED": Advice(
        Text(
            "登记的风险发生了：计划里写明，或触发条件成立。",
            "A registered risk has struck: the plan says so, or its trigger holds.",
        ),
        Text(
            "按登记的应对和措施去做；看 pbridge risks。",
            "Do what was registered as response and action; see pbridge risks.",
        ),
    ),
    "LINK_CYCLE": Advice(
        Text("任务互相等待，排不出先后。", "Tasks wait for each other, so there is no order."),
        Text("请团队在工具里去掉一条前后置关系。", "Have the team remove one of the links in the tool."),
    ),
    "AMBIGUOUS_KEY": Advice(
        Text("范围里的任务编号在几个项目里都有。", "A task number in the scope exists in several projects."),
        Text("在计划的范围里加上 project:。", "Add project: to the scope in the plan."),
    ),
    "NO_PENALTY_BASE": Advice(
        Text(
            "合同有违约金，而计划里没有计算它的金额。",
            "The contract has a penalty and the plan lacks the amount it is reckoned from.",
        ),
        Text("在计划里补上金额。", "Add the amount to the plan."),
    ),
    "NO_PROMISE": Advice(
        Text("计划里没有承诺日期。", "The plan has no promised date."),
        Text("补上日期；第一次写入的日期会永远保留。", "Add the date; the first one written is kept for ever."),
    ),
    "NO_LINKED_TASK": Advice(
        Text("没有任何任务属于这个里程碑。", "No task belongs to this milestone."),
        Text(
            "请管理员检查计划里的范围；范围是空的也会这样。",
            "Have the admin check the scope in the plan; an empty scope does the same.",
        ),
    ),
    "NO_DUE_DATE": Advice(
        Text(
            "任务没有截止日，也没有足够的历史来预测。",
            "The tasks have no due dates, and there is not enough history for a forecast.",
        ),
        Text("请交付负责人在工具里补日期。", "Have due dates filled in in the tool."),
    ),
    "SOURCE_STALE": Advice(
        Text(
            "需要的来源从未完整读取过，或上次完整读取早于 source_stale_hours。",
            "A source that is needed was never read completely, or not within source_stale_hours.",
        ),
        Text("告诉管理员；在那之前这一行不要用。", "Tell the admin; do not use this row before."),
    ),
    "SOURCE_PARTIAL": Advice(
        Text("需要的项目读不到。", "A project that is needed could not be read."),
        Text(
            "告诉管理员：多半是应用的数据范围或权限。", "Tell the admin: mostly the app's data range or a permission."
        ),
    ),
    "UNMAPPED_STATUS": Advice(
        Text(
            "状态无法识别的任务超过 unmapped_ratio。",
            "More than unmapped_ratio of the tasks have a status that is not recognised.",
        ),
        Text(
            "告诉管理员：pbridge mapping set 一条命令就能加上这个词。",
            "Tell the admin: one pbridge mapping set adds the word.",
        ),
    ),
}
