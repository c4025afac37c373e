"""What may be asked of the list of parks, and what a park looks like."""

from datetime import date
from uuid import UUID

import pytest
from marshmallow import ValidationError

from backend.parks.kinds import ParkType, Tier
from miniprogram_api.schemas.parks import MAY_BE_UNKNOWN, ParkQuery, ParkSchema, park_json

KNOWN = {
    "public_id": UUID("01a209ab-789e-7115-9929-516fe6646dfc"),
    "name": "恒隆创业广场",
    "aliases": ["恒隆"],
    "jurisdiction_code": "152201",
    "jurisdiction_source": "count_line",
    "located_county_code": "152201",
    "tiers": [{"tier": "league_standard", "list": 2, "item": 5, "on": "2022-03-30"}],
    "types": ["returnee", "veteran"],
    "address": "某路 5 号",
    "floor_area_m2": 2000,
    "operator": "某公司",
    "phone": "0482-8266490",
    "longitude": 122.05,
    "latitude": 46.08,
    "distance_m": 1234.5,
    "is_placed": True,
    "units_total": 3,
    "units_free": 0,
    "as_of": date(2026, 11, 23),
    "is_demo": False,
}
UNKNOWN = {
    **KNOWN,
    "located_county_code": None,
    "types": None,
    "address": None,
    "floor_area_m2": None,
    "operator": None,
    "phone": None,
    "longitude": None,
    "latitude": None,
    "distance_m": 100_000_000.0,
    "is_placed": False,
    "units_total": None,
    "units_free": None,
}


class TestAPark:
    def test_a_park_of_which_all_is_known(self):
        assert {
            "id": KNOWN["public_id"],
            "name": "恒隆创业广场",
            "aliases": ["恒隆"],
            "jurisdiction_code": "152201",
            "jurisdiction_source": "count_line",
            "located_county_code": "152201",
            "tiers": [
                {
                    "tier": "league_standard",
                    "tier_label": "盟级标准化",
                    "list": 2,
                    "item": 5,
                    "on": "2022-03-30",
                }
            ],
            "types": [
                {"type": "returnee", "type_label": "返乡创业园"},
                {"type": "veteran", "type_label": "退役军人创业园"},
            ],
            "address": "某路 5 号",
            "floor_area_m2": 2000,
            "operator": "某公司",
            "phone": "0482-8266490",
            "location": {"longitude": 122.05, "latitude": 46.08, "datum": "GCJ-02"},
            "distance_m": 1234,
            "free_units": 0,
            "units": {"total": 3, "free": 0, "as_of": "2026-11-23"},
            "unknown": [],
            "is_demo": False,
        } == park_json(KNOWN)

    def test_what_is_not_known_is_null_and_named_and_never_nought(self):
        shown = park_json(UNKNOWN)

        assert [
            "located_county_code",
            "types",
            "address",
            "floor_area_m2",
            "operator",
            "phone",
            "location",
            "free_units",
        ] == shown["unknown"]
        for name in (*shown["unknown"], "distance_m", "units"):
            assert shown[name] is None, name

    @pytest.mark.parametrize("name", sorted(set(MAY_BE_UNKNOWN) - {"location", "free_units"}))
    def test_each_unknown_is_named_alone(self, name):
        assert [name] == park_json({**KNOWN, name: None})["unknown"]

    def test_none_free_is_known_to_be_none(self):
        shown = park_json(KNOWN)

        assert 0 == shown["free_units"]
        assert "free_units" not in shown["unknown"]

    def test_no_types_are_known_to_be_none(self):
        assert [] == park_json({**KNOWN, "types": []})["types"]

    def test_a_park_in_the_list_without_a_tier_has_an_empty_list(self):
        # json_agg gives null where there is no row.
        assert [] == park_json({**KNOWN, "tiers": None})["tiers"]

    @pytest.mark.parametrize("row", [KNOWN, UNKNOWN], ids=["known", "unknown"])
    def test_what_is_written_by_hand_is_what_the_schema_promises(self, row):
        shown = park_json(row)
        promised = {field.data_key or name for name, field in ParkSchema().fields.items()}

        assert promised == set(shown)
        for name, field in ParkSchema().fields.items():
            if shown[field.data_key or name] is None:
                assert field.allow_none, name

    @pytest.mark.parametrize("tier", list(Tier))
    def test_every_tier_has_its_label(self, tier):
        row = {**KNOWN, "tiers": [{**KNOWN["tiers"][0], "tier": tier.name.lower()}]}

        assert tier.value == park_json(row)["tiers"][0]["tier_label"]

    @pytest.mark.parametrize("kind", list(ParkType))
    def test_every_type_has_its_label(self, kind):
        shown = park_json({**KNOWN, "types": [kind.name.lower()]})

        assert [{"type": kind.name.lower(), "type_label": kind.value}] == shown["types"]

    def test_a_park_at_nought_degrees_has_a_place(self):
        shown = park_json({**KNOWN, "longitude": 0.0, "latitude": 0.0})

        assert {"longitude": 0.0, "latitude": 0.0, "datum": "GCJ-02"} == shown["location"]


def asked(**query: str) -> dict:
    return ParkQuery().load(query)


class TestTheQuestion:
    def test_nothing_narrows_nothing(self):
        assert {
            "limit": 20,
            "cursor": None,
            "county": None,
            "tier": None,
            "type": None,
            "has_free_unit": None,
            "near": None,
        }.items() <= asked().items()
        assert not asked()["q"]

    @pytest.mark.parametrize(
        ("name", "given", "expected"),
        [
            ("q", "xam", "xam"),
            ("q", "  恒隆  ", "恒隆"),
            ("q", "好" * 50, "好" * 50),
            ("limit", "1", 1),
            ("limit", "100", 100),
            ("county", "152200", "152200"),
            ("county", "152224", "152224"),
            ("tier", "regional_demonstration", Tier.REGIONAL_DEMONSTRATION),
            ("type", "student", "student"),
            ("has_free_unit", "true", True),
            ("has_free_unit", "false", False),
            ("near", "122.05,46.08", (122.05, 46.08)),
            ("near", "-180,-90", (-180.0, -90.0)),
            ("near", "180,90", (180.0, 90.0)),
            ("near", "0,0", (0.0, 0.0)),
        ],
    )
    def test_what_is_understood(self, name, given, expected):
        assert expected == asked(**{name: given})[name]

    @pytest.mark.parametrize(
        ("name", "given"),
        [
            ("q", "好" * 51),
            ("limit", "0"),
            ("limit", "101"),
            ("limit", "-1"),
            ("limit", "1.0"),
            ("limit", "٣"),
            ("limit", "9223372036854775808"),
            ("limit", ""),
            ("county", "152299"),
            ("county", "15220"),
            ("county", "乌市"),
            ("tier", "LEAGUE_STANDARD"),
            ("tier", "盟级标准化"),
            ("tier", ""),
            ("type", "students"),
            ("has_free_unit", "1"),
            ("has_free_unit", "True"),
            ("has_free_unit", "yes"),
            ("near", "122.05"),
            ("near", "122.05,46.08,7"),
            ("near", "180.01,46"),
            ("near", "122,90.01"),
            ("near", "nan,46"),
            ("near", "1e2,46"),
            ("near", "122, 46"),
            ("near", "١٢٢,٤٦"),
            ("cursor", "x" * 1001),
            ("sort", "name"),
        ],
    )
    def test_what_is_not_understood_is_refused_and_never_taken_for_everything(self, name, given):
        with pytest.raises(ValidationError) as refused:
            asked(**{name: given})

        assert [name] == list(refused.value.normalized_messages())

    def test_every_fault_is_named_at_once(self):
        with pytest.raises(ValidationError) as refused:
            asked(limit="0", tier="x", near="x", county="x")

        assert {"limit", "tier", "near", "county"} == set(refused.value.normalized_messages())
