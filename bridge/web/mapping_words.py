"""What the pages of mappings say."""

from __future__ import annotations

from bridge.language import Text

WORDS: dict[str, Text] = {
    "title": Text("字段映射", "Mappings"),
    "lede": Text(
        "每个来源怎样变成统一的任务；改动先检查、再预览，发布之后才生效",
        "How each source becomes common tasks; a change is checked, previewed, and holds once it is published",
    ),
    "sources": Text("来源", "Sources"),
    "unusable": Text("文件有误，沿用上一个有效版本", "the file is wrong; the last valid version is in use"),
    "edit": Text("编辑", "Edit"),
    "edit_lede": Text(
        "检查和预览什么也不改；发布会写入文件，并用已存的原始数据重新映射，不访问网络",
        "Checking and previewing change nothing; publishing writes the file and maps all stored payloads again, without the network",
    ),
    "file": Text("映射文件", "Mapping file"),
    "why": Text("理由（记入历史）", "Why (kept in the history)"),
    "check": Text("检查", "Check"),
    "preview": Text("预览", "Preview"),
    "publish": Text("发布", "Publish"),
    "problems": Text("检查结果", "What the check found"),
    "problem": Text("问题", "problem"),
    "remark": Text("说明", "remark"),
    "no_problem": Text("没有问题。", "There is no problem."),
    "checked_good": Text("检查通过。", "The check found no problem."),
    "checked_bad": Text("有 {count} 个问题，见下。", "{count} problem(s), listed below."),
    "typed_good": Text(
        "边写边查：没有发现问题（只看了少量数据，“检查”看全部）",
        "While you write: no problem (over a few rows; “Check” looks at all)",
    ),
    "typed_bad": Text("边写边查：{count} 个问题", "While you write: {count} problem(s)"),
    "place": Text("第 {line} 行第 {column} 列", "line {line}, column {column}"),
    "words": Text("列出没有映射的词", "List unmapped words"),
    "words_lede": Text(
        "给没有映射的词选一个意思，再写进下面的文件；注释和顺序不动，发布后才生效",
        "Choose what unmapped words mean and put that into the file below; comments and order stay, and it holds once published",
    ),
    "words_found": Text(
        "有 {count} 个词没有映射（看了 {stored} 行中的 {looked} 行）。",
        "{count} word(s) are not mapped ({looked} of {stored} rows were looked at).",
    ),
    "words_none": Text(
        "没有未映射的词（看了 {stored} 行中的 {looked} 行）。",
        "No word is unmapped ({looked} of {stored} rows were looked at).",
    ),
    "words_put": Text(
        "已写进下面的文件 {count} 个词，还没有发布。",
        "{count} word(s) were put into the file below, which is not published yet.",
    ),
    "word": Text("{target} · {word} · {count} 行", "{target} · {word} · {count} row(s)"),
    "leave": Text("（不管）", "(leave it)"),
    "fill": Text("写进文件", "Put into the file"),
    "fill_publish": Text("写进文件并发布", "Put into the file and publish"),
    "whole": Text(
        "看了全部 {rows} 行：{changed} 个任务会变。",
        "All {rows} row(s) were looked at: {changed} task(s) would change.",
    ),
    "sampled": Text(
        "抽样了 {rows} 行中的 {examined} 行：其中 {changed} 个任务会变。",
        "Sampled {examined} of {rows} row(s): {changed} task(s) of these would change.",
    ),
    "rows": Text(
        "新增 {new}，进入隔离 {held}，离开隔离 {released}。",
        "{new} would be new, {held} would go to quarantine, {released} would leave it.",
    ),
    "changes": Text("会变的任务", "Tasks that would change"),
    "no_change": Text("没有任务会变。", "No task would change."),
    "shifts": Text("会变色的里程碑", "Milestones that would change colour"),
    "no_shift": Text(
        "没有里程碑会变色，风险金额也不变。", "No milestone would change colour, nor would money at risk."
    ),
    "history": Text("历史", "History"),
    "no_history": Text("还没有读取过，没有历史。", "Nothing was read yet, so there is no history."),
    "back": Text("退回", "Go back"),
    "version": Text("版本", "Version"),
    "rollback": Text("退回到这个版本", "Go back to this version"),
    "fields": Text("可用的字段", "Fields there are"),
    "looked": Text(
        "从已存的 {stored} 行里看了 {looked} 行；例子里的个人信息已隐去",
        "{looked} of {stored} stored row(s) were looked at; personal data in examples is masked",
    ),
    "how_built_in": Text("内置", "shipped"),
    "how_file": Text("文件", "file"),
    "how_publish": Text("发布", "published"),
    "how_rollback": Text("退回", "rolled back"),
}
WHY_NOT: dict[str, Text] = {
    "sampled": Text("只看了一部分，没有判断里程碑的颜色。", "Only a part was looked at, so no milestone was judged."),
    "no_time": Text("时间用完了，没有判断里程碑的颜色。", "The time was over, so no milestone was judged."),
    "no_plan": Text("还没有导入计划，没有判断里程碑的颜色。", "No plan was imported yet, so no milestone was judged."),
    "no_copy": Text(
        "临时文件夹放不下一份副本，没有判断里程碑的颜色。",
        "There is no room for a temporary copy, so no milestone was judged.",
    ),
}
DONE: dict[str, Text] = {
    "publish": Text("已发布，全部已存数据已重新映射。", "Published; everything stored was mapped again."),
    "rollback": Text("已退回，全部已存数据已重新映射。", "Rolled back; everything stored was mapped again."),
}
COLUMNS: dict[str, tuple[Text, ...]] = {
    "sources": (
        Text("来源", "Source"),
        Text("文件", "File"),
        Text("文件的版本", "Version of the file"),
        Text("生效的版本", "Version in force"),
    ),
    "problems": (Text("行", "Line"), Text("列", "Column"), Text("类别", "Kind"), Text("说明", "What it is")),
    "changes": (
        Text("字段", "Field"),
        Text("任务数", "Tasks"),
        Text("例子", "Example"),
        Text("现在", "Now"),
        Text("之后", "Then"),
    ),
    "shifts": (
        Text("里程碑", "Milestone"),
        Text("现在", "Now"),
        Text("之后", "Then"),
        Text("风险金额", "Money at risk"),
        Text("之后", "Then"),
    ),
    "history": (
        Text("版本", "Version"),
        Text("生效于", "In force since"),
        Text("方式", "How"),
        Text("谁", "Who"),
        Text("理由", "Why"),
    ),
    "fields": (
        Text("路径", "Path"),
        Text("类型", "Type"),
        Text("填写率", "Filled"),
        Text("选项", "Options"),
        Text("例子", "Examples"),
    ),
}
