"""The record of sources that read a company's own website: the site itself, as the account states it."""

from __future__ import annotations

from accounts.account import Account, Company
from accounts.link import Candidate
from enrichers.base import Answer
from enrichers.firmographic.visit import site_address


def own_website(source: str, account: Account) -> Answer[Candidate]:
    """The account's own website as the one candidate, stated; no request is made."""
    website = account.get("website")
    url = site_address(website) if website else None
    if url is None:
        return Answer.not_found(f"{website!r} names no web host" if website else "the account has no website")
    return Answer.of((Candidate(source, Company(url, (), websites=(url,)), url, stated=True),))
