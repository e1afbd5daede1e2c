"""What each code of a source means for an admin, and what to do about it, in both languages."""

from __future__ import annotations

from bridge.language import Phrase, Text

OUTCOME_WORDS: dict[str, Text] = {
    "complete": Text("完整", "complete"),
    "partial": Text("不完整", "partial"),
    "failed": Text("失败", "failed"),
    "lacking": Text("没有", "not there"),
    "not_asked": Text("还没有读取", "not read yet"),
}
"""How a source, a part of it or an optional stream was read, in a field of a table."""
SIGN_IN = Text(
    zh="登录被拒绝：{detail}。请核对 client_id 与 client_secret，并确认应用未被停用。",
    en="signing in was refused: {detail}. Check client_id and client_secret, and that the app is not disabled.",
)
CODES: dict[str, Text] = {
    # --- Who we are and what we may ---
    "sign_in_failed": SIGN_IN,
    "token_refused": SIGN_IN,
    "token_lifetime": Text(
        zh="令牌有效期：{detail}。到期前会自动换新，无需处理；若短于一小时，请检查本机时钟。",
        en="lifetime of the token: {detail}. It is renewed before it ends, so nothing is to be done; "
        "if it is below an hour, check this machine's clock.",
    ),
    "not_permitted": Text(
        zh="已登录，但没有权限：{detail}。请在管理后台给应用补充读取权限与数据范围。",
        en="signed in, but not permitted: {detail}. Grant the app the read scopes and data range in the admin console.",
    ),
    "project_unreadable": Text(
        zh="项目读不到：{detail}。请把应用加入该项目，或从 projects 中去掉它。",
        en="a project cannot be read: {detail}. Add the app to it or take it out of projects.",
    ),
    "project_unknown": Text(
        zh="设置里的项目不存在或不可见：{detail}。请核对 projects。",
        en="a configured project does not exist or is not visible: {detail}. Check projects.",
    ),
    "no_projects": Text(
        zh="一个项目也看不到：{detail}。请在管理后台扩大应用的数据范围。",
        en="no project is visible: {detail}. Widen the data range of the app in the admin console.",
    ),
    "not_looked_at": Text(
        zh="为了不让人久等，有些项目没有逐个检查：{detail}。运行 pbridge sync 会全部读取。",
        en="not every project was tried, so that nobody waits: {detail}. pbridge sync reads them all.",
    ),
    "stream_unavailable": Text(
        zh="这类数据读不到，其余不受影响：{detail}。需要它时，请给应用授予所述权限，或确认版本包含该功能。",
        en="this kind of data cannot be read, the rest is not affected: {detail}. If you need it, grant the app the "
        "permission named, or make sure that your edition has it.",
    ),
    "capability_unavailable": Text(
        zh="可选功能未启用：{detail}。需要它时，请按来源的说明文档在设置中填写路径。",
        en="an optional capability is not in use: {detail}. If you need it, fill in its path in the settings as the "
        "README of the source says.",
    ),
    "v2_unavailable": Text(
        zh="补充接口不可用（不影响主要数据）：{detail}。需要补充数据时，请给应用授予任务读取权限。",
        en="the enriching list is unavailable (main data is not affected): {detail}. If you need what it adds, grant the "
        "app the permission to read tasks.",
    ),
    # --- Whom we ask, and how ---
    "unreachable": Text(
        zh="连不上主机：{detail}。请检查 base_url、网络、代理与防火墙。",
        en="the host cannot be reached: {detail}. Check base_url, network, proxy and firewall.",
    ),
    "path_unknown": Text(
        zh="服务器不认识这条路径：{detail}。请核对 base_url，或设置 profile。",
        en="the server does not know this path: {detail}. Check base_url or set profile.",
    ),
    "retired": Text(
        zh="这是已停用的旧接口：{detail}。请在当前开放平台新建应用，并改用它的 base_url、client_id 和 client_secret。",
        en="this is a retired interface: {detail}. Create an app on the current open platform and use its base_url, "
        "client_id and client_secret.",
    ),
    "clock_offset": Text(
        zh="服务器的时钟与本机相差 {detail}（正数是服务器快）。请校准本机时间（例如启用 NTP）。",
        en="the server's clock differs from this machine's by {detail} (plus: it is ahead). Correct this machine's clock, for "
        "example with NTP.",
    ),
    "page_sizes": Text(
        zh="每页实际给的条数：{detail}。会照实际条数读全，无需处理；上限更大时，把 page_size 调大可减少请求。",
        en="rows that a page really holds: {detail}. Everything is read all the same; where a page may hold more, a "
        "larger page_size saves requests.",
    ),
    "members_slow": Text(
        zh="成员列表很久没有答复：{detail}。同步时会等得更久；反复读不到时，负责人只显示编号，请联系服务方。",
        en="the list of members has not come for long: {detail}. A sync waits longer for it; if it never comes, owners "
        "are shown by their ids, so ask the vendor.",
    ),
    "filter_ignored": Text(
        zh="服务器不按更新时间筛选：{detail}。数据仍然完整，但每次都要全部读取；可把 [schedule] sync 放宽。",
        en="the server does not filter by time of update: {detail}. Data is complete, but every run reads all of it; "
        "a slower [schedule] sync spares it.",
    ),
    "throttled_or_down": Text(
        zh="服务暂时不可用或限流：{detail}。稍后会再试，也可以稍后重新运行。",
        en="the service is throttling or down for now: {detail}. Run again later.",
    ),
    "parked": Text(
        zh="服务方要求暂停访问，在此之前不会再请求：{detail}。无需处理，到时会自动继续；经常发生时请调低 requests_per_minute。",
        en="the vendor wants no request for a while, and gets none: {detail}. Nothing is to be done, a later run goes on; "
        "if it happens often, lower requests_per_minute.",
    ),
    "taken_over": Text(
        zh="本进程太久没有动静（例如机器休眠），另一个进程已接管 {detail}。已提交的页都在，没有再写入；由接管者读完。",
        en="this process gave no sign of life for too long (a machine that slept?), and another one has taken over {detail}. "
        "What was committed is kept, nothing more was written; the other one goes on.",
    ),
    "held": Text(
        zh="另一个进程正在读取这个来源：{detail}。请等它结束再运行；没有改动任何数据。",
        en="another process is reading this source: {detail}. Run again when it is done; nothing was touched.",
    ),
    "unlisted": Text(
        zh="项目“{detail}”不再列出：可能已归档、删除，或应用失去了权限。它的任务暂时保持原样；"
        "两次完整读取后仍未列出会标记为消失，数量太多时要等你确认：pbridge sync --confirm-gone。",
        en='project "{detail}" is not listed any more: archived, deleted, or closed to the app. Its tasks stay as they are '
        "for now; after two complete reads they are marked as gone, or, if they are many, once you confirm it: "
        "pbridge sync --confirm-gone.",
    ),
    # --- What came ---
    "state_types": Text(
        zh="见到的状态类型与任务数：{detail}。若有 1、2、3 以外的类型，请在映射的 [task.status] 中写明。",
        en="state types that were met, with how many tasks: {detail}. Give any type besides 1, 2 and 3 a status in "
        "[task.status] of the mapping.",
    ),
    "not_measured": Text(
        zh="有一项没有测出：{detail}。不影响读取，无需处理；想知道时请稍后再运行 pbridge check --verbose。",
        en="something was not measured: {detail}. Reading is not affected; to know it, run pbridge check --verbose again "
        "later.",
    ),
    "bad_payload": Text(
        zh="服务返回了无法理解的内容：{detail}。没有改动已存的数据；反复出现时请查看服务方的公告，或升级本程序。",
        en="the service answered something that cannot be understood: {detail}. Stored data was not touched; if it goes "
        "on, look at the vendor's notices or upgrade this program.",
    ),
    "rejected": Text(
        zh="请求被拒绝：{detail}。请核对设置。", en="the request was refused: {detail}. Check the settings."
    ),
    "rejected_rows": Text(
        zh="有 {detail} 行没有编号或不是对象，已单独保存。用 pbridge quarantine 查看，并在来源中改正。",
        en="{detail} row(s) have no id or are no objects and were kept aside. See pbridge quarantine, and correct them "
        "at the source.",
    ),
    "mass_disappearance": Text(
        zh="一次少了太多任务（{detail}），没有标记为消失。确认属实后运行 pbridge sync --full --confirm-gone。",
        en="too many tasks are missing at once ({detail}), so none was marked as gone. "
        "If it is true, run pbridge sync --full --confirm-gone.",
    ),
    "nothing_listed": Text(
        zh="一个项目也看不到，而以前有 {detail} 个项目有任务；已存的任务保持原样。请核对应用的权限与数据范围。",
        en="not one project is listed, though {detail} projects had tasks before; stored tasks were left as they are. "
        "Check the permissions and the data range of the app.",
    ),
    "failed": Text(
        zh="没有成功，来源没有说明原因：{detail}。请重新运行；反复出现时，把这段文字告诉维护者。",
        en="it failed for a reason that has no name: {detail}. Run again; if it goes on, give this text to the maintainers.",
    ),
    "interrupted": Text(zh="按要求中途停止；下次从断点继续。", en="stopped as asked; the next run goes on from there."),
}
OTHER = Text(zh="出现问题：{detail}。", en="a problem: {detail}.")


def in_words(code: str, detail: str) -> Phrase:
    """What a code means, and what to do about it."""
    return Phrase(CODES.get(code, OTHER), {"detail": detail.rstrip(".。")})
