from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.enrichers.firmographic.pages import facts, facts_of, kinds, values


def lines(html: str, url: str | None = None, country: str | None = None) -> dict[str, str | None]:
    return kinds(facts(html, url, country), "phone")


@pytest.mark.parametrize(
    ("printed", "url", "number"),
    [
        ("Tel: (303) 555-0142", None, "+13035550142"),
        ("Call 303.555.ROOF today", None, "+13035557663"),
        ("1-800-GOT-ROOF", "https://acme.com", "+18004687663"),
        ("Phone: 303-555-0142 x410", None, "+13035550142"),
        ("T 020 7946 0018", "https://acme.co.uk", "+442079460018"),
        ("Tel +44 (0) 20 7946 0018", None, "+442079460018"),
        ("Ring 01632 960983", "https://acme.co.uk", None),
        ("Phone: 1300 975 707", "https://acme.com.au", "+611300975707"),
        ("Telefon: 040/3333000", "https://acme.de", "+49403333000"),
        ("电话：010-62671188", None, "+861062671188"),
        ("服务热线 400-810-8888", "http://acme.cn", "+864008108888"),
        ("電話: 02-23118601", "https://acme.com.tw", "+886223118601"),
        ("<a href='tel:+13035550142'>Call</a>", None, "+13035550142"),
    ],
)
def test_numbers_are_read_as_their_country_prints_them(printed, url, number):
    found = lines(f"<p>{printed}</p>", url)
    assert (list(found) == [number]) if number else len(found) == 1


@pytest.mark.parametrize(
    "printed",
    [
        "License # 303-555-0142", "ABN 51 824 753 556", "Company No. 02079460", "VAT Reg No: 303 5550 142", "Order 3035550142",
        "<script>var x='303-555-0142'</script>", "Phone: 555-555-5555", "Phone: 123-456-7890", "2014-05-06 10:20:30", "$303,555,0142.00",
        "ICP备 12345678号", "QQ：13035550142", "邮编：200336", "银行账号：4008108888123", "1.303.555.014.2.3", "10.0.0.1",
    ],
)  # fmt: skip
def test_other_numbers_are_no_phones(printed):
    assert lines(f"<p>{printed}</p>") == {}


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<p>Fax: 303-555-0142</p>", "fax"), ("<p>303-555-0142 (fax)</p>", "fax"), ("<dl><dt>Fax</dt><dd>303-555-0142</dd></dl>", "fax"),
        ("<p>Tel/Fax: 303-555-0142</p>", "main"), ("<p>T 303-555-0142</p>", "main"), ("<p>f. 303-555-0142</p>", "fax"),
        ("<p>Cell: 303-555-0142</p>", "mobile"), ("<p>Direct: 303-555-0142</p>", "person"), ("<p>1-800-555-0111</p>", "toll_free"),
        ("<p>传真：010-62671188</p>", "fax"), ("<p>手机：13800570000</p>", "mobile"), ("<p>电话/传真：010-62671188</p>", "main"),
        ("<p>Phone: 303-555-0142</p><p>Fax: 303-555-0142</p>", "main"),
    ],
)  # fmt: skip
def test_the_words_beside_a_number_say_what_it_is(html, kind):
    country = "CN" if any("\u4e00" <= c <= "\u9fff" for c in html) else "US"
    assert list(lines(html, None, country).values()) == [kind]


def test_a_fax_list_stays_a_fax_list_until_the_next_label():
    found = lines("<p>Fax: 303-555-0142, 303-555-0143 Phone: 303-555-0144</p>")
    assert found == {"+13035550142": "fax", "+13035550143": "fax", "+13035550144": "main"}


def test_the_main_line_is_the_prominent_one_not_a_partners():
    found = facts_of("harlow_home.html", "https://harlowfinch.com/")
    assert found["phone"][0].canonical == "+13035550142"
    assert kinds(found, "phone")["+17205550199"] == "local"


def test_a_contact_page_tells_its_lines_apart():
    found = facts_of("harlow_contact.html", "https://harlowfinch.com/contact")
    assert kinds(found, "phone") == {
        "+13035550142": "main", "+18005550111": "toll_free", "+13035550143": "fax", "+17205550155": "mobile", "+17205550177": "local",
    }  # fmt: skip
    assert found["phone"][0].value == "303.555.0142"
    assert "Phone: 303.555.0142" in found["phone"][0].passage


def test_chinese_numbers_in_full_width_and_with_siblings():
    assert lines("<p>传真：０５７５－８８１１００２３</p>", None, "CN") == {"+8657588110023": "fax"}
    assert set(lines("<p>电话：0575-88110022/88110023</p>", None, "CN")) == {
        "+8657588110022",
        "+8657588110023",
    }


def test_an_extension_is_shown_but_is_no_part_of_the_line():
    found = facts("<p>Phone: 303-555-0142 ext. 12</p><p>Phone: 303-555-0142</p>")
    assert [fact.canonical for fact in found["phone"]] == ["+13035550142"]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["US", "GB", "AU", "DE", "CA", "FR", "IE"]), st.integers(0, 10**9), st.booleans())
def test_a_labelled_valid_number_is_found_whichever_way_it_is_printed(country, seed, international):
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.FIXED_LINE)
    digits = str(example.national_number)
    number = phonenumbers.PhoneNumber(
        country_code=example.country_code, national_number=int(digits[:-4] + f"{seed % 10_000:04d}")
    )
    assume(phonenumbers.is_valid_number(number) and len(set(str(number.national_number)[-7:])) > 2)
    style = (
        phonenumbers.PhoneNumberFormat.INTERNATIONAL
        if international
        else phonenumbers.PhoneNumberFormat.NATIONAL
    )
    printed = phonenumbers.format_number(number, style)
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if any(run in f"0{number.national_number}" for run in ("1234567", "0123456", "0000000")):
        return
    assert canonical in lines(f"<p>Phone: {printed}</p>", None, country)


def test_values_are_as_printed():
    assert values(facts("<p>Call +44 (0) 20 7946 0018</p>"), "phone") == ["+44 (0) 20 7946 0018"]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><th>Department</th><th>Phone</th><th>Fax</th></tr><tr><td>Roofs</td><td>303-555-0142</td><td>303-555-0143</td></tr></table>",
        "<p>Phone: 303-555-0142</p><p>Fax:</p><p>Claims department: 303-555-0143</p>",
        "<p>Phone: 303-555-0142</p><div class='vcard'><span class='org'>Acme</span> Fax <span class='tel'>303-555-0143</span></div>",
    ],
)  # fmt: skip
def test_a_fax_is_told_by_its_column_its_list_or_its_card(html):
    assert lines(html) == {"+13035550142": "main", "+13035550143": "fax"}
