"""What is said about a mapping file: the place, the value and the remedy."""

from __future__ import annotations

from bridge.language import Text

HEADING = Text(zh="映射文件 {file} 有 {count} 处问题：", en="{count} problem(s) in the mapping file {file}:")
AT = Text(
    zh="{file} 第 {line} 行第 {column} 列 [{place}]：{what}", en="{file} line {line} column {column} [{place}]: {what}"
)
AT_LINE = Text(zh="{file} 第 {line} 行第 {column} 列：{what}", en="{file} line {line} column {column}: {what}")
NOT_TOML = Text(zh="不是有效的 TOML：{detail}。请改正该处。", en="not valid TOML: {detail}. Correct that place.")
TOO_DEEP = Text(zh="嵌套太深，无法读取。请减少层数。", en="nested too deeply to be read. Use fewer levels.")
DUPLICATE = Text(
    zh="重复声明，第 {first} 行已经有了。请只留一处。", en="declared twice, first in line {first}. Keep one of them."
)

UNKNOWN_KEY = Text(
    zh="不认识“{value}”；最接近的是“{near}”。请改名或删去。",
    en='"{value}" is unknown here; the nearest is "{near}". Rename or remove it.',
)
UNKNOWN_KEY_FAR = Text(
    zh="不认识“{value}”；可用的有：{known}。请改名或删去。",
    en='"{value}" is unknown here; known: {known}. Rename or remove it.',
)
WRONG_TYPE = Text(
    zh="{key} 的值 {value} 不可用：应当是{wanted}。请改正。",
    en="the value {value} of {key} cannot be used: it must be {wanted}. Correct it.",
)
A_TEXT = Text(zh="非空文字（加引号）", en="non-empty text (in quotes)")
A_NAME = Text(zh="小写字母组成的名称（加引号）", en="a name in small letters (in quotes)")
WRAPPED = Text(
    zh='形如 {{ under = "properties", value = "value", unless = ["date"] }} 的表',
    en='as in {{ under = "properties", value = "value", unless = ["date"] }}',
)
FIXED_WORDS = Text(
    zh="用 values 给出的固定的词，模板只用于文字", en="fixed words given by values; a template is only for text"
)
A_TABLE = Text(zh="一个表", en="a table")
PATHS = Text(zh='路径，或路径的列表，例如 "state.type"', en='a path or a list of paths such as "state.type"')
TABLES = Text(
    zh="表的列表，例如 [{{ from = … }}, {{ from = … }}]", en="a list of tables such as [{{ from = … }}, {{ from = … }}]"
)
WORDS = Text(zh='文字的列表，例如 ["阻塞"]', en='a list of words such as ["blocked"]')
TRUTH = Text(zh=" true 或 false", en="true or false")
VALUES = Text(
    zh='对应表，形如 {{ "已完成" = "done" }} 或 {{ done = ["已完成", "已上线"] }}',
    en='a table such as {{ "已完成" = "done" }} or {{ done = ["已完成", "已上线"] }}',
)
LOOKUP = Text(
    zh='形如 {{ stream = "members", path = "display_name" }} 的表；属性的选项写 option_of = "属性的键"，不写 path',
    en='as in {{ stream = "members", path = "display_name" }}, or with option_of = "key of a property" instead of path',
)
OPTIONS_ARE_TEXT = Text(zh="选项给出的是文字。请改用 path。", en="an option gives text. Use path instead.")
STREAMS = Text(
    zh='来源会读取的一个列表的名称，或依次查找的几个，例如 ["members", "unlisted_members"]',
    en='the name of a list that the source reads, or several in order, such as ["members", "unlisted_members"]',
)
CONDITIONS = Text(
    zh='条件表或其列表，例如 {{ "task_state.type" = 3 }}',
    en='a table of conditions, or a list of them, such as {{ "task_state.type" = 3 }}',
)

BAD_PATH = Text(
    zh="路径“{value}”在“{rest}”处无法读懂。写法：state.type、versions[].name、parent_ids[-1]、properties[key=due].value；"
    '名称里有点或方括号时加双引号，例如 properties."a.b"。',
    en='the path "{value}" cannot be read at "{rest}". Forms: state.type, versions[].name, parent_ids[-1], '
    'properties[key=due].value; a name with dots or brackets is quoted: properties."a.b".',
)
NO_ORIGIN = Text(
    zh="没有说明值从哪里来。请写 from、all、constant、template 或 any 之一。",
    en="does not say where the value comes from. Give one of from, all, constant, template or any.",
)
TWO_ORIGINS = Text(
    zh="同时写了 {keys}，只能有一个。请删去其余的，或改用 any 列出几种写法。",
    en="has {keys} together, but only one can hold. Remove the others, or list the alternatives under any.",
)
UNKNOWN_CONVERSION = Text(
    zh="没有名为“{value}”的转换；最接近的是“{near}”。可用的有：{known}。",
    en='there is no conversion "{value}"; the nearest is "{near}". Known: {known}.',
)
WRONG_CONVERSION = Text(
    zh="转换“{value}”不适用于 {target}。请改用 {known} 之一。",
    en='the conversion "{value}" does not fit {target}. Use one of {known}.',
)
NEEDS_CONVERSION = Text(
    zh='{target} 需要说明如何转换。请加上 convert，例如 convert = "{near}"（可用：{known}）。',
    en='{target} needs a conversion. Add convert, e.g. convert = "{near}" (one of {known}).',
)
NEEDS_VALUES = Text(
    zh="{target} 只接受固定的词，需要 values 说明每个值对应哪个词（可用：{known}）。",
    en="{target} takes fixed words only; say in values which value is which word (one of {known}).",
)
NOT_CANONICAL = Text(
    zh="“{value}”不是 {target} 的值；最接近的是“{near}”。可用的有：{known}。",
    en='"{value}" is no value of {target}; the nearest is "{near}". Known: {known}.',
)
NOT_CANONICAL_FAR = Text(
    zh="“{value}”不是 {target} 的值。可用的有：{known}。", en='"{value}" is no value of {target}. Known: {known}.'
)
TWICE = Text(
    zh="值“{value}”对应了“{first}”和“{second}”两个结果（比较时不分大小写与全半角）。请只留一个。",
    en='the value "{value}" is mapped to both "{first}" and "{second}" (case and width make no difference). Keep one.',
)
MISPLACED = Text(zh="{key} 不能用于 {target}：{why}", en="{key} cannot be used for {target}: {why}")
ONLY_ON_FLAGS = Text(zh="它只回答是或否。请删去。", en="it only answers yes or no. Remove it.")
NO_WORDS_THERE = Text(
    zh="values 用于文字、名称、是否以及固定的词。请改用 convert。",
    en="values is for text, names, yes or no, and fixed words. Use convert instead.",
)
NEVER_GUESSED = Text(
    zh="它不许猜：没有列出的值会作为问题报告。请在 values 里逐个列出。",
    en="it is never guessed: values not listed are reported. List each of them in values.",
)
NOTHING_TO_CHANGE = Text(
    zh="constant 和 template 的结果不再转换。请删去。", en="what constant and template give is final. Remove it."
)
UNKNOWN_GAP = Text(
    zh="模板“{value}”里的“{gap}”无法读懂：应为 {settings} 之一，或载荷里的路径。",
    en='the gap "{gap}" of the template "{value}" cannot be read: it must be one of {settings}, or a path in the payload.',
)
MISSING_TARGET = Text(
    zh="缺少必需的 [task.{target}]。请加上，并用 from 指出它在载荷里的位置。",
    en="the required [task.{target}] is missing. Add it and say with from where it stands in the payload.",
)
MISSING_KIND = Text(
    zh='缺少 kind。请在文件开头写明来源种类，例如 kind = "pingcode"。',
    en='kind is missing. Name the kind of source at the top of the file, e.g. kind = "pingcode".',
)
UNFIT_CONSTANT = Text(
    zh="常量 {value} 不能作为 {target}。请改正。", en="the constant {value} cannot be {target}. Correct it."
)
PROJECTS = Text(
    zh='项目的列表，写编号、标识或名称，例如 ["PAY"]', en='a list of projects by id, key or name, such as ["PAY"]'
)
NO_PROJECT_THERE = Text(
    zh="载荷本身不说明属于哪个项目：project.id、project.key、project.name 都要经过查找。请让其中之一直接读取。",
    en="no payload itself says to which project it belongs: project.id, project.key and project.name are all looked up. "
    "Read one of them directly.",
)
SOURCE_DECIDES = Text(
    zh="没有列出的值由来源自己的规则决定。请删去。",
    en="what is not listed is left to the rule of the source. Remove it.",
)
ONLY_FOR_TASKS = Text(zh="这里只读这一行本身。请删去。", en="only the row itself is read here. Remove it.")
BAD_PATTERN = Text(zh="正则表达式“{value}”不能用：{why}", en='the pattern "{value}" cannot be used: {why}')
MISSING_KEYS = Text(zh="这里缺少 {keys}。请加上。", en="lacks {keys}. Add it.")
FIELDS = Text(zh='任务的字段，或其列表，例如 "due_on"', en='a field of the task, or a list of them, such as "due_on"')
NO_RULE_OF_TASK = Text(
    zh="{target} 没有 [task.{target}]，无从按它来读。请加上，或改写 convert、values。",
    en="there is no [task.{target}] to read {target} by. Add it, or write convert or values instead.",
)
READ_AS_THE_TASK = Text(
    zh="member 表示按任务自己的规则来读。请只留一个。",
    en="member means reading by the task's own rule. Keep one of them.",
)
