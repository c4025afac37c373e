"""The two lists of the appendix of 2022-03-30, typed from the policy and from nothing else.

List 1 (自治区级示范性) has two items, list 2 (盟级标准化) nineteen. The heading of list 2 counts
them off in list order: 盟本级 3, 乌市 3, 阿尔山市 2, 扎赉特旗 4, 科右前旗 2, 突泉县 4, 科右中旗 1.
Item 1 of list 1 is item 3 of list 2; item 2 of list 1 is on no other list, and only its name tells
where it belongs. Initials are spelled by hand.
"""

from typing import NamedTuple

STANDARD, DEMONSTRATION = "league_standard", "regional_demonstration"
LEAGUE, ULANHOT, ARXAN = "152200", "152201", "152202"
RIGHT_FRONT, RIGHT_MIDDLE, JALAID, TUQUAN = "152221", "152222", "152223", "152224"


class Listed(NamedTuple):
    """A park: its name, its initials, its division, and (tier, list, item) of each entry."""

    key: str
    name: str
    initials: str
    jurisdiction: str
    tiers: tuple[tuple[str, int, int], ...]


def _standard(item: int) -> tuple[str, int, int]:
    return STANDARD, 2, item


PARKS = (
    Listed("P01", "兴安盟全产业链双创孵化基地", "xamqcylscfhjd", LEAGUE, (_standard(1),)),
    Listed(
        "P02",
        "兴安职业技术学院创新创业学院电子商务孵化园",
        "xazyjsxycxcyxydzswfhy",
        LEAGUE,
        (_standard(2),),
    ),
    Listed(
        "P03",
        "兴安盟电子商务创业孵化基地",
        "xamdzswcyfhjd",
        LEAGUE,
        ((DEMONSTRATION, 1, 1), _standard(3)),
    ),
    Listed("P04", "兴安盟青年农牧业科技创业孵化基地", "xamqnnmykjcyfhjd", ULANHOT, (_standard(4),)),
    Listed("P05", "恒隆创业广场", "hlcygc", ULANHOT, (_standard(5),)),
    Listed("P06", "兴安盟新时代体育教育创业孵化基地", "xamxsdtyjycyfhjd", ULANHOT, (_standard(6),)),
    Listed("P07", "阿尔山筑梦创业园孵化器", "aeszmcyyfhq", ARXAN, (_standard(7),)),
    Listed("P08", "阿尔山乡村振兴产业创业孵化基地", "aesxczxcycyfhjd", ARXAN, (_standard(8),)),
    Listed("P09", "扎赉特旗瑞秋农牧创业孵化基地", "zltqrqnmcyfhjd", JALAID, (_standard(9),)),
    Listed("P10", "内蒙古草原鸿德创业孵化基地", "nmgcyhdcyfhjd", JALAID, (_standard(10),)),
    Listed("P11", "内蒙古杜美牧业创业孵化基地", "nmgdmmycyfhjd", JALAID, (_standard(11),)),
    Listed(
        "P12", "内蒙古天牧臻品牛羊产业创业孵化基地", "nmgtmzpnycycyfhjd", JALAID, (_standard(12),)
    ),
    Listed("P13", "科右前旗创新创业孵化基地", "kyqqcxcyfhjd", RIGHT_FRONT, (_standard(13),)),
    Listed("P14", "科右前旗教育双创孵化园", "kyqqjyscfhy", RIGHT_FRONT, (_standard(14),)),
    Listed("P15", "内蒙古中达产业园", "nmgzdcyy", TUQUAN, (_standard(15),)),
    Listed("P16", "突泉县赛银花现代农业生态园区", "tqxsyhxdnystyq", TUQUAN, (_standard(16),)),
    Listed("P17", "突泉县曙光现代农业循环经济园区", "tqxsgxdnyxhjjyq", TUQUAN, (_standard(17),)),
    Listed("P18", "三阳农牧循环产业创业孵化园", "synmxhcycyfhy", TUQUAN, (_standard(18),)),
    Listed("P19", "科右中旗文创产业创业基地", "kyzqwccycyjd", RIGHT_MIDDLE, (_standard(19),)),
    Listed(
        "P20", "乌兰浩特市大学生创业孵化基地", "wlhtsdxscyfhjd", ULANHOT, ((DEMONSTRATION, 1, 2),)
    ),
)
NAMES = {park.key: park.name for park in PARKS}
LONGEST_NAME = max(NAMES.values(), key=len)
