from __future__ import annotations

import pytest

from enrichers.firmographic.social import profile_of
from tests.enrichers.firmographic.pages import facts, facts_of, values


@pytest.mark.parametrize(
    ("url", "profile"),
    [
        ("http://www.facebook.com/AcmeRoofs?ref=hl", "https://facebook.com/AcmeRoofs"),
        ("https://www.facebook.com/pages/Acme-Roofs/325154880898292", "https://facebook.com/pages/Acme-Roofs/325154880898292"),
        ("https://www.facebook.com/profile.php?id=100012", "https://facebook.com/profile.php?id=100012"),
        ("http://twitter.com/#!/acme", "https://twitter.com/acme"), ("http://twitter.com/#%21/acme", "https://twitter.com/acme"),
        ("https://x.com/acme", "https://x.com/acme"), ("https://de.linkedin.com/company/acme/", "https://linkedin.com/company/acme"),
        ("https://www.youtube.com/user/acme", "https://youtube.com/user/acme"), ("//instagram.com/acme.roofs/", "https://instagram.com/acme.roofs"),
        ("https://weibo.com/u/5186360734", "https://weibo.com/u/5186360734"), ("https://space.bilibili.com/12345", "https://space.bilibili.com/12345"),
        ("https://plus.google.com/+AcmeRoofs", "https://plus.google.com/+AcmeRoofs"),
    ],
)  # fmt: skip
def test_profiles(url, profile):
    assert profile_of(url)[1] == profile


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/sharer/sharer.php?u=x", "https://www.facebook.com/2008/fbml", "https://facebook.com/plugins/like.php?href=x",
        "https://twitter.com/intent/tweet?text=x", "https://twitter.com/share", "https://twitter.com/acme/status/123", "https://twitter.com/",
        "https://www.linkedin.com/shareArticle?url=x", "https://www.youtube.com/watch?v=abc", "https://pinterest.com/pin/create/button/",
        "https://service.weibo.com/share/share.php?url=x", "https://acme.com/facebook", "http://[", "", "https://instagram.com/p/abc/",
    ],
)  # fmt: skip
def test_shares_posts_and_plugins_are_no_profiles(url):
    assert profile_of(url) is None


def test_a_page_keeps_its_own_profiles_and_not_those_it_writes_about():
    assert values(facts_of("harlow_home.html"), "social") == ["https://facebook.com/HarlowFinchRoofing"]


def test_structured_profiles():
    assert values(facts_of("marked.html"), "social") == ["https://linkedin.com/company/nordlicht-optik"]


def test_an_articles_author_is_not_the_site():
    head = "<meta name='twitter:site' content='@paper'><meta name='twitter:creator' content='@jroe'>"
    links = (
        "<footer><a href='https://twitter.com/paper'>t</a> <a href='https://twitter.com/jroe'>t</a></footer>"
    )
    assert values(facts(head + links), "social") == ["https://twitter.com/paper"]
