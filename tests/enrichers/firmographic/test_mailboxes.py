from __future__ import annotations

import pytest

from enrichers.firmographic.mailboxes import mailbox_kind, stated_domains
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
