from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.web.charset import decode

CHINESE = (
    "<title>翠湖精密机械有限公司</title><p>我们的产品服务于全国各地的客户，联系电话：0571-88880000。版权所有</p>"
    * 4
)
HTML = {"content-type": "text/html"}


def html(charset: str) -> dict[str, str]:
    return {"content-type": f"text/html; charset={charset}"}


@pytest.mark.parametrize("said", ["utf-8", "gb2312", "gbk", "iso-8859-1", "nonsense", "", "hex"])
@pytest.mark.parametrize("real", ["utf-8", "gb18030"])
def test_chinese_is_read_whatever_the_header_says(real, said):
    assert decode(CHINESE.encode(real), html(said)) == CHINESE


@pytest.mark.parametrize("said", ["utf-8", "gb2312"])
def test_chinese_is_read_whatever_the_page_says(said):
    page = f'<meta http-equiv="Content-Type" content="text/html; charset={said}">{CHINESE}'
    assert decode(page.encode("gb18030"), HTML) == page
    assert decode(page.encode("utf-8"), HTML) == page


def test_gb2312_is_read_as_its_superset():
    text = "朱镕基：喆玥國際 €100"
    assert decode(text.encode("gb18030"), html("gb2312")) == text


def test_traditional_chinese_is_read_where_it_is_declared():
    text = "繁體中文網頁，聯絡我們：台北市信義路五段"
    assert decode(text.encode("big5"), html("big5")) == text


def test_a_byte_order_mark_wins():
    assert decode(b"\xef\xbb\xbf" + "é".encode(), html("iso-8859-1")) == "é"
    assert decode("\ufeff你好".encode("utf-16-le"), html("utf-8")) == "你好"


def test_latin_text_without_a_declaration_is_windows_1252():
    text = "Café “Zürich” – naïve" + " plain words" * 50
    assert decode(text.encode("cp1252"), HTML) == text


GERMAN = (
    "<title>Kältetechnik Brandhuber</title><p>Wir bauen Kühlräume in München.</p>" + "<p>Seit 1987.</p>" * 40
)


@pytest.mark.parametrize(
    "said", ["iso-8859-1", "windows-1252", "latin1", "gbk", "gb2312", "big5", "shift_jis"]
)
def test_valid_utf8_wins_over_another_declaration(said):
    assert decode(GERMAN.encode(), html(said)) == GERMAN
    short = "<p>产品：公司</p>"
    assert decode(short.encode(), html(said)) == short


@pytest.mark.parametrize(
    "text", ["<p>München</p>", "<p>© 2024 Brandhuber – Kühlräume</p>", "<p>It’s here</p>"]
)
def test_one_accent_is_enough_against_a_servers_default(text):
    assert decode(text.encode(), html("iso-8859-1")) == text


@pytest.mark.parametrize("said", ["iso-8859-1", "windows-1252", "utf-8", ""])
def test_latin_1_is_not_taken_for_utf8(said):
    assert decode(GERMAN.encode("cp1252"), html(said)) == GERMAN


def test_one_invalid_sequence_keeps_the_declared_latin_1():
    mixed = "Größe Ã¼ " * 10  # a page that talks of broken text holds bytes that are no UTF-8 as well
    assert decode(mixed.encode("cp1252"), html("iso-8859-1")) == mixed


@pytest.mark.parametrize("said", ["gbk", "gb2312"])
def test_chinese_words_that_look_like_short_utf8_stay_gbk(said):
    text = "<title>食使士</title>"
    body = text.encode("gbk")
    assert body.decode("utf-8")
    assert decode(body, html(said)) == text


def test_a_few_broken_bytes_do_not_spoil_a_page():
    body = CHINESE.encode("utf-8") * 10
    text = decode(body[:500] + b"\xff\xfe" + body[500:], html("utf-8"))
    assert "翠湖精密机械有限公司" in text
    assert text.count("�") <= 6


def test_a_page_cut_in_the_middle_of_a_character_is_still_utf8():
    assert decode("公司".encode()[:-1], html("utf-8")) == "公�"


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "gbk", "utf-16", "utf-7", "iso-2022-jp", "x-user-defined"]),
)
def test_never_raises(body, said):
    assert isinstance(decode(body, html(said)), str)


def test_takes_linear_time():
    body = b"\x81\xff" * 2_000_000
    since = time.monotonic()
    decode(body, html("utf-8"))
    assert time.monotonic() - since < 5
