from django.conf import settings
from django.db import connection
from django.test import TestCase, TransactionTestCase

from core.pinyin import plain
from core.upkeep import HOUR, tell_planner
from organizations.models import SocialOrganization
from tests.factories import make_committee, make_organization


class PlannerTests(TransactionTestCase):
    def test_it_is_told_once_an_hour_where_it_does_not_count_by_itself(self):
        make_organization(make_committee())
        (settings.DATA_DIR / "planner-told").unlink(missing_ok=True)
        is_sqlite = connection.vendor == "sqlite"
        times = (9e8, 9e8 + HOUR - 1, 9e8 + HOUR)
        self.assertEqual([tell_planner(now) for now in times], [is_sqlite, False, is_sqlite])
        if not is_sqlite:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = %s", [SocialOrganization._meta.db_table])
            self.assertGreater(cursor.fetchone()[0], 0)


class HoldsTests(TestCase):
    """`search__holds` finds what `contains` finds, and takes no sign of the text for a wildcard."""

    def test_letter_for_letter(self):
        body = make_organization(make_committee(), name="示例市100%绿色_出行促进会", short_name="")
        other = make_organization(body.committee, name="示例市1000家绿色出行促进会", short_name="")
        for words, found in (("100%绿", [body]), ("色_出", [body]), ("绿色", [body, other]), ("没有", []), ("'", [])):
            with self.subTest(words):
                rows = SocialOrganization.objects.filter(search__holds=plain(words)).order_by("pk")
                self.assertEqual(list(rows), found)
