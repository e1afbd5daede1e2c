"""What confidence, grounds and conflicts about people are called, by command and by page."""

from __future__ import annotations

from bridge.language import Text

CONFIDENCES = {
    "confirmed": Text(zh="已确认", en="confirmed"),
    "certain": Text(zh="确定", en="certain"),
    "likely": Text(zh="很可能", en="likely"),
    "alone": Text(zh="只有一个账号", en="one account"),
}
KEYS = {
    "confirmed": Text(zh="人员文件", en="file of people"),
    "email": Text(zh="邮箱", en="e-mail"),
    "employee_number": Text(zh="工号", en="employee number"),
    "mobile": Text(zh="手机", en="mobile"),
    "name": Text(zh="姓名", en="name"),
}
CLASHES = {
    "shared_name": Text(zh="一个工具里有几个人同名", en="several people of one tool have this name"),
    "shared_key": Text(zh="一个工具里有几个人共用", en="several people of one tool share it"),
    "keys_disagree": Text(zh="依据互相矛盾", en="what they are known by disagrees"),
    "confirmed_apart": Text(zh="人员文件自相矛盾", en="the file of people contradicts itself"),
    "unknown_account": Text(zh="人员文件里的账号没有读到", en="the file of people names an account that was not read"),
}
