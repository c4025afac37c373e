"""Who hears of which event: every event has a row or is silent, and every row can be filled in."""

from datetime import UTC, date, datetime
from string import Formatter

import pytest

from backend import variables
from backend.access import Relation
from backend.applications import promises
from backend.applications.kinds import Kind, Reason
from backend.applications.workflow import STEPS
from backend.cases.reminding import OCCASIONS
from backend.loans.kinds import WhyRefused
from backend.subsidies.kinds import Ground
from backend.texts.kinds import Place
from backend.wechat.simulator.field_rules import fits
from backend.wechat.simulator.templates import PAGES, TEMPLATES
from notifications import fields, texts, words
from notifications import templates as cards
from notifications.catalogue import CATALOGUE, readers_of
from notifications.fanout import READERS, SUBJECTS
from notifications.filling import named_by
from notifications.samples import SAID, Names, said_of, sample, subject_of
from notifications.silent import SILENT
from notifications.wordings import ROWS as WRITTEN
from tests.backend.parks.appendix import LONGEST_NAME

REMINDERS = {f"application.{each.event}" for each in OCCASIONS}
EVENTS = {f"application.{row.event}" for row in (*STEPS, *promises.STEPS)} | {
    "application.created",
    "application.gap_opened",
    "application.nudged",
    *REMINDERS,
}
# The longest words that the records can hold for each blank of a message.
LONGEST = {
    "id": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
    "number": "RZ-2026-000123",
    "kind": max((kind.value for kind in Kind), key=len),
    "page": "pages/applications/detail?id=019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
    "staff_page": "pages/subsidies/detail?id=019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
    "typed": max((place.value for place in Place), key=len),
    "field": "创业实体 · 统一社会信用代码",
    "office": LONGEST_NAME,
    "park_name": LONGEST_NAME,
    "unit_code": "北区二号楼东侧生产用房三层B2019",
    "starts_on": "2026-12-01",
    "ends_on": "2027-11-30",
    "decided_at": fields.moment(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)),
    "reasons": "、".join(reason.value for reason in Reason),
    "note": "承办单位留言：" + "好" * 500 + "。",
    "granted": "场地 " + "北" * 20 + "，自 2026-12-01 至 2027-11-30。请按园区通知办理入驻手续。",
    "next": "场地北区二号楼东侧生产用房三层B2019，请办理入驻手续",
    "expires_at": fields.moment(datetime(2026, 12, 31, 9, tzinfo=UTC)),
    "unit_kind": "办公用房",
    "internship": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
    "post": "电" * 50,
    "expires_on": fields.day(date(2026, 12, 31)),
    "until": fields.day(date(2026, 12, 31)),
    "loan_id": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
    "bank": "银" * 50,
    "subsidy": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
    "ground": max((ground.value for ground in Ground), key=len),
    "guarantor": "保" * 50,
    "reason": max((why.value for why in WhyRefused), key=len),
    "on": fields.day(date(2026, 12, 31)),
    "from_park": LONGEST_NAME,
    "passed_for": "、".join(reason.value for reason in Reason),
    "words": "园区留言：" + "好" * 500 + "。",
    "freezes_at": fields.moment(datetime(2026, 12, 31, 9, tzinfo=UTC)),
    "draws_at": fields.moment(datetime(2026, 12, 31, 2, tzinfo=UTC)),
    "commitment": "f" * 64,
    "list_sha256": "f" * 64,
    "code": "f" * 16,
    "place": 1000,
    "title": "通" * 40,
    "proposer": "好" * 50,
    "people": 100_000,
    "could": 100_000,
    "reached": 100_000,
    "unknown": 100_000,
    "urgent": words.urgency("急" * 200),
    "advice": words.advice({"could": 1, "reached": 0}),
    "places": 1000,
    "entrants": 1000,
    "items": "；".join("创业实体 · 统一社会信用代码（" + "好" * 500 + "）" for _ in range(20)),
    "gap": "；".join("创业实体 · 统一社会信用代码" for _ in range(20)),
    "restorable": "2026年12月31日 前可以恢复这份草稿；",
    "due_on": fields.day(date(2026, 12, 31)),
    "for_on": fields.day(date(2026, 12, 31)),
    "handler": "好" * 50,
    "headline": "现在符合：小微企业创业担保贷款招工比例放宽",
    "first": "2026-11-30 起营业执照已满12个月、属于可领创业补贴的人员、一直正常经营",
    "policies": "策" * 5000,
    "why": "理由：" + "好" * 500 + "。",
    "at": fields.moment(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)),
}
PEOPLE = {Relation.APPLICANT, Relation.CONTACT, Relation.OWNER}
NAMED = {"ids": lambda row: f"{row.event} {row.reader.name.lower()}"}
ROWS = pytest.mark.parametrize("row", CATALOGUE, **NAMED)
# With the card of a notice, which stands in no catalogue.
EVERY_ROW = pytest.mark.parametrize("row", WRITTEN, **NAMED)
NAMES = Names(LONGEST_NAME, "科尔沁右翼前旗人社局", "北区二号楼东侧生产用房三层B2019")
PUSHED = pytest.mark.parametrize("row", [row for row in CATALOGUE if row.template], **NAMED)


def blanks(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_of_the_workflow_has_a_row_or_is_silent_and_never_both(event):
    told = any(row.event == event for row in CATALOGUE)

    assert told != (event in SILENT)


def test_the_applicant_hears_of_every_decision_and_nobody_of_her_own_steps():
    assert {
        ("application.approved", Relation.APPLICANT),
        ("application.rejected", Relation.APPLICANT),
        ("application.returned", Relation.APPLICANT),
        ("application.recalled", Relation.APPLICANT),
        ("application.reopened", Relation.APPLICANT),
        ("application.lapsed", Relation.APPLICANT),
        ("application.passed_on", Relation.APPLICANT),
        ("application.publicised", Relation.APPLICANT),
        ("application.publicity_ended", Relation.APPLICANT),
        ("application.objected", Relation.APPLICANT),
        ("application.objection_dismissed", Relation.APPLICANT),
        ("application.objection_upheld", Relation.APPLICANT),
        ("application.answer_soon", Relation.APPLICANT),
        ("application.draft_expiring", Relation.APPLICANT),
        ("application.document_expiring", Relation.APPLICANT),
        ("application.gap_allowed", Relation.APPLICANT),
        ("application.gap_due", Relation.APPLICANT),
        ("application.gap_confirmed", Relation.APPLICANT),
        ("application.gap_refused", Relation.APPLICANT),
    } == {
        (row.event, row.reader)
        for row in CATALOGUE
        if row.reader is Relation.APPLICANT and row.event.startswith("application.")
    }


def test_the_office_hears_of_what_she_did_and_of_its_days_and_whoever_stands_above_of_delay():
    assert {
        ("application.submitted", Relation.DECIDER, False),
        ("application.resolved", Relation.DECIDER, False),
        ("application.withdrawn", Relation.HANDLER, False),
        ("application.conflict_declared", Relation.DECIDER, False),
        ("application.passed_on", Relation.DECIDER, False),
        ("application.transferred", Relation.HANDLER, False),
        ("application.transferred", Relation.PREDECESSOR, False),
        ("application.opinion_asked", Relation.ADVISER, False),
        ("application.opinion_due", Relation.ADVISER, False),
        ("application.opinion_given", Relation.DECIDER, False),
        ("application.nudged", Relation.DECIDER, False),
        ("application.nudged", Relation.SUPERVISOR, True),
        ("application.due_soon", Relation.DECIDER, False),
        ("application.due_today", Relation.DECIDER, False),
        ("application.overdue", Relation.DECIDER, False),
        ("application.overdue", Relation.SUPERVISOR, False),
        ("application.legal_limit_near", Relation.SUPERVISOR, False),
        ("application.gap_promised", Relation.DECIDER, False),
        ("application.gap_declined", Relation.DECIDER, False),
        ("application.gap_filled", Relation.DECIDER, False),
        ("application.gap_lapsed", Relation.DECIDER, False),
    } == {
        (row.event, row.reader, row.once_overdue)
        for row in CATALOGUE
        if row.reader is not Relation.APPLICANT and row.event.startswith("application.")
    }


@ROWS
def test_people_are_pushed_to_and_staff_are_not(row):
    assert (row.reader in PEOPLE) == bool(row.template) == bool(row.push)


@pytest.mark.parametrize("row", [row for row in CATALOGUE if row.event in REMINDERS], **NAMED)
def test_a_reminder_names_its_day_and_one_to_staff_the_place(row):
    assert "for_on" in blanks(row.body)
    assert row.reader is Relation.APPLICANT or "office" in blanks(row.body)


def test_the_second_person_of_the_bureau_hears_of_what_was_put_forward_and_of_nothing_else():
    put_forward = ["internship.venture_accepted", "subsidy.granted"]
    of_its_days = ["subsidy.approver_due", "subsidy.approver_late"]
    assert [*put_forward, *of_its_days] == [
        row.event for row in CATALOGUE if row.reader is Relation.APPROVER
    ]


def test_nobody_is_told_the_same_event_twice():
    assert len(CATALOGUE) == len({(row.event, row.reader) for row in CATALOGUE})


def test_readers_of_returns_the_rows_of_an_event():
    (row,) = readers_of("application.approved")

    assert "申请已通过" == row.title


def test_a_silent_event_has_no_reader():
    assert () == readers_of("application.claimed")


def test_an_event_that_nobody_thought_of_is_an_error():
    with pytest.raises(LookupError, match=r"application\.burnt"):
        readers_of("application.burnt")


@ROWS
def test_the_fanout_knows_every_reader(row):
    assert row.reader in READERS


@ROWS
def test_every_blank_can_be_filled_in(row):
    whole = " ".join((row.title, row.body, row.link, *row.push.values()))

    assert blanks(whole) <= set(LONGEST)


@EVERY_ROW
def test_the_subject_of_a_row_gives_every_name_that_it_has_a_blank_for(row):
    """That a subject gives all of them is held against the records in `test_subjects`."""
    assert named_by(row) <= said_of(row.event)


def test_the_fanout_knows_every_subject_and_no_other():
    assert set(SUBJECTS) == set(SAID) == {subject_of(row.event) for row in CATALOGUE}


@EVERY_ROW
def test_the_sample_of_a_preview_has_a_word_for_every_name(row):
    assert said_of(row.event) == sample(row.event, NAMES).keys()
    assert None not in sample(row.event, NAMES).values()


@pytest.mark.parametrize("row", [row for row in WRITTEN if row.template], **NAMED)
def test_the_longest_real_names_fit_the_card(row):
    for key, said in row.push.items():
        fitted = fields.fit(key, said.format_map(sample(row.event, NAMES)))

        assert fits(key, fitted), (key, fitted)


@ROWS
def test_the_title_is_the_same_for_everybody(row):
    """A title stands on a lock screen: no name of a person or a park in it."""
    assert set() == blanks(row.title)


@ROWS
def test_the_text_names_the_case_so_that_a_second_copy_is_harmless(row):
    """A case by its number, a notice by its title, policies by theirs."""
    assert {"number", "title", "policies"} & blanks(row.body)


@PUSHED
def test_the_longest_words_fit_the_template(row):
    """Held against WeChat's rules as the simulator knows them, apart from our own fitting."""
    for key, said in row.push.items():
        fitted = fields.fit(key, said.format_map(LONGEST))

        assert fits(key, fitted), (key, fitted)


@PUSHED
def test_an_empty_record_still_fits_the_template(row):
    emptied = {**LONGEST, "unit_code": "", "reasons": "", "reason": "", "note": ""}

    for key, said in row.push.items():
        assert fits(key, fields.fit(key, said.format_map(emptied))), key


@PUSHED
def test_the_push_fills_exactly_the_keys_of_its_template(row):
    numbers = variables.ring(variables.DEVELOPMENT["WECHAT_TEMPLATES"])
    templates = {template.template_id: template for template in TEMPLATES}

    assert set(templates[numbers[row.template]].keys) == set(row.push)


@pytest.mark.parametrize("name", cards.TEMPLATES)
def test_a_card_and_its_keys_are_called_as_wechat_shows_them(name):
    numbers = variables.ring(variables.DEVELOPMENT["WECHAT_TEMPLATES"])
    (wechats,) = (each for each in TEMPLATES if each.template_id == numbers[name])

    assert wechats.keys == cards.TEMPLATES[name].keys
    assert all(fields.kind_of(key) in fields.RULES for key in wechats.keys)


@ROWS
def test_the_link_leads_to_a_page_of_the_mini_program(row):
    # WeChat takes no leading slash (41030 otherwise).
    assert row.link.format_map(LONGEST).partition("?")[0] in PAGES


def test_whoever_typed_something_is_led_to_where_it_stands():
    leads = {texts.page_of(place) for place in Place} | set(texts.OF_ROOT.values())

    assert {each.partition("?")[0] for each in leads} <= set(PAGES)


@ROWS
def test_no_message_promises_money(row):
    # domain.md 0.7: never promise an amount.
    assert "元" not in row.body
