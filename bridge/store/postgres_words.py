"""What is said where a database of PostgreSQL cannot be used."""

from __future__ import annotations

from bridge.language import Text

NO_DRIVER = Text(
    zh="使用 PostgreSQL 需要安装附加组件：pip install 'progress-bridge[distributed]'。没有做任何事。",
    en="PostgreSQL needs an extra that is not installed: pip install 'progress-bridge[distributed]'. Nothing was done.",
)
CANNOT_REACH = Text(
    zh="连不上数据库 {place}：{why}。请检查地址、用户、密码（可放在 PGPASSWORD 或 ~/.pgpass），以及服务器是否在运行。",
    en="the database {place} cannot be reached: {why}. Check the address, user and password (PGPASSWORD or ~/.pgpass "
    "may hold it), and whether the server runs.",
)
CANNOT_USE = Text(
    zh="数据库 {place} 现在不可用：{why}。本次改动没有保存；请检查服务器和权限，或稍后再试。",
    en="the database {place} cannot be used now: {why}. Nothing of this step was saved; check the server and its "
    "permissions, or try later.",
)
BUSY = Text(
    zh="数据库 {place} 正被别的进程写入，等了 {seconds} 秒仍未让出。没有保存任何内容；请稍后再试。",
    en="the database {place} is being written by another process and was not free within {seconds} s. Nothing was saved; "
    "try again later.",
)
TOO_OLD = Text(
    zh="{place} 是 PostgreSQL {version}，需要 {oldest} 或更新的版本。没有做任何事。",
    en="{place} is PostgreSQL {version}; {oldest} or newer is needed. Nothing was done.",
)
NOT_UTF8 = Text(
    zh="数据库 {place} 的编码是 {encoding}，存不下中文。请用 CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 新建一个。",
    en="the database {place} is encoded in {encoding}, which cannot hold every text. Make one with "
    "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
)
NOT_OURS = Text(
    zh="数据库 {place} 里有别的程序的表（例如 {table}），没有改动它。请给本程序一个空的数据库。",
    en="the database {place} has tables of another program ({table} is one) and was left as it is. Give this program an "
    "empty database.",
)
NEWER = Text(
    zh="数据库 {place} 由更新的版本写成（{names}），没有改动它。请升级程序，或用 pg_restore 恢复升级前的备份。",
    en="the database {place} was written by a newer version ({names}) and was left as it is. Upgrade the program, or "
    "restore the dump from before the upgrade with pg_restore.",
)
CANNOT_QUEUE = Text(
    zh="无法把任务放进 {place} 的队列：{why}。请检查数据库是否可用，并运行过 pbridge db upgrade。",
    en="no job can be put into the queue of {place}: {why}. See that the database works and pbridge db upgrade was run.",
)
NO_FILE = Text(
    zh="{place} 在 PostgreSQL 里，没有可以备份、恢复的文件。请用 pg_dump -Fc 备份，用 pg_restore 恢复；"
    "要得到 SQLite 文件，用 pbridge db copy。没有做任何事。",
    en="{place} is in PostgreSQL, so there is no file to back up or restore. Use pg_dump -Fc and pg_restore; pbridge db "
    "copy makes a SQLite file of it. Nothing was done.",
)
