"""The words of the parks, from clauses 二, 三 and 五 and GB/T 2260."""

from backend.parks.kinds import DIVISION_CODES, HoldingKind, ParkType, Tier, UnitKind


def test_the_divisions_are_the_league_and_its_six_counties():
    # domain.md §1.1: the league, two cities, three banners and a county.
    assert ("152200", "152201", "152202", "152221", "152222", "152223", "152224") == DIVISION_CODES


def test_the_tiers_bear_the_names_of_the_policy():
    assert {
        "LEAGUE_STANDARD": "盟级标准化",
        "LEAGUE_DEMONSTRATION": "盟级示范性",
        "REGIONAL_DEMONSTRATION": "自治区级示范性",
        "NATIONAL_DEMONSTRATION": "国家级示范",
    } == {each.name: each.value for each in Tier}


def test_the_types_are_the_groups_of_clause_3_2_and_the_feature_parks_of_3_3():
    assert {
        "STUDENT": "大学生创业园",
        "RETURNEE": "返乡创业园",
        "VETERAN": "退役军人创业园",
        "SPECIAL_FEATURE": "特色园",
    } == {each.name: each.value for each in ParkType}


def test_every_kind_of_unit_and_of_holding_has_its_own_label():
    assert {"OFFICE", "DESK", "PRODUCTION", "RESEARCH", "STALL"} == {each.name for each in UnitKind}
    assert {"TENANCY", "OFFER", "OUT_OF_SERVICE"} == {each.name for each in HoldingKind}
    for kinds in (UnitKind, HoldingKind):
        assert len(kinds) == len({each.value for each in kinds})
