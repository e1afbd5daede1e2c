"""What is said where a file of SQLite cannot be used."""

from __future__ import annotations

from bridge.language import Text

CANNOT_OPEN = Text(
    zh="无法打开数据库 {path}：{why}。请检查目录是否存在、是否可写、磁盘是否已满。",
    en="the database {path} cannot be opened: {why}. Check that its folder exists and is writable and the disk not full.",
)
CANNOT_USE = Text(
    zh="数据库 {path} 现在不可用：{why}。本次改动没有保存；请检查磁盘空间、权限，或稍后再试。",
    en="the database {path} cannot be used now: {why}. Nothing of this step was saved; check disk space and permissions, or try later.",
)
BUSY = Text(
    zh="数据库 {path} 正被另一个程序占用，等了 {seconds} 秒仍未让出。没有保存任何内容；请等它结束后再运行。",
    en="the database {path} is in use by another program and was not free within {seconds} s. "
    "Nothing was saved; run again when that program is done.",
)
DAMAGED = Text(
    zh="数据库 {path} 已损坏：{why}。请从备份恢复；没有备份时移走该文件，再运行 pbridge run 重新读取（历史会丢失）。",
    en="the database {path} is damaged: {why}. Restore a backup; without one move the file away and read everything "
    "again with pbridge run (history is lost).",
)
NOT_OURS = Text(
    zh="{path} 不是本程序的数据库。请用 [database] url 指向别处。",
    en="{path} is not a database of this program. Point [database] url elsewhere.",
)
REASONS = {
    "SQLITE_FULL": Text(zh="磁盘已满", en="the disk is full"),
    "SQLITE_READONLY": Text(zh="文件或文件夹是只读的", en="the file or its folder is read-only"),
    "SQLITE_CANTOPEN": Text(zh="文件打不开", en="the file cannot be opened"),
    "SQLITE_IOERR": Text(zh="磁盘读写出错", en="the disk reports an error"),
}
NEWER = Text(
    zh="数据库 {path} 由更新的版本写成（{names}），没有改动它。请升级程序；或用 pbridge db restore FILE 恢复升级前的备份。",
    en="the database {path} was written by a newer version ({names}) and was left as it is. Upgrade the program, or restore "
    "the backup from before the upgrade with pbridge db restore FILE.",
)
