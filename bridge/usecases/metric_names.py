"""Every metric by name, kind, labels and meaning; docs/metrics.md lists the same, and a test holds them together."""

from __future__ import annotations

from typing import Literal

from bridge.language import Text

Kind = Literal["counter", "gauge", "summary"]
Family = tuple[str, Kind, tuple[str, ...], Text]

FAMILIES: tuple[Family, ...] = (
    # --- The process and its store ---
    (
        "pbridge_build_info",
        "gauge",
        ("version", "python", "sqlite"),
        Text("程序与运行环境的版本，恒为 1", "versions of the program and of what it runs on; always 1"),
    ),
    (
        "pbridge_store_ready",
        "gauge",
        (),
        Text("数据库可读且结构为当前版本时为 1", "1 where the store can be read and has the current schema"),
    ),
    ("pbridge_schema_version", "gauge", (), Text("数据库结构的版本号", "number of the newest step of the schema")),
    ("pbridge_schema_expected", "gauge", (), Text("本程序需要的结构版本号", "number of the step this program needs")),
    ("pbridge_scheduler_up", "gauge", (), Text("调度器在运行时为 1", "1 while the scheduler is alive")),
    # --- Requests to the sources ---
    (
        "pbridge_requests",
        "counter",
        ("source", "outcome"),
        Text("发出的请求数，按该次读取的结果", "requests sent, by how the reading they belong to ended"),
    ),
    ("pbridge_request_retries", "counter", ("source",), Text("重试的请求数", "requests that were tried again")),
    (
        "pbridge_request_sleep_seconds",
        "counter",
        ("source",),
        Text("因限流或重试而等待的秒数", "seconds slept for limits and retries"),
    ),
    (
        "pbridge_budget_limit",
        "gauge",
        ("source",),
        Text("每分钟允许的请求数", "requests allowed in a minute, by settings or as the vendor told"),
    ),
    (
        "pbridge_budget_used",
        "gauge",
        ("source",),
        Text("最近一分钟已用和已预留的请求数", "requests of the last minute, those reserved for later among them"),
    ),
    (
        "pbridge_budget_blocked_seconds",
        "gauge",
        ("source",),
        Text("厂商要求再等待的秒数", "seconds for which the vendor still wants no request"),
    ),
    # --- Readings and rows ---
    (
        "pbridge_source_runs",
        "counter",
        ("source", "mode", "outcome"),
        Text("读取次数，按方式和结果", "readings by mode (full, incremental, tasks) and outcome"),
    ),
    (
        "pbridge_source_outcome",
        "gauge",
        ("source", "outcome"),
        Text("最近一次读取的结果，为 1 的那个", "how the last reading ended: the outcome that has 1"),
    ),
    (
        "pbridge_source_errors",
        "gauge",
        ("source", "code"),
        Text("最近一次读取中出现的错误代码", "codes of what went wrong in the last reading"),
    ),
    (
        "pbridge_rows",
        "counter",
        ("source", "outcome"),
        Text("读到的行，按处理结果", "rows read, by what became of them"),
    ),
    (
        "pbridge_data_age_seconds",
        "gauge",
        ("source",),
        Text("距最近一次读全所有任务的秒数", "seconds since every task was last known completely"),
    ),
    ("pbridge_run_duration_seconds", "summary", ("kind",), Text("运行次数与总耗时", "runs and how long they took")),
    (
        "pbridge_run_last_duration_seconds",
        "gauge",
        ("kind",),
        Text("最近一次运行的耗时", "how long the last run took"),
    ),
    (
        "pbridge_run_last_timestamp_seconds",
        "gauge",
        ("kind",),
        Text("最近一次运行结束的时刻", "when the last run ended"),
    ),
    # --- What is there now ---
    (
        "pbridge_quarantine_rows",
        "gauge",
        ("source",),
        Text("隔离区里成不了任务的行", "rows in quarantine: they could not become tasks"),
    ),
    (
        "pbridge_hints_queue_depth",
        "gauge",
        ("source",),
        Text("还没有跟进的 webhook 提醒", "hints of webhooks that were not followed yet"),
    ),
    (
        "pbridge_milestones",
        "gauge",
        ("status",),
        Text("最近一次判定的里程碑，按颜色", "milestones by colour, as last judged"),
    ),
    (
        "pbridge_findings",
        "gauge",
        ("severity", "status"),
        Text("未消除的问题：open 无人认领，acknowledged 已确认", "findings not cleared: open, or acknowledged"),
    ),
    (
        "pbridge_notifications",
        "gauge",
        ("kind", "state"),
        Text("发件箱里的消息，按渠道种类和状态", "parts of messages by kind of channel and state"),
    ),
    ("pbridge_outbox_queue_depth", "gauge", (), Text("等待发送的消息", "parts of messages that wait to be sent")),
    (
        "pbridge_outbox_oldest_seconds",
        "gauge",
        (),
        Text("等得最久的消息已等的秒数", "seconds that the oldest waiting part has waited"),
    ),
    # --- How the service itself fares ---
    (
        "pbridge_concerns",
        "gauge",
        ("code",),
        Text(
            "需要有人处理而无人确认的提醒，按种类（见 operations.md）",
            "notices for which nobody answers, by kind (operations.md)",
        ),
    ),
    (
        "pbridge_job_runs",
        "counter",
        ("name", "outcome"),
        Text(
            "定时任务的次数：done 完成，failed 失败，skipped 上一次未结束，missed 服务没有运行",
            "times of scheduled jobs: done, failed, skipped (still at work), missed (no service)",
        ),
    ),
    (
        "pbridge_job_last_end_timestamp_seconds",
        "gauge",
        ("name",),
        Text("定时任务最近一次结束的时刻", "when a scheduled job ended last"),
    ),
    (
        "pbridge_secret_expires_timestamp_seconds",
        "gauge",
        ("source",),
        Text("密钥到期的时刻（设置了才有）", "when the secret ends, where the settings tell"),
    ),
    ("pbridge_disk_used_ratio", "gauge", (), Text("数据所在磁盘的使用率", "how full the disk with the data is")),
    ("pbridge_store_bytes", "gauge", (), Text("数据库文件的大小", "size of the database file")),
)
