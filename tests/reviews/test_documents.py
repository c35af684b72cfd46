"""A duty report that comes as a Word file."""

import io
import zipfile

import docx
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import SimpleTestCase

from reviews.documents import read_duty_report, split_sections

REPORT = [
    "2022年度抓基层党建工作述职报告",
    "市广告协会党支部书记 陈例文",
    "现将履职情况述职如下：",
    "一、履职情况",
    "1.组织主题党日12次。",
    "2.主要做法不在这一行开头，仍属于履职。",
    "二、主要做法",
    "把支部建在商圈上。",
    "三、特色成果和工作成效",
    "建成服务站1个。",
    "四、存在问题及原因",
    "一是活动不均衡。二是改进措施落实慢，这一句很长，不是标题，仍然属于存在问题这一部分的正文。",
    "五、下一步工作思路",
    "每季度开展联合主题党日。",
    "六、改进措施。建立党员联系台账。",
    "每月联系一次。",
]


def upload(paragraphs, name="述职报告.docx", table=()):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        for text, cell in zip(table, document.add_table(1, len(table)).rows[0].cells, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return SimpleUploadedFile(name, stream.getvalue())


class Splitting(SimpleTestCase):
    def test_paragraphs_go_to_the_section_of_the_heading_above_them(self):
        self.assertEqual(
            read_duty_report(upload(REPORT)),
            {
                "duties": "\n".join([*REPORT[1:3], *REPORT[4:6]]),
                "practices": REPORT[7],
                "achievements": REPORT[9],
                "problems": REPORT[11],
                "thoughts": REPORT[13],
                "measures": "建立党员联系台账。\n每月联系一次。",
            },
        )

    def test_nothing_is_lost_when_there_is_no_heading(self):
        texts = ["一年来，支部做了很多工作。", "存在问题很多，但都在改。"]

        self.assertEqual(split_sections(texts)["duties"], "\n".join(texts))

    def test_short_heading_without_a_number_counts(self):
        parts = split_sections(["工作开展情况", "甲。", "存在问题", "乙。", "改进措施：", "丙。"])

        self.assertEqual((parts["duties"], parts["problems"], parts["measures"]), ("甲。", "乙。", "丙。"))

    def test_text_in_a_table_is_read_too(self):
        self.assertIn("表格里的字", read_duty_report(upload([], table=("表格里的字",)))["duties"])


class WrongFiles(SimpleTestCase):
    def refused(self, file, code):
        with self.assertRaises(ValidationError) as refusal:
            read_duty_report(file)
        self.assertEqual(refusal.exception.code, code)

    def test_not_a_word_file(self):
        self.refused(SimpleUploadedFile("a.docx", b"hello"), "kind")

    def test_another_archive_under_its_name(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("xl/workbook.xml", "<x/>")
        self.refused(SimpleUploadedFile("a.docx", stream.getvalue()), "kind")

    def test_small_file_that_unpacks_to_a_flood(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("word/document.xml", b" " * 30_000_000)
        self.refused(SimpleUploadedFile("a.docx", stream.getvalue()), "bomb")

    def test_broken_document(self):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("word/document.xml", "<nonsense")
        self.refused(SimpleUploadedFile("a.docx", stream.getvalue()), "broken")

    def test_scan_without_text(self):
        self.refused(upload([]), "empty")
