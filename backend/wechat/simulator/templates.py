"""Which templates has the account, and what is each to be told? Rows of a small table."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Template:
    """A template of the account: its keys with their titles, and the values an enum key takes."""

    template_id: str
    title: str
    keys: dict[str, str]
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)


TEMPLATES = (
    Template(
        "TENANCY_RESULT",
        "入驻申请结果通知",
        {"thing1": "项目名称", "phrase2": "审核结果", "date3": "审核时间", "thing4": "备注"},
    ),
    Template(
        "POLICY_NOTICE",
        "政策通知提醒",
        {"thing1": "通知标题", "thing2": "通知内容", "date3": "发布时间"},
    ),
    Template(
        "POLICY_MATCH",
        "政策匹配提醒",
        {"thing1": "政策名称", "thing2": "匹配原因", "date3": "匹配时间"},
    ),
)

# Pages of the released version, which a message may open.
PAGES = (
    "pages/index/index",
    "pages/home/index",
    "pages/inbox/index",
    "pages/messages/index",
    "pages/notices/detail",
    "pages/notices/manage",
    "pages/matches/detail",
    "pages/parks/detail",
    "pages/applications/index",
    "pages/applications/detail",
    "pages/internships/detail",
    "pages/loans/detail",
    "pages/subsidies/detail",
    "pages/posts/detail",
    "pages/codes/open",
)
