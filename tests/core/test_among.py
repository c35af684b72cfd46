from django.test import TestCase

from core.excel.among import one_of
from core.models import Committee
from tests.factories import make_committee


class AmongTest(TestCase):
    def test_texts_and_numbers_are_found_in_one_parameter(self) -> None:
        one, other, third = (make_committee(name=f"{word}综合党委'\"") for word in ("甲", "乙", "丙"))

        by_name = Committee.objects.filter(one_of(Committee, "name", [one.name, third.name, "没有"]))
        by_number = Committee.objects.filter(one_of(Committee, "id", [other.pk, 0]))

        self.assertEqual({c.pk for c in by_name}, {one.pk, third.pk})
        self.assertEqual([c.pk for c in by_number], [other.pk])

    def test_no_values_find_nothing_and_relations_are_compared_as_usual(self) -> None:
        parent = make_committee()
        child = make_committee(parent=parent)

        self.assertEqual(list(Committee.objects.filter(one_of(Committee, "code", []))), [])
        self.assertEqual(list(Committee.objects.filter(one_of(Committee, "parent", [parent.pk]))), [child])

    def test_a_thousand_values_are_one_parameter(self) -> None:
        rows = Committee.objects.filter(one_of(Committee, "code", [f"x{n}" for n in range(1000)]))

        self.assertEqual(len(rows.query.sql_with_params()[1]), 1)

    def test_numbers_without_a_gap_are_a_range(self) -> None:
        """Rows that were made together have such keys; the ends of the range are all that the statement carries."""
        made = [make_committee().pk for _ in range(4)]
        for keys in (made, made[1:2], [*made[:1], *made[2:]]):
            rows = Committee.objects.filter(one_of(Committee, "id", keys)).order_by("pk")
            self.assertEqual(list(rows.values_list("pk", flat=True)), keys)
        self.assertEqual(len(Committee.objects.filter(one_of(Committee, "id", made)).query.sql_with_params()[1]), 2)
