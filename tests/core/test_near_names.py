"""“是不是…？”: what a name has of its own is compared, and nothing is proposed rather than something silly."""

from datetime import date

from django.test import TestCase

from core.excel.lookups import Resolver, Target, core
from core.excel.sheet import Column, Context, Lookup
from tests.factories import make_branch, make_committee, make_organization

BODIES = (
    "示例市江苏商会", "示例市广告协会", "示例市快递行业协会", "示例市现代物流协会", "示例市软件和信息服务业协会",
    "示例市装饰装修行业协会", "示例市书法家协会", "示例市第一职业培训学校",
)  # fmt: skip


class NearNameTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        for name in BODIES:
            make_organization(cls.committee, name=name)
        make_branch(cls.committee, name="中共示例市江苏商会支部委员会", short_name="市江苏商会党支部")

    def setUp(self):
        self.context = Context(None, self.committee, date(2023, 3, 31))

    def near(self, text, model="organizations.SocialOrganization"):
        return Target(Lookup(model, ("name",)), self.context).near(text)

    def test_what_a_name_has_of_its_own(self):
        for text, own in (
            ("示例市江苏商会联合党支部", "江苏"),
            ("中共示例市江苏商会支部委员会", "江苏"),
            ("示例省示例市物流行业协会", "物流"),
            ("市商会", "商会"),
            ("社区服务中心", "社区"),
            ("城市管理协会", "城市管理"),
            ("市市场营销学会", "市场营销"),
        ):
            with self.subTest(text):
                self.assertEqual(core(text), own)

    def test_a_shared_place_or_ending_is_no_likeness(self):
        for text in ("示例市江西商会", "示例市浙江商会", "示例市摄影协会", "示例市行业协会", "示例市跳水协会党支部"):
            with self.subTest(text):
                self.assertEqual(self.near(text), [])

    def test_another_number_is_another_name(self):
        self.assertEqual(self.near("示例市第二职业培训学校"), [])
        self.assertEqual(self.near("示例市第一职业陪训学校"), ["示例市第一职业培训学校"])

    def test_what_sounds_looks_or_begins_alike_is_proposed(self):
        for text, name in (
            ("市江苏协会", "示例市江苏商会"),
            ("示例县广高协会", "示例市广告协会"),
            ("快弟协会", "示例市快递行业协会"),
            ("市物流协会", "示例市现代物流协会"),
            ("软件行业协会", "示例市软件和信息服务业协会"),
            ("示例市装璜装修协会", "示例市装饰装修行业协会"),
            ("书法协会", "示例市书法家协会"),
        ):
            with self.subTest(text):
                self.assertEqual(self.near(text), [name])

    def test_a_branch_is_found_under_the_short_name_of_another_form(self):
        self.assertEqual(self.near("江苏商会联合党支部", "organizations.PartyBranch"), ["中共示例市江苏商会支部委员会"])
        self.assertEqual(self.near("江西商会党支部", "organizations.PartyBranch"), [])

    def test_without_a_guess_the_sentence_says_what_to_do(self):
        column = Column("覆盖单位", "x", "lookup", lookup=Lookup("organizations.SocialOrganization", ("name",)))
        resolver = Resolver(column, self.context, {})
        self.assertEqual(
            resolver.unknown("示例市江西商会"), "社会组织里没有“示例市江西商会”。请先登记，或改成已有的名称。"
        )
        self.assertEqual(resolver.unknown("市江苏协会"), "社会组织里没有“市江苏协会”。是不是“示例市江苏商会”？")
