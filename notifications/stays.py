"""Who hears of what happens while somebody stays, and of how it ends?"""

from functools import partial

from backend.access import Relation
from notifications.rows import Row, to_her, to_staff

_HER = partial(to_her, of="tenancy")
_PARK = partial(to_staff, Relation.DECIDER, of="tenancy")
_ABOVE = partial(to_staff, Relation.SUPERVISOR, of="tenancy")
# Where it was, in every message to staff.
_WHICH = "入驻 {number}（{office} {unit_code}）"

STAYS: tuple[Row, ...] = (
    _HER(
        "arrival_due",
        "请按期到园",
        "您的入驻申请 {number}：请在 {for_on} 及以前到{park_name}办理入驻，逾期场地将由下一位候补。"
        "确有困难的，请联系园区延后。",
        phrase="请按期到园",
        on="{for_on}",
        thing="逾期场地将由下一位候补",
    ),
    _HER(
        "arrived",
        "已确认到园",
        "您的入驻申请 {number}：{park_name}已确认您到园入驻，场地 {unit_code}。"
        "请按月填报在园人数。",
        phrase="已到园",
        on="{at}",
        thing="请按月填报在园人数",
    ),
    _HER(
        "arrival_postponed",
        "到园期限已延后",
        "您的入驻申请 {number} 的到园期限已延后到 {until}，当天有效。{why}",
        phrase="期限延后",
        on="{until}",
        thing="请在新期限前到园",
    ),
    _HER(
        "arrival_lapsed",
        "未按期到园，场地已释放",
        "您的入驻申请 {number}：未在期限内到园，{park_name}场地 {unit_code} 已由下一位候补。"
        "您可以重新申请。",
        phrase="逾期未到园",
        on="{at}",
        thing="场地已释放，可以重新申请",
    ),
    _HER(
        "term_ending",
        "入驻期限将到",
        "您的入驻申请 {number} 的期限到 {for_on} 为止。需要继续使用场地的，请及时提出续期；"
        "不再续期的，请准备交还场地。",
        phrase="期限将到",
        on="{for_on}",
        thing="请提出续期，或准备交还场地",
    ),
    _PARK(
        "term_ending",
        "有入驻期限将到",
        _WHICH + "的期限到 {for_on} 为止，请提前安排续期或退出。",
    ),
    _PARK(
        "renewal_asked",
        "有续期申请待答复",
        _WHICH + "的入驻人提出续期，请在 {for_on} 及以前答复。",
    ),
    _PARK(
        "renewal_due",
        "续期答复今天到期",
        _WHICH + "的续期申请应于 {for_on} 答复，请当日办理。",
    ),
    _PARK(
        "renewal_overdue",
        "续期逾期未答复",
        _WHICH + "的续期申请应于 {for_on} 答复，现已逾期，请立即办理。",
    ),
    _ABOVE(
        "renewal_overdue",
        "辖区内续期逾期未答复",
        _WHICH + "的续期申请应于 {for_on} 答复，至今未办，请督促。",
    ),
    _HER(
        "renewal_granted",
        "续期已同意",
        "您的入驻申请 {number} 的续期已同意：{park_name}场地 {unit_code}，期限到 {until}。",
        phrase="同意续期",
        on="{until}",
        thing="场地{unit_code}已续期",
    ),
    _HER(
        "renewal_refused",
        "续期未获同意",
        "您的入驻申请 {number} 的续期未获同意，期限仍到 {ends_on}。{why}",
        phrase="未同意续期",
        on="{at}",
        thing="原期限不变，请查看理由",
    ),
    _HER(
        "suspended",
        "已登记暂停经营",
        "您的入驻申请 {number}：园区已登记暂停经营，到 {until} 为止，期满自动恢复。{why}",
        phrase="暂停经营",
        on="{until}",
        thing="期满自动恢复",
    ),
    _HER(
        "suspension_ending",
        "暂停经营将到期",
        "您的入驻申请 {number}：暂停经营到 {for_on} 为止，请准备恢复经营。",
        phrase="即将恢复",
        on="{for_on}",
        thing="请准备恢复经营",
    ),
    _PARK(
        "suspension_ending",
        "有暂停经营将到期",
        _WHICH + "的暂停经营到 {for_on} 为止。",
    ),
    _HER(
        "resumed",
        "已恢复经营",
        "您的入驻申请 {number}：暂停经营已结束，请按月填报在园人数。",
        phrase="恢复经营",
        on="{at}",
        thing="请按月填报在园人数",
    ),
    _HER(
        "heads_missing",
        "请填报上月在园人数",
        "您的入驻申请 {number}：截至 {for_on} 的一个月还没有在园人数，请填报并由园区确认。",
        phrase="待填报人数",
        on="{for_on}",
        thing="请填报上月在园人数",
    ),
    _PARK(
        "heads_missing",
        "有实体上月人数未填报",
        _WHICH + "截至 {for_on} 的一个月还没有在园人数，请核实后登记。",
    ),
    _PARK(
        "heads_declared",
        "有在园人数待确认",
        _WHICH + "已填报在园人数，请核实确认。",
    ),
    _HER(
        "heads_counted",
        "园区登记了在园人数",
        "您的入驻申请 {number}：园区登记了您的在园人数，如有不符请更正并说明理由。{why}",
        phrase="已登记人数",
        on="{at}",
        thing="如有不符请更正并说明理由",
    ),
    _HER(
        "eviction_announced",
        "园区拟终止入驻",
        "您的入驻申请 {number}：园区拟终止入驻。{why}请在 {until} 及以前陈述意见，当天有效；"
        "未听取意见前不会作出决定，决定由人社局作出。",
        phrase="待陈述意见",
        on="{until}",
        thing="请陈述意见，当天有效",
    ),
    _PARK(
        "eviction_answered",
        "入驻人已陈述意见",
        _WHICH + "的入驻人已陈述意见，请听取并记录。",
    ),
    _ABOVE(
        "eviction_heard",
        "有清退待决定",
        _WHICH + "的园区拟终止入驻，已听取入驻人意见，请审查后决定。",
    ),
    _HER(
        "eviction_heard",
        "已听取您的意见",
        "您的入驻申请 {number}：园区已记录听取意见的情况，由人社局审查后决定。",
        phrase="等待决定",
        on="{at}",
        thing="由人社局审查后决定",
    ),
    _HER(
        "eviction_dropped",
        "不再终止入驻",
        "您的入驻申请 {number}：此前拟终止入驻的程序已撤销，您可以继续使用场地。{why}",
        phrase="继续入驻",
        on="{at}",
        thing="您可以继续使用场地",
    ),
    _HER(
        "evicted",
        "入驻已被终止",
        "您的入驻申请 {number}：人社局已决定终止入驻，请与{park_name}办理交接。{why}"
        "如有不同意见，可以向作出决定的人社局反映。",
        phrase="终止入驻",
        on="{at}",
        thing="请与园区办理交接",
    ),
    _PARK(
        "evicted",
        "已决定终止入驻",
        _WHICH + "：人社局已决定终止入驻，请办理交接。",
    ),
    _PARK(
        "left_early",
        "入驻人提前退出",
        _WHICH + "的入驻人提前退出，请办理交接。{why}",
    ),
    _HER(
        "graduated",
        "恭喜孵化毕业",
        "您的入驻申请 {number}：{park_name}已登记您孵化毕业。感谢同行，祝事业顺利！",
        phrase="孵化毕业",
        on="{at}",
        thing="祝贺毕业，祝事业顺利",
    ),
    _HER(
        "handed_over",
        "场地已交还",
        "您的入驻申请 {number}：{park_name}已确认场地 {unit_code} 交还。",
        phrase="场地已交还",
        on="{at}",
        thing="场地{unit_code}已确认交还",
    ),
    _HER(
        "exit_open",
        "还有退出事项未办",
        "您的入驻申请 {number}：自 {for_on} 退出以来还有事项未办妥，请与{park_name}办理。",
        phrase="事项未办妥",
        on="{for_on}",
        thing="请与园区办理退出事项",
    ),
    _PARK(
        "exit_open",
        "有退出事项未办",
        _WHICH + "自 {for_on} 退出以来还有事项未办妥，请办理。",
    ),
)
