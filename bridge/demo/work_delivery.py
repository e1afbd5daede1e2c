"""What the delivery team does: requirements, deployment, going live in shops, pilots abroad."""

from __future__ import annotations

from bridge.demo.shape import Own, Push, Stream, cross

_SPEC = ("工单流转", "坐席排班", "知识库")
_DEPLOY = ("生产环境", "数据迁移", "单点登录", "呼叫中心对接", "备份与演练")
_STORES = ("华东门店批次", "华北门店批次", "华南门店批次", "西南门店批次")
_ABROAD = ("试点门店环境", "收款设备", "店员账号", "上线支持")

DELIVERY = (
    Stream(
        milestone="M-13",
        project="DLV",
        titles=cross(_SPEC, ("现场调研", "规格说明书编写", "客户评审与签字")),
        team=("韩冬生", "沈博文"),
        older=7,
        phase="需求与方案",
        own=Own("需求规格确认", due=-58, done=True),
    ),
    Stream(
        milestone="M-14",
        project="DLV",
        titles=cross(_DEPLOY, ("方案确认", "安装与配置", "联通测试", "客户确认")),
        team=("韩冬生", "沈博文"),
        finished="1111111111111",
        open_due=(9, 14, 19, 24, 29, 34),
        doing=3,
        blocked="long",
        phase="系统部署",
        chains=((0, 1, 2, 3, 4, 5),),
        chained=3,
        left=(16.0, 24.0, 24.0, 24.0, 24.0, 24.0),
        own=Own("工单系统部署完成", due=36),
    ),
    Stream(
        milestone="M-04",
        project="DLV",
        root="青梧零售全国门店上线",
        stories=_STORES,
        titles=cross(_STORES, ("网络与设备勘查", "终端安装调试", "店员培训", "开业值守")),
        team=("韩冬生", "沈博文"),
        finished="0000100011111",
        open_due=(4, 6, 8, 9, 38, 40, 42, 45),
        doing=2,
        pushes=(Push(7, 33),),
        pushed=4,
        phase="门店上线",
    ),
    Stream(
        milestone="M-19",
        project="DLV",
        titles=cross(_ABROAD, ("清单确认", "远程配置", "试运行")),
        team=("沈博文", "韩冬生"),
        finished="0100100100101",
        open_due=(3, 7, 11, 15, 18, 21),
        doing=2,
        ahead=False,
        tags=("海外",),
    ),
)
