"""What do those on a waiting list hear of a draw?

They are told the commitment and the hash of the list, so that each of them holds a copy from before
the draw.
"""

from notifications.rows import to_her

DRAWS = (
    to_her(
        "draw_announced",
        "候补将摇号排序",
        "您在{park_name}的候补（{unit_kind}，申请 {number}）将摇号排序：名单于 {freezes_at} 封存，"
        "{draws_at} 开奖。种子承诺值：{commitment}。开奖前该类场地不发放。",
        phrase="将要摇号",
        on="{draws_at}",
        thing="名单封存前仍可加入候补",
        of="waiting",
    ),
    to_her(
        "draw_cancelled",
        "摇号已取消",
        "您在{park_name}的候补（{unit_kind}，申请 {number}）的摇号已取消，原有位次不变。{why}",
        phrase="摇号取消",
        on="{at}",
        thing="原有候补位次不变",
        of="waiting",
    ),
    to_her(
        "issued",
        "摇号名单已封存",
        "您在{park_name}摇号（{unit_kind}，申请 {number}）的签号是 {code}，共 {entrants} 人。"
        "名单校验值：{list_sha256}。{draws_at} 开奖。",
        phrase="名单已封存",
        on="{draws_at}",
        thing="签号 {code}",
        of="ticket",
    ),
    to_her(
        "drawn",
        "摇号结果已公布",
        "您在{park_name}摇号（{unit_kind}，申请 {number}）的结果是第 {place} 位，共 {entrants} 人，"
        "拟安排 {places} 处。有场地时按此顺序通知您，请留意答复期限；任何人都可以复算结果。",
        phrase="已开奖",
        on="{at}",
        thing="第 {place} 位，共 {entrants} 人",
        of="ticket",
    ),
)
