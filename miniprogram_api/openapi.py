"""What does the contract say? flask-smorest's document, completed from our own table."""

from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app
from flask_smorest import Api

from backend.access import Audience
from miniprogram_api.operations import OPERATIONS, Operation
from miniprogram_api.problems import PROBLEMS
from miniprogram_api.schemas import strict
from miniprogram_api.schemas.shared import ProblemSchema

VERSION = "1.0.0"
SCHEMES = {Audience.CITIZEN: "citizen", Audience.STAFF: "staff"}
MEANINGS = {
    400: "无法解析，或查询参数有误",
    401: "未登录",
    403: "无权操作",
    404: "未找到，或与您无关",
    409: "状态或并发冲突",
    410: "已停用",
    412: "内容已被更新",
    413: "内容过大",
    415: "内容类型不支持",
    422: "填写有误",
    428: "缺少 If-Match",
    429: "过于频繁",
    503: "暂不可用",
    507: "存储空间不足",
}
UNCHANGED = {"description": "与 If-None-Match 所指相同"}
EXAMPLES = {"string": "文字", "integer": 1, "number": 1.5, "boolean": True, "object": {}}
BINARY = {"type": "string", "format": "binary"}
FILE_EXAMPLE = "%PDF-1.7 …"
PLAIN = {"schema": {"type": "string"}, "example": "success"}
FORMAT_EXAMPLES = {
    "binary": FILE_EXAMPLE,
    "date": "2026-11-23",
    "date-time": "2026-11-23T08:00:00Z",
    "uuid": "019ab3c0-7e1a-7d3f-9b44-5f1d2c6a8e10",
}


class Document(Api):
    """The API of flask-smorest, without its own pages and error shape."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave the errors to `problems`."""


def register(app: Flask) -> Document:
    """Prepare the document; routes add themselves to it."""
    app.config.update(
        API_TITLE="兴安创业园 · Xing'an Startup Parks",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,
    )
    api = Document(app)
    api.register_field(strict.Point, "string", None)
    api.register_field(strict.Attached, "string", "binary")
    for kind in (strict.Phone, strict.CreditCode, strict.Text, strict.Label, strict.OneOf):
        api.register_field(kind, "string", None)
    app.extensions["document"] = api
    return api


def document() -> dict[str, Any]:
    """Return the whole OpenAPI document of the running app."""
    app = current_app
    if "openapi" not in app.extensions:
        app.extensions["openapi"] = _completed(app.extensions["document"].spec.to_dict())
    whole: dict[str, Any] = app.extensions["openapi"]
    return whole


def _completed(spec: dict[str, Any]) -> dict[str, Any]:
    spec["info"]["description"] = "园区、申请与消息。公开内容无需登录。"
    spec["servers"] = [{"url": "/"}]
    components = spec.setdefault("components", {})
    components["responses"] = {}
    components["schemas"].pop("PaginationMetadata", None)
    _say_nulls(spec)
    components["securitySchemes"] = {
        name: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
        for name in SCHEMES.values()
    }
    for operations in spec["paths"].values():
        for method in operations:
            if method != "parameters":
                _complete(operations[method], components, operations.get("parameters", []))
    return spec


def _say_nulls(place: Any) -> None:
    """Let a choice that may be null name null, and leave out defaults that say nothing."""
    for inner in place.values() if isinstance(place, dict) else place:
        if isinstance(inner, dict | list):
            _say_nulls(inner)
    if not isinstance(place, dict) or not isinstance(place.get("type"), list | str):
        return
    if place.get("default", ...) is None:
        del place["default"]
    if "enum" in place and "null" in place["type"] and None not in place["enum"]:
        place["enum"] = [*place["enum"], None]


def _complete(written: dict[str, Any], components: dict[str, Any], path: list[Any]) -> None:
    operation = OPERATIONS[written["operationId"]]
    written["security"] = [{SCHEMES[side]: []} for side in sorted(operation.audiences, key=str)]
    written["x-policy"] = operation.policy
    written["x-idempotent"] = operation.key
    if operation.method == "GET" and not operation.live:
        written["responses"]["304"] = {"description": "与 If-None-Match 相同"}
    if operation.transition:
        written["x-transition"] = operation.transition
    written.setdefault("parameters", []).extend(_headers(operation))
    if operation.media:
        written["responses"]["200"]["content"] = {
            media: PLAIN if media == "text/plain" else {"schema": BINARY, "example": FILE_EXAMPLE}
            for media in operation.media
        }
    for status in sorted(_refusals(operation, has_path=bool(path))):
        written["responses"][str(status)] = _problem(status)
    for place in (*written["responses"].values(), written.get("requestBody", {})):
        for content in place.get("content", {}).values():
            if "schema" in content and "example" not in content:
                content["example"] = example_of(content["schema"], components["schemas"])


def _headers(operation: Operation) -> list[dict[str, Any]]:
    headers = []
    if operation.key != "none":
        headers.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": operation.key == "key",
                "description": "1 至 255 个可见 ASCII 字符；24 小时内重复提交得到首次的答复",
                "schema": {"type": "string", "pattern": "^[!#-~]{1,255}$"},
                "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
            }
        )
    if operation.if_match:
        headers.append(
            {
                "name": "If-Match",
                "in": "header",
                "required": True,
                "description": "所依据版本的 ETag",
                "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
                "example": '"3"',
            }
        )
    return headers


def _refusals(operation: Operation, *, has_path: bool) -> set[int]:
    statuses = {400, 503} | operation.may_refuse
    statuses |= {401} if operation.audiences else set()
    statuses |= {404} if has_path else set()
    statuses |= {413, 415, 422} if operation.has_body and not operation.signed else set()
    statuses |= {409} if operation.key != "none" else set()
    statuses |= {422} if operation.key != "none" else set()
    statuses |= {403, 412, 428} if operation.if_match else set()
    return statuses


def _problem(status: int) -> dict[str, Any]:
    known = next((each for each in PROBLEMS.values() if each.status == status), None)
    example = {
        "type": f"/api/v1/problems/{known.slug}" if known else "about:blank",
        "title": known.title if known else MEANINGS[status],
        "status": status,
        "detail": known.meaning if known else f"{MEANINGS[status]}。",
        "instance": f"urn:uuid:{FORMAT_EXAMPLES['uuid']}",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": MEANINGS[status],
        "content": {"application/problem+json": {"schema": schema, "example": example}},
    }


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """Build an example that the schema accepts, from the examples of its fields."""
    if "example" in schema:
        return schema["example"]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    either = next((schema[name] for name in ("allOf", "anyOf", "oneOf") if name in schema), None)
    if either:
        return example_of(either[0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    return _plain_example(kind[0] if isinstance(kind, list) else kind, schema, schemas)


def _plain_example(kind: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas)]
    if "properties" in schema:
        return {name: example_of(each, schemas) for name, each in schema["properties"].items()}
    if schema.get("format") in FORMAT_EXAMPLES:
        return FORMAT_EXAMPLES[schema["format"]]
    return EXAMPLES[kind]
