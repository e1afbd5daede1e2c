"""The work items of the loopback server: varied, about two kilobytes each, the same ones in every run but for the day.

They carry the members that generation A of the API documents, filled with made-up values. Nothing here is served.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

HOST = "https://open.pingcode.com"
ROOT = f"{HOST}/v1/project"
DAY_S = 86_400
PROJECTS = 20
PEOPLE = 60
SPAN_DAYS = 400
# Nothing is younger, so that the edits of the second phase are later than everything of the first.
REST_S = 26 * 3600

WORDS = {
    "nouns": "结算 报表 网关 账户 合同 审批流 看板 日志 缓存 权限 消息 导出 任务队列 对账文件 登录页 移动端 接口 数据字典 监控 "
    "告警 备份 灰度环境 订单 库存 发票 客户档案 工单 标签 模板 搜索 索引 附件 时区 迁移脚本 单元测试 压测 回滚方案 培训材料 "
    "验收清单 gateway ledger webhook schema retry timeout batch cursor tenant invoice",
    "verbs": "接入 重构 修复 评审 联调 验证 补充 拆分 合并 上线 回归 梳理 确认 优化 迁移 清理 校验 对齐 部署 归档",
}
NOUNS, VERBS = (text.split() for text in WORDS.values())
ENDS = (
    "在客户测试环境里可以稳定复现",
    "需要与财务侧再确认一次口径",
    "等第三方给出时间后再排期",
    "边界情况已写进验收标准",
    "the vendor sandbox answers slowly",
    "上线窗口定在周四晚间",
    "旧数据按月分批处理",
    "失败后自动重试三次并通知值班人",
    "性能目标见附件第二页",
    "先出最小可用版本",
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
KINDS = ("story", "task", "task", "bug")
STATES = (
    ("待处理", "pending", "#9AA5B1"),
    ("进行中", "in_progress", "#E0A83C"),
    ("已完成", "completed", "#57B38A"),
    ("已关闭", "closed", "#7C8798"),
)
PRIORITIES = ("最高", "较高", "普通", "较低")
TAGS = ("合规", "试点", "客户A", "技术债", "regulatory", "阻塞", "二期", "安全")
Json = dict[str, Any]


def identity(*parts: object, digits: int = 24) -> str:
    """A stable id in the vendor's form."""
    return hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()[:digits]


def reference(path: str, *parts: object, **members: Any) -> Json:
    key = identity(path, *parts)
    return {"id": key, "url": f"{ROOT}/{path}/{key}", **members}


def user(number: int) -> Json:
    key = identity("user", number, digits=32)
    name = SURNAMES[number % len(SURNAMES)] + GIVEN[number * 7 % len(GIVEN)] + GIVEN[number * 11 % len(GIVEN)]
    url = f"{HOST}/v1/directory/users/{key}"
    return {"id": key, "url": url, "name": f"user{number}", "display_name": name, "avatar": f"{key[:12]}.png"}


def project(number: int) -> Json:
    name = f"{NOUNS[number * 3 % len(NOUNS)]}项目 {number + 1}"
    kind = ("scrum", "kanban", "hybrid", "waterfall")[number % 4]
    members = {"identifier": f"PRJ{chr(65 + number)}", "name": name, "type": kind, "is_archived": 0, "is_deleted": 0}
    return reference("projects", number, **members)


def states(project_number: int, kind: str) -> list[Json]:
    return [
        reference("work_item_states", project_number, kind, name, name=name, type=type_, color=color)
        for name, type_, color in STATES
    ]


def priority(number: int) -> Json:
    return reference("work_item_priorities", number, name=PRIORITIES[number])


def tag(number: int) -> Json:
    return reference("work_item_tags", number, name=TAGS[number])


def sprint(project_number: int, number: int, first: int) -> Json:
    start = first + number * 14 * DAY_S
    times = {"start_at": start, "end_at": start + 14 * DAY_S - 1, "status": "in_progress"}
    return reference(f"projects/{identity('projects', project_number)}/sprints", number, name=f"迭代 {number}", **times)


def version(project_number: int, number: int, first: int) -> Json:
    start = first + number * 60 * DAY_S
    stage = reference("stages", "doing", name="进行中", type="in_progress", color="#E0A83C")
    times = {"start_at": start, "end_at": start + 60 * DAY_S - 1, "stage": stage}
    path = f"projects/{identity('projects', project_number)}/versions"
    return reference(path, number, name=f"{1 + number // 4}.{number % 4}.0", **times)


@dataclass(frozen=True, slots=True)
class Stocked:
    """One item as it will be sent, beside what it is filtered by."""

    project: int
    created: int
    updated: int
    body: bytes


class Maker:
    """Makes `count` items, oldest first, none younger than `now` but for `REST_S`."""

    def __init__(self, count: int, now: int) -> None:
        self.count = count
        self.now = now
        self.first = now - SPAN_DAYS * DAY_S
        self._random = random.Random(20261124)
        self._users = [user(number) for number in range(PEOPLE)]
        self._projects = [project(number) for number in range(PROJECTS)]
        # Projects of one tenant differ in size; here the largest holds about four times the smallest.
        self._weights = [1 + 3 * self._random.random() for _ in range(PROJECTS)]
        self._states = {(p, kind): states(p, kind) for p in range(PROJECTS) for kind in set(KINDS)}
        self._versions = [[version(p, n, self.first) for n in range(7)] for p in range(PROJECTS)]
        self._sprints = [[sprint(p, n, self.first) for n in range(30)] for p in range(PROJECTS)]
        self._priorities = [priority(n) for n in range(len(PRIORITIES))]
        self._tags = [tag(n) for n in range(len(TAGS))]
        self._numbers = [0] * PROJECTS

    def stock(self) -> Iterator[Stocked]:
        moments = sorted(self._working_moment() for _ in range(self.count))
        places = self._random.choices(range(PROJECTS), self._weights, k=self.count)
        for number, (created, place) in enumerate(zip(moments, places, strict=True)):
            item = self._item(number, created, place)
            yield Stocked(place, created, item["updated_at"], encoded(item))

    def _working_moment(self) -> int:
        """People create items in the day, and few at the weekend: windows over time are unevenly full."""
        while True:
            second = self._random.randrange(self.first, self.now - REST_S)
            # Day and hour in China; the first day of the epoch was a Thursday.
            day, rest = divmod(second + 8 * 3600, DAY_S)
            if 9 <= rest // 3600 < 19 and ((day + 3) % 7 < 5 or self._random.random() < 0.1):
                return second

    def _item(self, number: int, created: int, place: int) -> Json:
        pick = self._random
        self._numbers[place] += 1
        key = identity("item", number)
        home, kind = self._projects[place], KINDS[number % len(KINDS)]
        start = created + pick.randrange(0, 10) * DAY_S
        wait, longest = pick.expovariate(1 / (9 * DAY_S)), self.now - REST_S - created
        # Clamped instead, hundreds of items would share their last second.
        updated = created + int(wait if wait < longest else pick.random() * longest)
        state = self._states[place, kind][pick.choices((0, 1, 2, 3), (3, 3, 5, 1))[0]]
        people = pick.sample(self._users, 3)
        short = key[:8]
        return {
            "id": key,
            "url": f"{ROOT}/work_items/{key}",
            "project": home,
            "identifier": f"{home['identifier']}-{self._numbers[place]}",
            "title": self._phrase(),
            "type": kind,
            "start_at": start,
            "end_at": start + pick.randrange(1, 30) * DAY_S,
            "parent_id": None,
            "short_id": short,
            "html_url": f"https://bench.pingcode.com/pjm/workitems/{short}",
            "parent": None,
            "assignee": people[0] if number % 9 else None,
            "state": state,
            "priority": pick.choice(self._priorities),
            "version": pick.choice(self._versions[place]) if number % 6 == 0 else None,
            "sprint": pick.choice(self._sprints[place]) if number % 4 == 0 else None,
            "board": None,
            "entry": None,
            "swimlane": None,
            "phase": None,
            "description": self._description(),
            "completed_at": updated if state["type"] == "completed" else None,
            "story_points": pick.choice((None, 1, 2, 3, 5, 8)),
            "estimated_workload": pick.choice((None, 4, 8, 16, 24)),
            "remaining_workload": pick.choice((None, 0, 2, 6)),
            "properties": self._properties(),
            "tags": pick.sample(self._tags, number % 5 // 2),
            "participants": [self._participant(person) for person in people[1 : 1 + (number % 3 == 0)]],
            "created_at": created,
            "created_by": {"id": people[2]["id"]},
            "updated_at": updated,
            "updated_by": {"id": people[1]["id"]},
            "is_archived": 0,
            "is_deleted": 0,
        }

    def _phrase(self) -> str:
        pick = self._random
        return f"{pick.choice(VERBS)}{pick.choice(NOUNS)}与{pick.choice(NOUNS)}（{pick.randrange(1, 999)}）"

    def _description(self) -> str:
        pick = self._random
        parts = [
            f"<p>{self._phrase()}，{pick.choice(ENDS)}；{pick.choice(VERBS)}{pick.choice(NOUNS)}。</p>"
            for _ in range(pick.randrange(1, 3))
        ]
        return "".join(parts)

    def _properties(self) -> Json:
        pick = self._random
        region, severity = pick.randrange(8), pick.randrange(5)
        return {
            "risk": pick.choice((None, identity("risk", pick.randrange(3)))),
            "backlog_type": None,
            "severity": identity("severity", severity),
            "target_region": identity("region", region),
            "reviewed_on": self.now - pick.randrange(1, 300) * DAY_S,
        }

    @staticmethod
    def _participant(person: Json) -> Json:
        return {
            "id": person["id"],
            "url": person["url"],
            "type": "user",
            "user": {"id": person["id"], "name": person["name"]},
        }


def encoded(item: Json) -> bytes:
    return json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()


def edited(body: bytes, at: int) -> bytes:
    """The item after a person moved its due date, renamed it and set it going."""
    item = json.loads(body)
    place = next(number for number in range(PROJECTS) if identity("projects", number) == item["project"]["id"])
    item |= {"title": f"{item['title']} 改", "end_at": item["end_at"] + 7 * DAY_S, "updated_at": at}
    item |= {"state": states(place, item["type"])[1], "completed_at": None}
    return encoded(item)
