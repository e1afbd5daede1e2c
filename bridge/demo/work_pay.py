"""What the payment team does: interfaces, shop terminals, an overseas channel."""

from __future__ import annotations

from bridge.demo.shape import Own, Push, Stream, cross

_INTERFACES = ("会员支付下单", "退款与撤销", "对账文件", "签名与密钥", "异常补单", "灰度与回滚")
_TILL = ("收银台改版", "会员码核销", "离线交易", "小票打印", "店员权限", "营业日结")
_TERMINAL = ("前台终端驱动", "押金预授权", "房账挂账", "会员储值", "双屏展示")
_CHANNEL = ("商户入网资料", "币种与汇率", "拒付处理")

PAY = (
    Stream(
        milestone="M-01",
        project="PAY",
        root="青梧零售会员支付接口",
        stories=_INTERFACES,
        titles=cross(_INTERFACES, ("接口定义与评审", "接口开发", "与收银系统联调", "异常用例自测", "压测与调优")),
        team=("陈思远", "赵一鸣", "孙嘉宁"),
        older=3,
        finished="1112111212111",
        open_due=(-9, -7, -4, -2, 3, 6, 8),
        doing=4,
        ahead=False,
        release="2.4.0",
        own=Own("会员支付接口联调完成", due=8, pushes=(Push(1, 5), Push(3, 6), Push(6, 9))),
        cancelled=("短信支付通道：方案评估",),
    ),
    Stream(
        milestone="M-02",
        project="PAY",
        root="青梧零售门店收银试点",
        titles=cross(_TILL, ("交互稿确认", "前端开发", "后端开发", "联调", "门店验收用例")),
        team=("陈思远", "赵一鸣", "孙嘉宁"),
        finished="1110121112111",
        open_due=(-3, 1, 4, 7, 9, 10, 11, 13, 14, 15, 16),
        doing=5,
        ahead=False,
        grows=3,
        sprints=("支付迭代 9", "支付迭代 10"),
        unit="both",
        archived=("收银台改版：旧版截图归档",),
    ),
    Stream(
        milestone="M-10",
        project="PAY",
        root="南汀酒店前台收款终端适配",
        titles=cross(_TERMINAL, ("需求澄清", "适配开发", "真机联调", "回归测试")),
        team=("何若溪", "郑凯文"),
        finished="1111111111111",
        open_due=(9, 14, 20, 26),
        doing=1,
        tags=("南汀终端",),
        own=Own("前台收款终端适配完成", due=28),
    ),
    Stream(
        milestone="",
        project="PAY",
        titles=("终端采购报销单据整理", "终端样机借用登记"),
        team=("何若溪",),
        finished="0000000010000",
        open_due=(-6,),
        tags=("南汀终端", "内部"),
        unit="none",
    ),
    Stream(
        milestone="M-17",
        project="PAY",
        root="海外支付通道认证",
        stories=_CHANNEL,
        titles=cross(_CHANNEL, ("资料准备与提交", "沙箱联调", "认证测试", "问题整改")),
        team=("孙嘉宁", "陈思远"),
        finished="0101101001010",
        undated=3,
        open_due=(-2, 1, 3),
        doing=2,
        ahead=False,
        unit="points",
    ),
    Stream(
        milestone="",
        project="PAY",
        titles=(
            "修复：退款单偶发重复提示",
            "修复：小票二维码在深色主题下无法识别",
            "修复：夜间对账任务超时",
        ),
        team=("赵一鸣", "陈思远"),
        finished="0001000000000",
        open_due=(12, None),
        unit="none",
    ),
)
