"""What do an applicant and the parks that she named hear of her choices?"""

from backend.access import Relation
from notifications.rows import to_her, to_staff

CHOICES = (
    to_her(
        "passed_on",
        "申请已转下一志愿",
        "您的申请 {number} 已按您填报的志愿由{from_park}转到{office}办理，预计 {due_on} 前有结果。"
        "原因：{passed_for}。{words}",
        phrase="转下一志愿",
        on="{due_on}",
        thing="已转您填报的下一个园区办理",
    ),
    to_staff(
        Relation.DECIDER,
        "passed_on",
        "有转来的入驻申请",
        "申请 {number} 按申请人填报的志愿转到本园区，请在 {due_on} 前办理。",
    ),
    to_staff(
        Relation.DECIDER,
        "admission_asked",
        "有候补申请人待确认",
        "申请 {number} 已由其他园区审核通过，申请人也在{park_name}候补（{unit_kind}）。"
        "请在 {due_on} 前确认是否接收；确认前不会向其提供本园区的场地。",
        of="waiting",
    ),
    to_staff(
        Relation.DECIDER,
        "admission_overdue",
        "候补申请人待确认已逾期",
        "申请 {number} 在{park_name}候补（{unit_kind}），应在 {due_on} 前确认是否接收，"
        "请尽快答复。",
        of="waiting",
    ),
    to_staff(
        Relation.SUPERVISOR,
        "admission_overdue",
        "园区逾期未确认候补申请人",
        "申请 {number} 在{park_name}候补（{unit_kind}），园区应在 {due_on} 前确认是否接收，"
        "尚未答复，请督促。",
        of="waiting",
    ),
    to_her(
        "admitted",
        "园区同意接收",
        "您的申请 {number}：{park_name}同意接收您候补（{unit_kind}），有场地时会按位次通知您。",
        phrase="同意接收",
        on="{at}",
        thing="有场地时按位次通知您",
        of="waiting",
    ),
    to_her(
        "not_admitted",
        "园区未接收",
        "您的申请 {number}：{park_name}未接收您候补（{unit_kind}）。原因：{reasons}。{words}"
        "您在其他园区的候补不受影响。",
        phrase="园区未接收",
        on="{at}",
        thing="其他园区的候补不受影响",
        of="waiting",
    ),
)
