"""Company numbers with right check characters that belong to nobody."""

from __future__ import annotations

from random import Random

from accounts.values.identifier import uscc_checks

_CREDIT = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORGANISATION = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(region: str, serial: int) -> str:
    """A 统一社会信用代码 of a company (91) in a region; the organisation's own check digit is right as well.

    Sources: GB 32100-2015, GB 11714-1997. The serial begins with MXX, far beyond what was issued.
    """
    body = "MXX" + _base(serial, 5)[-5:]
    check = 11 - sum(int(c, 36) * weight for c, weight in zip(body, _ORGANISATION, strict=True)) % 11
    head = f"91{region}{body}{'X' if check == 10 else check % 11}"
    return next(head + c for c in _CREDIT if uscc_checks(head + c))


def lei(serial: int) -> str:
    """A Legal Entity Identifier (ISO 17442) under the prefix 9999, which no issuer has."""
    head = f"999900DEMO{_base(serial, 8)}"
    digits = int("".join(str(int(c, 36)) for c in head + "00"))
    return f"{head}{98 - digits % 97:02d}"


def icp_number(letter: str, serial: int, rng: Random) -> str:
    """An ICP record, some with the number of the site behind a dash."""
    return f"{letter}ICP备{99_000_000 + serial % 1_000_000}号" + (
        f"-{rng.randint(1, 3)}" if rng.random() < 0.5 else ""
    )


def _base(number: int, width: int) -> str:
    digits = ""
    for _ in range(width):
        number, rest = divmod(number, 10)
        digits = str(rest) + digits
    return digits
