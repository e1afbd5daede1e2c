"""What the marketing platform team does: campaign mini-programs, points, an English site, reports."""

from __future__ import annotations

from bridge.demo.shape import Push, Stream, cross

_CAMPAIGN = ("活动首页", "新品预约", "裂变助力", "优惠券领取", "中奖与发奖")
_POINTS = ("积分获取规则", "等级与权益", "积分抵扣", "规则回溯", "积分过期")
_SITE = ("英文首页", "门店查找", "会员注册", "多语言词条", "站点分析")
_CARD = ("年卡售卖", "实名绑定", "入园核验", "续费提醒", "退卡结算")
_BOARD = ("客流看板", "转化漏斗", "渠道对比", "自动日报")

PLATFORM = (
    Stream(
        milestone="M-05",
        project="PLT",
        root="北屿乳业新品活动小程序",
        titles=cross(_CAMPAIGN, ("交互评审", "页面开发", "接口联调", "兼容性测试")),
        team=("赵一鸣", "孙嘉宁"),
        finished="1010101110111",
        open_due=(-4, -1, 3, 6, 9, 11),
        doing=3,
        ahead=False,
        grows=2,
        tags=("北屿",),
        unit="points",
        deleted=("活动首页：雪花动效（重复创建）",),
    ),
    Stream(
        milestone="M-09",
        project="PLT",
        root="会员积分规则引擎",
        stories=_POINTS,
        titles=cross(_POINTS, ("规则建模", "引擎开发", "管理页面", "自动化用例", "灰度验证")),
        team=("吴桐", "郑凯文", "何若溪"),
        older=2,
        finished="2011201120112",
        open_due=(8, 13, 19, 25, 31),
        doing=1,
        release="3.1",
        unit="points",
    ),
    Stream(
        milestone="M-18",
        project="PLT",
        root="Northmere 英文站点",
        titles=cross(_SITE, ("文案与设计稿", "前端开发", "接口联调", "浏览器兼容测试")),
        team=("吴桐", "何若溪"),
        finished="1102101121111",
        open_due=(9, 15, 22, 30),
        doing=1,
        sprints=("平台迭代 14", "平台迭代 15"),
        unit="both",
    ),
    Stream(
        milestone="M-21",
        project="PLT",
        root="景区会员年卡小程序",
        titles=cross(_CARD, ("流程设计", "服务端开发", "小程序开发", "联调", "测试报告")),
        team=("郑凯文", "吴桐"),
        older=2,
        finished="1021110210211",
        open_due=(8, 14, 21, 30, 40),
        doing=2,
        release="3.2",
        unit="points",
        cancelled=("年卡售卖：纸质卡打印对接",),
    ),
    Stream(
        milestone="M-24",
        project="PLT",
        root="运营数据看板",
        titles=cross(_BOARD, ("指标口径确认", "数据加工", "页面开发", "核数")),
        team=("郑凯文", "赵一鸣"),
        finished="1111111111111",
        open_due=(9, 15, 24),
        doing=1,
        pushes=(Push(5, 6),),
        tags=("看板",),
        unit="both",
        chains=((0, 1),),
        left=(8.0, 16.0, 128.0),
    ),
    Stream(
        milestone="",
        project="PLT",
        titles=("修复：看板导出表头错位", "修复：漏斗图百分比相加不足 100%", "修复：客流看板跨零点少计一小时"),
        team=("郑凯文",),
        finished="0000010010000",
        open_due=(10,),
        tags=("看板",),
        unit="none",
    ),
    Stream(
        milestone="",
        project="PLT",
        titles=(
            "修复：消息推送偶发重复",
            "修复：积分流水分页丢失最后一条",
            "升级前端构建工具",
        ),
        team=("赵一鸣", "孙嘉宁"),
        finished="0010000000000",
        open_due=(18, None),
        unit="none",
    ),
)
