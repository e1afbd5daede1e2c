"""What every setting means; a key of the models that is not here stops the reference, so no setting stays unexplained."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.language import Text

SECTION_MEANINGS: Mapping[str, Text] = {
    "[bridge]": Text("程序本身。", "The program itself."),
    "[database]": Text("数据存在哪里。", "Where data is stored."),
    "[plan]": Text("销售计划。", "The sales plan."),
    "[calendar]": Text("工作日。", "Working days."),
    "[rules]": Text(
        "判定的阈值；计划里一个项目的“规则”列可以改其中一些。",
        "Thresholds of the detection; a deal's `rules` in the plan may override some.",
    ),
    "[forecast]": Text("预测。", "Forecasts."),
    "[schedule]": Text(
        "`pbridge serve` 何时做什么；crontab 写法，星期日为 0；空文字为不定时做。",
        "When `pbridge serve` does what: crontab syntax, Sunday is 0; empty text is never by itself.",
    ),
    "[retention]": Text(
        "`pbridge db prune` 清理多少天以前的内容；任何一天的报告都不变。",
        "How many days `pbridge db prune` keeps what no report of any day needs.",
    ),
    "[log]": Text(
        "`pbridge serve` 的日志，密钥一律隐去。", "What `pbridge serve` writes about itself; secrets are taken out."
    ),
    "[web.oidc]": Text(
        "用公司的身份服务登录（OpenID Connect）；`issuer` 为空时关闭。怎样接上见[管理员指南](../guide-admin.md)。",
        "Login by the company's identity provider (OpenID Connect); off while `issuer` is empty. How to set it up: "
        "[guide for admins](../guide-admin.md).",
    ),
    "[web]": Text("`pbridge serve` 的网页、接口和 webhook。", "Pages, API and webhooks of `pbridge serve`."),
    "[[sources]]": Text("每个来源一段；这些键每种来源都有。", "One for each source; these keys every kind has."),
    '[[sources]] kind = "pingcode"': Text("PingCode 另有的键。", "What PingCode adds."),
    '[[sources]] kind = "worktile"': Text(
        "Worktile 另有的键，或默认值不同的键。", "What Worktile adds, or has another default for."
    ),
    "[sources.capabilities.<name>]": Text(
        "Worktile 只知道名字的读取：看得到在线文档的人填上路径才会用。`<name>` 是",
        "Reads of Worktile that are known by name only: used once somebody who sees the live documents fills in the path. `<name>` is one of",
    ),
    "[[notify]]": Text("每个消息渠道一段。", "One for each channel of messages."),
}

SETTINGS: Mapping[str, Text] = {
    "[bridge] data_dir": Text("程序存放文件的目录", "where files of the program are kept"),
    "[bridge] timezone": Text("日期按这个时区计算", "civil dates are dates of this zone"),
    "[bridge] language": Text("输出的语言", "language of what is printed"),
    "[database] url": Text(
        "SQLite 文件，sqlite:/// 后面写路径；或 PostgreSQL 的库，postgresql://用户@主机/库名",
        "the SQLite file, a path behind sqlite:///; or a database of PostgreSQL, postgresql://USER@HOST/NAME",
    ),
    "[plan] file": Text(".xlsx、.toml，或 .csv 文件夹", "a workbook, a TOML file or a folder of CSV"),
    "[calendar] overrides": Text(
        "公司自定的上班与放假日，CSV：date,workday|off,name",
        "your own working days and days off, CSV: date,workday|off,name",
    ),
    "[calendar] hours_per_day": Text("一个工作日几小时", "hours of a working day"),
    "[forecast] calibrate": Text(
        "用以往预测与实际之比修正预测；否则只作提示", "correct forecasts by how past ones came out; else only hint"
    ),
    "[schedule] sync": Text("读取变化", "read what changed"),
    "[schedule] full_read": Text("完整读取，发现消失的任务", "read everything and find what is gone"),
    "[schedule] digest": Text(
        "简报；mon-fri 指工作日，节假日不发，调休上班日照发", "the digest; mon-fri means working days, make-up days too"
    ),
    "[schedule] weekly": Text(
        "一周小结；当天休息就在本周下一个工作日，本周再无工作日则不发",
        "the summary of the week; that day off: the next working day of that week, if there is one",
    ),
    "[log] format": Text("text，或每行一个 JSON 对象", "text, or one JSON object a line"),
    "[log] level": Text("从哪一级起写", "from which level on something is written"),
    "[log] to": Text("写到哪里；systemd 下都进入 journal", "where to; under systemd both end up in the journal"),
    "[schedule] backup": Text("备份到数据库旁的 backups/", "a backup into backups/ beside the store"),
    "[schedule] prune": Text("按 [retention] 清理", "remove what [retention] lets go"),
    "[retention] backups": Text("留几份定时备份", "how many of the timed backups are kept"),
    "[retention] raw_days": Text("来源内容的旧版本", "former versions of what the sources sent"),
    "[retention] snapshot_days": Text("每日快照里逐条任务的权重", "weights of single tasks in daily snapshots"),
    "[retention] run_days": Text("运行记录，之后每天留最后一次", "runs; then the last one of each day is kept"),
    "[retention] outbox_days": Text("已送达的消息", "messages that have arrived"),
    "[retention] audit_days": Text("登录与账号的审计记录", "the audit of logins and accounts"),
    "[web] host": Text(
        "监听的地址；对外请放在提供 HTTPS 的反向代理后面，并先添加用户",
        "address to listen on; outside only behind a reverse proxy with HTTPS, and with users",
    ),
    "[web] port": Text("端口；0 为任意空闲端口", "port; 0 takes any free one"),
    "[web] public_url": Text("反向代理对外的地址", "the address by which a reverse proxy is known"),
    "[web.oidc] issuer": Text(
        "身份服务的地址，其下有 /.well-known/openid-configuration",
        "address of the provider, below which /.well-known/openid-configuration is found",
    ),
    "[web.oidc] client_id": Text("在身份服务登记的应用编号", "the id under which this program is registered there"),
    "[web.oidc] client_secret": Text(
        "应用的密钥，请用 env: 或 file:；公开应用留空", "its secret, by env: or file:; empty for a public client"
    ),
    "[web.oidc] name": Text("登录页上怎样称呼它", "what it is called on the login page"),
    "[web.oidc] scopes": Text("请求的范围", "the scopes to be asked for"),
    "[web.oidc] name_claim": Text("姓名取自哪个声明", "the claim that a person's name is taken from"),
    "[web.oidc] email_domains": Text(
        "只准这些域名的、已验证的邮箱；空则不看邮箱",
        "only verified e-mail addresses of these domains come in; empty: no matter which",
    ),
    "[web.oidc] roles_claim": Text(
        "角色取自哪个声明，如 groups 或 realm_access.roles；每次登录都照它",
        "the claim that roles are taken from, such as groups or realm_access.roles; followed at every login",
    ),
    "[web.oidc] roles": Text("声明里的值 → 角色", "a value of that claim → a role"),
    "[web.oidc] default_role": Text(
        "没有别的角色的人得到它；空则拒绝", "given to who has no other role; empty: they are refused"
    ),
    "[web.oidc] ca_file": Text("内部证书机构的证书文件", "certificates of an authority of your own"),
    "[web] hook_token": Text(
        "webhook 发到 /hooks/<来源名>/<token>；空则不接收",
        "webhooks come to /hooks/<source>/<token>; empty: none is received",
    ),
    "[[sources]] name": Text(
        "自取的名字，用在范围和报告里；不含空格、冒号、竖线",
        "your name for it, in scopes and reports; no blanks, colons or bars",
    ),
    "[[sources]] kind": Text("哪种来源：pingcode 或 worktile", "which kind: pingcode or worktile"),
    "[[sources]] base_url": Text("开放接口的地址", "address of the open API"),
    "[[sources]] client_id": Text("应用的编号", "id of the application"),
    "[[sources]] client_secret": Text("应用的密钥；请用 env: 或 file:", "secret of the application; use env: or file:"),
    "[[sources]] client_secret_expires": Text(
        "密钥到期日，提前三十天提醒", "the day on which the secret ends; told 30 days before"
    ),
    "[[sources]] mapping": Text("映射文件；空为随程序的那份", "the mapping file; empty: the one that ships"),
    "[[sources]] projects": Text(
        "只读这些项目（编号或标识）；空为应用可见的全部",
        "read only these (ids or identifiers); empty: all that the app may see",
    ),
    "[[sources]] requests_per_minute": Text(
        "请求上限，本机所有进程共用", "limit of requests, shared by all processes of this machine"
    ),
    "[[sources]] web_base_url": Text("只用来生成链接的网页地址", "address of the pages, only to build links"),
    '[[sources]] kind = "pingcode" profile': Text("接口路径的代次；auto 自己识别", "path generation; auto finds it"),
    '[[sources]] kind = "worktile" base_url': Text("整个前缀，包括 /open-api", "the whole prefix, /open-api included"),
    '[[sources]] kind = "worktile" use_v2': Text(
        "任务列表缺负责人等内容时，从第二个列表补；否则逐个去问",
        "fill in from the second list what the first lacks; else each by id",
    ),
    '[[sources]] kind = "worktile" page_size': Text("每页条数", "rows on a page"),
    '[[sources]] kind = "worktile" capabilities': Text("可选功能，见下表", "optional reads, see the next table"),
    "[sources.capabilities.<name>] method": Text("只读，只能是 GET", "nothing but GET: sources are only read"),
    "[sources.capabilities.<name>] path": Text(
        "base_url 之后的路径，可以含 {project}；空为不用", "path below base_url, may hold {project}; empty: not used"
    ),
    "[sources.capabilities.<name>] params": Text("参数，值可以含 {project}", "parameters; values may hold {project}"),
    "[sources.capabilities.<name>] rows": Text(
        "行在回答里的位置（JSON pointer）；空为整个回答",
        "where the rows stand in the answer (JSON pointer); empty: the whole answer",
    ),
    "[sources.capabilities.<name>] scope": Text(
        "整个团队问一次，或每个项目问一次", "asked once for the team, or once a project"
    ),
    "[sources.capabilities.<name>] id": Text("行里哪个键是编号", "the key of a row that holds its id"),
    "[sources.capabilities.<name>] paged": Text("是否分页", "whether it has pages"),
    "[[notify]] name": Text(
        "自取的名字，pbridge notify --channel 用它", "your name for it, for pbridge notify --channel"
    ),
    "[[notify]] kind": Text("企业微信、钉钉、飞书、邮件、webhook", "WeCom, DingTalk, Feishu, mail, webhook"),
    "[[notify]] url": Text(
        "机器人或 webhook 的地址；请用 env: 或 file:", "address of the robot or webhook; use env: or file:"
    ),
    "[[notify]] secret": Text("加签密钥；邮件为密码", "signing secret; of mail the password"),
    "[[notify]] form": Text(
        "企业微信：markdown、markdown_v2、text；钉钉：markdown、action_card",
        "WeCom: markdown, markdown_v2, text; DingTalk: markdown, action_card",
    ),
    "[[notify]] keyword": Text("机器人要求的关键词", "the keyword that the robot asks for"),
    "[[notify]] owner": Text("只发此人负责的；空为全部", "only what this person owns; empty: all"),
    "[[notify]] language": Text("空：同 [bridge]", "empty: as in [bridge]"),
    "[[notify]] mentions": Text("姓名 = 渠道里的 id，会被 @", "name = id in that channel, who is then called"),
    "[[notify]] digest": Text("在 [schedule] digest 的时刻发简报", "send the digest at [schedule] digest"),
    "[[notify]] weekly": Text(
        "在 [schedule] weekly 的时刻发一周小结", "send the summary of the week at [schedule] weekly"
    ),
    "[[notify]] urgent": Text(
        "合同承诺转红时另发，每天至多 3 条", "when a contractual promise turns red; 3 a day at most"
    ),
    "[[notify]] quiet_hours": Text("例如 21:00-08:00，期间不发", "such as 21:00-08:00, when nothing is sent"),
    "[[notify]] intranet_hosts": Text("允许发往的内网主机", "private hosts that messages may go to"),
    "[[notify]] proxy": Text(
        "http://host:port；不用环境里的代理", "http://host:port; the environment's proxy is not used"
    ),
    "[[notify]] host": Text("邮件服务器", "the mail server"),
    "[[notify]] port": Text("0 为按 security 取 587、465 或 25", "0: 587, 465 or 25 by security"),
    "[[notify]] security": Text("邮件连接怎样加密", "how the connection to the mail server is encrypted"),
    "[[notify]] ca_file": Text("自签证书", "certificate of your own authority"),
    "[[notify]] username": Text("邮件账号", "account at the mail server"),
    "[[notify]] sender": Text("发件人", "who sends"),
    "[[notify]] to": Text("收件人", "who receives"),
    "[[notify]] attach": Text("附 Excel 报告", "attach the report as a workbook"),
}
"""Section and key -> meaning."""

THRESHOLDS: Mapping[str, Text] = {
    "slip_red_workdays": Text("晚多少个工作日以上为红", "working days late above which it is red"),
    "slip_red_ratio": Text(
        "或晚于计划工期的多少以上为红；两者取大", "or share of the planned duration; the larger of the two"
    ),
    "p_red": Text("按时把握低于它为红", "chance to be on time below which it is red"),
    "p_amber": Text("按时把握低于它为黄", "chance to be on time below which it is amber"),
    "near_critical_workdays": Text("余量不超过几个工作日算将尽", "working days to spare that count as hardly any"),
    "blocked_workdays": Text("阻塞超过几个工作日为红", "working days of being blocked above which it is red"),
    "pushes_red": Text("推迟几次为红", "pushes from which on it is red"),
    "tspi_red": Text(
        "余下的工作须提速到计划的几倍以上为红", "how many times as fast as planned the rest must go to be red"
    ),
    "stale_workdays": Text("超过几个工作日没有更新算停滞", "working days without an update above which work is stale"),
    "unassigned_ratio": Text("未完成任务中没有负责人的比例", "share of open tasks without an owner"),
    "load_amber": Text("一周工作量与可用工时之比", "a week's work against the hours available"),
    "scope_ratio": Text("承诺以来工作量净增的比例", "growth of the work since the promise"),
    "source_stale_hours": Text(
        "上次完整读取超过几小时算过时", "hours since the last complete read above which data is too old"
    ),
    "unmapped_ratio": Text("任务中状态无法识别的比例", "share of tasks whose status is not recognised"),
    "throughput_weeks": Text("按最近几周的完成数预测", "weeks of finished tasks from which is forecast"),
    "gone_guard_ratio": Text(
        "一个项目一次少了更多任务，先不当真",
        "share of a project's tasks missing at once above which it is not believed at first",
    ),
}
