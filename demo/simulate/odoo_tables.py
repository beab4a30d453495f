"""What an Odoo database holds beside its partners: users, places, industries; how it refuses; how it searches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from demo.simulate.org import HUMAN, MACHINE, US, Trait

Row = dict[str, Any]

#: Users by id: login, name.
USERS = {1: ("__system__", "OdooBot"), 2: ("admin", "Administrator"), 7: (US, "Evergreen"), 8: (HUMAN, "Maya Lind"),
         9: (MACHINE, "Import")}  # fmt: skip
COUNTRIES = {
    1: ("United Kingdom", "GB"),
    2: ("China", "CN"),
    3: ("Germany", "DE"),
    4: ("United States", "US"),
}
STATES = {1: ("Zhejiang", "ZJ", 2), 2: ("Hessen", "HE", 3), 3: ("Colorado", "CO", 4)}
INDUSTRIES = {1: "Manufacturing", 2: "Wholesale/Retail", 3: "IT/Communication"}
RELATIONS = {
    "country_id": "res.country", "state_id": "res.country.state", "industry_id": "res.partner.industry",
    "parent_id": "res.partner", "user_id": "res.users", "create_uid": "res.users", "write_uid": "res.users",
}  # fmt: skip
#: Fields whose changes Odoo's mail module keeps.
TRACKED = frozenset({"name", "email", "phone", "vat", "parent_id", "user_id"})


class OdooError(Exception):
    """A refusal. `name` is the exception class Odoo names, `fault` its XML-RPC code, `status` its JSON-2 status."""

    def __init__(self, name: str, message: str, fault: int, status: int) -> None:
        self.name, self.message, self.fault, self.status = name, message, fault, status
        super().__init__(message)


def missing_record(model: str, ids: Iterable[int]) -> OdooError:
    """Some of the records do not exist; nothing was done."""
    told = (
        f"Record does not exist or has been deleted.\n(Record: {model}({', '.join(map(str, ids))},), User: 7)"
    )
    return OdooError("odoo.exceptions.MissingError", told, 2, 404)


def invalid(message: str) -> OdooError:
    """A rule of the database forbids it."""
    return OdooError("odoo.exceptions.ValidationError", message, 2, 422)


def forbidden(message: str) -> OdooError:
    """The user may not."""
    return OdooError("odoo.exceptions.AccessError", message, 4, 403)


def denied() -> OdooError:
    """No such user or key."""
    return OdooError("odoo.exceptions.AccessDenied", "Access Denied", 3, 401)


def crashed(name: str, message: str, status: int = 500) -> OdooError:
    """The server fell over its own feet: what it does for a field it does not know."""
    return OdooError(name, message, 1, status)


#: Our own fields, as `evergreen setup-crm` makes them.
OURS = {
    "x_enr_legal_name": "char", "x_enr_uscc": "char", "x_enr_lei": "char", "x_enr_cik": "char", "x_enr_employees": "integer",
    "x_enr_revenue": "float", "x_enr_founded": "integer", "x_enr_technologies": "text", "x_enr_last_signals": "text",
    "x_enr_hiring_trend": "char", "x_enr_business_needs": "text", "x_enr_score": "integer", "x_enr_tier": "char",
    "x_enr_brief": "text", "x_enr_freshness": "char", "x_enr_enriched_at": "date", "x_enr_hold": "boolean",
}  # fmt: skip


def day_of(value: Any) -> str:
    """A date as stored. Raises OdooError."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise crashed("ValueError", f"time data {value!r} does not match format '%Y-%m-%d'") from error


def stamp(at: datetime) -> str:
    """An instant as RPC prints it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def complaint(at: int, message: str) -> Row:
    """One message of the import about one row."""
    return {"type": "error", "record": at, "rows": {"from": at, "to": at}, "message": message}


def partner_traits(*, ours: bool) -> list[Trait]:
    """The fields of `res.partner` that matter here: a part of the real ones, and ours where they are made already."""

    def normal_website(value: Any) -> Any:
        return value if "://" in str(value) else f"http://{value}"

    char = [("name", "Name"), ("email", "Email"), ("phone", "Phone"), ("website", "Website Link"), ("street", "Street"),
            ("street2", "Street2"), ("city", "City"), ("zip", "Zip"), ("vat", "Tax ID"), ("company_registry", "Company ID")]  # fmt: skip
    pointers = [("country_id", "Country"), ("state_id", "State"), ("industry_id", "Industry"), ("parent_id", "Related Company"),
                ("user_id", "Salesperson")]  # fmt: skip
    traits = [Trait(name, "char", label, 10**9, tracked=name in TRACKED) for name, label in char]
    traits += [Trait(name, "many2one", label, tracked=name in TRACKED) for name, label in pointers]
    traits += [
        Trait("is_company", "boolean", "Is a Company", tracked=False),
        Trait("active", "boolean", "Active", tracked=False),
        Trait("comment", "html", "Notes", 10**9, tracked=False),
    ]
    if ours:
        traits += [Trait(name, kind, name, 10**9, custom=True, tracked=False) for name, kind in OURS.items()]
    next(t for t in traits if t.name == "website").normalise = normal_website
    return traits


def side_tables() -> dict[str, dict[int, Row]]:
    """The tables nobody writes to."""
    return {
        "res.users": {i: {"id": i, "login": login, "name": name} for i, (login, name) in USERS.items()},
        "res.country": {i: {"id": i, "name": name, "code": code} for i, (name, code) in COUNTRIES.items()},
        "res.country.state": {
            i: {"id": i, "name": name, "code": code, "country_id": at}
            for i, (name, code, at) in STATES.items()
        },
        "res.partner.industry": {i: {"id": i, "name": name} for i, name in INDUSTRIES.items()},
        "ir.model": {1: {"id": 1, "model": "res.partner", "name": "Contact"}},
    }


_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda have, want: have == want,
    "!=": lambda have, want: have != want,
    ">": lambda have, want: bool(have) and have > want,
    ">=": lambda have, want: bool(have) and have >= want,
    "<": lambda have, want: bool(have) and have < want,
    "<=": lambda have, want: bool(have) and have <= want,
    "in": lambda have, want: have in want,
    "not in": lambda have, want: have not in want,
    "like": lambda have, want: bool(have) and str(want) in str(have),
    "ilike": lambda have, want: bool(have) and str(want).casefold() in str(have).casefold(),
}


def matches(row: Row, domain: Sequence[Any]) -> bool:
    """True when a row satisfies a domain: prefix notation, `&` where nothing is said. Raises OdooError."""
    verdicts: list[bool] = []
    for term in reversed(list(domain)):
        if term in ("&", "|"):
            left, right = verdicts.pop(), verdicts.pop()
            verdicts.append((left and right) if term == "&" else (left or right))
        elif term == "!":
            verdicts.append(not verdicts.pop())
        else:
            name, operator, want = term
            if name not in row or operator not in _COMPARE:
                raise crashed("ValueError", f"Invalid field or operator in condition {tuple(term)!r}")
            want = (want or False) if operator in ("=", "!=") else want
            verdicts.append(_COMPARE[operator](row[name] or False, want))
    return all(verdicts)


def ordered(rows: Iterable[Row], order: str | None) -> list[Row]:
    """Rows by an `order` clause (`write_date desc, id`), by id where none is given."""
    result = list(rows)
    for part in reversed((order or "id").split(",")):
        name, _, way = part.strip().partition(" ")
        result.sort(key=_by(name), reverse=way.strip().lower() == "desc")
    return result


def _by(name: str) -> Callable[[Row], tuple[bool, Any]]:
    return lambda row: (row[name] is False, row[name])
