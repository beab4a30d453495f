from __future__ import annotations

import time

import pytest

from enrichers.technographic import Origin, Technology, detect_technologies, own_detector
from enrichers.technographic.detect import Detector
from enrichers.technographic.fingerprint import Element, Fingerprint
from enrichers.technographic.own import own_fingerprints
from enrichers.technographic.pattern import MAX_COST, NEVER, Pattern, cost
from enrichers.technographic.surface import read_surface
from tests.enrichers.technographic.pages import CHINESE, ENGLISH


def detect(html: str, **given: object) -> dict[str, Technology]:
    found = detect_technologies(html, detector=own_detector(), **given)  # type: ignore[arg-type]
    return {technology.name: technology for technology in found}


def observed(html: str, **given: object) -> set[str]:
    return {name for name, technology in detect(html, **given).items() if not technology.implied}


def test_reads_an_english_page() -> None:
    found = detect(ENGLISH, url="https://www.brightwell-pumps.example/")
    assert {
        "WordPress", "Contact Form 7", "jQuery", "Google Analytics", "AdRoll", "MailChimp", "Google Maps", "Modernizr",
        "WhatsApp Business Chat",
    } <= {name for name, technology in found.items() if not technology.implied}  # fmt: skip
    assert found["WordPress"].version == "6.3.2"
    assert found["jQuery"].version == "3.7.0"
    assert found["Contact Form 7"].version == "5.8.1"
    assert found["PHP"].implied
    assert found["PHP"].origin is Origin.IMPLIED
    assert "WordPress" in found["WordPress"].evidence
    assert found["WordPress"].where == "meta"


def test_reads_a_chinese_page() -> None:
    assert {
        "DedeCMS", "Layui", "jQuery", "SuperSlide", "WeChat JS-SDK", "QQ chat", "TRS", "Baidu Analytics (百度统计)", "Baidu push",
    } <= observed(CHINESE)  # fmt: skip


def test_words_in_the_text_are_no_technologies() -> None:
    assert not {"Magento", "Salesforce", "HubSpot"} & observed(ENGLISH)


def test_what_is_commented_out_is_not_in_use() -> None:
    assert "Intercom" not in observed(ENGLISH)


def test_a_canonical_link_loads_nothing() -> None:
    assert "HubSpot" not in observed(ENGLISH)


def test_reads_headers_cookies_dns_and_certificate() -> None:
    found = detect(
        "<p>hello</p>",
        headers={
            "Server": "nginx/1.25.3",
            "X-Powered-By": "PHP/8.2.1",
            "Set-Cookie": "laravel_session=x; path=/, __cf_bm=1; secure",
        },
        cookies={"hubspotutk": "1"},
        dns={
            "MX": ["10 brightwell-example.mail.protection.outlook.com."],
            "TXT": ["v=spf1 include:mail.zendesk.com -all"],
            "NS": ["dns9.hichina.com"],
            "CNAME": ["d111.cloudfront.net"],
        },
        certificate_issuer="Let's Encrypt",
    )
    assert {
        "Nginx", "PHP", "Laravel", "Cloudflare", "HubSpot", "Microsoft 365", "Zendesk", "Alibaba Cloud", "Amazon CloudFront", "Let's Encrypt",
    } <= {name for name, technology in found.items() if not technology.implied}  # fmt: skip
    assert found["Nginx"].version == "1.25.3"
    assert found["PHP"].version == "8.2.1"


def test_weak_clues_are_inferred_not_observed() -> None:
    found = detect("<script>$(document).ready(function(){})</script>")
    assert found["jQuery"].implied
    assert found["jQuery"].origin is Origin.INFERRED


def test_a_host_that_is_only_looked_up_ahead_is_inferred() -> None:
    found = detect(ENGLISH)["Google Font API"]
    assert found.origin is Origin.INFERRED
    assert found.where == "address hint"
    loaded = ENGLISH.replace(
        "rel='dns-prefetch' href='//fonts.googleapis.com'", "rel=stylesheet href='//fonts.googleapis.com/css'"
    )
    assert detect(loaded)["Google Font API"].origin is Origin.OBSERVED


def test_markup_that_reads_like_a_product_is_inferred_unless_it_loads_its_address() -> None:
    detector = Detector(
        (
            Fingerprint("Looks", elements=(Element("div.tarn-shop"),)),
            Fingerprint("Loads", elements=(Element("form[action*='api.tarn.example']"),)),
            Fingerprint("Hinted", hosts=("tarn.example",), elements=(Element("link[href*='tarn.example']"),)),
        )
    )
    page = "<link rel=preconnect href='https://tarn.example/'><div class=tarn-shop></div><form action='https://api.tarn.example/x'>"
    found = {t.name: t.origin for t in detect_technologies(page, detector=detector)}
    assert found["Looks"] is Origin.INFERRED
    assert found["Loads"] is Origin.OBSERVED
    page = "<link rel=preconnect href='https://tarn.example/'>"
    assert {t.name: t.origin for t in detect_technologies(page, detector=detector)} == {
        "Hinted": Origin.INFERRED
    }


def test_excluded_and_required_technologies() -> None:
    fingerprints = (
        Fingerprint("Old", texts={"html": (Pattern("oldmark"),)}),
        Fingerprint("New", texts={"html": (Pattern("newmark"),)}, excludes=("Old",)),
        Fingerprint("Plugin", texts={"html": (Pattern("pluginmark"),)}, requires=("Host",)),
        Fingerprint("Host", texts={"html": (Pattern("hostmark"),)}),
    )
    detector = Detector(fingerprints)
    names = lambda html: {t.name for t in detect_technologies(html, detector=detector)}  # noqa: E731
    assert names("oldmark newmark") == {"New"}
    assert names("oldmark pluginmark") == {"Old"}
    assert names("hostmark pluginmark") == {"Host", "Plugin"}


@pytest.mark.parametrize(
    "html",
    [
        "", "<", "<script", "<!--" * 50_000, "<script>" * 40_000, "<meta name=“x” content='" * 20_000, "\x00" * 1000, "<a href=//[::1/>",
        "<img src='" + "a" * 400_000, "<script>" + "x.y." * 100_000 + "</script>", "<div class='" + "a " * 200_000 + "'>",
    ],
)  # fmt: skip
def test_hostile_pages_cost_little(html: str) -> None:
    start = time.process_time()
    detect_technologies(html, "http://[broken", detector=own_detector())
    assert time.process_time() - start < 5


def test_hostile_pattern_cannot_hang() -> None:
    script = "ab" * 200_000
    patterns = [
        Pattern(".+grafana-app"),
        Pattern("(a+)+$"),
        Pattern("a.*b.*a.*b.*x"),
        Pattern("(?:a|b|ab)*c"),
    ]
    detector = Detector(
        [
            Fingerprint("Hostile", texts={"inline": tuple(patterns)}),
            Fingerprint("Plain", texts={"inline": (Pattern("abab"),)}),
        ]
    )
    start = time.process_time()
    found = detect_technologies(f"<script>{script}</script>", detector=detector)
    assert time.process_time() - start < 8
    assert {t.name for t in found} == {"Plain"}


def test_our_fingerprints_are_sound() -> None:
    fingerprints = own_fingerprints()
    names = {fingerprint.name for fingerprint in fingerprints}
    assert len(names) > 700
    assert sum(any("Chinese" in category for category in f.categories) for f in fingerprints) >= 120
    for fingerprint in fingerprints:
        assert set(fingerprint.implies) <= names, fingerprint.name
        assert {*fingerprint.excludes, *fingerprint.requires} <= names, fingerprint.name
        patterns = [p for part in fingerprint.texts.values() for p in part]
        patterns += [
            p for table in fingerprint.tables.values() for entries in table.values() for p in entries
        ]
        for pattern in patterns:
            assert pattern.regex is not NEVER, (fingerprint.name, pattern.source)
            assert cost(pattern.bounded) <= MAX_COST, (fingerprint.name, pattern.source)
            assert pattern.source == "" or not pattern.regex.fullmatch(""), (fingerprint.name, pattern.source)


def test_addresses_in_styles_and_scripts_are_read_whole() -> None:
    page = """<style>@import '//use.typekit.net/abc.css'; a{background:url( "https://cdn.tarn.example/a.png")}</style>
    <script>var u='https://s.tarn.io/x.js?v=1', m='me@mail.tarn.com', v=a.b.min.js, w="//t.co/q";</script>"""
    surface = read_surface(page)
    assert set(surface.urls) == {"//use.typekit.net/abc.css", "https://cdn.tarn.example/a.png"}
    assert surface.code_hosts == ("s.tarn.io/x.js?v=1", "t.co/q")
