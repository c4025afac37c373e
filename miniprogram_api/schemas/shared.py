"""Which shapes return in many answers?"""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from miniprogram_api.schemas.strict import Strict, Text, Whole

MOMENT = {"example": "2026-11-23T08:00:00Z"}
PUBLIC_ID = {"example": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10"}


class Moment(fields.DateTime):
    """A moment in UTC, to the second, ending in Z."""

    def __init__(self, **kwargs: Any):
        """Document one example."""
        super().__init__(metadata=MOMENT, **kwargs)

    def _serialize(self, value: Any, *args: Any, **kwargs: Any) -> str | None:
        return None if value is None else f"{value:%Y-%m-%dT%H:%M:%SZ}"


class PublicId(fields.UUID):
    """A UUIDv7 by which others know a thing."""

    def __init__(self, **kwargs: Any):
        """Document one example."""
        super().__init__(metadata=PUBLIC_ID, **kwargs)


class Paging(Strict):
    """How every list is paged."""

    limit = Whole(least=1, most=100, load_default=20, metadata={"in_query": True})
    cursor = Text(most=1000, load_default=None)


class Fault(Schema):
    """One fault of the input."""

    pointer = fields.String(required=True, metadata={"example": "#/sections/venture/name"})
    detail = fields.String(required=True, metadata={"example": "必填"})


class ProblemSchema(Schema):
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
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(
                required=True, allow_none=True, metadata={"example": None}
            ),
        },
        name=f"{item.__name__.removesuffix('Schema')}Page",
    )()
