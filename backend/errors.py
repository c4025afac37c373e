"""What can be declined, and what can break?

    Refusal                     we understood, and decline
    ├── NotSignedIn             no valid token of the right audience
    ├── NotAllowed              signed in, may see the thing, may not do this to it
    ├── NotFound                missing, or none of the caller's business: both look alike
    ├── Malformed               cannot be read at all
    ├── Invalid                 read, and wrong: every fault at once
    ├── Incomplete              everything still missing, at once
    ├── WrongStatus             the workflow has no such step from here
    ├── Outdated                somebody changed it since the caller looked
    ├── VersionMissing          a change that does not say which version it saw
    ├── AlreadyOpen             one open application of a kind per person
    ├── Handled                 a colleague has the case
    ├── TooSoon                 it was done not long ago
    ├── AlreadyObjected         one objection of a person to a decision
    ├── UnitTaken               another holding overlaps
    ├── TooYoung                not old enough to be registered
    ├── IdentityTaken           another account has bound this document
    ├── IdentityBound           bound already, and something was submitted on the strength of it
    ├── AlreadyTenant           the person or the venture has a place already
    ├── AlreadyBorrowing        the person or the venture has a loan that is not over
    ├── AlreadySubsidised       the person, venture, household or job has it already
    ├── GapOpen                 what was promised has to be there before anything takes effect
    ├── TooLate                 an offer or the time for signing has run out
    ├── NoRoom                  her documents are as many, or as large, as they may be
    ├── InUse                   a submitted application rests on it
    ├── PostFull                every place of the post has somebody
    ├── CodeRevoked             a printed code that leads nowhere any more
    ├── InvitationSpent         a code that is unknown, used or too old: all look alike
    ├── Unsettled               months of which it is not certain whether they count
    ├── NotMet                  by the rules nothing is to be paid
    ├── KeyMissing, KeyReused, KeyBusy      idempotency
    └── TooMany                 wait before the next try
    Fault                       our side, or a neighbour, is broken
    ├── WeChatDown
    ├── PolicyGone              the text by which something was decided
    ├── DatabaseDown
    ├── ExaminerBusy            no slot to look at a file, or the look was cut off
    └── DiskFull                there is no space for one file more

Status codes and titles are the API's (`miniprogram_api.problems`). The message of a refusal
is in Chinese and fit to show; `more` holds what a client may want to act upon.
"""

from typing import Any


class Refusal(Exception):
    """An anticipated answer: no."""

    detail = ""

    def __init__(self, detail: str = "", **more: Any):
        """Keep the sentence to show and what goes with it."""
        self.detail = detail or self.detail
        self.more = more
        super().__init__(self.detail)


class NotSignedIn(Refusal):
    """No token, or one that is expired, forged, revoked or for the other audience."""

    detail = "请先登录"


class NotAllowed(Refusal):
    """The caller may see the thing but not do this to it."""

    detail = "您没有权限进行此操作"


class NotFound(Refusal):
    """Nothing here that the caller may know of."""

    detail = "没有找到相关内容"


class Malformed(Refusal):
    """The request cannot be read; `errors` says where."""

    detail = "请求格式有误"


class Invalid(Refusal):
    """The request can be read but not accepted; `errors` lists each fault with its pointer."""

    detail = "填写内容有误，请逐项检查"


class Incomplete(Refusal):
    """Something required is still missing; `missing` lists all of it."""

    detail = "还有必填内容未填写，请一次补齐"


class WrongStatus(Refusal):
    """The step does not exist from the present status; `actions` lists those that do."""

    detail = "当前状态下不能进行此操作"


class Outdated(Refusal):
    """The caller saw an older version; `yours` and `current` name both."""

    detail = "内容已被更新，请刷新后再试"


class VersionMissing(Refusal):
    """A change has to say which version it saw."""

    detail = "请在 If-Match 中注明所依据的版本"


class AlreadyOpen(Refusal):
    """The person has an open application of this kind; `existing` names it."""

    detail = "您已有一份正在办理的同类申请"


class Handled(Refusal):
    """A colleague has taken the case; `handler` names her."""

    detail = "同事正在办理此件"


class TooSoon(Refusal):
    """It was done not long ago; `again_on` is the day from which it may be done again."""

    detail = "请过几天再试"


class AlreadyObjected(Refusal):
    """The person has objected to this decision before."""

    detail = "您已对这项决定提出过异议"


class UnitTaken(Refusal):
    """Another holding of the unit overlaps the period asked for."""

    detail = "该场地在所选期间已被占用"


class TooYoung(Refusal):
    """The holder of the document may not work yet."""

    detail = "未满 16 周岁，暂不能登记；年满 16 周岁当天起即可登记，有疑问请由监护人联系人社局"


class IdentityTaken(Refusal):
    """The document is bound to another account; of whom, nobody but staff is told."""

    detail = (
        "这个证件号码已在另一个账号登记，不能再次绑定。如果是您本人的证件，"
        "请带上证件原件到旗县市人社局窗口核实；您也可以先核对号码是否填错"
    )


class IdentityBound(Refusal):
    """The identity was relied on in something submitted, so that only staff may change it."""

    detail = "您已用登记的身份信息提交过申请，不能自行更改；如有错误，请带证件原件到人社局窗口更正"


class AlreadyTenant(Refusal):
    """A person, and a venture, has one place in the whole league; which one is not said."""

    detail = "申请人或其创业实体已有入驻场地，退出后方可再次入驻"


class AlreadyBorrowing(Refusal):
    """A person, and a venture, has one guarantee loan at a time; which one is not said."""

    detail = "申请人或其创业实体已有办理中或未还清的创业担保贷款，结清后方可再次申请"


class AlreadySubsidised(Refusal):
    """A subsidy is paid once for each; whose it was is not said. `lines` names the caller's own."""

    detail = "申请人、实体、毕业户或岗位已经申报或领取过这项补贴，不能重复发放"


class TooLate(Refusal):
    """The time for an answer or a signature is over; `ended_at` says since when."""

    detail = "已超过办理期限"


class GapOpen(Refusal):
    """Something promised is not there or was not looked at; `items` and `due_on` say what."""

    detail = "承诺补齐的材料尚未补齐并核对，这项决定暂不生效"


class NoRoom(Refusal):
    """Nothing more fits; `files`, `bytes` and what each may be at most say why."""

    detail = "材料数量或总容量已达上限，请先删除不用的材料"


class InUse(Refusal):
    """Something rests on it; `cases` names what."""

    detail = "该材料已随申请提交，不能删除"


class PostFull(Refusal):
    """Every place of the post has somebody, or it is closed; `open_posts` names others."""

    detail = "该见习岗位已满或已停止招募，请改选其他岗位"


class CodeRevoked(Refusal):
    """Somebody scans, or wants to use, a code that was revoked."""

    detail = "该码已停用，请从小程序首页进入或联系工作人员"


class InvitationSpent(Refusal):
    """There is no such invitation, or it was used, or its days are over: which is not said."""

    detail = "邀请码无效、已使用或已过期，请联系人社局重新获取"


class Unsettled(Refusal):
    """Of some months nobody can say yet whether they count; `months` names them."""

    detail = "还有月份的出勤没有确认或核定"


class NotMet(Refusal):
    """By the rules and what is known nothing is to be paid; `verdict` says why."""

    detail = "按现行政策口径不符合发放条件，请核对已掌握的情况"


class KeyMissing(Refusal):
    """The operation needs an Idempotency-Key."""

    detail = "缺少 Idempotency-Key"


class KeyReused(Refusal):
    """The key was used for a different request."""

    detail = "该 Idempotency-Key 已用于另一请求"


class KeyBusy(Refusal):
    """The first request with this key is still running."""

    detail = "同一请求正在处理中，请稍候"


class TooMany(Refusal):
    """Too many tries; `retry_after` gives the seconds to wait."""

    detail = "尝试次数过多，请稍后再试"


class Fault(Exception):
    """Something is broken; the request may be repeated later."""

    detail = "系统繁忙，请稍后再试"


class WeChatDown(Fault):
    """WeChat did not answer in a usable way."""

    detail = "微信服务暂不可用，请稍后再试"


class PolicyGone(Fault):
    """The sheets of the policy by which something was decided are not those kept."""

    detail = "当时依据的政策文本无法读取，请联系人社局"


class DatabaseDown(Fault):
    """PostgreSQL did not answer in time."""


class ExaminerBusy(Fault):
    """So many files are being looked at that this one could not be, or not to its end."""

    detail = "正在处理的文件较多，请稍后再试"


class DiskFull(Fault):
    """There is no space for one file more."""

    detail = "存储空间不足，请稍后再试"
