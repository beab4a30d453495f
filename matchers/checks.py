"""Check digits of company numbers: a failed check lowers what an equal, or another, number is worth; it deletes nothing.

Sources: GB 32100-2015 (统一社会信用代码), ISO 17442 (LEI), Taiwan's Ministry of Finance rule of 2023 (統一編號: the sum need only
be a multiple of five), and the national rules of VAT numbers (Germany ISO 7064 MOD 11,10; France, United Kingdom MOD 97; Italy Luhn).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from accounts.values.identifier import lei_checks, uscc_checks

_USCC = re.compile(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}")
_LEI = re.compile(r"[0-9A-Z]{18}\d\d")
_VAT = re.compile(r"(DE\d{9}|FR\d{11}|GB\d{9}|IT\d{11})")


def ubn_checks(number: str) -> bool:
    """True for a Taiwanese 統一編號 of eight digits with a sound check.

    >>> ubn_checks("22099131"), ubn_checks("22099132")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{8}", number):
        return False
    products = [int(d) * w for d, w in zip(number, (1, 2, 1, 2, 1, 2, 4, 1), strict=True)]
    total = sum(p // 10 + p % 10 for p in products)
    return total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0)


def cik_checks(number: str) -> bool:
    """True for a CIK: one to ten digits, not all zero (it has no check digit)."""
    return bool(re.fullmatch(r"[0-9]{1,10}", number)) and int(number) > 0


def vat_checks(number: str) -> bool:
    """True for a VAT number with its country in front whose check holds, or whose country's rule is not known here."""
    country, digits = number[:2], number[2:]
    rule = _VAT_RULES.get(country)
    return rule(digits) if rule and _VAT.fullmatch(number) else rule is None


def _mod_11_10(digits: str) -> bool:
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(digits[-1])


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (2 if at % 2 else 1) for at, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _british(digits: str) -> bool:
    total = sum(int(d) * w for d, w in zip(digits[:7], range(8, 1, -1), strict=True)) + int(digits[7:9])
    return total % 97 == 0 or (total + 55) % 97 == 0


def _french(digits: str) -> bool:
    return int(digits[:2]) == (12 + 3 * (int(digits[2:]) % 97)) % 97


_VAT_RULES: Mapping[str, Callable[[str], bool]] = {
    "DE": _mod_11_10, "FR": _french, "GB": _british, "IT": _luhn,
}  # fmt: skip
_RULES: Mapping[str, Callable[[str], bool]] = {
    "uscc": uscc_checks, "lei": lei_checks, "cik": cik_checks, "ubn": ubn_checks, "vat": vat_checks,
}  # fmt: skip


def number_checks(scheme: str, number: str) -> bool:
    """False where a number (upper case, letters and digits only) fails the check of its scheme.

    Where a table does not tell the scheme, a number of a known shape is held against that shape's rule.
    """
    rule = _RULES.get(scheme)
    if rule:
        return rule(number)
    for shape, check in ((_USCC, uscc_checks), (_LEI, lei_checks), (_VAT, vat_checks)):
        if shape.fullmatch(number) and not number.isdigit():
            return check(number)
    return True
