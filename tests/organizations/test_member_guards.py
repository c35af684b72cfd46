"""What must hold of memberships whatever happens: one at a time under concurrent writers, and counts that add up."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from threading import Barrier, Thread

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Count
from django.test import TestCase, TransactionTestCase

from organizations import statistics
from organizations.models import Membership, MemberTransfer, PartyMember
from organizations.workflows import members, transfers
from organizations.workflows.intervals import store
from tests.factories import make_branch, make_committee, make_member, make_staff

WRITERS = 20
FIRST, LAST = date(2018, 1, 1), date(2023, 12, 31)
JOINS, LEAVES = ("admitted", "transferred", "restored"), ("transferred", "suspended", "removed", "deceased")


class ConcurrentWritersTests(TransactionTestCase):
    """Twenty threads, each with a connection of its own, begin at the same moment."""

    def setUp(self):
        self.committee = make_committee()
        self.staff = make_staff(self.committee)
        self.branches = [make_branch(self.committee) for _ in range(WRITERS)]
        self.member = PartyMember.objects.create(committee=self.committee, name="甲示例", sex="male")

    def together(self, write):
        """Let every thread call write(number); returns what came of each."""
        barrier, results = Barrier(WRITERS), {}

        def run(number):
            try:
                connection.ensure_connection()
                barrier.wait(30)
                results[number] = write(number)
            except (DatabaseError, ValidationError) as error:
                results[number] = error
            finally:
                connection.close()

        threads = [Thread(target=run, args=(number,)) for number in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        self.assertEqual(len(results), WRITERS)
        return list(results.values())

    def membership(self, number, start, end=None):
        reason = "transferred" if end else ""
        return Membership(
            member=self.member, branch=self.branches[number], kind="full", start=start, end=end, leave_reason=reason
        )

    def one_row(self, results):
        self.assertEqual(Membership.objects.full().filter(member=self.member).count(), 1)
        self.assertEqual(len([r for r in results if not isinstance(r, Exception)]), 1)

    def test_mb_06_only_one_opens_a_membership_on_the_same_day(self):
        self.one_row(self.together(lambda n: self.membership(n, date(2023, 1, 1)).save(force_insert=True)))

    def test_mb_06_only_one_of_overlapping_closed_intervals_is_stored(self):
        days = [(date(2023, 1, 1) + timedelta(days=n), date(2023, 6, 1) + timedelta(days=n)) for n in range(WRITERS)]
        self.one_row(self.together(lambda n: self.membership(n, *days[n]).save(force_insert=True)))

    def test_mb_06_open_and_closed_ones_exclude_each_other_too(self):
        def write(number):
            end = date(2024, 1, 1) if number % 2 else None
            self.membership(number, date(2023, 1, 1) + timedelta(days=number), end).save(force_insert=True)

        self.one_row(self.together(write))

    def test_mb_06_the_others_are_told_in_a_sentence(self):
        results = self.together(lambda n: store(self.membership(n, date(2023, 1, 1))))

        self.one_row(results)
        refused = [r for r in results if isinstance(r, Exception)]
        self.assertEqual({type(r) for r in refused}, {ValidationError})
        self.assertTrue(all("同时只能在一个党支部" in str(r) or "不能重叠" in str(r) for r in refused), refused)

    def test_mb_06_twenty_receipts_move_the_member_once(self):
        member = make_member(self.branches[0])
        row = MemberTransfer(member=member, to_branch=self.branches[1], started_on=date(2023, 3, 1))
        transfers.begin_transfer(row, by=self.staff)

        results = self.together(
            lambda n: transfers.receive_transfer(
                MemberTransfer.objects.get(pk=row.pk), by=self.staff, on=date(2023, 3, 9)
            )
        )

        self.assertEqual(len([r for r in results if not isinstance(r, Exception)]), 1)
        self.assertEqual(list(member.memberships.order_by("start").values_list("branch", "end")),
                         [(self.branches[0].pk, date(2023, 3, 9)), (self.branches[1].pk, None)])  # fmt: skip


def history(random, branches):
    """Intervals of one person: (branch, start, end, why joined, why left), one after the other, with gaps."""
    day, rows, reason = FIRST + timedelta(days=random.randint(0, 1500)), [], random.choice(JOINS)
    branch = random.choice(branches)
    for _ in range(random.randint(1, 5)):
        end = day + timedelta(days=random.randint(1, 500))
        if end > LAST:
            return [*rows, (branch, day, None, reason, "")]
        why = random.choice(LEAVES)
        rows.append((branch, day, end, reason, why))
        if why == "transferred" and random.random() < 0.8:
            day, reason, branch = end, "transferred", random.choice([b for b in branches if b != branch])
        else:
            day, reason, branch = end + timedelta(days=random.randint(1, 200)), random.choice(JOINS), branch
    return rows


class RandomHistoriesTests(TestCase):
    """A thousand histories with a fixed seed over six branches of two committees, one below the other."""

    @classmethod
    def setUpTestData(cls):
        random = Random(20230331)
        cls.city = make_committee()
        cls.county = make_committee(parent=cls.city)
        cls.city.refresh_from_db()
        cls.branches = [make_branch(c) for c in (cls.city, cls.county) for _ in range(3)]
        persons = [PartyMember(committee=cls.city, name=f"党员{n}", sex="male") for n in range(1000)]
        PartyMember.objects.bulk_create(persons)
        cls.rows = [(p, *row) for p in persons for row in history(random, cls.branches)]
        Membership.objects.bulk_create(
            Membership(member=p, branch=b, kind="full", start=s, end=e, join_reason=j, leave_reason=w)
            for p, b, s, e, j, w in cls.rows
        )
        cls.days = [FIRST + timedelta(days=random.randint(0, (LAST - FIRST).days)) for _ in range(40)]
        cls.periods = [sorted(random.sample(cls.days, 2)) for _ in range(25)]

    def there(self, day, branches):
        return [r for r in self.rows if r[1] in branches and r[2] <= day and (r[3] is None or r[3] > day)]

    def test_count_of_every_branch_on_any_day_is_the_sum_of_intervals(self):
        for day in self.days:
            found = Membership.objects.full().on(day).order_by().values_list("branch").annotate(n=Count("pk"))
            wanted = Counter(row[1].pk for row in self.there(day, self.branches))
            self.assertEqual(dict(found), dict(wanted), day)
            self.assertEqual(PartyMember.objects.enrolled(day).count(), wanted.total())

    def test_balance_closes_for_every_branch_and_both_committees(self):
        scopes = [({"branch": b}, [b]) for b in self.branches]
        scopes += [({"branch__committee_id__in": c.scope_ids}, [b for b in self.branches if b.committee_id in c.scope_ids])
                   for c in (self.city, self.county)]  # fmt: skip
        for start, end in self.periods:
            for scope, branches in scopes:
                found = statistics.balance(Membership.objects.filter(**scope), start, end)
                opening, closing = (self.there(day, branches) for day in (start - timedelta(days=1), end))
                with self.subTest(start=start, end=end, scope=scope):
                    self.assertEqual((found.opening, found.closing), (len(opening), len(closing)))
                    self.assertTrue(found.closes, found.sum)

    def test_transfers_inside_cancel_and_count_in_both_branches(self):
        for start, end in self.periods:
            rows = Membership.objects.filter(branch__in=self.branches)
            whole = statistics.balance(rows, start, end)
            parts = statistics.balances_by_branch(rows, start, end).values()
            inner = sum(p.transferred_in for p in parts) - whole.transferred_in
            self.assertEqual(sum(p.transferred_out for p in parts) - whole.transferred_out, inner)
            self.assertEqual(sum(p.closing for p in parts), whole.closing)

    def test_the_ledger_has_as_many_lines_as_the_balance_counts(self):
        members.settle_changes([p.pk for p in {row[0] for row in self.rows}])

        for start, end in self.periods[:5]:
            for branch in self.branches:
                found = statistics.balance(Membership.objects.filter(branch=branch), start, end)
                lines = Counter(branch.member_changes.between(start, end).values_list("kind", flat=True))
                gone = lines["suspended"] + lines["removed"]
                self.assertEqual(
                    (found.transferred_in, found.admitted, found.restored, found.transferred_out, found.departed,
                     found.deceased),
                    (lines["transferred_in"], lines["admitted"], lines["restored"], lines["transferred_out"], gone,
                     lines["deceased"]),
                )  # fmt: skip

    def test_the_database_refuses_one_more_overlapping_interval(self):
        for person, branch, start, end, *_ in self.rows[:50]:
            with self.assertRaises(IntegrityError), transaction.atomic():
                extra = Membership(member=person, branch=branch, kind="full", start=start, end=end)
                extra.leave_reason = "transferred" if end else ""
                Membership.objects.bulk_create([extra])

    def test_a_transfer_keeps_the_total(self):
        staff, day = make_staff(self.city), date(2023, 12, 31)
        present = [row for row in self.there(day, self.branches) if row[3] is None and row[2] < day][:10]
        before = Membership.objects.full().on(day).count()

        for person, branch, *_ in present:
            other = next(b for b in self.branches if b != branch)
            transfers.transfer_member(person, branch=other, start=day, by=staff)

        self.assertEqual(Membership.objects.full().on(day).count(), before)
        self.assertEqual(MemberTransfer.objects.filter(status="received").count(), len(present))
