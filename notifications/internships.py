"""Who hears of the agreement, the months, the window and the stipend of an internship?"""

from collections.abc import Callable
from functools import partial

from backend.access import Relation
from notifications.rows import Row, to_her, to_staff

# Whoever speaks for a host may not see the application.
DETAIL = "pages/internships/detail?id={internship}"
_HER = partial(to_her, of="internship")
_STAFF = partial(to_staff, Relation.DECIDER, of="internship")


def _host(event: str, title: str, body: str, *, phrase: str, on: str, thing: str) -> Row:
    """Tell whoever speaks for the host, as the intern is told."""
    told = _HER(event, title, body, phrase=phrase, on=on, thing=thing)
    return told._replace(reader=Relation.CONTACT, link=DETAIL)


def _both(
    event: str, title: str, body: str, *, phrase: str, on: str, thing: str
) -> tuple[Row, ...]:
    tell: tuple[Callable[..., Row], ...] = (_HER, _host)
    return tuple(each(event, title, body, phrase=phrase, on=on, thing=thing) for each in tell)


INTERNSHIPS = (
    _host(
        "granted",
        "有见习协议待签署",
        "见习申请 {number}：“{post}”岗位已安排见习人员，请在 {expires_on} 前阅读并签署见习协议。",
        phrase="待签协议",
        on="{expires_on}",
        thing="请阅读并签署见习协议",
    ),
    *_both(
        "amended",
        "见习协议有变更",
        "见习申请 {number} 的协议文本已变更，此前的签署不再有效。"
        "请在 {expires_on} 前阅读新文本并签署。",
        phrase="协议有变更",
        on="{expires_on}",
        thing="请阅读新文本并签署",
    ),
    *_both(
        "begun",
        "见习协议已生效",
        "见习申请 {number}：三方均已签署，“{post}”岗位见习自 {starts_on} 至 {ends_on}。"
        "每满一个月，请双方各自确认出勤。",
        phrase="协议已生效",
        on="{at}",
        thing="每满一个月请确认出勤",
    ),
    *_both(
        "agreement_lapsed",
        "见习协议逾期未签",
        "见习申请 {number} 的协议逾期未签齐，“{post}”岗位已释放。需要时可以重新申请。",
        phrase="逾期未签",
        on="{at}",
        thing="岗位已释放，可以重新申请",
    ),
    _host(
        "cancelled",
        "见习已取消",
        "见习申请 {number} 已取消，“{post}”岗位名额已恢复。",
        phrase="已取消",
        on="{at}",
        thing="岗位名额已恢复",
    ),
    _HER(
        "month_unanswered_by_intern",
        "请确认上月出勤",
        "见习申请 {number}：截至 {for_on} 的一个月您还没有确认出勤。"
        "双方都确认后，该月计入见习月数。",
        phrase="待确认出勤",
        on="{for_on}",
        thing="请确认该月出勤",
    ),
    _host(
        "month_unanswered_by_host",
        "请确认上月出勤",
        "见习申请 {number}：截至 {for_on} 的一个月贵单位还没有确认见习人员出勤。",
        phrase="待确认出勤",
        on="{for_on}",
        thing="请确认见习人员该月出勤",
    ),
    _STAFF(
        "month_disputed",
        "月度出勤有异议",
        "见习 {number} 有一个月的出勤双方意见不一致，请核定。",
    ),
    *_both(
        "month_settled",
        "月度出勤已核定",
        "见习申请 {number} 有一个月的出勤由{office}核定。{why}",
        phrase="出勤已核定",
        on="{at}",
        thing="请查看核定结果和理由",
    ),
    *_both(
        "completed",
        "见习期满",
        "见习申请 {number} 的见习期已满，截至 {ends_on}。未确认的月份请尽快确认。",
        phrase="见习期满",
        on="{at}",
        thing="未确认的月份请尽快确认",
    ),
    *_both(
        "terminated",
        "见习提前结束",
        "见习申请 {number} 的见习提前结束，截至 {ends_on}。{why}",
        phrase="提前结束",
        on="{at}",
        thing="已满的月份按确认的出勤计算",
    ),
    _HER(
        "window_opened",
        "创业窗口期开始",
        "见习申请 {number}：在 {until} 及以前办理营业执照并申报的，可以申请创业见习补贴，"
        "以{office}审核为准。",
        phrase="窗口期开始",
        on="{until}",
        thing="当天及以前办执照可申请补贴",
    ),
    _HER(
        "window_closing",
        "创业窗口期将到",
        "见习申请 {number} 的创业窗口期到 {for_on} 为止，当天有效。请及时办理执照并申报。",
        phrase="窗口期将到",
        on="{for_on}",
        thing="请及时办理执照并申报",
    ),
    _HER(
        "window_expired",
        "创业窗口期已过",
        "见习申请 {number} 的创业窗口期已过，申请已经结束。您仍可以了解其他创业政策。",
        phrase="窗口期已过",
        on="{at}",
        thing="您仍可以了解其他创业政策",
    ),
    _STAFF(
        "venture_confirmed",
        "有创业信息待核实",
        "见习 {number} 的申请人已申报创业，请核实执照并测算补贴。",
    ),
    _HER(
        "venture_accepted",
        "创业信息已核实",
        "见习申请 {number} 的创业信息已核实，补贴已测算，由另一名工作人员复核。",
        phrase="补贴复核中",
        on="{at}",
        thing="补贴由另一名人员复核",
    ),
    to_staff(
        Relation.APPROVER,
        "venture_accepted",
        "有补贴待复核",
        "见习 {number} 的创业见习补贴已测算，请复核。",
        of="internship",
    ),
    _HER(
        "venture_returned",
        "创业信息需要修改",
        "见习申请 {number} 的创业信息需要修改，请在 {until} 及以前重新申报。{why}",
        phrase="需要修改",
        on="{until}",
        thing="请修改后重新申报",
    ),
    _STAFF(
        "stipend_returned",
        "补贴复核退回",
        "见习 {number} 的补贴复核退回，请重新核实。{why}",
    ),
    _HER(
        "stipend_approved",
        "补贴复核通过",
        "见习申请 {number} 的创业见习补贴复核通过，等待拨付。",
        phrase="等待拨付",
        on="{at}",
        thing="创业见习补贴等待拨付",
    ),
    _STAFF(
        "stipend_approved",
        "补贴待拨付",
        "见习 {number} 的创业见习补贴复核通过，拨付后请登记。",
    ),
    _HER(
        "paid",
        "补贴已拨付",
        "见习申请 {number} 的创业见习补贴已拨付，申请办结。到账情况请以银行为准。",
        phrase="已拨付",
        on="{at}",
        thing="到账情况请以银行为准",
    ),
    _HER(
        "recovered",
        "补贴已追回",
        "见习申请 {number} 的创业见习补贴已追回。{why}如有疑问请咨询{office}。",
        phrase="已追回",
        on="{at}",
        thing="如有疑问请咨询人社局",
    ),
)
