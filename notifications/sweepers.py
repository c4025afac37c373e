"""What does the worker do by itself, when, and how long may it go without coming to a good end?

Three of its own periods are the least; where people wait for it, less than five minutes the most.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple


class Sweeper(NamedTuple):
    """A periodic job: what it does, when it begins (seconds last), and how long it may rest."""

    does: str
    cron: str
    rests: timedelta


_SHORT, _LONG = timedelta(minutes=2), timedelta(minutes=4)
SWEEPERS: Mapping[str, Sweeper] = {
    "sweep_messages": Sweeper("告知遗漏的事件，发送到期的推送", "* * * * * */10", _SHORT),
    "sweep_callbacks": Sweeper("处理微信的回调", "* * * * * */10", _SHORT),
    "sweep_notices": Sweeper("发送政策通知", "* * * * * */10", _SHORT),
    "retry_stalled_jobs": Sweeper("接手中断的任务", "* * * * * */15", _SHORT),
    "watch_sweepers": Sweeper("检查定时任务是否停止", "* * * * * */30", _SHORT),
    "watch_urgent": Sweeper("检查紧急通知是否送达", "* * * * * 5", _LONG),
    "sweep_digests": Sweeper("生成每周汇总", "* * * * * 25", _LONG),
    "sweep_matches": Sweeper("比对哪些政策与谁有关", "* * * * * 15", _LONG),
    "scan_documents": Sweeper("补查未查毒的材料", "* * * * * 20", _LONG),
    "sweep_cases": Sweeper("处理逾期的补正和草稿", "* * * * * 30", _LONG),
    "sweep_draws": Sweeper("按时封闭名单和摇号", "* * * * * 40", _LONG),
    "sweep_tenancies": Sweeper("处理到期的预留、协议和入驻", "* * * * * 45", _LONG),
    "sweep_internships": Sweeper("处理到期的见习", "* * * * * 50", _LONG),
    "remind": Sweeper("期限提醒", "*/10 * * * *", timedelta(minutes=35)),
    "forget_what_has_expired": Sweeper(
        "清除过期的记录", "13 * * * *", timedelta(hours=3, minutes=10)
    ),
    "sweep_documents": Sweeper("清除未完成的上传", "29 * * * *", timedelta(hours=3, minutes=10)),
    "remove_old_jobs": Sweeper("清除旧任务", "7 3 * * *", timedelta(days=3, hours=1)),
}
