"""Who hears of a gap with which a case was taken in, and of papers that run out?"""

from backend.access import Relation
from notifications.rows import to_her, to_staff

GAPS = (
    to_her(
        "gap_allowed",
        "缺项可以后补，请确认承诺",
        "您的申请 {number} 尚缺：{gap}。{office}同意先受理，请阅读并确认限期补齐的承诺；"
        "不作承诺的，按现有材料办理。",
        phrase="待您承诺",
        on="{at}",
        thing="缺项可后补，请确认承诺",
    ),
    to_her(
        "gap_due",
        "承诺补齐的材料将到期",
        "您的申请 {number} 承诺补齐：{gap}，最晚 {for_on} 提交。逾期未补齐的，申请将失效。",
        phrase="等待补齐",
        on="{for_on}",
        thing="请尽快补齐，逾期申请失效",
    ),
    to_her(
        "gap_confirmed",
        "承诺事项已补齐",
        "您的申请 {number} 承诺补齐的内容（{gap}）已经{office}核对。已作出的同意决定自此生效。",
        phrase="已补齐",
        on="{at}",
        thing="补交的材料已核对",
    ),
    to_her(
        "gap_refused",
        "补交的材料需要重新提交",
        "您的申请 {number} 补交的内容（{gap}）经核对需要重新提交，最晚 {for_on}。{why}",
        phrase="需重新提交",
        on="{for_on}",
        thing="请按要求重新提交",
    ),
    to_her(
        "document_expiring",
        "申请材料即将到期",
        "您的申请 {number} 所附材料将于 {for_on} 到期。请及时换领；需要更换时，请联系{office}。",
        phrase="即将到期",
        on="{for_on}",
        thing="所附材料即将到期，请换领",
    ),
    to_staff(
        Relation.DECIDER,
        "gap_promised",
        "申请人已作容缺承诺",
        "申请 {number}（{office}）的申请人承诺在 {for_on} 前补齐：{gap}。",
    ),
    to_staff(
        Relation.DECIDER,
        "gap_declined",
        "申请人未作容缺承诺",
        "申请 {number}（{office}）的申请人未承诺后补：{gap}。请按现有材料办理，或要求补正。",
    ),
    to_staff(
        Relation.DECIDER,
        "gap_filled",
        "容缺材料已补交",
        "申请 {number}（{office}）的申请人已补交：{gap}，请核对。",
    ),
    to_staff(
        Relation.DECIDER,
        "gap_lapsed",
        "容缺材料逾期未补齐",
        "申请 {number}（{office}）的申请人未按承诺补齐：{gap}，本次受理终止，申请已失效。",
    ),
)
