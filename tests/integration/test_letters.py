"""`pbridge letter`: a draft from what is stored, a date only its owner approved, the admin's template, and nothing sent."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest

from .conftest import PAY, TODAY, Site, item, last_second


@pytest.fixture
def late(site: Site) -> Site:
    """The promise of M-1 cannot be kept any more."""
    for number in range(1, 6):
        site.pay.edit(item(PAY, number).id, due=last_second(TODAY.replace(month=12)))
    site.advance(TODAY)
    assert site.run("run").code == 0
    return site


def test_a_draft_knows_customer_promise_and_contact_and_leaves_the_new_date_blank(late):
    done = late.run("letter", "draft", "m-1")

    assert done.code == 0
    for said in ("远帆零售", "联调完成", "2026 年 9 月 1 日", "王敏", "【待填：新的日期，须经负责人批准】"):
        assert said in done.out
    assert "林悦" not in done.out and "12 月" not in done.out
    assert "不会发送" in done.err


def test_a_new_date_needs_the_owner_of_the_milestone(late):
    nobody = late.run("letter", "draft", "M-1", "--new-date", "2026-09-20")
    stranger = late.run("letter", "draft", "M-1", "--new-date", "2026-09-20", "--approved-by", "赵宁")
    owner = late.run("letter", "draft", "M-1", "--new-date", "2026-09-20", "--approved-by", "王敏")

    assert [one.code for one in (nobody, stranger, owner)] == [2, 2, 0]
    assert "2026 年 9 月 20 日" in owner.out


def test_somebody_who_works_on_it_cannot_be_named(late):
    done = late.run("letter", "draft", "M-1", "--reason", "林悦请假")

    assert done.code == 2 and "林悦" in done.err and done.out == ""


def test_the_admins_template_is_used_and_never_overwritten(late):
    first = late.run("letter", "templates")
    path = late.folder / "letters" / "delay.zh.txt"
    path.write_text("致 {{ customer }}\n\n自己的信。\n", encoding="utf-8")

    again, letter = late.run("letter", "templates"), late.run("letter", "draft", "M-1")

    assert first.out.count("已写入") == 4 and again.out.count("没有改动") == 4
    assert "自己的信。" in letter.out


@pytest.mark.parametrize("form", ["docx", "eml"])
def test_a_draft_is_written_as_a_file_to_go_on_with(form, late):
    path = late.folder / f"notice.{form}"

    refused = late.run("letter", "draft", "M-1", "--format", form)
    done = late.run("letter", "draft", "M-1", "--format", form, "--out", str(path))

    assert (refused.code, done.code) == (2, 0)
    content = Path(path).read_bytes()
    if form == "docx":
        assert "联调完成" in "".join(one.text for one in docx.Document(io.BytesIO(content)).paragraphs)
    else:
        assert b"X-Unsent: 1" in content


def test_a_progress_letter_lists_the_milestones_of_the_deal(late):
    done = late.run("letter", "draft", "M-1", "--kind", "progress")

    assert done.code == 0 and "联调完成：" in done.out and "市场发布：" in done.out


def test_a_letter_that_was_sent_makes_the_customer_informed_and_a_past_day_stays_as_it_was(late):
    done = late.run("letter", "sent", "M-1", "--by", "王敏", "--on", TODAY.isoformat())

    row = next(one for one in late.run("report", "--format", "json").json["milestones"] if one["key"] == "M-1")
    assert done.code == 0 and "王敏" in done.out
    assert row["note"]["customer_informed"] == TODAY.isoformat()
    assert late.run("letter", "sent", "M-1").code == 2


def test_what_the_note_says_is_done_about_it_is_the_measure_unless_another_is_given(late):
    assert late.run("note", "M-1", "--recovery-plan", "周末加班联调", "--by", "王敏").code == 0

    noted, given = late.run("letter", "draft", "M-1"), late.run("letter", "draft", "M-1", "--measure", "增派两人")

    assert "- 周末加班联调（" in noted.out
    assert "- 增派两人（" in given.out and "周末" not in given.out


def test_a_milestone_that_is_not_in_the_plan_is_wrong_usage(late):
    assert late.run("letter", "draft", "M-99").code == 2
