"""How values are set side by side, and reasons told in the reader's language."""

from __future__ import annotations

import pytest

from console.charts import bars, lines
from console.differences import marked
from console.reasons import because, what_would_change, why_lost, why_stale
from console.record import hiring_points
from console.wording import Words, wanted_language

EN, ZH = Words("en"), Words("zh")


@pytest.mark.parametrize(
    ("left", "right", "ours", "theirs"),
    [
        ("Ashmarch Payroll Holdings", "Ashmarch Payroll Inc", "Ashmarch Payroll <mark>Holdings</mark>", "Ashmarch Payroll <mark>Inc</mark>"),
        ("+1 713 555 0100", "+1 713 555 0190", "+1 713 555 01<mark>0</mark>0", "+1 713 555 01<mark>9</mark>0"),
        ("青松电子", "青松电器", "青松电<mark>子</mark>", "青松电<mark>器</mark>"),
        ("ACME", "acme", "ACME", "acme"),
        ("<b>", "<i>", "&lt;<mark>b</mark>&gt;", "&lt;<mark>i</mark>&gt;"),
        (None, "x", "", "x"),
    ],
)  # fmt: skip
def test_what_differs_is_marked_and_everything_is_escaped(
    left: str | None, right: str, ours: str, theirs: str
) -> None:
    assert tuple(map(str, marked(left, right))) == (ours, theirs)


def test_endless_values_are_shown_without_comparing_them() -> None:
    ours, theirs = marked("a" * 5000, "b" * 5000)
    assert "<mark>" not in ours + theirs


def test_reasons_are_told_in_the_readers_language() -> None:
    question = {
        "code": "person_edited", "reason": "“a” was typed lately.", "crm_value": "甲", "proposed": "乙", "crm_age_days": 12,
        "confidence": 0.9, "sources": ["site"],
    }  # fmt: skip
    assert because(EN, question) == "“a” was typed lately."
    told = because(ZH, question)
    assert (
        told
        == "CRM 现值为“甲”，已有 12 天；证据（site）显示“乙”，置信度 90%。近期有人手工修改过该字段，因此不会自动覆盖。"
    )
    field = {"status": "expired", "reason": "last changed …", "age_days": 600, "ttl_days": 540}
    assert (why_stale(EN, field), why_stale(ZH, field)) == (
        "last changed …",
        "已 600 天未确认，有效期 540 天",
    )
    assert why_lost(ZH, {"reason": "a fax is not written", "kind": "fax"}) == "传真不写入"
    held = {
        "what_would_change_it": "…",
        "column": "phone",
        "decision": {"verdict": "hold", "code": "locked"},
        "crm_value": "x",
    }
    assert what_would_change(ZH, held) == "暂不写入（已被锁定）。"


@pytest.mark.parametrize(
    ("chosen", "accepted", "expected"),
    [
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "fr-FR,en;q=0.7", "en"),
        ("zh", "en", "zh"),
        ("xx", "", "en"),
    ],
)
def test_the_language_is_the_one_chosen_or_the_browsers(
    chosen: str | None, accepted: str, expected: str
) -> None:
    assert wanted_language(chosen, accepted) == expected


def test_charts_are_inert_and_say_what_they_show() -> None:
    for draw in (bars, lines):
        svg = draw("Nights <script>", ["01", "02"], {"<b>x</b>": [1.0, None], "y": [2.0, 3.0]})
        assert 'aria-label="Nights &lt;script&gt;"' in svg
        for refused in ("<script", "<style", "style=", "onclick", "xlink", "<foreignObject", "<b>"):
            assert refused not in svg, refused


def test_hiring_is_read_from_pairs_and_objects() -> None:
    series = [{"day": "2026-11-08", "open_roles": 4}, ["2026-11-01", 3], {"day": "2026-11-15"}, "nonsense"]
    assert hiring_points(series) == [("2026-11-01", 3.0), ("2026-11-08", 4.0)]
    assert hiring_points(None) == []
