from __future__ import annotations

import time

import pytest

from enrichers.firmographic.mailboxes import mailbox_kind, stated_domains
from enrichers.firmographic.read import read_page, settle
from tests.enrichers.firmographic.pages import facts, facts_of, kinds, values


def mails(html: str, url: str | None = "https://acme.test.com/") -> list[str]:
    return values(facts(html, url), "email")


def cloudflare(text: str, key: int = 0x5A) -> str:
    return bytes([key, *(byte ^ key for byte in text.encode())]).hex()


@pytest.mark.parametrize(
    "html",
    [
        "<a href='mailto:Info@acme.com?subject=Hi'>write</a>", "<a href='mailto:%20info@acme.com'>x</a>", "<p>E-mail: info@acme.com.</p>",
        "<p>info [at] acme [dot] com</p>", "<p>info (at) acme.com</p>", "<p>邮箱：info@acme.com（商务）</p>", "<p>联系info@acme.com</p>",
        "<p>info@acme.comThis address is protected</p>", f"<a data-cfemail='{cloudflare('info@acme.com')}'>[email protected]</a>",
        f"<a href='/cdn-cgi/l/email-protection#{cloudflare('info@acme.com')}'>mail</a>", "<p>ｉｎｆｏ＠ａｃｍｅ．ｃｏｍ</p>",
        "<script type='application/ld+json'>{\"@type\": \"Organization\", \"email\": \"mailto:info@acme.com\"}</script>",
    ],
)  # fmt: skip
def test_a_mailbox_is_found_however_it_is_printed(html):
    assert [address.lower() for address in mails(html)] == ["info@acme.com"]


@pytest.mark.parametrize(
    "text",
    [
        "you@example.com",
        "name@yourdomain.com",
        "logo@2x.png",
        "a1b2c3d4e5f6a7b8c9d0e1f2a3@sentry.io",
        "@acme",
        "a@b",
        "email@domain.com",
        "info@yoursite.com",
        "info@your-domain.de",
        "user@test.com",
        "info@mycompany.com",
        "you@company.com",
        "0f1e2d3c4b5a69788796a5b4@o4512.ingest.sentry.io",
    ],
)
def test_placeholders_and_files_are_no_mailboxes(text):
    assert mails(f"<p>{text}</p>") == []


def test_role_mailboxes_come_before_persons():
    found = facts_of("harlow_contact.html", "https://harlowfinch.com/contact")
    assert kinds(found, "email") == {"info@harlowfinch.com": "main", "dana.finch@harlowfinch.com": "person"}
    assert values(found, "email")[0] == "info@harlowfinch.com"


def test_another_domains_mailbox_comes_after_the_sites_own():
    assert mails("<p>info@chamber.org sales@acme.com</p>", "https://acme.com/")[0] == "sales@acme.com"


def test_kinds():
    assert [mailbox_kind(f"{local}@acme.com") for local in ("info", "sales", "kefu", "zhaopin", "jane.roe", "acme")] == [
        "main", "sales", "support", "other", "person", "main",
    ]  # fmt: skip


def test_free_mail_is_no_company_domain():
    found = facts("<p>info@acme.com acme@qq.com</p>")
    assert stated_domains(found["email"]) == ("acme.com",)


@pytest.mark.parametrize(
    "domain",
    [
        "myerswood", "yourkfield", "testwell", "abcott", "siteworks", "companyhouse", "domaincourt", "hostetler", "emailwood",
        "exampleton", "serverna", "sentryfire", "mysticquay", "addressable", "samplers",
    ],
)  # fmt: skip
def test_a_domain_that_begins_like_a_placeholder_is_none(domain):
    assert mails(f"<p>info@{domain}.com</p>", f"https://{domain}.com/") == [f"info@{domain}.com"]
    assert mails(f"<p>test@{domain}.co.uk</p>", None) == [f"test@{domain}.co.uk"]


def test_a_placeholders_domain_may_be_the_sites_own():
    assert mails("<p>info@site.example</p>", "https://site.example/") == ["info@site.example"]
    assert mails("<p>info@site.example</p>", "https://acme.example/") == []


OWN = "https://brandhuber.example/"


@pytest.mark.parametrize(
    "credit",
    [
        '<div class="credit">Site: Pixel Orchard · hello@pixel-orchard.example · (303) 555-0188</div>',
        '<p>Web design: Pixel Orchard, <a href="mailto:hello@pixel-orchard.example">hello@pixel-orchard.example</a></p>',
        '<p>© 2024 Brandhuber. Designed &amp; developed by <a href="mailto:hello@pixel-orchard.example">Pixel Orchard</a></p>',
        "<p>Website by Pixel Orchard</p><p>hello@pixel-orchard.example</p>", "<p>Powered by Pixel Orchard<br>E-mail: hello@pixel-orchard.example</p>",
        "<p>Umsetzung: Pixel Orchard GmbH, hello@pixel-orchard.example</p>", "<p>网站建设：云帆网络 邮箱：hello@pixel-orchard.example</p>",
        "<p>技术支持：云帆网络科技 hello@qq.com</p>", "<p>Site by Pixel Orchard (pixelorchard@gmail.com)</p>",
        '<p>Site by <a href="https://pixel-orchard.example/">P.O.</a></p><div>Say hi</div><p>and more</p><p>hello@pixel-orchard.example</p>',
        f'<div id="site-credit"><span>P.O.</span> <a data-cfemail="{cloudflare("hello@pixel-orchard.example")}">[email protected]</a></div>',
    ],
)  # fmt: skip
def test_whoever_made_the_site_has_no_mailbox_of_the_company(credit):
    page = (
        f"<body><main><p>We bend pipes.</p></main><footer><p>Tel. (303) 555-0100</p>{credit}</footer></body>"
    )
    assert mails(page, OWN) == []
    assert mails(page.replace("<main>", "<main>Write: info@brandhuber.example"), OWN) == [
        "info@brandhuber.example"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Site: Hall 4, info@brandhuber.example", "Website: www.brandhuber.example E-mail: brandhuber@gmail.com", "技术支持邮箱：brandhuber@qq.com",
        "Site by Pixel Orchard © 2024 Brandhuber, brandhuber@gmx.de", "Our web design studio answers at info@brandhuber.example",
        "Website: brandhuber.example · office@brandhuber-group.example",
    ],
)  # fmt: skip
def test_the_companys_own_mailbox_survives_words_like_a_credits(line):
    found = facts(f"<footer><p>{line}</p></footer>", OWN)["email"]
    assert len(found) == 1 and found[0].confidence > 0.9


def test_a_strangers_mailbox_is_doubted_unless_it_is_the_contact_blocks_only_one():
    story = "<p>The fair is run by the chamber; ask fair@birchbay-chamber.example for a stand.</p>"
    assert facts(story, OWN)["email"][0].confidence < 0.6
    block = "<div><p>Brandhuber Kühltechnik</p><p>Tel. 089 5550100</p><p>office@kuehlwerk.example</p></div>"
    assert facts(block, OWN)["email"][0].confidence > 0.9
    both = {
        fact.value: fact.confidence for fact in facts(block + "<p>info@brandhuber.example</p>", OWN)["email"]
    }
    assert both["info@brandhuber.example"] > 0.9 and both["office@kuehlwerk.example"] < 0.6
    assert facts("<p>Write to brandhuber@gmail.com</p>", OWN)["email"][0].confidence > 0.9


def test_an_own_mailbox_on_any_page_of_the_site_puts_the_others_in_doubt():
    block = "<footer>Tel. 089 5550100 office@kuehlwerk.example</footer>"
    pages = [read_page(block, OWN + path) for path in ("", "a", "b", "c", "d")]
    pages.append(read_page("<p>info@brandhuber.example</p>", OWN + "contact"))
    found = {fact.value: fact.confidence for fact in settle(pages)["email"]}
    assert list(found) == ["info@brandhuber.example", "office@kuehlwerk.example"]
    assert found["office@kuehlwerk.example"] < 0.6
    assert stated_domains(settle(pages)["email"]) == ("brandhuber.example",)


def test_where_nobody_knows_whose_page_it_is_a_credits_mailbox_is_only_doubted():
    found = facts("<p>This page is maintained by the Dean, dean@kuehlwerk.example</p>")["email"]
    assert [fact.value for fact in found] == ["dean@kuehlwerk.example"] and found[0].confidence < 0.6


def test_thousands_of_credits_take_linear_time():
    page = "".join(f"<p>Site by Pixel {n}</p><div>b{n}@c{n}.example</div>" for n in range(8_000))
    since = time.process_time()
    facts(f"<body>{page}</body>", OWN)
    assert time.process_time() - since < 10
