"""What does an applicant hear of offers, agreements and waiting lists?"""

from notifications.rows import to_her

PLACES = (
    to_her(
        "offered",
        "有空闲场地可以入驻",
        "您的入驻申请 {number} 有了场地：{park_name} {unit_code}，自 {starts_on} 至 {ends_on}。"
        "请在 {expires_at} 前答复；逾期未答复的，由下一位候补。",
        phrase="待您答复",
        on="{expires_at}",
        thing="场地{unit_code}可以入驻，请答复",
        of="tenancy",
    ),
    to_her(
        "offer_lapsed",
        "场地已由下一位候补",
        "您的入驻申请 {number}：{park_name}场地 {unit_code} 逾期未收到答复，已转给下一位。"
        "您仍在候补名单中，连续两次未答复将暂停候补。",
        phrase="逾期未答复",
        on="{at}",
        thing="该场地已转给下一位，您仍在候补",
        of="tenancy",
    ),
    to_her(
        "amended",
        "入驻协议有变更",
        "您的入驻申请 {number} 的协议文本已变更，此前的确认不再有效。"
        "请在 {expires_at} 前阅读新文本并确认。",
        phrase="协议有变更",
        on="{expires_at}",
        thing="请阅读新文本并确认",
        of="tenancy",
    ),
    to_her(
        "activated",
        "入驻手续已办结",
        "您的入驻申请 {number} 已办结：{park_name}场地 {unit_code}，自 {starts_on} 至 {ends_on}。"
        "协议双方均已确认，请在 {until} 及以前到园。",
        phrase="已办结",
        on="{at}",
        thing="请按期到园，场地{unit_code}",
        of="tenancy",
    ),
    to_her(
        "left_on_time",
        "入驻期满",
        "您的入驻申请 {number} 的入驻期已满：{park_name}场地 {unit_code}，截至 {ends_on}。"
        "请与园区办理交接。",
        phrase="入驻期满",
        on="{at}",
        thing="请与园区办理交接",
        of="tenancy",
    ),
    to_her(
        "paused",
        "候补已暂停",
        "您的入驻申请 {number} 在{park_name}的候补（{unit_kind}）连续两次未答复，已暂停，"
        "原有位次保留。如仍需要场地，请在申请中恢复候补。",
        phrase="候补已暂停",
        on="{at}",
        thing="位次保留，需要时请恢复候补",
        of="waiting",
    ),
)
