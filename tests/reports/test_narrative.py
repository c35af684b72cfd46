from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from core.models import OfficeSetting
from core.periods import Period
from organizations.choices import BranchKind
from organizations.models import Liaison
from organizations.statistics import coverage
from reports.choices import PhraseKind, PhraseStatus
from reports.documents.assembly import document_of
from reports.documents.model import plain_text
from reports.facts import FactSet, Scope, registry
from reports.facts.engine import COUNT
from reports.guards import sum_checks
from reports.models import Phrase
from reports.narrative import compose, missing_of
from reviews.choices import DutyMode, SessionStatus
from reviews.models import DutyReport, ReviewSession
from tasks.choices import ActivityKind, MeetingStatus
from tasks.models import Activity, ActivityParty, ConveyedDocument, JointMeeting, PlanItem
from tests.factories import make_branch, make_committee, make_organization, make_staff

Q1 = Period.parse("2023Q1")


class NarrativeTest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.committee = make_committee(name="市社会组织综合党委")
        cls.staff = make_staff(cls.committee)
        common = {"committee": cls.committee}
        for kind, text in (
            (PhraseKind.GUIDANCE, "习近平新时代中国特色社会主义思想"),
            (PhraseKind.SPIRIT, "党的二十大精神"),
            (PhraseKind.DEPLOYMENT, "市委非公工委扩大会议"),
        ):
            Phrase.objects.create(
                **common, kind=kind, text=text, valid_from=date(2022, 11, 1), status=PhraseStatus.APPROVED
            )
        session = ReviewSession.objects.create(
            **common, year=2022, name="2022年度述职评议会议", held_on=date(2023, 2, 24), status=SessionStatus.HELD
        )
        cls.reports = []
        for n in range(5):
            body = make_organization(cls.committee)
            branch = make_branch(cls.committee, covers=(body,), short_name=f"{body.short_name}党支部")
            mode = DutyMode.ORAL if n < 2 else DutyMode.WRITTEN
            cls.reports.append(
                DutyReport.objects.create(
                    **common,
                    session=session,
                    branch=branch,
                    mode=mode,
                    order=n,
                    quarter=session.quarter,
                    secretary_name="张示例",
                )
            )
        activity = Activity.objects.create(
            **common,
            kind=ActivityKind.THEME_DAY,
            theme="清明节祭扫英烈",
            held_on=date(2023, 4, 5),
            quarter=Q1.first,
            attended=30,
            usable_for_summary=True,
            highlight="缅怀革命先烈",
        )
        ActivityParty.objects.create(activity=activity, branch=cls.reports[0].branch, order=1)
        cls.meeting = JointMeeting.objects.create(
            **common, year=2023, ordinal=1, held_on=date(2023, 3, 24), status=MeetingStatus.HELD
        )
        ConveyedDocument.objects.create(meeting=cls.meeting, issuer="省民政厅", title="关于学习的通知")
        PlanItem.objects.create(**common, quarter=Q1.first + 1, heading="继续抓好培训", description="办好两期培训班。")
        PlanItem.objects.create(**common, quarter=Q1.first + 1, heading="推进覆盖", description="扩大覆盖面。", order=2)

    def facts(self) -> FactSet:
        return FactSet(Scope(self.committee, Q1, date(2023, 3, 31)))

    def test_every_count_equals_the_number_of_its_rows(self) -> None:
        facts = self.facts()

        for fact in registry.values():
            if fact.kind == COUNT and not facts[fact.key].unknown:
                self.assertEqual(facts[fact.key].value, facts[fact.key].row_count(), fact.key)

    def test_all_facts_take_at_most_32_queries(self) -> None:
        with CaptureQueriesContext(connection) as captured:
            self.facts()

        self.assertLessEqual(len(captured), 32)

    def test_text_tells_the_records(self) -> None:
        text = plain_text(document_of(compose(self.committee, Q1)))

        for part in (
            "2个党支部书记作口头述职，其余3个",
            "第一次联席会议",
            "省民政厅《关于学习的通知》",
            "清明节祭扫英烈",
            "一是继续抓好培训。办好两期培训班。",
        ):
            self.assertIn(part, text)

    def test_changing_a_record_changes_the_number(self) -> None:
        DutyReport.objects.filter(pk=self.reports[-1].pk).update(mode=DutyMode.ORAL)

        text = plain_text(document_of(compose(self.committee, Q1)))

        self.assertIn("3个党支部书记作口头述职，其余2个", text)

    def test_expired_phrase_is_a_gap_and_listed(self) -> None:
        Phrase.objects.filter(kind=PhraseKind.SPIRIT).update(valid_until=date(2023, 3, 1))

        composed = compose(self.committee, Q1)

        self.assertIn("没有有效的“大会精神”提法", [row.label for row in missing_of(composed)])
        self.assertIn("〔缺：没有有效的“大会精神”提法〕", plain_text(document_of(composed)))

    def test_period_without_data_lists_what_is_missing(self) -> None:
        composed = compose(self.committee, Period.parse("2020Q1"))

        labels = " ".join(row.label for row in missing_of(composed))
        self.assertIn("没有可写进“开展述职评议，压实工作责任”的记录", labels)
        self.assertNotIn("0家", plain_text(document_of(composed)))

    def test_sums_that_must_agree_are_checked(self) -> None:
        check = next(check for check in sum_checks(self.facts()) if check.code == "RV-01")

        self.assertEqual((check.holds, check.shown), (True, "2＋3＝5"))

    def test_half_year_and_year_speak_of_themselves(self) -> None:
        for code, title, words in (("2023H1", "2023年上半年", "上半年"), ("2023", "2023年度", "2023年")):
            composed = compose(self.committee, Period.parse(code))
            text = plain_text(document_of(composed))

            self.assertIn(f"{title}党建工作总结", text)
            self.assertIn(f"{words}各级党组织共开展活动1场次", text)
            self.assertNotIn("季度", text)

    def test_coverage_facts_follow_the_definition_of_the_office(self) -> None:
        functional = make_organization(self.committee)
        make_branch(self.committee, covers=(functional,), kind=BranchKind.FUNCTIONAL)
        abnormal = make_organization(self.committee, status="abnormal")
        Liaison.objects.create(organization=abnormal, name="联络员", start=date(2020, 1, 1))
        switches = (("functional_weight", 0), ("liaison_counts", True), ("exclude_abnormal", True))

        for key, value in (*switches, ("functional_weight", 0)):
            OfficeSetting.objects.get_or_create(
                committee=self.committee, key=f"coverage.{key}", defaults={"value": value}
            )
            facts, figures = self.facts(), coverage(self.committee, date(2023, 3, 31))

            self.assertEqual(facts["organization_coverage_rate"].value, figures.organization_rate, key)
            self.assertEqual(facts["work_coverage_rate"].value, figures.work_rate, key)
