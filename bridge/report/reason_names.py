"""A label of a few characters for every reason, for table cells and filters."""

from __future__ import annotations

from bridge.language import Text

NAMES: dict[str, Text] = {
    "OVERDUE": Text("已过承诺日", "past the promised date"),
    "DUE_AFTER_PROMISE": Text("排期晚于承诺", "planned after the promise"),
    "FORECAST_LATE": Text("预测晚于承诺", "forecast after the promise"),
    "UNLIKELY": Text("按时把握低", "on time is unlikely"),
    "DOUBTFUL": Text("按时把握不足", "on time is doubtful"),
    "NEGATIVE_FLOAT": Text("排不进承诺日", "cannot fit before the promise"),
    "NEAR_CRITICAL": Text("余量将尽", "hardly any room left"),
    "BLOCKED": Text("任务被阻塞", "work is blocked"),
    "PUSHED": Text("一再推迟", "pushed again and again"),
    "TSPI_HIGH": Text("须大幅提速", "must speed up a lot"),
    "BEHIND": Text("进度落后", "behind plan"),
    "EXECUTION_LOW": Text("完成数不足", "too little finished"),
    "RED_HELD": Text("红色观察一天", "red held for a day"),
    "ZIGZAG": Text("日期来回变动", "date to and fro"),
    "LATE_JUMP": Text("日期突然跳后", "sudden late jump"),
    "CONTINUOUS_SLIP": Text("日期持续后移", "date keeps slipping"),
    "STALE": Text("长时间无更新", "no recent update"),
    "LATE_START": Text("该开始未开始", "late start"),
    "UNASSIGNED": Text("缺负责人", "no owner"),
    "OVERLOADED": Text("人员超负荷", "people overloaded"),
    "SCOPE_GROWTH": Text("范围变大", "scope grew"),
    "TASK_AFTER_MILESTONE": Text("任务晚于里程碑", "tasks after the milestone"),
    "CLAIM_MISMATCH": Text("说法与数据不符", "claim and data differ"),
    "CUSTOMER_NOT_INFORMED": Text("未告知客户", "customer not informed"),
    "FEEDBACK_OPEN": Text("客户反馈未关闭", "customer feedback open"),
    "CONTACT_DUE": Text("该沟通了", "contact is due"),
    "RISK_TRIGGERED": Text("风险已触发", "risk has struck"),
    "LINK_CYCLE": Text("任务互为前置", "tasks wait for each other"),
    "AMBIGUOUS_KEY": Text("编号有歧义", "ambiguous task number"),
    "NO_PENALTY_BASE": Text("缺违约金基数", "no penalty base"),
    "NO_PROMISE": Text("没有承诺日期", "no promised date"),
    "NO_LINKED_TASK": Text("没有关联任务", "no linked task"),
    "NO_DUE_DATE": Text("没有完成日期", "no due date"),
    "SOURCE_STALE": Text("数据不够新", "data is too old"),
    "SOURCE_PARTIAL": Text("数据不完整", "data is incomplete"),
    "UNMAPPED_STATUS": Text("状态未识别", "statuses not recognised"),
}
