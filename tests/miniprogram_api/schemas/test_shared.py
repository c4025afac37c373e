"""How is a mapping written?"""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from uuid import UUID

from marshmallow import fields

from backend.applications.kinds import Kind
from miniprogram_api import json
from miniprogram_api.schemas.shared import Moment, PublicId, Shown, page_of
from miniprogram_api.schemas.strict import Label, OneOf

ID = UUID("019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10")


class Inner(Shown):
    """Inside of another."""

    day = fields.Date()


class Outer(Shown):
    """One field of each sort that we use."""

    id = PublicId()
    at = Moment()
    kind = OneOf(Kind)
    kind_label = Label(attribute="kind")
    renamed = fields.Integer(data_key="unknown")
    words = fields.String()
    one = fields.Nested(Inner)
    several = fields.List(fields.Nested(Inner))
    source = fields.Constant("always")
    worked_out = fields.Function(lambda whole: whole["words"] * 2)


def written(shown):
    """What of it the client reads."""
    return json.read(json.answer(shown).get_data())


def test_each_field_writes_its_own_value():
    at = datetime(2026, 11, 29, 8, 0, 30, 999_999, tzinfo=UTC)
    shown = Outer().dump(
        {
            "id": ID,
            "at": at,
            "kind": Kind.TENANCY,
            "renamed": 7,
            "words": "好",
            "one": {"day": date(2026, 11, 29)},
            "several": [{"day": None}, {}],
            "not_ours": "kept to ourselves",
        }
    )

    assert {
        "id": str(ID),
        "at": "2026-11-29T08:00:30Z",
        "kind": "tenancy",
        "kind_label": "入驻申请",
        "unknown": 7,
        "words": "好",
        "one": {"day": "2026-11-29"},
        "several": [{"day": None}, {}],
        "source": "always",
        "worked_out": "好好",
    } == written(shown)


def test_nothing_is_written_as_nothing_and_what_is_not_there_not_at_all():
    empty = dict.fromkeys(("at", "kind", "one", "several"), None)

    shown = Outer(exclude=("worked_out",)).dump(empty)

    assert {**empty, "kind_label": None, "source": "always"} == shown


def test_words_that_are_none_are_turned_into_words():
    assert {"words": "5"} == Outer(only=("words",)).dump({"words": 5})


def test_a_page_holds_its_items_and_where_to_go_on():
    page = page_of(Inner).dump({"items": [{"day": date(2026, 1, 2)}], "next_cursor": None})

    assert {"items": [{"day": "2026-01-02"}], "next_cursor": None} == written(page)


def test_what_is_no_dictionary_is_read_by_its_attributes():
    assert {"day": "2026-01-02"} == Inner().dump(SimpleNamespace(day=date(2026, 1, 2)))


def test_several_are_written_one_by_one():
    assert [{"day": None}, {}] == Inner(many=True).dump([{"day": None}, {}], many=True)
