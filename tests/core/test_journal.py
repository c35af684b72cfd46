"""Images of rows and their marks: one way to write a row down, whether it is stored or in hand."""

from datetime import date

from django.db.models import F
from django.test import TestCase

from core.journal import image, image_of, images, mark_of
from core.models import ImportBatch
from tests.factories import make_committee


class ImageTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.committee = make_committee()
        cls.batch = ImportBatch.objects.create(kind="x", committee=cls.committee, as_of=date(2023, 3, 1))

    def stored(self):
        return ImportBatch.objects.get(pk=self.batch.pk)

    def test_a_row_in_hand_is_written_down_like_the_stored_one(self):
        self.assertEqual(image_of(self.stored()), image(ImportBatch, self.batch.pk))
        self.assertEqual(mark_of(self.stored()), mark_of(image(ImportBatch, self.batch.pk)))
        self.assertIsNone(image(ImportBatch, self.batch.pk + 1))

    def test_many_are_written_down_at_once_with_what_is_asked_beside(self):
        with self.assertNumQueries(1):
            found = list(images(ImportBatch.objects.filter(pk=self.batch.pk), whose=F("committee_id")))
        self.assertEqual(found, [{**image(ImportBatch, self.batch.pk), "whose": self.committee.pk}])

    def test_the_mark_tells_of_every_column_but_the_counting_ones(self):
        before = mark_of(self.stored())
        ImportBatch.objects.update(version=F("version") + 1)
        self.assertEqual(mark_of(self.stored()), before)
        ImportBatch.objects.update(as_of=date(2023, 3, 2))
        self.assertNotEqual(mark_of(self.stored()), before)
