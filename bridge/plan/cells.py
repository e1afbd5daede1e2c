"""Reading one plan cell: a typed value, or a refusal that says what was written and what to write instead."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from bridge.errors import UsageProblem
from bridge.language import Text

YEARS = range(2000, 2100)
"""Years a plan may speak of: 0226 or 1905 is a slip of the finger, or a number that was formatted as a date."""

# Blanks, and what is invisible at the ends of text pasted from web pages and chats.
_EDGES = "".join(mark for mark in map(chr, range(0x3001)) if mark.isspace()) + "\ufeff\u200b\u200c\u200d\u2060"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMBER = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_DATES = (
    re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"),
    re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日"),
)

_DATE_FORMS = Text(
    zh="请写成 2026-09-01、2026/9/1 或 2026年9月1日，或使用日期单元格",
    en="write 2026-09-01, 2026/9/1 or 2026年9月1日, or use a date cell",
)


def _with_forms(zh: str, en: str) -> Text:
    return Text(zh=f"{zh}；{_DATE_FORMS.zh}", en=f"{en}; {_DATE_FORMS.en}")


NOT_A_DATE = _with_forms("“{value}”不是日期", '"{value}" is not a date')
BARE_NUMBER = _with_forms("“{value}”是纯数字，不当作日期", '"{value}" is a bare number, which is not read as a date')
NO_SUCH_DAY = _with_forms("“{value}”：日历上没有这一天", '"{value}": there is no such day')
ODD_YEAR = _with_forms("“{value}”的年份不在 2000–2099 之间", '"{value}": the year is outside 2000–2099')
TIME_OF_DAY = _with_forms("“{value}”带有时刻，计划只写到日", '"{value}" has a time of day, a plan date is a day')
NOT_MONEY = Text(
    zh="“{value}”不是金额；只写数字，最多一个小数点，不带正负号、货币符号、逗号或单位，例如 300000",
    en='"{value}" is not an amount; write digits with at most one point, without sign, currency mark, comma or unit, '
    "such as 300000",
)
MONEY_MEANT = Text(
    zh="“{value}”不是金额；只写数字，最多一个小数点，不带正负号、货币符号或逗号：请写 {better}",
    en='"{value}" is not an amount; write digits with at most one point, without sign, currency mark or comma: '
    "write {better}",
)
NOT_A_NUMBER = Text(
    zh="“{value}”不是数；请只写数字，例如 95 或 0.5，单位不写在这里",
    en='"{value}" is not a number; write digits only, such as 95 or 0.5, and keep the unit out',
)
NOT_WHOLE = Text(
    zh="“{value}”不是 {low} 到 {high} 的整数；请改写",
    en='"{value}" is not a whole number from {low} to {high}; correct it',
)
OUT_OF_RANGE = Text(
    zh="“{value}”不在 {low} 到 {high} 之间；请改写",
    en='"{value}" is not between {low} and {high}; correct it',
)
NOT_YES_NO = Text(
    zh="“{value}”既不是“是”也不是“否”；请写 是/否、yes/no、true/false、1/0，或留空表示否",
    en='"{value}" is neither yes nor no; write yes/no, 是/否, true/false or 1/0, or leave it blank for no',
)
NOT_A_CHOICE = Text(
    zh="“{value}”不在可选值中；请写 {choices} 之一",
    en='"{value}" is not one of the choices; write one of {choices}',
)
NOT_A_KEY = Text(
    zh="“{value}”不是文字也不是数（可能被表格软件改成了日期）；请把这一列设为文本格式后重写",
    en='"{value}" is neither text nor a number (a spreadsheet may have turned it into a date); '
    "format the column as text and write it again",
)
LONG_NUMBER = Text(
    zh="“{value}”超过 15 位，表格软件已丢失后面的数字；请把这一列设为文本格式后重写",
    en='"{value}" has more than 15 digits and the spreadsheet has lost the last ones; '
    "format the column as text and write it again",
)
KEY_BREAK = Text(
    zh="编号“{value}”含有逗号、分号、顿号或换行，无法在“前置”列里引用；请去掉",
    en='the key "{value}" contains a comma, semicolon, 、 or line break, so depends_on could not list it; remove it',
)
NOT_A_CURRENCY = Text(
    zh="“{value}”不是三个字母的货币代码；请写 CNY、USD 等（人民币为 CNY）",
    en='"{value}" is not a currency code of three letters; write CNY, USD and so on (renminbi is CNY)',
)


def refuse(text: Text, raw: object, **facts: object) -> UsageProblem:
    return UsageProblem(text, value=shown(raw), **facts)


def shown(raw: object) -> str:
    """The cell as the person sees it, short enough for a message."""
    if isinstance(raw, bool):
        spelled = "TRUE" if raw else "FALSE"
    elif isinstance(raw, (int, float, Decimal)):
        exact = as_number(raw)
        spelled = str(raw) if exact is None else format(exact, "f")
    elif isinstance(raw, datetime):
        spelled = raw.isoformat(" ")
    else:
        spelled = "" if raw is None else str(raw).strip()
    return spelled if len(spelled) <= 120 else spelled[:119] + "…"


def is_blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not clean(raw))


def clean(written: str) -> str:
    """Text without what no person typed: invisible edges, control characters, carriage returns."""
    return _CONTROL.sub("", written.replace("\r\n", "\n").replace("\r", "\n")).strip(_EDGES)


def words(raw: object) -> str:
    """Text for comparing with a grammar: full-width forms become plain ones."""
    return clean(unicodedata.normalize("NFKC", str(raw)))


def fold(name: str) -> str:
    """How names are compared everywhere in the plan: NFKC, trimmed, case folded."""
    if name.isascii() and name.isprintable():  # most keys and ids, a hundred thousand times a run
        return name.strip().lower()
    return unicodedata.normalize("NFKC", words(name).casefold())


def folded(texts: Sequence[str | None]) -> list[str | None]:
    """Every text folded, None left as it is; many plain keys at once take a tenth of the time that each of them would."""
    if None not in texts:
        joined = "".join(texts)  # type: ignore[arg-type]
        if joined.isascii() and joined.isprintable():
            lowered = "\n".join(texts).lower().split("\n") if texts else []  # type: ignore[arg-type]
            return [*map(str.strip, lowered)] if " " in joined else [*lowered]
    return [None if text is None else fold(text) for text in texts]


def as_number(raw: object) -> Decimal | None:
    """A number cell exactly, without trailing zeros; None for anything that is not a finite number."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float):
        # Spreadsheets show and promise 15 digits; the 16th and 17th are noise such as 4.1000000000000005.
        return plain(Decimal(format(raw, ".15g"))) if math.isfinite(raw) else None
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, Decimal):
        return plain(raw) if raw.is_finite() else None
    return None


def plain(number: Decimal) -> Decimal:
    """The same number in its shortest form, so that 300000.0 and 300000 are stored alike."""
    digits = format(number, "f")
    short = Decimal(digits.rstrip("0").rstrip(".") if "." in digits else digits)
    return abs(short) if short == 0 else short


def text(raw: object) -> str:
    if isinstance(raw, str):
        return clean(raw)
    if isinstance(raw, datetime) and raw.time() == time.min:
        return raw.date().isoformat()
    number = as_number(raw)
    if number is None:
        return clean(shown(raw))
    if abs(number) >= 10**15 and isinstance(raw, float):
        raise refuse(LONG_NUMBER, raw)
    return format(number, "f")


def key(raw: object) -> str:
    if isinstance(raw, (bool, date, time, timedelta)) or not isinstance(raw, (str, int, float, Decimal)):
        raise refuse(NOT_A_KEY, raw)
    return text(raw)


def listable_key(raw: object) -> str:
    """A key that other rows list in one cell, so it must not contain what separates them."""
    written = key(raw)
    if re.search(r"[,;、，；\n]", written):
        raise refuse(KEY_BREAK, raw)
    return written


def day(raw: object) -> date:
    if isinstance(raw, datetime):
        if raw.time() != time.min or raw.tzinfo is not None:
            raise refuse(TIME_OF_DAY, raw)
        return _known_year(raw.date(), raw)
    if isinstance(raw, date):
        return _known_year(raw, raw)
    if not isinstance(raw, str):
        raise refuse(NOT_A_DATE if as_number(raw) is None else BARE_NUMBER, raw)
    written = words(raw)
    if _NUMBER.fullmatch(written):
        raise refuse(BARE_NUMBER, raw)
    found = next((match for form in _DATES if (match := form.fullmatch(written))), None)
    if found is None:
        raise refuse(NOT_A_DATE, raw)
    year, month, number = (int(part) for part in found.groups())
    try:
        return _known_year(date(year, month, number), raw)
    except ValueError as error:
        raise refuse(NO_SUCH_DAY, raw) from error


def _known_year(found: date, raw: object) -> date:
    if found.year not in YEARS:
        raise refuse(ODD_YEAR, raw)
    return found


def money(raw: object) -> Decimal:
    number = unsigned(raw)
    if number is not None:
        return number
    meant = re.sub(r"[¥$€£,\s+]|元|CNY|RMB|人民币", "", words(raw)) if isinstance(raw, str) else ""
    if _NUMBER.fullmatch(meant):
        raise refuse(MONEY_MEANT, raw, better=meant)
    raise refuse(NOT_MONEY, raw)


def unsigned(raw: object) -> Decimal | None:
    """Digits with at most one point, or a number cell that is not negative; None if it is neither."""
    if isinstance(raw, str):
        written = words(raw)
        return plain(Decimal(written)) if _NUMBER.fullmatch(written) else None
    number = as_number(raw)
    return number if number is not None and number >= 0 else None


def number(raw: object) -> Decimal:
    """Any number, also a negative one: a goal may count something that falls."""
    negative = isinstance(raw, str) and words(raw).startswith("-")
    found = unsigned(words(raw)[1:]) if negative else unsigned(raw)
    if found is None and not isinstance(raw, str):
        found = as_number(raw)
    if found is None:
        raise refuse(NOT_A_NUMBER, raw)
    return plain(-found) if negative else found


def amount_between(low: Decimal, high: Decimal) -> Callable[[object], Decimal]:
    """A reader of plain numbers in [low, high]."""

    def read(raw: object) -> Decimal:
        found = unsigned(raw)
        if found is None:
            raise refuse(NOT_A_NUMBER, raw)
        if not low <= found <= high:
            raise refuse(OUT_OF_RANGE, raw, low=low, high=high)
        return found

    return read


def whole_between(low: int, high: int) -> Callable[[object], int]:
    """A reader of whole numbers in [low, high]."""

    def read(raw: object) -> int:
        found = unsigned(raw)
        if found is None or found != found.to_integral_value() or not low <= found <= high:
            raise refuse(NOT_WHOLE, raw, low=low, high=high)
        return int(found)

    return read


_YES_NO = {"yes": True, "是": True, "true": True, "1": True, "no": False, "否": False, "false": False, "0": False}


def yes_no(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    spelled = fold(shown(raw))
    if spelled not in _YES_NO:
        raise refuse(NOT_YES_NO, raw)
    return _YES_NO[spelled]


def choice_of(meanings: Mapping[str, str]) -> Callable[[object], str]:
    """A reader of a closed list of words: word as people write it -> canonical word."""
    folded = {fold(word): canonical for word, canonical in meanings.items()}

    def read(raw: object) -> str:
        found = folded.get(fold(shown(raw)))
        if found is None:
            raise refuse(NOT_A_CHOICE, raw, choices=" / ".join(meanings))
        return found

    return read


def currency(raw: object) -> str:
    code = words(raw).upper()
    # RMB is what people say; kept apart from CNY it would split every sum in two without a word.
    if not re.fullmatch(r"[A-Z]{3}", code) or code == "RMB":
        raise refuse(NOT_A_CURRENCY, raw)
    return code
