"""Invented people: names that nobody has, identifiers with right check digits in a district that does not exist."""

from collections.abc import Iterator
from datetime import date
from random import Random

from core.validators import ID_CHECKS, ID_WEIGHTS, credit_check_digit

SURNAMES = (
    "张王李赵陈刘杨黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆"
    "廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚"
)
GIVEN = ("示例", "演示", "样本", "模拟", "例文", "范例", "试用", "假设")
DISTRICT = "341799"  # no such district: the numbers pass every check and belong to nobody
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def names(first: int = 0) -> Iterator[str]:
    """张示例, 王演示, 李样本, 赵模拟 … each once, 800 of them."""
    count = len(SURNAMES)
    for position in range(first, count * len(GIVEN)):
        yield SURNAMES[position % count] + GIVEN[(position + position // count) % len(GIVEN)]


def id_number(born: date, serial: int, male: bool) -> str:
    first17 = f"{DISTRICT}{born:%Y%m%d}{serial % 499 * 2 + (1 if male else 2):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(first17, ID_WEIGHTS, strict=True))
    return first17 + ID_CHECKS[total % 11]


def credit_code(kind: str, serial: int) -> str:
    """统一社会信用代码 whose 组织机构代码 has its own check digit right as well."""
    body = f"MJ{serial:06d}"
    values = [ord(char) - 55 if char.isalpha() else int(char) for char in body]
    rest = (11 - sum(v * w for v, w in zip(values, ORGANIZATION_WEIGHTS, strict=True)) % 11) % 11
    first17 = f"{kind}{DISTRICT}{body}{'X' if rest == 10 else rest}"
    return first17 + credit_check_digit(first17)


def phone(serial: int) -> str:
    """139 0000 xxxx is not given to anybody."""
    return f"1390000{serial % 10_000:04d}"


def born(random: Random, youngest: int = 1998, oldest: int = 1952) -> date:
    return date(random.randint(oldest, youngest), random.randint(1, 12), random.randint(1, 28))
