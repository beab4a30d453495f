from __future__ import annotations

import pytest

from enrichers.firmographic.name_parts import (
    domain_label,
    domain_likeness,
    has_legal_form,
    may_be_name,
    shorter_names,
    tidy_name,
    title_segments,
    without_legal_form,
)  # fmt: skip
from tests.enrichers.firmographic.pages import facts, facts_of, saved, values


def best(html: str, url: str | None = None) -> tuple[str | None, str | None]:
    found = facts(html, url)
    return next(iter(values(found, "name")), None), next(iter(values(found, "legal_name")), None)


def test_the_copyright_line_beats_the_slogan_and_the_web_designer():
    found = facts_of("harlow_home.html", "https://harlowfinch.com/")
    assert values(found, "name")[0] == "Harlow & Finch Roofing"
    assert values(found, "legal_name")[0] == "Harlow & Finch Roofing, LLC"
    assert not any("Pixel" in name for name in values(found, "name")[:2])


def test_a_chinese_footer_names_the_owner_and_not_the_technical_support():
    found = facts_of("lanting_home.html")
    assert values(found, "legal_name")[0] == "绍兴兰亭阀门制造有限公司"
    assert not any("云格" in name for name in values(found, "legal_name")[:1])


def test_markup_names_the_company():
    found = facts_of("marked.html", "https://nordlicht-optik.de/")
    assert values(found, "name")[0] == "Nordlicht Optik"
    assert values(found, "legal_name")[0] == "Nordlicht Optik GmbH"


@pytest.mark.parametrize(
    ("html", "url", "name"),
    [
        ("<title>Cheap Hotels in Rome | Casa Aurelia</title><p>© Casa Aurelia 2024</p>", None, "Casa Aurelia"),
        ("<title>Contact Us - Tallow Works</title>", "http://tallowworks.com", "Tallow Works"),
        ("<title>The Floor Loft a flooring store w/ low prices</title><p>Visit the Floor Loft.</p>", "http://floorloft.com", "Floor Loft"),
        ("<title>Tallow Works Help Center</title>", "http://help.tallowworks.com", "Tallow Works"),
        ("<p>Copyright (c) 2011-2014 by Law Offices of Jane Q. Mbeki. All Rights Reserved</p>", None, "Law Offices of Jane Q. Mbeki"),
        ("<p>Tallow Works Ltd © 2019</p><p>Powered by WordPress</p>", None, "Tallow Works"),
        ("<p>Copyright 2002-2011 DeDeCMS 版权所有</p><title>馨阁家具</title><h1>馨阁家具</h1>", None, "馨阁家具"),
        ("<p>主办单位：云州市水务局　版权所有</p><title>通知公告_云州市水务局</title>", None, "云州市水务局"),
    ],
)  # fmt: skip
def test_names_are_found_where_pages_print_them(html, url, name):
    assert best(html, url)[0] == name


def test_where_only_a_legal_name_is_printed_the_trading_name_is_that_without_its_form():
    assert best("<p>© 2020 Tallow Works, Inc. All rights reserved.</p>") == (
        "Tallow Works",
        "Tallow Works, Inc.",
    )


def test_a_nameless_page_gets_no_name():
    assert best("<title>Home</title><p>Welcome to our website. Contact us.</p>")[0] is None


def test_agreement_is_worth_confidence():
    weak = facts("<title>Tallow Works</title>")["name"][0].confidence
    strong = facts(saved("marked.html").decode(), "https://nordlicht-optik.de/")["name"][0].confidence
    assert weak < 0.6 < 0.8 < strong


@pytest.mark.parametrize(
    ("name", "label", "like"),
    [
        ("North Calder Mortgage Company", "northcal", True), ("Information Media Trust", "imt", True), ("K & T Solicitors", "kandtsolicitors", True),
        ("The Paul Okafor Law Firm", "callpaul", False), ("Plumbers London", "acme", False), ("Tallow", "tallowgroup", True),
    ],
)  # fmt: skip
def test_likeness_to_a_domain(name, label, like):
    assert (domain_likeness(name, label) >= 0.5) is like


def test_pieces():
    assert domain_label("https://www.shop.acme-roofing.co.uk/x") == "acmeroofing"
    assert without_legal_form("Acme Roofing Pty Ltd") == "Acme Roofing"
    assert has_legal_form("绍兴兰亭阀门制造有限公司")
    assert not has_legal_form("Cisco")
    assert tidy_name("2014 Acme™ ") == "Acme"
    assert title_segments("关于我们_兰亭阀门") == ["关于我们", "兰亭阀门"]
    assert "Acme, Inc" in shorter_names(
        "Acme, Inc., a California Medical Corporation"
    ) or "Acme, Inc." in shorter_names("Acme, Inc., a California Medical Corporation")
    for text in ("Contact Us", "Home", "首页", "All rights reserved", "a@b.c", "1234567", "x"):
        assert not may_be_name(text)
