"""Worked figures of a small list, and the matrix at full size."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tasks.models import TaskAssignment
from tasks.statistics import (
    Completion,
    completion,
    completion_by_branch,
    completion_by_category,
    legend,
    matrix,
)
from tests.factories import make_assignment, make_branch, make_committee, make_staff, make_task_item, make_task_list

ON = date(2023, 3, 29)


class FigureTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=ON)
        cls.list = make_task_list(cls.committee)
        cls.first = make_task_item(cls.list, category="ideology", due=date(2023, 3, 25))
        cls.second = make_task_item(cls.list, category="training", due=date(2023, 3, 31))
        cls.a, cls.b = make_branch(cls.committee), make_branch(cls.committee)
        make_assignment(cls.first, cls.a, status="passed", submitted_on=date(2023, 3, 25))  # on time
        make_assignment(cls.first, cls.b, status="passed", submitted_on=date(2023, 3, 26))  # a day late
        make_assignment(cls.second, cls.a, status="not_applicable")
        make_assignment(cls.second, cls.b, status="submitted")
        make_assignment(cls.first, None)  # overdue, the committee's own
        cls.rows = TaskAssignment.objects.filter(item__task_list=cls.list)

    def test_completion(self):
        found = completion(self.rows, ON)

        wanted = Completion(
            total=5,
            not_applicable=1,
            passed=2,
            passed_on_time=1,
            submitted=1,
            returned=0,
            running=0,
            unsigned=1,
            overdue=1,
        )
        self.assertEqual(found, wanted)
        self.assertEqual((found.applicable, found.unfinished, found.waiting), (4, 2, 1))
        self.assertEqual((found.rate, found.on_time_rate, found.overdue_rate), (0.5, 0.25, 0.25))

    def test_rates_of_nothing_are_unknown(self):
        nothing = completion(self.rows.none(), ON)
        self.assertEqual((nothing.rate, nothing.on_time_rate, nothing.overdue_rate), (None, None, None))

    def test_by_category_in_the_order_of_the_categories(self):
        found = completion_by_category(self.rows, ON)
        self.assertEqual([(c.label, c.figures.passed, c.figures.applicable) for c in found],
                         [("思想政治建设", 2, 3), ("培训与保障", 0, 1)])  # fmt: skip

    def test_by_branch_ranks_best_first_and_equal_ones_together(self):
        twin = make_branch(self.committee)
        make_assignment(self.first, twin, status="passed", submitted_on=date(2023, 3, 20))

        found = completion_by_branch(self.rows, ON)

        self.assertEqual([(r.rank, r.figures.rate) for r in found], [(1, 1.0), (1, 1.0), (3, 0.5)])
        self.assertEqual(found[2].key, self.b.pk)

    def test_item_completion_is_another_number(self):
        self.assertEqual(self.list.items.completed().count(), 0)
        self.rows.filter(branch=None).delete()
        self.assertEqual(list(self.list.items.completed()), [self.first])

    def test_matrix_agrees_with_the_figures(self):
        found = matrix(self.list, ON)

        self.assertEqual(list(found.groups), [("思想政治建设", 1), ("培训与保障", 1)])
        chars = {row.branch_id: [c.char if c else "" for c in row.cells] for row in found.rows}
        self.assertEqual(chars, {self.a.pk: ["通", "—"], self.b.pk: ["通", "审"], None: ["逾", ""]})
        self.assertEqual(found.totals, ((2, 3), (0, 1)))
        self.assertEqual((found.figures.passed, found.figures.applicable), (2, 4))
        self.assertEqual(sum(n for *_, n in legend(found)), 5)
        self.assertEqual(len(matrix(self.list, ON, category="training").items), 1)
        self.assertIsNone(matrix(self.list, ON, by_rate=True).rows[0].branch_id)


class MatrixPageTests(TestCase):
    def test_sixty_branches_by_forty_items_in_few_queries(self):
        committee = make_committee(demo_date=ON)
        task_list = make_task_list(committee)
        items = [make_task_item(task_list) for _ in range(40)]
        branches = [make_branch(committee) for _ in range(60)]
        TaskAssignment.objects.bulk_create(
            TaskAssignment(committee=committee, item=item, branch=branch, quarter=2023 * 4, due=item.due)
            for item in items
            for branch in branches
        )
        self.client.force_login(make_staff(committee))
        url = reverse("tasks:tasklist-matrix", args=[task_list.pk])
        self.client.get(url)

        with CaptureQueriesContext(connection) as queries:
            html = self.client.get(url).content.decode()

        self.assertLessEqual(len(queries), 8)
        self.assertEqual(html.count("lamp lamp-new"), 2400 + 1)  # the legend has one
