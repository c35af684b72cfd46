"""The main line on the demonstration quarter: workbooks in, summary out, and what one changed record changes."""

import re
from io import StringIO

from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.shortcuts import resolve_url
from django.test import Client, TestCase

from core.choices import BatchStatus
from core.editing import update_record
from core.excel.sheet import get_sheet
from core.excel.staging import new_batch, read_batch
from core.models import Committee, User
from core.periods import Period, default_period, today
from core.validators import validate_credit_code, validate_id_number
from organizations.models import IncubationBatch, PartyMember, SocialOrganization
from reports.demo import office
from reports.documents.assembly import document_of
from reports.documents.model import plain_text
from reports.facts import package
from reports.narrative import missing_of
from reports.workflows import compose_stored
from reviews.choices import DutyMode
from reviews.models import DutyReport
from tasks.models import TaskAssignment, TaskList
from tests.factories import make_committee

Q1 = Period.parse("2023Q1")
PASSWORD = "Lantern-Field-27"
SEED = ["市社会组织综合党委", "2023年第一季度", "习近平新时代中国特色社会主义思想", "党的二十大精神", "市委非公工委扩大会议暨2022年度抓基层党建工作述职会议", "《2023年第一季度全市非公企业和社会组织党建工作任务清单》", "市委非公经济和社会组织工委", "市建筑业协会、市江苏商会", "专题党课", "宣讲会", "党员分享感悟", "市青年商会、市橙心公益协会", "清明节祭扫英烈", "主题党日", "第六期入驻社会组织培育发展中心的12家社会组织", "“追寻革命先辈足迹", "爱国主义教育活动", "红色博物馆", "专题宣讲", "前置审查", "承诺书", "2022年度社会组织检查", "党的建设、自身建设、业务活动、财务管理", "整改建议", "未把党的建设写入章程", "信息管理平台", "账实相符", "党员信息库", "两个平台数据统一", "2022年度直属社会组织党支部书记抓基层党建工作述职评议会议", "市广告协会、市机动车辆检测协会等4个党支部书记", "其余18个党支部书记", "民主评议", "主要做法和特色成果", "2023年工作思路和改进措施", "“两个覆盖”", "会长（秘书长）联席制度", "2023年行业协会商会第一次联席会议", "“双招双引”“五群十链”", "乡村振兴", "省民政厅《关于进一步深入学习宣传贯彻党的二十大精神的通知》", "营商环境", "2023年综合党委工作要点", "省社会组织综合党委工作要点", "社会性", "分散性", "流动性", "党员发展", "市委非公工委", "民政局党组", "第二季度", "继续抓好思想政治建设", "主题教育", "意识形态工作责任制", "不断加强党建业务培训", "党建经费", "持续推进“两个覆盖”工作", "“六个同步”", "扩面提质", "覆盖率"]  # fmt: skip


def summary_text(committee, period=Q1):
    return plain_text(document_of(compose_stored(committee, period)))


def values(committee, period=Q1):
    return {value.fact.key: value for value in compose_stored(committee, period).facts}


class StoryTest(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.out = StringIO()
        call_command("seed_demo", password=PASSWORD, stdout=cls.out)
        cls.committee = Committee.objects.get(code="city")

    def test_every_item_of_the_quarter_stands_in_the_summary(self):
        text = summary_text(self.committee)

        self.assertEqual([item for item in SEED if item not in text], [])
        self.assertIn("“追寻革命先辈足迹 传承红色革命精神”", text)
        self.assertNotIn("〔缺", text)
        self.assertEqual(missing_of(compose_stored(self.committee, Q1)), [])

    def test_the_counts_of_the_quarter(self):
        facts = values(self.committee)
        batch = IncubationBatch.objects.get(number=6)

        counted = [facts[key].value for key in ("duty_due", "duty_oral", "duty_written", "meetings", "campaigns")]
        self.assertEqual(counted, [22, 4, 18, 1, 1])
        self.assertEqual(batch.organizations.count(), 12)
        self.assertEqual(facts["inspections_due"].value, 62)

    def test_each_counted_fact_equals_its_rows(self):
        packages = [package(value) for value in compose_stored(self.committee, Q1).facts]

        counts = [fact for fact in packages if fact["aggregate"] == "count"]
        self.assertGreater(len(counts), 40)
        self.assertEqual([fact["key"] for fact in counts if fact["value"] != fact["row_count"]], [])

    def test_one_report_made_oral_changes_exactly_the_dependent_numbers(self):
        before, text = values(self.committee), summary_text(self.committee)
        report = DutyReport.objects.filter(quarter=Q1.first).written().order_by("order").first()
        report.mode = DutyMode.ORAL
        update_record(report, by=User.objects.get(username="staff"))

        after = values(self.committee)
        changed = {
            key for key in after if (before[key].value, before[key].items) != (after[key].value, after[key].items)
        }
        self.assertEqual(changed, {"duty_oral", "duty_written", "duty_oral_names"})
        self.assertEqual((after["duty_oral"].value, after["duty_written"].value), (5, 17))
        expected = text.replace("等4个党支部书记", "等5个党支部书记").replace("其余18个", "其余17个")
        self.assertNotEqual(expected, text)
        self.assertEqual(summary_text(self.committee), expected)

    def test_a_second_run_changes_nothing(self):
        def sizes():
            return {model._meta.label: model._base_manager.count() for model in apps.get_models()}

        before = sizes()
        call_command("seed_demo", stdout=StringIO())
        call_command("seed_demo", if_empty=True, stdout=StringIO())

        self.assertEqual(sizes(), before)

    def test_the_same_workbooks_again_bring_nothing_new(self):
        staff = User.objects.select_related("committee").get(username="staff")
        found = {}
        for book, as_of in office.all_books():
            content = ContentFile(book.content())
            batch = read_batch(
                new_batch(
                    get_sheet(book.kind), content, book.file_name, by=staff, committee=self.committee, as_of=as_of
                )
            )
            found[book.file_name] = (batch.status, batch.new_count, batch.changed_count)

        self.assertEqual({name: state for name, state in found.items() if state != (BatchStatus.PREVIEWED, 0, 0)}, {})

    def test_the_office_stands_still_on_its_day(self):
        self.assertEqual(default_period(today(self.committee)), Q1)

    def test_sign_ins_are_printed_and_open_the_door(self):
        for username, *_ in office.SIGN_INS:
            self.assertRegex(self.out.getvalue(), rf"{username} +{PASSWORD}")
            client = Client()
            response = client.post(resolve_url(settings.LOGIN_URL), {"username": username, "password": PASSWORD})
            self.assertEqual(response.status_code, 302, username)
            self.assertFalse(User.objects.get(username=username).password_expired())

    def test_passwords_differ_between_accounts_and_satisfy_the_rules(self):
        made = {office.demo_password(username) for username, *_ in office.SIGN_INS}

        self.assertEqual(len(made), len(office.SIGN_INS))

    def test_the_secretary_has_open_tasks_and_one_sent_back(self):
        mine = TaskAssignment.objects.visible_to(User.objects.select_related("committee").get(username="secretary"))

        self.assertEqual(mine.filter(status="returned").count(), 1)
        self.assertGreater(mine.filter(status="open").count(), 3)

    def test_the_quarters_before_and_after_are_alive(self):
        self.assertIn("2022年第四季度全市非公企业和社会组织党建工作任务清单", summary_text(self.committee, Q1.previous))
        self.assertEqual(TaskList.objects.get(quarter=Q1.next.first).status, "issued")
        self.assertEqual(values(self.committee, Q1.previous)["assignment_rate"].value, 100)
        self.assertEqual(values(self.committee, Q1.next)["activities"].value, 3)

    def test_two_coverages_grow_over_eight_quarters(self):
        bodies = SocialOrganization.objects.all()
        days = [Period.quarter(quarter).end for quarter in range(2021 * 4 + 1, 2023 * 4 + 1)]
        covered = [bodies.registered(day).organization_covered(day).count() for day in days]

        self.assertEqual(covered, sorted(covered))
        self.assertGreater(covered[-1], covered[0] + 8)

    def test_identifiers_are_valid_and_names_are_invented(self):
        for code in SocialOrganization.objects.exclude(code="").values_list("code", flat=True):
            validate_credit_code(code)
        members = list(PartyMember.objects.all())
        for member in members:
            validate_id_number(member.id_number())
            self.assertRegex(member.name, r"^.(示例|演示|样本|模拟|例文|范例|试用|假设)$")
        self.assertGreater(len(members), 280)

    def test_the_text_follows_the_official_style(self):
        text = summary_text(self.committee)

        self.assertEqual(re.findall(r'[,;:?!()"]', text), [])
        self.assertEqual(re.findall(r"(?<![0-9.])0[家个名次条]|。。|，，|、。|〔缺", text), [])
        for opening, closing in ("“”", "《》", "（）"):
            self.assertEqual(text.count(opening), text.count(closing))


class RealOfficeTest(TestCase):
    def test_seed_demo_keeps_away_from_real_data(self):
        make_committee()

        with self.assertRaisesMessage(CommandError, "已有真实单位"):
            call_command("seed_demo", reset=True)
        call_command("seed_demo", if_empty=True)

        self.assertEqual((Committee.objects.count(), User.objects.count()), (1, 0))


def test_workbooks_are_written_for_trying_the_import(tmp_path):
    call_command("seed_demo", workbooks=tmp_path, stdout=StringIO())

    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == len(office.all_books())
    assert names[1].startswith("02-2022年度全市社会组织党建工作台账")
