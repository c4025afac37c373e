"""Which shapes return in many answers?"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import INCLUDE, Schema, fields, missing, validate

from miniprogram_api.schemas.strict import Strict, Text, Whole

MOMENT = {"example": "2026-11-23T08:00:00Z"}
PUBLIC_ID = {"example": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"}
Write = Callable[[Any, str, Any], Any]
# Words and nothing are written as they are, whatever the field.
PLAIN: frozenset[type] = frozenset({str, type(None)})


class Shown(Schema):
    """The base of all output.

    A dictionary is written key by key: the library's own way, which other things take, asks each
    field anew where its value may be, and takes twice as long.
    """

    def __init__(self, **kwargs: Any):
        """Look once at which key each field reads, and which it writes."""
        super().__init__(**kwargs)
        self._writes = tuple(
            (
                field.data_key or name,
                field.attribute or name,
                _as_it_is(field),
                _write(field),
                not field._CHECK_ATTRIBUTE,
            )
            for name, field in self.dump_fields.items()
        )

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """Write one thing, or several; what is not there is not written."""
        if many:
            return [self.dump(each) for each in obj]
        if not isinstance(obj, dict):
            return super().dump(obj, many=False)
        shown = {}
        for name, key, as_it_is, write, is_made in self._writes:
            value = obj.get(key, missing)
            if value.__class__ in as_it_is:
                shown[name] = value
            elif value is not missing or is_made:
                shown[name] = write(value, key, obj)
        return shown


class Moment(fields.DateTime):
    """A moment in UTC, to the second, ending in Z."""

    def __init__(self, **kwargs: Any):
        """Document one example."""
        super().__init__(metadata=MOMENT, **kwargs)

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return value  # It is written where JSON is.


class PublicId(fields.UUID):
    """A UUIDv7 by which others know a thing."""

    def __init__(self, **kwargs: Any):
        """Document one example."""
        super().__init__(metadata=PUBLIC_ID, **kwargs)

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return value  # It is written where JSON is.


# What JSON itself writes as the field would.
BY_JSON: Mapping[type, type] = {
    fields.Boolean: bool,
    fields.Date: date,
    fields.Dict: dict,
    fields.Integer: int,
    Moment: datetime,
    PublicId: UUID,
}


def _as_it_is(field: fields.Field[Any]) -> frozenset[type]:
    looks_inside = getattr(field, "value_field", None)
    by_json = None if looks_inside else BY_JSON.get(type(field))
    return PLAIN | {by_json} if by_json else PLAIN


def _write(field: fields.Field[Any]) -> Write:
    """Return what writes the values of a field; a list asks once what its values are."""
    if type(field) is not fields.List:
        return field._serialize
    as_it_is, write = _as_it_is(field.inner), _write(field.inner)

    def several(values: Iterable[Any], key: str, whole: Any) -> list[Any]:
        return [each if each.__class__ in as_it_is else write(each, key, whole) for each in values]

    return several


class Paging(Strict):
    """How every list is paged."""

    limit = Whole(least=1, most=100, load_default=20, metadata={"in_query": True})
    cursor = Text(most=1000, load_default=None)


class Fault(Shown):
    """One fault of the input."""

    pointer = fields.String(required=True, metadata={"example": "#/sections/venture/name"})
    detail = fields.String(required=True, metadata={"example": "必填"})


class ProblemSchema(Shown):
    """A refusal or fault (RFC 9457); some kinds carry more members."""

    class Meta:
        """Options of the library."""

        unknown = INCLUDE

    type = fields.String(required=True, metadata={"example": "about:blank"})
    title = fields.String(required=True, metadata={"example": "填写有误"})
    status = fields.Integer(
        required=True, validate=validate.Range(400, 599), metadata={"example": 422}
    )
    detail = fields.String(required=True, metadata={"example": "填写内容有误，请逐项检查"})
    instance = fields.String(
        required=True,
        metadata={"example": "urn:uuid:019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"},
    )
    errors = fields.List(fields.Nested(Fault))


def page_of(item: type[Schema]) -> Schema:
    """Return the schema of a page of these items."""
    return Shown.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(
                required=True, allow_none=True, metadata={"example": None}
            ),
        },
        name=f"{item.__name__.removesuffix('Schema')}Page",
    )()
