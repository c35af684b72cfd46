"""Every address × everybody, driven by the resolver: a new page without an expectation fails here. GET changes nothing,
and no link that is shown leads to an error."""

from fnmatch import fnmatch
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
    FloatingRecord,
    InstructorAssignment,
    LedgerCheck,
    LostRecord,
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
    make_floating,
    make_lost,
    make_review,
    make_secretary,
    make_security_admin,
    make_sync_duty,
)

PEOPLE = ("anonymous", "staff", "leader", "secretary", "stranger", "liaison", "system", "security", "audit")
# what a GET answers to each of PEOPLE; rows are those of the secretary's branch, else of the liaison's body
OPEN = "200 200 200 200 200 200 200 200 200"
SIGNED_IN = "302 200 200 200 200 200 200 200 200"
BUSINESS = "302 200 200 200 200 200 403 403 403"
OFFICE = "302 200 200 403 403 403 403 403 403"
STAFF = "302 200 403 403 403 403 403 403 403"
OWN_BRANCH = "302 200 200 200 404 404 403 403 403"
OWN_BOTH = "302 200 200 200 404 200 403 403 403"
WRITES_FOR_BRANCH = "302 200 403 200 404 404 403 403 403"
WRITES_HIDDEN = "302 200 403 200 404 404 404 404 404"
POST = "302 405 405 405 405 405 405 405 405"
STARTER = "302 200 404 404 404 404 404 404 404"
ACCOUNTS = "302 200 403 403 403 403 200 200 403"
EXPECTED = (
    ("core:healthz", OPEN),
    ("core:login", "200 302 302 302 302 302 302 302 302"),
    ("core:logout", "405 405 405 405 405 405 405 405 405"),
    ("core:password core:session-list core:notice-list reports:home", SIGNED_IN),
    ("core:user-list core:user-detail core:user-issue core:user-slips", ACCOUNTS),
    ("core:user-create", "302 200 403 403 403 403 200 403 403"),
    ("core:audit-list", "302 403 403 403 403 403 403 403 200"),
    ("core:attachment-download", "302 200 200 200 404 404 404 404 404"),
    ("core:job core:job-state", STARTER),
    ("core:job-result", "302 404 404 404 404 404 404 404 404"),  # this job has left no file
    ("core:setup-guide core:import-index core:import-batch-list core:import-upload core:import-blank", STAFF),
    ("core:import-paste", STAFF),
    ("core:import-batch core:import-undo", STAFF),
    ("core:import-annotated", "302 404 403 403 403 403 403 403 403"),  # a workbook without errors has no such copy
    (
        "core:session-end* core:user-reset core:user-unlock core:user-disable core:user-enable core:user-end-sessions"
        " core:user-role core:notice-read-all core:notice-open core:attachment-add core:attachment-delete"
        " core:import-apply core:import-abandon core:import-export core:import-paste-heads",
        POST,
    ),
    ("tasks:tasklist-list tasks:tasklist-detail tasks:tasklist-matrix tasks:tasklist-branches", OFFICE),
    ("tasks:tasklist-export tasks:jointmeeting-sign-in", OFFICE),
    ("tasks:problem-list tasks:problem-detail tasks:plan-list tasks:plan-detail", OFFICE),
    ("tasks:assignment-detail tasks:taskitem-detail tasks:activity-detail tasks:training-detail", OWN_BRANCH),
    ("tasks:jointmeeting-detail", OWN_BOTH),
    ("tasks:assignment-report", WRITES_FOR_BRANCH),
    ("tasks:activity-create", "302 200 403 200 200 403 403 403 403"),
    ("tasks:activity-update", WRITES_FOR_BRANCH),
    ("tasks:taskitem-paste", "302 200 403 403 404 404 404 404 404"),
    ("tasks:jointmeeting-attendance", "302 200 403 403 404 403 404 404 404"),
    ("tasks:training-participants", "302 200 403 403 404 404 404 404 404"),
    (
        "tasks:tasklist-issue tasks:tasklist-assign-new tasks:tasklist-copy tasks:tasklist-sum-up tasks:tasklist-archive"
        " tasks:*-delete tasks:assignment-accept tasks:assignment-pass tasks:assignment-return tasks:assignment-reopen"
        " tasks:assignment-not-applicable tasks:assignment-extend tasks:assignment-use-activity tasks:activity-star"
        " tasks:jointmeeting-announce tasks:jointmeeting-hold tasks:jointmeeting-minute tasks:jointmeeting-close"
        " tasks:resolution-* tasks:training-hold tasks:training-cancel tasks:problem-move tasks:plan-move",
        POST,
    ),
    ("reviews:inspectioncampaign-list reviews:inspectioncampaign-detail reviews:reviewsession-list", OFFICE),
    ("reviews:reviewsession-detail reviews:reviewsession-tallies reviews:dutyreport-review", OFFICE),
    ("reviews:inspectionrecord-detail", OWN_BRANCH),
    ("reviews:dutyreport-detail reviews:dutyreport-print reviews:dutyreport-compare", OWN_BRANCH),
    ("reviews:dutyreport-edit reviews:dutyreport-submit", WRITES_HIDDEN),
    ("reviews:finding-detail", "302 200 200 404 404 404 403 403 403"),  # a body of neither of them
    ("reviews:ballotbatch-tally", "302 200 403 404 404 404 404 404 404"),
    (
        "reviews:inspectioncampaign-start reviews:inspectioncampaign-close reviews:inspectionrecord-submit"
        " reviews:inspectionrecord-check reviews:inspectionrecord-return reviews:inspectionrecord-finish"
        " reviews:inspectionrecord-absent reviews:inspectionrecord-conclude reviews:finding-start reviews:finding-finish"
        " reviews:finding-return reviews:finding-close reviews:reviewsession-open reviews:reviewsession-complete"
        " reviews:reviewsession-hold reviews:reviewsession-close reviews:dutyreport-autosave reviews:dutyreport-upload"
        " reviews:dutyreport-comment reviews:dutyreport-return reviews:dutyreport-accept reviews:dutyreport-mode"
        " reviews:dutyproblem-withdraw",
        POST,
    ),
    ("core:filter-save core:filter-rename core:filter-default core:filter-delete", POST),
    ("organizations:checkup-export organizations:partybranch-checkup-confirm", POST),
    ("organizations:checkup organizations:checkup-rows organizations:checkup-branches", OFFICE),
    ("organizations:partybranch-checkup organizations:partybranch-checkup-print", OWN_BRANCH),
    ("organizations:partymember-checkup organizations:socialorganization-checkup", OWN_BRANCH),
    ("organizations:registration-list organizations:coverage organizations:coverage-rows", OFFICE),
    ("organizations:coverage-changes organizations:coverage-table organizations:coverage-definition", OFFICE),
    ("organizations:coverage-gaps organizations:instructorassignment-list organizations:liaison-list", OFFICE),
    ("organizations:massorganization-list organizations:instructorassignment-detail", OFFICE),
    ("organizations:coverage-plan organizations:instructorassignment-visit", STAFF),
    ("organizations:liaison-finish organizations:massorganization-finish", STAFF),
    ("organizations:instructorvisit-remove", POST),
    ("organizations:registration-bodies organizations:registration-detail organizations:registration-paper", OFFICE),
    ("organizations:holiday-list", OFFICE),
    ("organizations:holiday-remove", POST),
    ("organizations:registration-check organizations:registration-correction", STAFF),
    ("organizations:registration-answer organizations:registration-pass organizations:registration-back", POST),
    ("organizations:registration-refuse organizations:syncduty-done organizations:syncduty-reopen", POST),
    ("organizations:syncrule-adopt", POST),
    (
        "organizations:syncduty-list organizations:syncduty-matrix organizations:syncduty-detail organizations:syncrule-list",
        OFFICE,
    ),
    ("organizations:search", BUSINESS),
    ("organizations:organizationmerge-list organizations:organizationmerge-detail", OFFICE),
    ("organizations:organizationevent-list", OFFICE),
    ("organizations:duplicate-index organizations:socialorganization-merge", STAFF),
    ("organizations:socialorganization-merge-with organizations:organizationevent-correct", STAFF),
    ("organizations:organizationmerge-undo organizations:organizationevent-withdraw", POST),
    ("organizations:duplicate-dismiss organizations:duplicate-restore", POST),
    ("organizations:ledger*-list organizations:ledgercheck-detail organizations:incubationbatch-list", OFFICE),
    ("organizations:incubationbatch-detail", OFFICE),
    ("organizations:commitmentletter-detail", "302 200 200 404 404 404 403 403 403"),
    ("organizations:branchapplication-detail", "302 200 200 404 404 404 403 403 403"),  # of neither of them
    ("organizations:*-detail", OWN_BRANCH),
    (
        "organizations:membertransfer-approve organizations:membertransfer-receive organizations:membertransfer-return"
        " organizations:membertransfer-withdraw organizations:floatingrecord-contact organizations:floatingrecord-close"
        " organizations:lostrecord-find",
        POST,
    ),
    (
        "organizations:*-end organizations:*-reveal organizations:*-move organizations:partymember-find"
        " organizations:electionterm-return organizations:branchapplication-finish"
        " organizations:branchapplication-return organizations:branchapplication-resubmit"
        " organizations:branchapplication-refuse",
        POST,
    ),
    ("organizations:electionterm-remind organizations:electionterm-prepare organizations:electionterm-elect", STAFF),
    ("organizations:electionterm-postpone organizations:electionterm-approve organizations:electionterm-paper", OFFICE),
    ("organizations:branchapplication-study organizations:branchapplication-elect", STAFF),
    ("organizations:branchapplication-file", STAFF),
    ("organizations:branchapplication-approve", OFFICE),
    (
        "organizations:socialorganization-affiliation organizations:socialorganization-event"
        " organizations:socialorganization-instructor organizations:socialorganization-liaison"
        " organizations:partybranch-coverage organizations:partybranch-post organizations:partybranch-dissolve"
        " organizations:partymember-leave organizations:partymember-restore organizations:partymember-full"
        " organizations:partymember-extend",
        STAFF,
    ),
    (
        "organizations:partymember-transfer organizations:partymember-floating organizations:partymember-lost"
        " organizations:floatingrecord-update organizations:lostrecord-update",
        WRITES_FOR_BRANCH,
    ),
    ("organizations:memberchange-balance", BUSINESS),
    ("reports:home-draft", "302 302 302 403 403 403 403 403 403"),
    (
        "reports:summary-word reports:summary-pdf reports:summary-copy reports:block-* reports:examples-save"
        " reports:phrase-approve reports:phrase-withdraw",
        POST,
    ),
    ("reports:summary-settings", STAFF),
    ("reports:edition-file", OFFICE),
    ("reports:watch-* reports:summary-* reports:fact-* reports:*-list reports:*-detail", OFFICE),
    ("organizations:branchapplication-create", "302 200 403 200 200 200 403 403 403"),
    ("organizations:branchapplication-update", "302 200 403 404 404 404 403 403 403"),
    ("*:*-list", BUSINESS),
    ("*:*-create *:*-update", STAFF),
)
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
    "organizations:instructorassignment-": InstructorAssignment,
}
WORDS = {
    "period": "2023Q1",
    "kind": "organizations",
    "fact": "organizations",
    "part": "resolutions",
    "label": "x.y",
    "paper": "opinion",
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


def expectation(name):
    return next((want for names, want in EXPECTED for one in names.split() if fnmatch(name, one)), None)


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
            Edition: Edition.objects.get(),
            RegistrationReview: make_review(staff),
            BranchApplication: make_application(staff),
            SyncDuty: make_sync_duty(staff),
            **cls.absences(staff),
        }

    @classmethod
    def absences(cls, staff):
        """Of two members of the secretary's branch one is away and one cannot be reached."""
        away, lost = PartyMember.objects.visible_to(cls.secretary).filter(floating="", is_lost=False)[:2]
        return {FloatingRecord: make_floating(away, staff), LostRecord: make_lost(lost, staff)}

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
                wrong.append(f"{name}: no expectation; add it to EXPECTED")
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
