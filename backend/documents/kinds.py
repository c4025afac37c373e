"""What can a document be, where does it stand, and why was a file refused?"""

from enum import Enum


class DocumentKind(Enum):
    """What a document says it is; her word until somebody has looked at it."""

    ID_CARD = "身份证"
    LICENCE = "营业执照"
    DIPLOMA = "毕业证书"
    VETERAN_CERTIFICATE = "退役军人证明"
    DISABILITY_CERTIFICATE = "残疾人证"
    SOCIAL_INSURANCE = "社会保险证明"
    PLAN = "创业计划书"
    CONTRACT = "合同或协议"
    PERMIT = "经营许可证"
    OTHER = "其他材料"


class FileStatus(Enum):
    """Where the content of a document stands."""

    UPLOADING = "上传中"
    QUARANTINED = "待安全检查"
    CLEAN = "可用"
    REFUSED = "未通过安全检查"


class FileType(Enum):
    """The three kinds of content we take; the value is the media type."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def endings(self) -> tuple[str, ...]:
        """Return how a name of this type may end; the first is added to one that does not."""
        return ENDINGS[self]


ENDINGS = {
    FileType.PDF: (".pdf",),
    FileType.JPEG: (".jpg", ".jpeg"),
    FileType.PNG: (".png",),
}
# The first bytes of each, which must stand at the very beginning.
MAGIC = {
    b"%PDF-": FileType.PDF,
    b"\xff\xd8\xff": FileType.JPEG,
    b"\x89PNG\r\n\x1a\n": FileType.PNG,
}


class Unfit(Enum):
    """Why a file is not taken, in words for whoever sent it."""

    EMPTY = "文件是空的，请重新选择"
    WRONG_TYPE = "只接受 PDF、JPEG 或 PNG 文件；如果是其他格式，请先转换或截图后再上传"
    BROKEN = "文件不完整或已损坏，请重新导出或拍摄后再上传"
    TRAILING = "文件中夹带了其他内容，请重新导出后再上传"
    TOO_LARGE = "图片像素过大（最多 4000 万像素），请缩小后再上传"
    ANIMATED = "不接受动态图片，请改用静态图片"
    ENCRYPTED = "PDF 设有密码，请先去掉密码再上传"
    TOO_MANY_PAGES = "PDF 超过 50 页，请拆分或只保留需要的页"
    NO_PAGES = "PDF 中没有页面"
    JAVASCRIPT = "PDF 中含有脚本，请打印为新的 PDF 后再上传"
    LAUNCH = "PDF 中含有启动程序的动作，请打印为新的 PDF 后再上传"
    EMBEDDED = "PDF 中带有附件，请去掉附件后再上传"
    TOO_COMPLEX = "文件过于复杂，无法检查，请打印为新的 PDF 或重新拍摄后再上传"
    INFECTED = "文件未通过病毒检查，已被删除"


class Purpose(Enum):
    """Why somebody opens another person's document; it is written across what she gets."""

    REVIEW = "审核申请"
    VERIFICATION = "核验材料"
    ON_SITE = "现场核查"
    SUPERVISION = "监督检查"
    ARCHIVE = "归档"
