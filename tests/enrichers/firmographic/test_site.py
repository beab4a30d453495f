from __future__ import annotations

import pytest

from accounts.account import Account
from accounts.clock import FixedClock
from accounts.observation import Outcome
from enrichers.base import Answer, Reading, SourceContext
from enrichers.firmographic.choose import choose_pages
from enrichers.firmographic.page import parse_page
from enrichers.firmographic.site import Site
from enrichers.firmographic.visit import site_address
from tests.enrichers.contract import NOW, Page, SavedWeb, SourceContract
from tests.enrichers.firmographic.pages import saved

HARLOW = {
    "https://harlowfinch.com/": Page(saved("harlow_home.html")),
    "https://harlowfinch.com/contact": Page(saved("harlow_contact.html")),
    "https://harlowfinch.com/about-us": Page(saved("harlow_about.html")),
}
LANTING = {
    "https://www.lanting-valve.cn/": Page(saved("lanting_home.html").decode().encode("gb18030"), content_type="text/html; charset=utf-8"),
    "https://www.lanting-valve.cn/lianxi.html": Page(saved("lanting_contact.html")),
}  # fmt: skip


class TestSiteContract(SourceContract):
    source_class = Site
    pages = HARLOW
    account = Account("A1", {"name": "Harlow & Finch Roofing", "website": "harlowfinch.com"})


def read(
    pages, website="harlowfinch.com", name="Harlow & Finch Roofing", default=None, **settings
) -> tuple[Answer[Reading], SavedWeb]:
    web = SavedWeb(pages, default)
    site = Site(SourceContext(web, FixedClock(NOW), settings))
    account = Account("A1", {"name": name, "website": website})
    candidate = site.search(account).rows[0]
    return site.read(account, candidate), web


def values(answer: Answer[Reading], field: str) -> dict[str, str | None]:
    return {o.value: o.kind for reading in answer.rows for o in reading.observations if o.field == field}


def signals(answer: Answer[Reading]) -> list[str]:
    return [s.signal_class for reading in answer.rows for s in reading.signals]


def test_the_candidate_is_the_accounts_own_site():
    answer = Site(SourceContext(SavedWeb(), FixedClock(NOW))).search(Account("A1", {"website": " Acme.com "}))
    assert [(c.stated, c.url) for c in answer.rows] == [(True, "https://acme.com/")]
    nowhere = Site(SourceContext(SavedWeb(), FixedClock(NOW))).search(Account("A1", {"website": "n/a"}))
    assert nowhere.outcome is Outcome.NOT_FOUND


def test_home_contact_and_about_are_read_and_settled_together():
    answer, web = read(HARLOW, default=Page(b"", 404))
    assert answer.outcome is Outcome.ROWS and not answer.error
    assert set(HARLOW) <= set(web.asked)
    assert not any("/blog/" in url for url in web.asked)
    assert values(answer, "phone")["+13035550142"] in ("main", "headquarters")
    assert values(answer, "phone")["+13035550143"] == "fax"
    assert values(answer, "email") == {"info@harlowfinch.com": "main", "dana.finch@harlowfinch.com": "person"}
    assert values(answer, "founded") == {"1987": None}
    assert values(answer, "employees") == {"45": None}
    assert "Denver" in values(answer, "city")
    assert values(answer, "domain") == {"harlowfinch.com": None}


def test_evidence_names_the_page_the_passage_and_the_place():
    answer, _ = read(HARLOW, default=Page(b"", 404))
    fax = next(o for o in answer.rows[0].observations if o.kind == "fax")
    assert fax.evidence.url == "https://harlowfinch.com/contact"
    assert "Fax: 303.555.0143" in fax.evidence.passage
    assert fax.evidence.selector and fax.evidence.body_sha256
    assert fax.display == "303.555.0143"


def test_the_company_is_offered_to_the_matcher():
    company = read(HARLOW, default=Page(b"", 404))[0].rows[0].company
    assert "Harlow & Finch Roofing, LLC" in company.names
    assert "+13035550142" in company.phones and "+13035550143" not in company.phones
    assert company.address["postcode"] == "80202"
    assert company.email_domains == ("harlowfinch.com",)


def test_a_chinese_site_in_a_lying_encoding():
    answer, _ = read(LANTING, "www.lanting-valve.cn", "兰亭阀门", default=Page(b"", 404))
    assert values(answer, "phone")["+8657588110022"] == "main"
    assert values(answer, "icp") == {"浙ICP备19001234号-2": "record"}
    assert "绍兴兰亭阀门制造有限公司" in values(answer, "legal_name")
    assert values(answer, "uscc") == {"91350100M000100Y43": None}
    assert values(answer, "employees") == {"320": None}


def test_a_page_that_failed_beside_pages_that_were_read_is_told():
    answer, _ = read({**HARLOW, "https://harlowfinch.com/contact": Page(b"", 503)}, default=Page(b"", 404))
    assert answer.outcome is Outcome.ROWS
    assert "contact answered 503" in answer.error


def test_plain_http_and_www_are_tried_where_https_does_not_answer():
    pages = {"https://www.harlowfinch.com/": HARLOW["https://harlowfinch.com/"]}
    answer, web = read(pages)
    assert answer.outcome is Outcome.ROWS
    assert web.asked[:3] == [
        "https://harlowfinch.com/",
        "http://harlowfinch.com/",
        "https://www.harlowfinch.com/",
    ]


def test_pages_per_site_is_a_limit():
    _, web = read(HARLOW, default=Page(b"", 404), pages_per_site=2)
    assert len(web.asked) == 2


def moved(to: str, body: bytes) -> dict[str, Page]:
    return {"https://harlowfinch.com/": Page(body, final_url=to)}


def test_a_site_that_moved_under_its_own_name_is_read_and_said_so():
    answer, _ = read(moved("https://hfroofs.com/", saved("harlow_home.html")), default=Page(b"", 404))
    assert signals(answer) == ["site_moved"]
    assert answer.rows[0].signals[0].contradicts == ("website",)
    assert answer.rows[0].signals[0].slots["to"] == "https://hfroofs.com/"
    assert answer.rows[0].signals[0].title == "harlowfinch.com now leads to hfroofs.com"
    assert "+13035550142" in values(answer, "phone")


@pytest.mark.parametrize("ending", ["example", "test"])
def test_reserved_domains_move_like_any_other(ending):
    pages = {
        f"https://www.harlowfinch.{ending}/": Page(
            saved("harlow_home.html"), final_url=f"https://hfroofs.{ending}/"
        )
    }
    answer, _ = read(pages, f"www.harlowfinch.{ending}", default=Page(b"", 404))
    assert answer.rows[0].signals[0].title == f"www.harlowfinch.{ending} now leads to hfroofs.{ending}"
    assert values(answer, "domain") == {f"hfroofs.{ending}": None}


def test_a_redirect_to_somebody_else_yields_the_company_and_no_values():
    body = b"<title>Mega Holdings</title><p>\xc2\xa9 2026 Mega Holdings, Inc.</p><p>Phone: 720-555-0100</p>"
    answer, _ = read(moved("https://megaholdings.com/", body), default=Page(b"", 404))
    assert signals(answer) == ["site_moved"]
    assert answer.rows[0].observations == ()
    assert "Mega Holdings" in answer.rows[0].company.names[0]


@pytest.mark.parametrize(
    ("page", "signal"),
    [
        (Page(b"<p>This domain is for sale. Call 303-555-0142</p>"), "site_for_sale"),
        (Page(b"<h1>This account has been suspended</h1>", 403), "site_suspended"),
        (Page(b"<html><body></body></html>"), "site_empty"),
        (Page(b"<title>Welcome</title><p>This domain is parked free, courtesy of its registrar.</p>"), "site_parked"),
        (Page(b"<div id=root></div><script src=a.js></script>You need to enable JavaScript to run this app."), "site_script_only"),
    ],
)  # fmt: skip
def test_states_of_a_site_are_facts_and_not_empty_results(page, signal):
    answer, _ = read({"https://harlowfinch.com/": page}, default=Page(b"", 404))
    assert signals(answer) == [signal]
    assert answer.rows[0].observations == ()
    assert answer.rows[0].signals[0].contradicts == ("website",)


def test_a_meta_refresh_and_frames_are_followed():
    refresh = {
        "https://harlowfinch.com/": Page(b"<meta http-equiv=refresh content='0;url=/contact'>"),
        **{k: v for k, v in HARLOW.items() if "contact" in k},
    }
    assert "+13035550143" in values(read(refresh, default=Page(b"", 404))[0], "phone")
    frames = {
        "https://harlowfinch.com/": Page(b"<html><frameset><frame src=/contact></frameset></html>"),
        **{k: v for k, v in HARLOW.items() if "contact" in k},
    }
    answer = read(frames, default=Page(b"", 404))[0]
    assert "+13035550143" in values(answer, "phone") and signals(answer) == []


def test_a_document_that_is_no_page_has_nothing_to_say():
    answer, _ = read({"https://harlowfinch.com/": Page(b"%PDF-1.7 ...", content_type="text/html")})
    assert answer.outcome is Outcome.ZERO_ROWS and "no page" in answer.error


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("acme.com", "https://acme.com/"),
        ("HTTP://Acme.com/x?y=1", "http://acme.com/x?y=1"),
        ("none", None),
        ("", None),
        ("http://[::1]/", None),
    ],
)
def test_addresses_as_crms_hold_them(text, url):
    assert site_address(text) == url


def test_pages_are_chosen_by_purpose_and_never_off_the_site():
    links = "".join(
        f"<a href='{href}'>{text}</a>"
        for href, text in [
            ("/news/2024/contact-lens-recall", "Contact lens recall"), ("/kontakt.pdf", "Contact"), ("https://other.com/contact", "Contact us"),
            ("/lianxi", "联系我们"), ("/contact", "Contact"), ("/offices", "Offices"), ("/about", "About"), ("/impressum", "Impressum"), ("#contact", "Contact"),
        ]
    )  # fmt: skip
    chosen = choose_pages(parse_page(links, "https://acme.com/"), 6)
    assert set(chosen[:2]) <= {
        "https://acme.com/contact",
        "https://acme.com/lianxi",
        "https://acme.com/offices",
    }
    assert "https://acme.com/about" in chosen and "https://acme.com/impressum" in chosen
    assert all(
        url.startswith("https://acme.com/") and not url.endswith(".pdf") and "/news/" not in url
        for url in chosen
    )


def choose(
    *links: tuple[str, str], limit: int = 5, home: str = "https://acme.com/", lang: str = "en"
) -> list[str]:
    page = f"<html lang={lang}>" + "".join(f"<a href='{href}'>{text}</a>" for href, text in links)
    return [url.removeprefix("https://acme.com") for url in choose_pages(parse_page(page, home), limit)]


def test_newsroom_customers_and_careers_are_chosen_in_both_languages():
    assert set(
        choose(
            ("/newsroom", "Newsroom"),
            ("/case-studies", "Case studies"),
            ("/jobs", "Careers"),
            ("/p", "Products"),
        )
    ) == {"/newsroom", "/case-studies", "/jobs"}
    assert set(
        choose(("/a1", "新闻中心"), ("/a2", "客户案例"), ("/a3", "加入我们"), ("/a4", "产品中心"), lang="zh")
    ) == {"/a1", "/a2", "/a3"}


def test_the_first_page_of_a_purpose_comes_before_the_second_of_another():
    chosen = choose(
        ("/about", "About us"), ("/our-story", "Our story"), ("/profile", "Company profile"), ("/contact", "Contact us"),
        ("/offices", "Offices"), ("/locations", "Locations"), ("/team", "Our team"), ("/careers", "Careers"), ("/legal", "Imprint"),
        limit=6,
    )  # fmt: skip
    assert {"/contact", "/legal", "/team"} < set(chosen)
    assert sum(page in ("/offices", "/locations") for page in chosen) == 1
    assert len(chosen) == 6 and chosen[0] == "/contact"


def test_pages_in_the_home_pages_own_language_come_first():
    links = [
        ("/de/kontakt", "Kontakt"),
        ("/en/about", "About"),
        ("/en/legal", "Imprint"),
        ("/en/contact", "Contact"),
    ]
    assert choose(*links, limit=3, home="https://acme.com/en/") == ["/en/contact", "/en/about", "/en/legal"]


VARIANTS = {
    "https://lanting.com/": Page("<html lang=en><title>Lanting Valve</title><p>Lanting Valve makes valves for water works and plants.</p><a href=/cn/>中文版</a><a href=/contact>Contact</a>".encode()),
    "https://lanting.com/contact": Page(b"<html lang=en><p>Phone: +1 303-555-0142</p>"),
    "https://lanting.com/cn/": Page("<html lang=zh><title>兰亭阀门</title><p>兰亭阀门制造有限公司专业生产各类阀门。</p><a href=/cn/lianxi>联系我们</a>".encode()),
    "https://lanting.com/cn/lianxi": Page("<html lang=zh><p>电话：0575-88110022</p>".encode()),
}  # fmt: skip


def test_a_chinese_account_is_read_in_chinese_where_its_site_has_both():
    _, web = read(VARIANTS, "lanting.com", "兰亭阀门", default=Page(b"", 404))
    assert web.asked == ["https://lanting.com/", "https://lanting.com/cn/", "https://lanting.com/cn/lianxi"]
    _, web = read(VARIANTS, "lanting.com", "Lanting Valve", default=Page(b"", 404))
    assert web.asked == ["https://lanting.com/", "https://lanting.com/contact"]


def test_hreflang_names_the_variant_and_a_broken_one_is_left():
    home = "<html lang=en><link rel=alternate hreflang=zh-CN href=/zh/><title>Lanting</title><a href=/contact>Contact</a>"
    pages = {**VARIANTS, "https://lanting.com/": Page(home.encode())}
    _, web = read(pages, "lanting.com", "兰亭阀门", default=Page(b"", 404))
    assert web.asked == ["https://lanting.com/", "https://lanting.com/zh/", "https://lanting.com/contact"]


def test_a_map_in_a_frame_is_not_the_site():
    page = b"<title>Harlow</title><p>Harlow and Finch, roofing since 1987 in Denver.</p><iframe src=https://maps.elsewhere.com/embed></iframe>"
    _, web = read({"https://harlowfinch.com/": Page(page)}, default=Page(b"", 404))
    assert not any("elsewhere" in url for url in web.asked)


def test_a_site_stops_at_its_seconds(monkeypatch):
    class Slow:
        now = 0.0

        def seconds(self) -> float:
            self.now += 40.0
            return self.now

        def wait(self, seconds: float) -> None: ...

    monkeypatch.setattr("enrichers.firmographic.visit.SystemTimer", Slow)
    answer, web = read(HARLOW, default=Page(b"", 404), seconds_per_site=60)
    assert len(web.asked) == 2 and "stopped after 60 s" in answer.error


def test_what_nobody_foresaw_costs_one_account_and_is_told(monkeypatch, caplog):
    monkeypatch.setattr("enrichers.firmographic.site.settle", lambda reads: 1 / 0)
    answer, _ = read(HARLOW, default=Page(b"", 404))
    assert answer.outcome is Outcome.FAILED and "ZeroDivisionError" in answer.error
    assert "harlowfinch" in caplog.text
