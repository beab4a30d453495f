"""All field types by name."""

from __future__ import annotations

from types import MappingProxyType

from accounts.values.base import ValueType
from accounts.values.identifier import CikType, IdentifierType, LeiType, UsccType
from accounts.values.number import AmountType, CurrencyType, DateType, HeadcountType, IntegerType, YearType
from accounts.values.person import PersonType
from accounts.values.phone import PhoneType
from accounts.values.place import CountryType, NameType, PlaceType
from accounts.values.status import StatusType
from accounts.values.web import DomainType, EmailType, UrlType, WebsiteType

VALUE_TYPES = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            ValueType(),
            NameType(),
            PhoneType(),
            PersonType(),
            StatusType(),
            UrlType(),
            WebsiteType(),
            DomainType(),
            EmailType(),
            CountryType(),
            PlaceType(),
            AmountType(),
            CurrencyType(),
            IntegerType(),
            HeadcountType(),
            YearType(),
            DateType(),
            IdentifierType(),
            UsccType(),
            LeiType(),
            CikType(),
        )
    }
)


def value_type(name: str) -> ValueType:
    """The field type of that name. Raises KeyError for one that does not exist."""
    return VALUE_TYPES[name]
