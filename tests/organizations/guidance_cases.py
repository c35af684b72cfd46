"""An office with two bodies, one of which should have a party organization."""

import io
from datetime import date

import openpyxl
from django.core.files.base import ContentFile
from django.test import TestCase
from django.urls import reverse

from core.excel import get_sheet
from core.excel.staging import new_batch, read_batch
from tests.factories import make_committee, make_leader, make_organization, make_staff

DAY = date(2023, 3, 29)


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return ContentFile(stream.getvalue())


class Office(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee(demo_date=DAY)
        cls.staff, cls.leader = make_staff(cls.committee), make_leader(cls.committee)
        cls.body = make_organization(cls.committee, no_branch_reason="due", no_branch_note="负责人外出")
        cls.other = make_organization(cls.committee)

    def setUp(self):
        self.client.force_login(self.staff)

    def url(self, name, *args):
        return reverse(f"organizations:{name}", args=args)

    def bring_in(self, kind, *rows):
        batch = new_batch(get_sheet(kind), workbook(*rows), "表.xlsx", by=self.staff, committee=self.committee)
        return read_batch(batch)
