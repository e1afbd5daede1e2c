"""The people of the demo: an invented company's market, R&D, service and sales teams, with an account in each tool."""

from __future__ import annotations

from msgspec import Struct

from connectors.testing import SimPerson, hex_id


class Member(Struct, frozen=True):
    name: str
    login: str
    team: str


PEOPLE = (
    Member("顾承志", "gu.chengzhi", "销售"),
    Member("苏晓岚", "su.xiaolan", "销售"),
    Member("林悦", "lin.yue", "市场"),
    Member("周启明", "zhou.qiming", "市场"),
    Member("许晴川", "xu.qingchuan", "市场"),
    Member("陶然之", "tao.ranzhi", "市场"),
    Member("陈思远", "chen.siyuan", "研发"),
    Member("赵一鸣", "zhao.yiming", "研发"),
    Member("孙嘉宁", "sun.jianing", "研发"),
    Member("吴桐", "wu.tong", "研发"),
    Member("郑凯文", "zheng.kaiwen", "研发"),
    Member("何若溪", "he.ruoxi", "研发"),
    Member("韩冬生", "han.dongsheng", "交付服务"),
    Member("蒋雯", "jiang.wen", "交付服务"),
    Member("沈博文", "shen.bowen", "交付服务"),
    Member("罗小雨", "luo.xiaoyu", "交付服务"),
)


def account(tool: str, name: str) -> str:
    """The id of a person in a tool; the tools know nothing of each other."""
    return hex_id(tool, "person", name, digits=32)


def accounts(tool: str) -> tuple[SimPerson, ...]:
    """Everybody's account in a tool. The addresses end in `.example`, which can never exist."""
    return tuple(
        SimPerson(account(tool, who.name), who.name, who.login, f"{who.login}@hechuan.example") for who in PEOPLE
    )
