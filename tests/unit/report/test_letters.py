"""Letters say what a customer may know, leave blanks where nothing is known, and nothing of ours gets in whoever tries."""

from __future__ import annotations

import email
import email.policy
import io
from dataclasses import replace
from datetime import date

import docx
import pytest

from bridge.errors import UsageProblem
from bridge.report import letter_files, letters
from bridge.report.letters import Facts, Need, Template

FACTS = Facts(
    today=date(2026, 8, 24),
    customer="远帆零售",
    deal="支付上线",
    contact="王敏",
    milestone="联调完成",
    promised=date(2026, 9, 1),
    new_date=date(2026, 9, 20),
    reason="一项前置工作受阻。",
    impact="上线顺延两周。",
    measures=(Need("增派两名工程师", "赵启明"),),
    needs=(Need("接口文档", by=date(2026, 9, 5)),),
    next_update=date(2026, 8, 31),
    milestones=(("联调完成", "late", date(2026, 9, 1)), ("验收", "open", None)),
)
EVERY = [(kind, lang) for kind in letters.KINDS for lang in ("zh", "en")]


def drafted(kind: str = "delay", lang: str = "zh", facts: Facts = FACTS, **wish: object) -> letters.Letter:
    return letters.draft(letters.built_in(kind, lang), facts, lang, **wish)  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "lang"), EVERY)
def test_a_letter_with_everything_known_has_no_blank(kind, lang):
    facts = replace(FACTS, milestones=FACTS.milestones[:1])

    letter = drafted(kind, lang, facts)

    assert letter.blanks == 0
    assert letter.subject and "远帆零售" in letter.text and "王敏" in letter.text


def test_a_delay_notice_tells_old_and_new_date_reason_impact_measures_needs_and_contact():
    text = drafted().text

    for said in (
        "2026 年 9 月 1 日",
        "2026 年 9 月 20 日",
        "前置工作受阻",
        "上线顺延两周",
        "增派两名工程师（负责人：赵启明）",
        "接口文档，请于 2026 年 9 月 5 日",
        "2026 年 8 月 31 日",
    ):
        assert said in text


@pytest.mark.parametrize(("kind", "lang"), EVERY)
def test_what_is_not_known_stays_a_visible_blank(kind, lang):
    letter = drafted(kind, lang, Facts(FACTS.today, None, None, None))

    mark = {"zh": "【待填：", "en": "[to be filled in: "}[lang]
    assert letter.blanks == letter.text.count(mark) >= 6
    assert "None" not in letter.text


@pytest.mark.parametrize("field", ["reason", "impact", "measures", "needs"])
@pytest.mark.parametrize(
    "said",
    [
        "P85 是 9 月 20 日",
        "p50",
        "浮动时间 3 天",
        "total float is 3",
        "按时概率很低",
        "有 85% 的把握",
        "probability",
        "违约金已达上限",
        "penalty of",
        "风险金额 300,000",
        "money at risk",
        "百分之五％",
    ],
)
def test_a_word_that_is_no_customers_business_refuses_the_letter(field, said):
    value = (Need(said),) if field in ("measures", "needs") else said

    with pytest.raises(UsageProblem) as refused:
        drafted(facts=replace(FACTS, **{field: value}))

    assert "不能告诉客户" in refused.value.say("zh") and "no customer" in refused.value.say("en")


@pytest.mark.parametrize("name", ["林悦", "Lin Yue", "PAY-42"])
def test_the_name_of_somebody_inside_or_of_a_task_refuses_the_letter(name):
    with pytest.raises(UsageProblem) as refused:
        drafted(facts=replace(FACTS, reason=f"{name} 请假。"), internal=("林悦", "Lin Yue", "PAY-42", "王敏", "赵启明"))

    assert name in refused.value.say("zh")


def test_those_the_customer_deals_with_and_names_they_know_may_stand_in_it():
    facts = replace(FACTS, milestone="首付 30% 到账", customer="林悦商贸")

    letter = drafted(facts=facts, internal=("王敏", "赵启明", "林悦"))

    assert "首付 30% 到账" in letter.text


def test_part_of_another_word_is_no_name():
    assert letters.leaks("the plan continues", ("Lan", "on")) == []


@pytest.mark.parametrize(
    "template",
    [
        "{{ penalty }}",
        "{{ item.money.penalty_p85 }}",
        "{{ milestone.__class__.__mro__ }}",
        "{{ customer.format(x=1) }}",
        "{{ 'a' * 1000000000 }}",
        "{{ 'a' ~ ('b' * 99999999) }}",
        "{{ 2 ** 99999999 }}",
        "{% set a = customer %}" + "{% set a = a ~ a %}" * 60 + "{{ a }}",
        "{{ customer | replace('', customer) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ customer.ljust(100000000) }}",
        "{{ customer | center(1000000000) }}",
        "{{ self._TemplateReference__context }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ cycler.__init__.__globals__ }}",
        "{% for a in measures %}{% for b in measures %}{{ 'x' }}{{ nothing }}{% endfor %}{% endfor %}",
        "{{ customer",
        "{% if %}",
        "x" * 20_001,
    ],
)
def test_a_template_gets_at_nothing_but_the_facts(template):
    with pytest.raises(UsageProblem) as refused:
        letters.draft(Template("letters/delay.zh.txt", template), FACTS, "zh")

    assert "letters/delay.zh.txt" in refused.value.say("zh") and "letters/delay.zh.txt" in refused.value.say("en")


def test_a_template_that_grows_without_end_is_stopped():
    loops = "".join("{% for a" + str(n) + " in needs %}" for n in range(8)) + "xxxxxxxxxx" + "{% endfor %}" * 8

    with pytest.raises(UsageProblem, match="50000"):
        letters.draft(Template("t", loops), replace(FACTS, needs=tuple(Need("n") for _ in range(8))), "zh")


def test_an_admin_may_write_a_letter_of_their_own():
    made = letters.draft(
        Template("t", "致 {{ customer | upper }}\n\n{% if new_date %}改为 {{ new_date }}{% endif %}"), FACTS, "zh"
    )

    assert (made.subject, made.lines) == ("致 远帆零售", ("改为 2026 年 9 月 20 日",))


def test_text_of_people_is_no_template():
    assert "{{ today }}" in drafted(facts=replace(FACTS, reason="{{ today }}")).text


def test_a_reason_is_told_only_where_a_customer_may_know_it():
    assert letters.reason_for(["UNLIKELY", "OVERLOADED"], "zh") is None
    assert "受阻" in (letters.reason_for(["UNLIKELY", "OVERDUE", "BLOCKED"], "zh") or "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_document_holds_the_whole_letter_and_nothing_of_its_maker(lang):
    letter = drafted("delay", lang)

    document = docx.Document(io.BytesIO(letter_files.docx(letter, lang)))

    said = [paragraph.text for paragraph in document.paragraphs]
    assert said == [letter.subject, *(line.removeprefix("- ") for line in letter.lines if line)]
    assert (document.core_properties.author, document.core_properties.comments) == ("", "")
    assert [round(side.mm) for side in (document.sections[0].page_width, document.sections[0].page_height)] == [
        210,
        297,
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_blank_of_a_document_is_marked_and_nothing_else(lang):
    letter = drafted("delay", lang, replace(FACTS, impact=None, needs=(Need("接口文档"),)))

    document = docx.Document(io.BytesIO(letter_files.docx(letter, lang)))

    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    marked = [run.text for run in runs if run.font.highlight_color is not None]
    opening = {"zh": "【待填：", "en": "[to be filled in: "}[lang]
    assert len(marked) == letter.blanks == 2
    assert all(text.startswith(opening) for text in marked)
    assert not any(opening in run.text for run in runs if run.font.highlight_color is None)


def test_a_mail_opens_as_a_draft_without_a_recipient():
    letter = drafted()

    mail = email.message_from_bytes(letter_files.eml(letter), policy=email.policy.default)

    assert (mail["Subject"], mail["X-Unsent"], mail["To"]) == (letter.subject, "1", None)
    assert mail.get_content().split() == "\n".join(letter.lines).split()  # type: ignore[attr-defined]
