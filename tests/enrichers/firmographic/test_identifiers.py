from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.firmographic.identifiers import PROVINCES
from tests.enrichers.firmographic.pages import facts, facts_of, values


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("京ICP备12025439号-3", "京ICP备12025439号-3"), ("浙 ICP 备 17005035 号", "浙ICP备17005035号"), ("粤icp备09109218号", "粤ICP备09109218号"),
        ("备案号：沪ICP备10213822号－2", "沪ICP备10213822号-2"), ("鄂ICP備11019844號", "鄂ICP备11019844号"), ("津ICP备字09010752号", "津ICP备09010752号"),
    ],
)  # fmt: skip
def test_icp_records_meet_in_one_form(printed, number):
    assert values(facts(f"<p>{printed}</p>"), "icp") == [number]


@pytest.mark.parametrize(
    "printed",
    ["京ICP证030173号", "粤B2-20090059", "鄂ICP证:020001-5", "ICP备88888888号", "京公网安备11010802020088号"],
)
def test_a_licence_or_police_number_is_no_record(printed):
    assert values(facts(f"<p>版权所有 {printed}</p>"), "icp") == []


def test_a_footer_with_all_three():
    found = facts_of("lanting_home.html")
    assert values(found, "icp") == ["浙ICP备19001234号-2"]
    assert values(found, "public_security_record") == ["浙公网安备33060202000321号"]
    assert values(found, "icp_licence") == ["浙B2-20190077"]


def test_uscc_with_and_without_a_right_check_digit():
    right = facts("<p>统一社会信用代码：91350100M000100Y43</p>")["uscc"][0]
    wrong = facts("<p>统一社会信用代码：91350100M000100Y4A</p>")["uscc"][0]
    assert right.confidence > 0.9 > 0.5 > wrong.confidence
    assert "uscc" not in facts("<p>订单 91350100M000100Y4A</p>")


@given(
    st.sampled_from(PROVINCES), st.integers(10**7, 10**8 - 1), st.integers(1, 99), st.sampled_from(["", " "])
)
def test_every_province_number_and_spacing(province, number, site, gap):
    printed = f"{province}{gap}ICP{gap}备{gap}{number}{gap}号-{site}"
    assert values(facts(f"<p>{printed}</p>"), "icp") == [f"{province}ICP备{number}号-{site}"]
