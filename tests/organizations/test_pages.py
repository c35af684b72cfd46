"""Lists, details and forms open for whom they should, with as many queries for many rows as for one."""

from django.urls import reverse

from organizations.models import (
    CharterRecord,
    CommitmentLetter,
    FloatingRecord,
    IncubationBatch,
    LedgerCheck,
    LostRecord,
    MemberCorrection,
    MemberLapse,
    MemberTransfer,
)
from tests.factories import (
    make_branch,
    make_leader,
    make_liaison,
    make_member,
    make_organization,
    make_secretary,
    make_system_admin,
)
from tests.organizations.page_cases import PageCase, fill

LISTS = (
    "socialorganization", "partybranch", "partymember", "charterrecord", "commitmentletter", "ledgercheck",
    "incubationbatch", "ledgerdifference", "registration", "memberchange", "membertransfer", "floatingrecord",
    "lostrecord", "membercorrection", "memberlapse",
)  # fmt: skip


class PageTests(PageCase):
    def test_lists_ask_as_often_for_many_rows_as_for_one(self):
        urls = [reverse(f"organizations:{name}-list") + "?all=1" for name in LISTS]
        few = [self.queries(url) for url in urls]
        fill(self.committee, 49)

        many = [self.queries(url) for url in urls]

        self.assertEqual(few, many)
        self.assertLessEqual(max(many), 6, dict(zip(LISTS, many, strict=True)))

    def test_details_ask_at_most_twelve_times(self):
        rows = [
            self.body, self.branch, self.member, CharterRecord.objects.get(), CommitmentLetter.objects.get(),
            LedgerCheck.objects.get(), IncubationBatch.objects.get(), MemberTransfer.objects.get(),
            FloatingRecord.objects.get(), LostRecord.objects.get(), MemberCorrection.objects.get(), MemberLapse.objects.get(),
        ]  # fmt: skip

        for row in rows:  # a process looks up the content type of attachments once
            self.client.get(row.get_absolute_url())
        asked = {row._meta.model_name: self.queries(row.get_absolute_url()) for row in rows}

        self.assertLessEqual(max(asked.values()), 12, asked)

    def test_every_tab_and_filter_opens(self):
        for name in LISTS:
            for query in ("?q=sy", "?tab=ended", "?tab=direct", "?tab=new", "?tab=uncovered", "?tab=clause", "?tab=due",
                          "?tab=few", "?tab=probation", "?tab=gone", "?coverage=any", "?coverage=own", "?sort=sort_key",
                          "?affiliation=direct", "?branch=1", "?branch=x", "?status=normal"):  # fmt: skip
                self.queries(reverse(f"organizations:{name}-list") + query)

    def test_forms_open(self):
        for name in ("socialorganization", "partybranch", "partymember", "charterrecord", "commitmentletter",
                     "ledgercheck", "incubationbatch"):  # fmt: skip
            self.queries(reverse(f"organizations:{name}-create"))
        pages = {
            self.body: ("update", "affiliation", "event", "instructor", "liaison"),
            self.branch: ("update", "coverage", "post", "dissolve"),
            self.member: (
                "update",
                "transfer",
                "leave",
                "restore",
                "full",
                "extend",
                "floating",
                "lost",
                "correction",
                "lapse",
            ),
            LedgerCheck.objects.get(): ("update",),
            IncubationBatch.objects.get(): ("update",),
        }
        for row, names in pages.items():
            for name in names:
                self.queries(reverse(f"organizations:{row._meta.model_name}-{name}", args=[row.pk]))

    def test_secretary_sees_the_own_branch_and_nothing_else(self):
        other_body = make_organization(self.committee)
        other = make_branch(self.committee, covers=(other_body,))
        stranger = make_member(other)
        self.client.force_login(make_secretary(self.branch))

        for row in (self.body, self.branch, self.member, CharterRecord.objects.get()):
            self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 200, row)
        for row in (other_body, other, stranger):
            self.assertEqual(self.client.get(row.get_absolute_url()).status_code, 404, row)
        self.assertEqual(self.client.get(reverse("organizations:ledgercheck-list")).status_code, 403)
        self.assertEqual(self.client.get(reverse("organizations:partybranch-create")).status_code, 403)
        url = reverse("organizations:partybranch-coverage", args=[self.branch.pk])
        self.assertEqual(self.client.get(url).status_code, 403)
        self.assertNotContains(self.client.get(reverse("organizations:partymember-list") + "?tab=all"), stranger.name)

    def test_liaison_sees_the_body_and_its_branch_but_no_members(self):
        self.client.force_login(make_liaison(self.body))

        self.assertContains(self.client.get(self.body.get_absolute_url()), self.body.name)
        self.assertNotContains(self.client.get(self.branch.get_absolute_url()), self.member.name)
        self.assertEqual(self.client.get(self.member.get_absolute_url()).status_code, 404)

    def test_administrator_is_refused_and_leader_only_reads(self):
        self.client.force_login(make_system_admin(self.committee))
        self.assertEqual(self.client.get(self.body.get_absolute_url()).status_code, 403)
        self.client.force_login(make_leader(self.committee))

        page = self.client.get(self.body.get_absolute_url())

        self.assertNotContains(page, "选派指导员")
        self.assertEqual(self.client.get(reverse("organizations:socialorganization-create")).status_code, 403)
