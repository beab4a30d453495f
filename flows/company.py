"""An account as the matchers see it."""

from __future__ import annotations

from accounts.account import Account, Company
from accounts.values.place import country_code
from accounts.values.web import registrable_domain

_PARTS = ("street", "city", "region", "postcode", "country")
_SCHEMES = ("uscc", "lei", "cik")


def company_of(account: Account) -> Company:
    """The company an account's CRM fields describe."""
    address = {part: account.get(part) or "" for part in _PARTS if account.get(part)}
    if "country" in address:
        address["country"] = country_code(address["country"]) or address["country"]
    email_domain = registrable_domain(account.get("email") or "")
    return Company(
        id=account.id,
        names=tuple(n for n in (account.get("name"), account.get("legal_name")) if n),
        websites=tuple(w for w in (account.get("website"), account.get("domain")) if w),
        email_domains=(email_domain,) if email_domain else (),
        phones=tuple(p for p in (account.get("phone"),) if p),
        address=address,
        identifiers={s: account.get(s) or "" for s in _SCHEMES if account.get(s)},
        industry=account.get("industry"),
        description=account.get("description"),
    )
