"""Wherein the kinds of application differ."""

from backend.applications.kinds import OF_PARKS, TERMS, Fault, Kind, Office, Reason
from eligibility.policy import bundled


def test_every_kind_has_its_terms_and_an_own_prefix_for_its_case_numbers():
    assert set(Kind) == set(TERMS)
    assert {
        Kind.TENANCY: "RZ",
        Kind.GUARANTEE_LOAN: "DK",
        Kind.STARTUP_SUBSIDY: "BT",
        Kind.INTERNSHIP: "JX",
    } == {kind: terms.prefix for kind, terms in TERMS.items()}


def test_what_is_promised_is_less_than_what_the_law_allows():
    # domain.md §4.1, step 4: review and decide within five working days; twenty are the outer
    # limit of the Administrative Licensing Law.
    assert (5, 20) == (TERMS[Kind.TENANCY].promised, TERMS[Kind.TENANCY].legal)
    assert all(terms.promised < terms.legal for terms in TERMS.values())


def test_a_park_decides_who_moves_in_and_the_bureau_of_the_county_all_else():
    assert (Kind.TENANCY,) == OF_PARKS
    assert {Office.BUREAU} == {TERMS[kind].office for kind in Kind if kind is not Kind.TENANCY}


def test_money_is_promised_only_after_the_public_has_seen_the_decision():
    # domain.md §4.2 and §4.3: publicity before the bank and before the payment.
    published = {kind for kind, terms in TERMS.items() if terms.published}

    assert {Kind.GUARANTEE_LOAN, Kind.STARTUP_SUBSIDY} == published


def test_the_verdict_of_each_kind_is_about_a_benefit_of_the_policy():
    rules = bundled("xingan_2022").rules

    assert {"benefit"} == {rules[terms.benefit].kind for terms in TERMS.values()}


def test_the_reasons_for_a_refusal_are_those_of_practice():
    # domain.md §4.1, the entry rejection codes.
    assert {
        "project_restricted_or_polluting",
        "plan_incomplete",
        "not_target_group",
        "no_space",
        "false_material",
        "bad_credit_or_violation",
        "permit_missing",
        "industry_mismatch",
        "already_tenant_elsewhere",
        "other",
    } == {reason.name.lower() for reason in Reason}


def test_every_term_has_a_label_of_its_own():
    for terms in (Reason, Kind, Fault, Office):
        assert len(terms) == len({term.value for term in terms})
