"""What is said about settings that cannot be used: the place, the value and the remedy."""

from __future__ import annotations

from bridge.language import Text

NO_FILE = Text(
    zh="找不到设置文件 {path}。请运行 pbridge init 生成一份，或用 --config 指出它在哪里。",
    en="there is no settings file {path}. Run pbridge init to write one, or point to it with --config.",
)
NO_ACCESS = Text(
    zh="读不到设置文件 {path}：{why}。请检查它的权限。",
    en="the settings file {path} cannot be read: {why}. Check its permissions.",
)
NOT_UTF8 = Text(
    zh="{path} 不是 UTF-8 文字。请在编辑器里另存为 UTF-8。",
    en="{path} is not UTF-8 text. Save it as UTF-8 in the editor.",
)
NOT_TOML = Text(
    zh="{path} 不是有效的 TOML：{detail}。请改正该处。", en="{path} is not valid TOML: {detail}. Correct that place."
)
HEADING = Text(zh="设置文件 {path} 有 {count} 处问题：", en="{count} problem(s) in the settings file {path}:")
UNKNOWN_KEY = Text(
    zh="{path} [{place}] 没有名为 {value} 的设置；最接近的是 {near}。请改名或删去。",
    en="{path} [{place}] knows no setting {value}; the nearest is {near}. Rename or remove it.",
)
UNKNOWN_KEY_FAR = Text(
    zh="{path} [{place}] 没有名为 {value} 的设置；可用的有：{known}。",
    en="{path} [{place}] knows no setting {value}; known: {known}.",
)
AS_TABLES = Text(zh="请写成 [[{name}]]", en="write it as [[{name}]]")
AS_TABLE = Text(zh="请写成 [{name}]", en="write it as [{name}]")
KNOWN_KINDS = Text(zh="可用的有 {known}", en="known: {known}")
WHY: dict[str, Text] = {
    "int_type": Text(zh="应为整数", en="must be a whole number"),
    "int_parsing": Text(zh="应为整数", en="must be a whole number"),
    "int_from_float": Text(zh="应为整数", en="must be a whole number"),
    "float_type": Text(zh="应为数字", en="must be a number"),
    "float_parsing": Text(zh="应为数字", en="must be a number"),
    "string_type": Text(zh="应为文字（加引号）", en="must be text (in quotes)"),
    "string_too_short": Text(zh="不能为空", en="must not be empty"),
    "string_pattern_mismatch": Text(zh="不能含空格、冒号或竖线", en="must not hold blanks, colons or bars"),
    "tuple_type": Text(zh="应为列表，例如 []", en="must be a list such as []"),
    "dict_type": Text(zh='应为表，例如 {{ 林悦 = "linyue" }}', en='must be a table such as {{ 林悦 = "linyue" }}'),
    "bool_type": Text(zh="应为 true 或 false", en="must be true or false"),
    "literal_error": Text(zh="应为 {expected} 之一", en="must be one of {expected}"),
    "greater_than": Text(zh="应大于 {gt}", en="must be greater than {gt}"),
    "greater_than_equal": Text(zh="不得小于 {ge}", en="must be at least {ge}"),
    "less_than_equal": Text(zh="不得大于 {le}", en="must be at most {le}"),
    "finite_number": Text(zh="应为普通数字", en="must be a plain number"),
}
WHY_BY_MESSAGE: dict[str, Text] = {
    text.en: text
    for text in (
        Text(zh="不是时区名，例如 Asia/Shanghai", en="is no time zone name such as Asia/Shanghai"),
        Text(
            zh="应写成 sqlite:///文件 或 postgresql://用户@主机/库名",
            en="must be sqlite:///FILE or postgresql://USER@HOST/NAME",
        ),
        Text(zh="应写成 21:00-08:00 的样子", en="must look like 21:00-08:00"),
        Text(zh="应是不带 ? 和 # 的 https 地址", en="must be an https address without ? and #"),
        Text(zh="写了 issuer 就要写它", en="is needed beside issuer"),
        Text(zh="应包含 openid", en="must name openid"),
        Text(zh="应以 http:// 或 https:// 开头", en="must start with http:// or https://"),
    )
}
"""What the validators of the sections and of the connectors say, in both languages."""
OTHER_WHY = Text(zh="{message}", en="{message}")
WRONG_VALUE = Text(
    zh="{path} [{place}] 的值 {value} 不可用：{why}。", en="{path} [{place}]: the value {value} cannot be used: {why}."
)
MISSING_KEY = Text(zh="{path} [{place}] 缺少必填设置，请补上。", en="{path} [{place}] is required; add it.")
NO_VARIABLE = Text(
    zh="{path} [{place}] 取自环境变量 {value}，但该变量没有设置。请先设置它，例如 export {value}=…",
    en="{path} [{place}] is read from the environment variable {value}, which is not set. Set it, e.g. export {value}=…",
)
NO_SECRET_FILE = Text(
    zh="{path} [{place}] 取自文件 {value}，但读不到：{why}。请检查路径与权限。",
    en="{path} [{place}] is read from the file {value}, which cannot be read: {why}. Check its path and permissions.",
)
EMPTY = Text(zh="文件是空的", en="it is empty")
DUPLICATE_CHANNEL = Text(
    zh="{path} 有两个 [[notify]] 同名 {value}；请给每个不同的 name。",
    en="{path} has two [[notify]] named {value}; give each its own name.",
)
DUPLICATE_SOURCE = Text(
    zh="{path} 有两个来源同名 {value}；请给每个来源不同的 name。",
    en="{path} has two sources named {value}; give each its own name.",
)
OPEN_SECRET = Text(
    zh="{path} 里直接写着密钥 {place}，而该文件他人可读。请改用 env: 或 file:，或执行 chmod 600。",
    en="{path} holds the secret {place} literally and others can read the file. Use env: or file:, or chmod 600 it.",
)
