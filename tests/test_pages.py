"""Every address × everybody, driven by the resolver: a new page without an expectation fails here. GET changes nothing,
and no link that is shown leads to an error."""

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client, TestCase
from django.urls import Resolver404, get_resolver, resolve, reverse
from django.urls.converters import IntConverter

from core.attachments import attach
from core.models import Attachment, ImportBatch, Job, LoginSession, User
from organizations.models import (
    BranchApplication,
    BranchCoverage,
    FloatingRecord,
    InstructorAssignment,
    LedgerCheck,
    LostRecord,
    MemberCorrection,
    MemberLapse,
    OrganizationEvent,
    PartyMember,
    RegistrationReview,
    SocialOrganization,
    SyncDuty,
)
from reports.models import Edition
from reviews.models import DutyReport, Finding, ReviewSession
from tasks.models import JointMeeting, MeetingAttendance, PlanItem, Resolution, TaskAssignment, TaskList
from tests.factories import (
    make_application,
    make_audit_admin,
    make_branch,
    make_correction,
    make_floating,
    make_lapse,
    make_lost,
    make_review,
    make_secretary,
    make_security_admin,
    make_sync_duty,
)
from tests.page_rights import PEOPLE, POST, expectation

# which model's row stands in the address, where the name does not say it
ROWS = {
    "tasks:assignment-": TaskAssignment,
    "tasks:attendance-": MeetingAttendance,
    "tasks:meetingpart-": JointMeeting,
    "tasks:plan-": PlanItem,
    "tasks:taskitem-create": TaskList,
    "tasks:taskitem-paste": TaskList,
    "core:import-": ImportBatch,
    "core:session-": LoginSession,
    "reviews:ballotbatch-create": ReviewSession,
    "reviews:dutyproblem-create": DutyReport,
    "organizations:ledgerdifference-create": LedgerCheck,
    "organizations:registration-": RegistrationReview,
    "organizations:coverage-plan": SocialOrganization,
    "organizations:datedrow-": BranchCoverage,
    "organizations:formername-": SocialOrganization,
    "organizations:instructorassignment-": InstructorAssignment,
}
WORDS = {
    "period": "2023Q1",
    "kind": "organizations",
    "fact": "organizations",
    "part": "resolutions",
    "label": "x.y",
    "paper": "opinion",
    "organizations:datedrow-correct:kind": "coverage",
    "organizations:datedrow-void:kind": "coverage",
    "organizations:electionterm-paper:paper": "reminder",
    "rule": "mb-10-soon",
}
UNTOUCHED = {"axes", "sessions"}  # apps whose tables a GET may write: sign-ins
REACHED = {  # how many different pages the links of the home page open at least
    "staff": 90, "leader": 60, "secretary": 30, "stranger": 10, "liaison": 15, "system": 5, "security": 5, "audit": 4,
}  # fmt: skip
SAME_PAGE = {"tab", "sort", "size", "page", "all", "period", "on"}  # parameters that do not make another page
LOGS = {"core.AuditEntry", "core.LoginSession"}  # refused pages and last-seen


def addresses(resolver, namespace=""):
    """(name, pattern) of every named address but those of the Django admin."""
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            if pattern.namespace != "admin":
                yield from addresses(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name:
            yield namespace + pattern.name, pattern


def database():
    """What all tables hold, but for sign-ins and logs."""
    models = [m for m in apps.get_models() if m._meta.app_label not in UNTOUCHED and m._meta.label not in LOGS]
    return {m._meta.label: hash(repr(list(m._default_manager.order_by("pk").values_list()))) for m in models}


class Links(HTMLParser):
    """The addresses to which the links of a page lead."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a" and "href" in attrs:
            self.found.append(attrs["href"])


class PagesTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        call_command("seed_demo", verbosity=0)
        User.objects.update(must_change_password=False)
        users = {user.username: user for user in User.objects.select_related("committee")}
        committee = users["staff"].committee
        cls.users = {
            "anonymous": None,
            **{name: users[name] for name in ("staff", "leader", "secretary", "liaison")},
            "stranger": make_secretary(make_branch(committee)),
            "system": users["admin"],
            "security": make_security_admin(committee),
            "audit": make_audit_admin(committee),
        }
        cls.secretary, cls.liaison = users["secretary"], users["liaison"]
        cls.samples = {User: cls.secretary, **cls.rows_made_here(users["staff"])}

    @classmethod
    def rows_made_here(cls, staff):
        """Rows that can be changed, and those of which the demonstration has none."""
        task = TaskAssignment.objects.visible_to(cls.secretary).filter(status="returned").first()
        file = SimpleUploadedFile("表.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")
        client = Client()
        client.force_login(staff)
        client.post(reverse("reports:summary-word", args=["2023Q1"]))
        return {
            TaskAssignment: task,
            JointMeeting: Resolution.objects.first().meeting,
            Finding: Finding.objects.exclude(status="closed").first(),
            ReviewSession: ReviewSession.objects.get(year=2022),
            Attachment: attach(task, file, by=staff),
            Job: Job.objects.create(kind="x", title="导出", created_by=staff, committee=staff.committee),
            Edition: Edition.objects.first(),
            RegistrationReview: make_review(staff),
            BranchApplication: make_application(staff),
            SyncDuty: make_sync_duty(staff),
            **cls.absences(staff),
        }

    @classmethod
    def absences(cls, staff):
        """Of two members of the secretary's branch one is away and one cannot be reached; both are told to mend something."""
        away, lost = PartyMember.objects.visible_to(cls.secretary).filter(floating="", is_lost=False)[:2]
        return {
            FloatingRecord: make_floating(away, staff),
            LostRecord: make_lost(lost, staff),
            MemberCorrection: make_correction(away, staff),
            MemberLapse: make_lapse(lost, staff, ground="work"),
        }

    def setUp(self):
        self.clients = {}
        for who in PEOPLE:
            self.clients[who] = client = Client(raise_request_exception=False)
            if self.users[who]:
                client.force_login(self.users[who])

    def sample(self, name):
        """A row for the address: of the secretary if there is one, else of the liaison, else any."""
        app, _, rest = name.partition(":")
        model = next((model for start, model in ROWS.items() if name.startswith(start)), None)
        if model is None:
            try:
                model = apps.get_model(app, rest.partition("-")[0])
            except LookupError:
                return None
        if model in self.samples:
            return self.samples[model]
        rows = model.objects
        if not hasattr(rows, "visible_to"):
            return rows.first()
        return rows.visible_to(self.secretary).first() or rows.visible_to(self.liaison).first() or rows.first()

    def address(self, name, pattern, needs_row):
        """The address with a row that is there; for functions that refuse any GET the number does not matter."""
        values = {}
        for key, converter in pattern.pattern.converters.items():
            if key == "pk":
                row = self.sample(name)
                if row is None and needs_row:
                    self.fail(f"{name}: no row to look at; name its model in ROWS")
                values[key] = row.pk if row else 1
            elif name == "organizations:organizationevent-correct":
                event = OrganizationEvent.objects.valid().exclude(kind="founded").latest("pk")
                values = {"pk": event.organization_id, "part": event.pk}
            elif name == "organizations:partymember-membership" and key == "part":
                values[key] = self.sample(name).memberships.first().pk
            elif key == "part_pk":
                values[key] = Resolution.objects.filter(meeting=values["pk"]).first().pk
            elif key == "other":
                values[key] = SocialOrganization.objects.exclude(pk=values["pk"]).first().pk
            elif key == "key":
                values[key] = {"reports:watch-detail": "overdue"}.get(name, "organizations")
            else:
                values[key] = 1 if isinstance(converter, IntConverter) else WORDS.get(f"{name}:{key}", WORDS[key])
        return reverse(name, kwargs=values)

    def test_everybody_gets_what_the_table_says(self):
        before, wrong = database(), []
        for name, pattern in addresses(get_resolver()):
            wanted = expectation(name)
            if wanted is None:
                wrong.append(f"{name}: no expectation; add it to tests/page_rights.py")
                continue
            url = self.address(name, pattern, wanted != POST)
            found = " ".join(str(self.clients[who].get(url).status_code) for who in PEOPLE)
            if found != wanted:
                wrong.append(f"{name} {url}\n    wanted {wanted}\n    found  {found}")

        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertEqual([label for label, rows in database().items() if rows != before[label]], [])

    def test_no_link_that_is_shown_leads_to_an_error(self):
        before, wrong = database(), []
        for who in PEOPLE[1:]:
            seen, found = self.crawl(who)
            wrong += found
            self.assertGreaterEqual(seen, REACHED[who], who)

        self.assertEqual(wrong, [], "\n" + "\n".join(wrong))
        self.assertEqual([label for label, rows in database().items() if rows != before[label]], [])

    def crawl(self, who):
        """Follow the links from the home page, one for each page and set of parameters."""
        client, todo, seen, wrong = self.clients[who], [("/", "")], set(), []
        while todo:
            url, source = todo.pop(0)
            parts = urlsplit(url)
            try:
                view = resolve(parts.path).view_name
            except Resolver404:
                wrong.append(f"{who}: {source} → {url}: no such address")
                continue
            asked = {name: value for name, value in parse_qsl(parts.query) if name not in SAME_PAGE}
            key = (view, asked.get("tab", ""), *sorted(asked)[:1])
            if key in seen or view.startswith("admin:"):
                continue
            seen.add(key)
            response = client.get(url)
            if response.status_code >= 400:
                wrong.append(f"{who}: {source} → {url}: {response.status_code}")
            elif response.get("Content-Type", "").startswith("text/html") and not response.streaming:
                for link in Links(response.content.decode()).found:
                    target = urljoin(url, link).partition("#")[0]
                    if target.startswith("/") and not target.startswith("/static/"):
                        todo.append((target, url))
        return len(seen), wrong
