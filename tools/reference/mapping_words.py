"""What the words of a mapping file mean, said once in both languages; a word without a meaning stops the reference."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.language import Text

GIVES: Mapping[str, Text] = {
    "text": Text("文字", "text"),
    "date": Text("日期", "day"),
    "instant": Text("时刻", "instant"),
    "number": Text("数", "number"),
    "flag": Text("是否", "yes or no"),
    "names": Text("名称列表", "names"),
    "people": Text("人员", "people"),
    "anything": Text("任意", "anything"),
}

FIELDS: Mapping[str, Text] = {
    "task.id": Text("来源里不变的编号", "the id in the source, which never changes"),
    "task.key": Text("给人看的编号，如 PAY-42", "the number that people use, such as PAY-42"),
    "task.title": Text("标题", "title"),
    "task.url": Text("任务的网页", "the page of the task"),
    "task.project.id": Text("所在项目的编号", "id of its project"),
    "task.project.key": Text("项目标识", "key of its project"),
    "task.project.name": Text("项目名称", "name of its project"),
    "task.kind": Text("是什么", "what it is"),
    "task.kind_raw": Text("来源的叫法", "as the source calls it"),
    "task.status": Text(
        "进行到哪里；没有映射的词一律为 unmapped，算未完成",
        "where it stands; a word not listed is unmapped, which counts as open",
    ),
    "task.status_raw": Text("来源的叫法", "as the source calls it"),
    "task.parent_id": Text("上级任务的编号", "id of its parent"),
    "task.assignees": Text("全部负责人", "all owners"),
    "task.start_on": Text("计划开始", "planned start"),
    "task.due_on": Text("计划完成", "due day"),
    "task.completed_at": Text("何时完成", "when it was finished"),
    "task.created_at": Text("何时创建", "when it was created"),
    "task.updated_at": Text("何时改过", "when it was changed last"),
    "task.progress": Text("来源写明的进度", "progress, where the source states it"),
    "task.estimate_hours": Text("预估工时", "estimated hours"),
    "task.remaining_hours": Text("剩余工时", "hours left"),
    "task.spent_hours": Text("已用工时", "hours spent"),
    "task.story_points": Text("故事点", "story points"),
    "task.priority": Text("优先级", "priority"),
    "task.sprint": Text("迭代", "sprint"),
    "task.phase": Text("阶段", "phase"),
    "task.release": Text("发布；有几个时是最晚结束的", "release; of several the one that ends last"),
    "task.releases": Text("全部发布", "all releases"),
    "task.tags": Text("标签", "tags"),
    "task.milestone": Text("计划里里程碑的编号", "key of a milestone of the plan"),
    "task.blocked": Text("被阻塞", "whether it is blocked"),
    "task.archived": Text("已归档", "whether it is archived"),
    "task.gone": Text("已在来源删除", "whether the source says that it is deleted"),
    "person.id": Text("账号", "the account"),
    "person.name": Text("姓名", "name"),
    "person.email": Text("邮箱，用来认出同一个人", "e-mail, to recognise the same person"),
    "person.mobile": Text("手机，用来认出同一个人", "mobile, to recognise the same person"),
    "person.employee_number": Text("工号，用来认出同一个人", "employee number, to recognise the same person"),
    "feedback.id": Text("工单编号", "id of the ticket"),
    "feedback.date": Text("何时提出", "when it was said"),
    "feedback.text": Text("说了什么", "what was said"),
    "feedback.score": Text("评分", "score"),
    "feedback.customer": Text("客户", "customer"),
    "feedback.deal": Text("计划里项目的编号、名称或合同号", "key, name or contract number of a deal"),
    "feedback.status": Text("状态", "status"),
    "feedback.milestone": Text("计划里里程碑的编号", "key of a milestone of the plan"),
    "feedback.key": Text("给人看的编号", "the number that people use"),
    "feedback.url": Text("工单的网页", "the page of the ticket"),
    "feedback.owner": Text("谁来答复", "who answers"),
    "feedback.due": Text("何时前答复", "by when"),
    "links.origin": Text("关联一端的任务编号", "id of the task at one end"),
    "links.target": Text("另一端的任务编号", "id of the task at the other end"),
    "links.kind": Text("关联说的是什么", "what the link says"),
    "links.lag": Text("前后之间隔几个工作日；重叠为负", "working days between the two; negative where they overlap"),
}
"""Section and field -> what it is."""

CONVERSION_MEANINGS: Mapping[str, Text] = {
    "text": Text("去掉前后空白的文字，或数", "text without outer blanks, or a number"),
    "url": Text("以 http:// 或 https:// 开头的文字", "text that begins with http:// or https://"),
    "html_text": Text("HTML 里读者看得到的文字", "what a reader of the HTML sees"),
    "number": Text("数，也可以写成文字", "a number, also written as text"),
    "percent": Text("0 到 100 变为 0 到 1", "0 to 100 as 0 to 1"),
    "hours_from_minutes": Text("分钟变为小时", "minutes as hours"),
    "hours_from_days": Text("天变为小时，一天 8 小时", "days of eight hours as hours"),
    "flag": Text("true、1、yes、是，或 false、0、no、否", "true, 1, yes, 是, or false, 0, no, 否"),
    "unix_date": Text(
        "1970 年以来的秒数或毫秒数，取 bridge.timezone 的日期；0 为没有",
        "seconds or milliseconds since 1970 as the day in bridge.timezone; 0 is none",
    ),
    "unix_instant": Text("同上，取时刻", "the same as an instant"),
    "iso_date": Text(
        "2026-09-01 或 2026-09-01T18:00:00+08:00，取日期", "2026-09-01 or 2026-09-01T18:00:00+08:00 as a day"
    ),
    "iso_instant": Text(
        "同上，取时刻；没有时区的按 bridge.timezone", "the same as an instant; without a zone it is local"
    ),
    "names": Text("文字，或带名称的对象，一个或多个，各一次", "texts or objects with a name, one or many, each once"),
    "last_ending": Text(
        "几个带 end_at 的对象中最晚结束的名称", "of objects with end_at the name of the one that ends last"
    ),
    "person": Text("一个账号或对象", "one id or object"),
    "people": Text("账号或对象，一个或多个", "ids or objects, one or many"),
    "as_is": Text("原样的 JSON 值", "the JSON value as it came"),
}

TABLE_KEYS: Mapping[str, Text] = {
    "from": Text("一条路径，或依次几条", "a path, or several in order"),
    "all": Text("几条路径合在一起", "several paths together"),
    "constant": Text("固定的值", "a fixed value"),
    "template": Text("由路径拼成的文字", "text with paths in its gaps"),
    "any": Text("依次几种读法", "several ways in order"),
    "inside": Text("值包在哪一层里", "in which layer the value is wrapped"),
    "lookup": Text("另一张表里对应的值", "what another list says about an id"),
    "pattern": Text("文字中的一段", "a part of a text"),
    "convert": Text("怎样转换", "how it is converted"),
    "values": Text("词与词的对应", "words to words"),
    "contains": Text("名称里有没有这些", "whether one of the names is one of these"),
    "when": Text("只在这些条件下", "only where this holds"),
    "otherwise": Text("对不上时取什么；status 不能用", "what is taken where nothing fits; not for a status"),
    "optional": Text("来源没有这一项也不提示", "that the source lacks it is not told"),
}
"""Everything that may stand in the table of one field."""
