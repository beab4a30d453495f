"""The Account object of the simulated Salesforce org, as a developer org describes it, with our custom fields or without."""

from __future__ import annotations

from typing import Any

from demo.simulate.org import Trait

INDUSTRIES = (
    "Agriculture", "Apparel", "Banking", "Biotechnology", "Chemicals", "Communications", "Construction", "Consulting",
    "Education", "Electronics", "Energy", "Engineering", "Entertainment", "Environmental", "Finance", "Food & Beverage",
    "Government", "Healthcare", "Hospitality", "Insurance", "Machinery", "Manufacturing", "Media", "Not For Profit",
    "Recreation", "Retail", "Shipping", "Technology", "Telecommunications", "Transportation", "Utilities", "Other",
)  # fmt: skip


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def account_traits(*, ours: bool = True) -> list[Trait]:
    """All properties; `ours` False: an org in which `setup-crm` has never run."""
    standard = [
        Trait("Name", "string", "Account Name"),
        Trait("Phone", "phone", "Account Phone", 40, normalise=_trim),
        Trait("Website", "url", "Website", 255),
        Trait("BillingStreet", "textarea", "Billing Street", 255),
        Trait("BillingCity", "string", "Billing City", 40, normalise=_trim),
        Trait("BillingState", "string", "Billing State/Province", 80),
        Trait("BillingPostalCode", "string", "Billing Zip/Postal Code", 20),
        Trait("BillingCountry", "string", "Billing Country", 80),
        Trait("NumberOfEmployees", "int", "Employees", 8),
        Trait("AnnualRevenue", "currency", "Annual Revenue", 18),
        Trait("Industry", "picklist", "Industry", 255, INDUSTRIES, restricted=True),
        Trait(
            "Ownership",
            "picklist",
            "Ownership",
            255,
            ("Public", "Private", "Subsidiary", "Other"),
            restricted=True,
        ),
        Trait("Description", "textarea", "Account Description", 32_000, tracked=False),
        Trait("TickerSymbol", "string", "Ticker Symbol", 20, tracked=False),
        Trait("Sic", "string", "SIC Code", 20, tracked=False),
        Trait("YearStarted", "string", "Year Started", 4, tracked=False),
        Trait("ParentId", "reference", "Parent Account ID", 18, tracked=False),
        Trait("AccountNumber", "string", "Account Number", 40, tracked=False),
    ]
    return standard + (_our_traits() if ours else [])


def _our_traits() -> list[Trait]:
    def made(name: str, kind: str, length: int = 255) -> Trait:
        return Trait(f"Enr_{name}__c", kind, name.replace("_", " "), length, custom=True, tracked=False)

    return [
        made("Email", "email", 80), made("Legal_Name", "string"), made("USCC", "string", 18), made("LEI", "string", 20),
        made("CIK", "string", 10), made("Technologies", "textarea", 4000), made("Last_Signals", "textarea", 4000),
        made("Hiring_Trend", "string"), made("Business_Needs", "textarea", 4000), made("Score", "double", 18),
        made("Tier", "string", 40), made("Brief", "textarea", 32_000), made("Freshness", "string", 40),
        made("Enriched_At", "date"), made("Hold", "boolean"), made("Sources", "textarea", 4000),
        made("Page", "url"), *(made(f"Wrong_{name}", "boolean") for name in ("Phone", "Website", "City", "Employees", "Industry")),
    ]  # fmt: skip
