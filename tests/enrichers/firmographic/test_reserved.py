"""Names reserved for examples and tests (RFC 2606) are read like any other."""

from __future__ import annotations

import pytest

from tests.enrichers.firmographic.pages import facts, saved


@pytest.mark.parametrize("ending", ["example", "test"])
@pytest.mark.parametrize("name", ["harlow_home.html", "harlow_contact.html", "harlow_about.html"])
def test_reserved_domains_are_read_like_any_other(name, ending):
    html = saved(name).decode()
    usual = facts(html, "https://harlowfinch.com/")
    reserved = facts(
        html.replace("harlowfinch.com", f"harlowfinch.{ending}"), f"https://harlowfinch.{ending}/"
    )
    assert {
        field: [
            (f.value.replace(f"harlowfinch.{ending}", "harlowfinch.com"), f.confidence, f.kind) for f in found
        ]
        for field, found in reserved.items()
    } == {field: [(f.value, f.confidence, f.kind) for f in found] for field, found in usual.items()}
