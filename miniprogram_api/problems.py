"""Which answer does each refusal get? One table, one shape (RFC 9457)."""

import logging
from typing import Any, NamedTuple

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from backend import errors as e
from backend.vault import Unreadable
from miniprogram_api import json

log = logging.getLogger(__name__)


class Problem(NamedTuple):
    """The status, the last part of the `type` address, the constant title, and what it means."""

    status: int
    slug: str
    title: str
    meaning: str


PROBLEMS: dict[type[Exception], Problem] = {
    e.NotSignedIn: Problem(401, "not-signed-in", "未登录", "缺少有效的登录凭证，或凭证已过期。"),
    e.NotAllowed: Problem(403, "not-allowed", "无权操作", "您可以查看该内容，但不能这样操作。"),
    e.NotFound: Problem(404, "not-found", "未找到", "内容不存在，或与您无关。"),
    e.Malformed: Problem(400, "malformed", "请求格式有误", "请求无法解析，errors 指出位置。"),
    e.Invalid: Problem(422, "invalid-input", "填写有误", "errors 列出每一处错误。"),
    e.Incomplete: Problem(422, "incomplete", "材料不齐", "missing 一次列出所有缺项。"),
    e.WrongStatus: Problem(409, "wrong-status", "当前状态不可操作", "actions 列出现在可做的操作。"),
    e.Outdated: Problem(412, "outdated", "内容已被更新", "所依据的版本已过时，请读取新版本。"),
    e.VersionMissing: Problem(428, "version-missing", "缺少版本", "修改须带 If-Match。"),
    e.AlreadyOpen: Problem(409, "already-open", "已有在办申请", "existing 指出在办的申请。"),
    e.Handled: Problem(409, "handled", "同事正在办理", "handler 指出正在办理的人。"),
    e.TooSoon: Problem(409, "too-soon", "还不能再次操作", "again_on 给出可以再次操作的日期。"),
    e.AlreadyObjected: Problem(409, "already-objected", "已提出过异议", "每人对一项决定提一次。"),
    e.UnitTaken: Problem(409, "unit-taken", "场地已被占用", "free_units 列出同期空闲的场地。"),
    e.TooYoung: Problem(422, "too-young", "未满 16 周岁", "年满 16 周岁当天起可以登记。"),
    e.IdentityTaken: Problem(409, "identity-taken", "证件已登记", "请到人社局窗口核实。"),
    e.IdentityBound: Problem(409, "identity-bound", "身份已登记", "更正须到人社局窗口办理。"),
    e.AlreadyTenant: Problem(409, "already-tenant", "已有入驻场地", "每人、每个实体只入驻一处。"),
    e.AlreadyBorrowing: Problem(
        409, "already-borrowing", "已有担保贷款", "每人、每个实体同时只办一笔创业担保贷款。"
    ),
    e.AlreadySubsidised: Problem(
        409, "already-subsidised", "已申报或领取过补贴", "每人、每个实体、每户、每个岗位只发一次。"
    ),
    e.TooLate: Problem(409, "too-late", "已过期限", "ended_at 给出期限届满的时刻。"),
    e.GapOpen: Problem(409, "gap-open", "容缺材料未补齐", "items 与 due_on 给出所缺材料和期限。"),
    e.NoRoom: Problem(
        409, "no-room", "材料已满", "files 与 bytes 为现有数量，请先删除不用的材料。"
    ),
    e.InUse: Problem(409, "in-use", "材料已被使用", "cases 列出以该材料提交的申请。"),
    e.PostFull: Problem(409, "post-full", "岗位已满", "open_posts 列出其他可选岗位。"),
    e.CodeRevoked: Problem(410, "code-revoked", "该码已停用", "该小程序码或链接已停用。"),
    e.InvitationSpent: Problem(409, "invitation-spent", "邀请码无效", "请联系人社局重新获取。"),
    e.Unsettled: Problem(409, "unsettled", "出勤未核定", "months 列出尚未确定的月份。"),
    e.NotMet: Problem(409, "not-met", "不符合发放条件", "verdict 给出政策判断。"),
    e.KeyMissing: Problem(400, "key-missing", "缺少幂等键", "该操作须带 Idempotency-Key。"),
    e.KeyReused: Problem(422, "key-reused", "幂等键重复使用", "同一键只能用于同一请求。"),
    e.KeyBusy: Problem(409, "key-busy", "请求处理中", "同一请求仍在处理，请稍后重试。"),
    e.TooMany: Problem(429, "too-many", "尝试过于频繁", "请在 Retry-After 之后再试。"),
    e.WeChatDown: Problem(503, "wechat-unavailable", "微信服务暂不可用", "请稍后再试。"),
    Unreadable: Problem(503, "unreadable", "服务暂不可用", "保存的内容无法读取，请联系人社局。"),
    e.PolicyGone: Problem(
        503, "policy-gone", "政策文本缺失", "当时依据的文本已不完整，请联系人社局。"
    ),
    e.DatabaseDown: Problem(503, "unavailable", "服务暂不可用", "请稍后用同一幂等键重试。"),
    e.ExaminerBusy: Problem(503, "examiner-busy", "文件处理繁忙", "请稍后用同一幂等键重试。"),
    e.DiskFull: Problem(507, "disk-full", "存储空间不足", "请稍后用同一幂等键重试。"),
}
BY_SLUG = {problem.slug: problem for problem in PROBLEMS.values()}
RETRY_AFTER_S: dict[type[Exception], int] = {e.WeChatDown: 5, e.DatabaseDown: 2, e.ExaminerBusy: 3}
HTTP_TITLES = {
    400: "请求有误",
    401: "未登录",
    403: "无权操作",
    404: "未找到",
    405: "方法不允许",
    408: "请求超时",
    413: "内容过大",
    414: "地址过长",
    415: "内容类型不支持",
    500: "系统繁忙",
    507: "存储空间不足",
}


def register(app: Flask) -> None:
    """Answer every refusal, fault and HTTP error of the app with a problem document."""
    app.register_error_handler(e.Refusal, declined)
    app.register_error_handler(e.Fault, declined)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, broken)


def told(refusal: e.Refusal) -> dict[str, Any]:
    """Tell a refusal of one among many as a part of an answer."""
    kind = _kind(refusal)
    named = {"errors": refusal.more["errors"]} if "errors" in refusal.more else {}
    return {"type": address(PROBLEMS[kind].slug), "detail": refusal.detail, **named}


def declined(error: e.Refusal | e.Fault) -> Response:
    """Answer an anticipated refusal or a fault that we have a name for."""
    kind = _kind(error)
    problem = PROBLEMS[kind]
    more = dict(getattr(error, "more", {}))
    retry_after = more.pop("retry_after", RETRY_AFTER_S.get(kind))
    response = document(problem.status, problem.title, error.detail, address(problem.slug), **more)
    if retry_after:
        response.headers["Retry-After"] = str(int(retry_after))
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _kind(error: Exception) -> type[Exception]:
    return next(each for each in type(error).__mro__ if each in PROBLEMS)


def http_error(error: HTTPException) -> Response:
    """Answer Werkzeug's own errors; headers such as Allow are kept."""
    status = error.code or 500
    title = HTTP_TITLES.get(status, "请求有误" if status < 500 else "系统繁忙")
    response = document(status, title, f"{title}。")
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def broken(error: Exception) -> Response:
    """Answer what nobody expected: say nothing of it outside, all of it in the log."""
    log.error("unexpected", exc_info=error)
    return document(500, HTTP_TITLES[500], e.Fault.detail)


def document(
    status: int, title: str, detail: str, type_: str = "about:blank", **more: Any
) -> Response:
    """Build the problem document of this request."""
    content = {
        "type": type_,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": f"urn:uuid:{g.get('request_id', '')}",
        **more,
    }
    response = json.answer(content)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def address(slug: str) -> str:
    """Return the address under which a kind of problem is explained."""
    return f"{request.root_url}api/v1/problems/{slug}"
