from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.firmographic.streets import street_of
from tests.enrichers.firmographic.pages import facts, values


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("© 2026 Wren Hollow Plumbing 2210 Long Run Rd", "2210 Long Run Rd"),
        ("Copyright 2019-2026 Wren Hollow Co. | 22 Pearl Court", "22 Pearl Court"),
        ("Northern Headquarters - 1401 Main Street", "1401 Main Street"),
        ("Tickets * 312-555-0142 * 1723 North Halsey", "1723 North Halsey"),
        ("4 Winds Roofing 22 Pearl Court", "22 Pearl Court"),
        ("Wren Hollow Roasters, Inc., 33 Coffee Lane", "33 Coffee Lane"),
        ("Wren Freight Ltd, Wren House, Charlton Road", "Wren House, Charlton Road"),
        ("Wren Freight Ltd, Wren House, 12 Charlton Road", "Wren House, 12 Charlton Road"),
        ("Brennhof Messgeräte GmbH Hafenweg 3", "Hafenweg 3"),
        ("Wren Audio, PO BOX 377", "PO BOX 377"),
        ("12 Long Rd, Phone: 303-555-0142", "12 Long Rd"),
        ("Prices as of 02/11/12", ""),
    ],
)
def test_what_stands_before_the_street_is_no_part_of_it(text, street):
    assert street_of(text) == street


@pytest.mark.parametrize(
    "street",
    [
        "Suite 200, 45 Main St", "Flat 2, 6-8 Hazel Rd, Cudworth", "Level 3, 20 Collins Street", "545 East 4500 South Suite E-260",
        "1650 Highway 35 South", "Highway 35 South", "N112 W16700 Maple Road", "Unit 29, Elder Road, Kings Trading Estate", "435 West 116 Street",
        "Hafenweg 3", "P. O. Box 976", "1190 Kenny Circle NW | Suite 120", "6B Liberty, Suite 200", "Soldiers Field", "1776 Broadway, 2nd Fl.",
    ],
)  # fmt: skip
def test_streets_are_left_as_they_are(street):
    assert street_of(street) == street


def test_a_copyright_line_that_goes_on_with_the_address():
    found = facts(
        "<font>&copy; 2026 Wren Hollow Plumbing &nbsp; 2210 Long Run Rd, Denver, CO 80202 &nbsp; Phone: 303-555-0142</font>"
    )
    assert values(found, "street") == ["2210 Long Run Rd"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_what_is_kept_was_there(text):
    assert all(piece.strip() in text for piece in street_of(text).split(", "))
