"""Field types: canonical forms, identities, faults; and what holds for every one of them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.values import VALUE_TYPES, Hints, value_type
from accounts.values.identifier import lei_checks, uscc_checks
from accounts.values.phone import same_line
from accounts.values.web import host_of, registrable_domain

GB, CN, TW = Hints("GB"), Hints("CN"), Hints("TW")


@pytest.mark.parametrize(
    ("text", "hints", "key"),
    [
        ("303.333.PAUL", Hints(), "+13033337285"),
        ("(303) 555-0142 x410", Hints(), "+13035550142"),
        ("303-555-0142 ext. 7", Hints("US"), "+13035550142"),
        ("+44 (0) 20 7946 0958", Hints("US"), "+442079460958"),
        ("020 7946 0958", GB, "+442079460958"),
        ("０１０－６２５１１２３４", CN, "+861062511234"),
        ("010-62511234转8001", CN, "+861062511234"),
        ("86-028-55553546", Hints(), "+862855553546"),
        ("(03) 555-0142", TW, "+88635550142"),
        ("1-888-555-0170", Hints("CN"), "+18885550170"),
    ],
)
def test_spellings_of_a_phone_meet_in_one_key(text: str, hints: Hints, key: str) -> None:
    assert value_type("phone").key(text, hints) == key


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("12345", "too few"),
        ("n/a", "no digits"),
        ("0000000000", "one digit"),
        ("1" * 5 + "2" * 20, "more than the 15"),
    ],
)
def test_phones_that_cannot_be_dialled(text: str, fault: str) -> None:
    assert fault in str(value_type("phone").problem(text))


def test_the_same_line_with_and_without_country_code() -> None:
    assert same_line("+442079460958", "02079460958")
    assert not same_line("+13035550142", "+13035550143")
    assert not same_line("0142", "+13035550142"), "an extension is no line"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Acme.co.uk/contact?x=1", "acme.co.uk"),
        ("shop.acme.com.cn", "acme.com.cn"),
        ("info@mail.acme.de", "acme.de"),
        ("http://acme.example:8080", "acme.example"),
        ("http://münchen.de/", "xn--mnchen-3ya.de"),
        ("localhost", None),
        ("http://127.0.0.1/", None),
        ("not a site", None),
        ("acme.github.io", "acme.github.io"),
    ],
)
def test_registrable_domains(text: str, domain: str | None) -> None:
    assert registrable_domain(text) == domain


def test_a_domain_is_never_matched_by_its_tail() -> None:
    assert registrable_domain("notacme.com") != registrable_domain("acme.com")
    assert registrable_domain("acme.com.ar") != registrable_domain("acme.com")


def test_websites_agree_by_domain_and_addresses_by_path() -> None:
    website, url = value_type("website"), value_type("url")
    assert website.key("http://www.acme.com/en/") == website.key("acme.com")
    assert url.key("http://www.acme.com/a/") == url.key("https://acme.com/a")
    assert url.key("https://acme.com/a") != url.key("https://acme.com/b")
    for bad in ("javascript:alert(1)", "file:///etc/passwd", "ftp://acme.com"):
        assert url.canonical(bad) is None


@pytest.mark.parametrize("number", ["91110000600037341L", "91350100M000100Y43", "914403001922038216"])
def test_uscc_with_right_check_characters(number: str) -> None:
    assert value_type("uscc").problem(number) is None
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    assert value_type("uscc").problem(wrong) == "fails its check digit"
    assert value_type("uscc").canonical(wrong) == wrong, "a failed check lowers trust, it does not delete"


def test_lei_checksum() -> None:
    assert lei_checks("549300LBI3LRIZ2V8V66")
    assert not lei_checks("549300LBI3LRIZ2V8V67")


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_exactly_one_check_character_fits_a_uscc(stem: str) -> None:
    assert sum(uscc_checks(stem + c) for c in "0123456789ABCDEFGHJKLMNPQRTUWXY") == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("U.S.A.", "US"),
        ("United Kingdom", "GB"),
        ("中国", "CN"),
        ("臺灣", "TW"),
        ("Deutschland", "DE"),
        ("cn", "CN"),
        ("Narnia", None),
    ],
)
def test_countries_in_both_languages(text: str, code: str | None) -> None:
    assert value_type("country").canonical(text) == code


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("headcount", "1,200", "1200"), ("headcount", "51–200", "51-200"), ("headcount", "10,000+", "10000+"),
        ("headcount", "many", None), ("integer", "12.0", "12"), ("integer", "-3", None), ("year", "1998年", "1998"),
        ("year", "98", None), ("date", "2026年1月2日", "2026-01-02"), ("date", "2026/13/01", None),
        ("cik", "CIK0001318605", "1318605"), ("email", "mailto:Info@Acme.example?subject=x", "info@acme.example"),
        ("email", "a@b@c", None),
    ],
)  # fmt: skip
def test_canonical_forms(kind: str, text: str, value: str | None) -> None:
    assert value_type(kind).canonical(text) == value


@pytest.mark.parametrize("name", VALUE_TYPES)
@settings(max_examples=60, deadline=None)
@given(
    text=st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[+(]?\d[\d ().x-]{3,20}"),
        st.text("=+-@\t\r\n,;\"'公司有限\u200b", max_size=20),
    )
)
def test_every_type_survives_any_text(name: str, text: str) -> None:
    kind = value_type(name)
    key = kind.key(text)
    assert kind.key(text) == key
    known = kind.canonical(text)
    kind.problem(text)
    if known is not None:
        assert kind.canonical(known) == known, "canonical forms are their own canonical form"
        assert kind.key(kind.render(known)) == kind.key(known), (
            "what is written is read back as the same value"
        )


@given(st.text(max_size=200))
def test_hosts_are_ascii_and_lower_case_or_none(text: str) -> None:
    host = host_of(text)
    assert host is None or (host.isascii() and host == host.lower() and " " not in host)
