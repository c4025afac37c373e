"""What the tenancy form asks, typed a second time as a reader of the form would list it."""

import copy

import pytest

from backend.applications import forms
from backend.applications.kinds import Kind
from backend.applications.questions import FORMS, Industry, Type
from backend.parks.kinds import UnitKind
from tests.factories import SECTIONS, WHOLE_FORMS

TENANCY = Kind.TENANCY
# (section, field): label. These must be answered by everybody …
ALWAYS = {
    ("applicant", "name"): "申请人 · 姓名",
    ("applicant", "phone"): "申请人 · 联系电话",
    ("venture", "stage"): "创业实体 · 注册情况",
    ("project", "title"): "创业项目 · 项目名称",
    ("project", "industry"): "创业项目 · 所属行业",
    ("project", "summary"): "创业项目 · 项目简介",
    ("project", "team_size"): "创业项目 · 团队人数",
    ("space", "unit_kind"): "场地需求 · 场地类型",
    ("space", "starts_on"): "场地需求 · 希望入驻日期",
    ("space", "term_months"): "场地需求 · 入驻期限（月）",
    ("declaration", "truthful"): "承诺 · 承诺所填内容属实",
}
# … and these by whoever has registered a business.
IF_REGISTERED = {
    ("venture", "name"): "创业实体 · 实体名称",
    ("venture", "credit_code"): "创业实体 · 统一社会信用代码",
}


def pointer(place: tuple[str, str]) -> str:
    return "#/sections/{}/{}".format(*place)


# The only answer with which nobody has to wait, if it is promised.
MAY_FOLLOW = ("project", "team_size")


def listed(places: dict[tuple[str, str], str]) -> list[dict[str, object]]:
    return [
        {"pointer": pointer(place), "label": label, "may_follow": place == MAY_FOLLOW}
        for place, label in places.items()
    ]


def answered(**changed: object) -> dict[str, dict[str, object]]:
    """The whole form, with `section__field=answer` put in."""
    sections = copy.deepcopy(SECTIONS)
    for name, answer in changed.items():
        section, field = name.split("__")
        sections[section][field] = answer
    return sections


def test_an_empty_draft_lacks_everything_required_in_the_order_of_the_form():
    assert listed(ALWAYS) == forms.missing(TENANCY, {})


def test_a_complete_form_lacks_nothing():
    assert [] == forms.missing(TENANCY, SECTIONS)


# What the other kinds ask of everybody, besides applicant and declaration.
OF_THE_OTHERS = {
    Kind.GUARANTEE_LOAN: {
        ("venture", "stage"): "创业实体 · 注册情况",
        ("loan", "amount"): "贷款需求 · 申请金额（元）",
        ("loan", "term_months"): "贷款需求 · 贷款期限（月）",
        ("loan", "purpose"): "贷款需求 · 资金用途",
    },
    Kind.STARTUP_SUBSIDY: {
        ("venture", "stage"): "创业实体 · 注册情况",
        ("business", "registered_on"): "经营情况 · 注册登记日期",
        ("business", "operating"): "经营情况 · 目前正常经营",
        ("business", "workers"): "经营情况 · 带动就业人数（不含本人）",
        ("business", "first"): "经营情况 · 属于首次创业",
    },
    Kind.INTERNSHIP: {
        ("internship", "school"): "见习意向 · 毕业（就读）学校",
        ("internship", "starts_on"): "见习意向 · 希望开始日期",
        ("internship", "months"): "见习意向 · 见习月数",
        ("internship", "idea"): "见习意向 · 创业设想",
    },
}


@pytest.mark.parametrize("kind", sorted(OF_THE_OTHERS, key=lambda kind: kind.name))
def test_each_other_kind_asks_its_own_and_a_whole_form_lacks_nothing(kind):
    lacking = [
        each
        for each in forms.missing(kind, {})
        if not each["pointer"].startswith(("#/sections/applicant/", "#/sections/declaration/"))
    ]

    assert listed(OF_THE_OTHERS[kind]) == lacking
    assert [] == forms.missing(kind, WHOLE_FORMS[kind.name.lower()])


@pytest.mark.parametrize("answer", [False, 0])
def test_no_and_none_at_all_are_answers(answer):
    field = "operating" if answer is False else "workers"
    whole = WHOLE_FORMS["startup_subsidy"]
    sections = whole | {"business": whole["business"] | {field: answer}}

    assert [] == forms.missing(Kind.STARTUP_SUBSIDY, sections)


def test_a_section_of_one_name_is_the_same_for_every_kind_that_has_it():
    sections = [section for form in FORMS.values() for section in form]

    assert len({section.name for section in sections}) == len(set(sections))


def test_only_what_the_rules_know_is_told_to_them():
    assert {
        "reg_date": "2025-09-01",
        "normal_operation": True,
        "other_workers_employed": 2,
        "is_first_startup": True,
    } == forms.facts(Kind.STARTUP_SUBSIDY, WHOLE_FORMS["startup_subsidy"])
    assert {} == forms.facts(Kind.GUARANTEE_LOAN, {"loan": {"amount": None}})


@pytest.mark.parametrize("place", list(ALWAYS), ids=pointer)
@pytest.mark.parametrize("how", ["absent", None, ""])
def test_each_required_answer_that_is_not_there_is_named_alone(place, how):
    section, field = place
    sections = answered(**{f"{section}__{field}": how})
    if how == "absent":
        del sections[section][field]

    assert listed({place: ALWAYS[place]}) == forms.missing(TENANCY, sections)


def test_a_section_that_is_null_lacks_all_its_answers():
    venture = {("venture", "stage"): ALWAYS["venture", "stage"]}

    assert listed(venture) == forms.missing(TENANCY, {**SECTIONS, "venture": None})


def test_a_registered_business_needs_its_name_and_code():
    sections = answered(venture__stage="registered")

    assert listed(IF_REGISTERED) == forms.missing(TENANCY, sections)


def test_a_planned_business_needs_neither():
    assert [] == forms.missing(TENANCY, answered(venture__stage="planned"))


@pytest.mark.parametrize("consent", [False, None, "true", 1])
def test_only_a_true_promise_is_one(consent):
    promise = ("declaration", "truthful")

    assert listed({promise: ALWAYS[promise]}) == forms.missing(
        TENANCY, answered(declaration__truthful=consent)
    )


def test_the_wished_floor_area_may_stay_open():
    assert [] == forms.missing(TENANCY, answered(space__floor_area_m2=None))


def test_nought_is_an_answer():
    """Whether nought is allowed is the schema's question; it is not missing."""
    assert [] == forms.missing(TENANCY, answered(project__team_size=0))


def test_the_phone_number_is_all_that_is_sealed():
    assert (("applicant", "phone"),) == forms.sensitive(TENANCY)


def test_the_limits_are_those_of_the_contract():
    limits = {
        f"{section.name}.{field.name}": (field.least, field.most)
        for section in FORMS[TENANCY]
        for field in section.fields
        if field.kind in (Type.TEXT, Type.WHOLE)
    }

    assert {
        "applicant.name": (1, 50),
        "venture.name": (1, 100),
        "project.title": (1, 50),
        "project.summary": (1, 1000),
        "project.team_size": (1, 500),
        "space.floor_area_m2": (1, 100_000),
        "space.term_months": (1, 36),
    } == limits


def test_every_choice_offers_labelled_answers():
    for section in FORMS[TENANCY]:
        for field in section.fields:
            assert (field.kind is Type.CHOICE) == (field.choices is not None), field.name
            for choice in field.choices or ():
                assert choice.value


def test_the_unit_asked_for_is_of_a_kind_that_parks_let():
    (unit_kind,) = [f for s in FORMS[TENANCY] for f in s.fields if f.name == "unit_kind"]

    assert UnitKind is unit_kind.choices


def test_the_industries_begin_with_those_of_clause_3_3():
    # 智能产业、物联网产业、零工产业、软件产业、智能机器人、3D打印、人文服务、无人机.
    first = [each.name for each in Industry][:8]

    assert [
        "SMART_INDUSTRY",
        "IOT",
        "GIG",
        "SOFTWARE",
        "SMART_ROBOT",
        "PRINTING_3D",
        "HUMANITIES_SERVICE",
        "DRONE",
    ] == first


def test_a_condition_speaks_of_a_sibling_and_one_of_its_answers():
    for section in FORMS[TENANCY]:
        by_name = {field.name: field for field in section.fields}
        for field in filter(lambda each: each.when, section.fields):
            sibling, answer = field.when
            assert answer in [choice.name.lower() for choice in by_name[sibling].choices]


def test_every_kind_of_application_has_a_form():
    assert set(Kind) == set(FORMS)
