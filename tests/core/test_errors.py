from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client, RequestFactory, SimpleTestCase, TestCase, override_settings

from core.models import ImportBatch
from core.views import errors
from tests.factories import make_audit_admin, make_branch, make_committee, make_leader, make_secretary, make_staff


class ErrorPageTests(SimpleTestCase):
    """SimpleTestCase forbids queries: these pages must work while the database is down."""

    def request(self, **headers):
        request = RequestFactory().get("/", **headers)
        request.request_id = "1a2b3c4d"
        return request

    def test_every_page_renders_without_database_and_shows_the_number(self):
        for status, problem in errors.PROBLEMS.items():
            response = errors.error_response(self.request(), status)
            self.assertEqual(response.status_code, status)
            self.assertContains(response, problem.title, status_code=status)
            self.assertContains(response, "编号 1a2b3c4d", status_code=status)

    def test_own_sentences_are_shown_and_english_is_not(self):
        html = errors.forbidden(self.request(), PermissionDenied("只有工作人员可以退回。")).content.decode()
        self.assertIn("只有工作人员可以退回。", html)
        html = errors.not_found(self.request(), Http404("No Branch matches")).content.decode()
        self.assertNotIn("No Branch", html)

    def test_back_link_only_to_own_pages(self):
        own = self.request(HTTP_REFERER="http://testserver/a/?b=1", HTTP_HOST="testserver")
        self.assertEqual(errors.back_path(own), "/a/?b=1")
        for referer in (
            "http://[",
            "http://evil.example/a/",
            "http://testserver//evil.example",
            "javascript:alert(1)",
            "",
        ):
            self.assertEqual(errors.back_path(self.request(HTTP_REFERER=referer, HTTP_HOST="testserver")), "")


@override_settings(ROOT_URLCONF="tests.core.pages_urls", ALLOWED_HOSTS=["testserver"])
class ErrorHandlingTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.staff = make_staff(make_committee())

    def test_a_fault_is_500_without_details(self):
        client = Client(raise_request_exception=False)
        client.force_login(self.staff)
        response = client.get("/t/broken/")
        self.assertContains(response, "页面出错了", status_code=500)
        self.assertNotContains(response, "secret detail", status_code=500)

    def test_stale_token_gives_the_typed_text_back(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(self.staff)
        text = "这是一段写了很久的述职报告，不能丢。" * 3
        response = client.post(
            "/t/batches/new/", f"source={text}", content_type="application/x-www-form-urlencoded",
            headers={"referer": "http://testserver/t/batches/new/"},
        )  # fmt: skip
        self.assertContains(response, text, status_code=403)
        self.assertContains(response, errors.KEPT_WORDS, status_code=403)
        foreign = client.post(
            "/t/batches/new/", f"source={text}", content_type="application/x-www-form-urlencoded",
            headers={"referer": "http://evil.example/"},
        )  # fmt: skip
        self.assertNotContains(foreign, text, status_code=403)
        self.assertNotContains(foreign, errors.KEPT_WORDS, status_code=403)

    def test_a_refusal_says_what_the_account_is_for_whom_to_ask_and_lets_another_one_in(self):
        office = make_committee(name="市社会组织综合党委", contact_phone="0000-7654321")
        people = {
            errors.FOR_STAFF: make_staff(office), errors.FOR_LEADERS: make_leader(office),
            errors.FOR_THE_FIELD: make_secretary(make_branch(office)), errors.FOR_ADMINISTRATORS: make_audit_admin(office),
        }  # fmt: skip
        for words, user in people.items():
            request = RequestFactory().get("/t/batches/new/?a=1")
            request.user = user
            html = errors.forbidden(request, PermissionDenied()).content.decode()
            self.assertEqual([html.count(word) for word in ("<h1>您现在不能", words, "tel:0000-7654321")], [1, 1, 1])
            self.assertInHTML('<input type="hidden" name="next" value="/t/batches/new/?a=1">', html)

        request = RequestFactory().post("/t/batches/new/")
        request.user = user
        html = errors.forbidden(request, PermissionDenied("只有工作人员可以退回。")).content.decode()
        self.assertIn(errors.REFUSED_ACT, html)
        self.assertIn("只有工作人员可以退回。", html)
        self.assertNotIn('name="next"', html)

    def test_another_account_is_led_to_the_refused_page(self):
        self.client.force_login(self.staff)

        response = self.client.post("/accounts/logout/", {"next": "/t/batches/?a=1"})
        self.assertRedirects(response, "/accounts/login/?next=%2Ft%2Fbatches%2F%3Fa%3D1", fetch_redirect_response=False)
        response = self.client.post("/accounts/logout/", {"next": "https://evil.example/"})
        self.assertRedirects(response, "/accounts/login/", fetch_redirect_response=False)

    def test_the_wrong_method_is_a_page_that_leads_to_the_button(self):
        self.client.force_login(self.staff)
        batch = ImportBatch.objects.create(kind="x", committee=self.staff.committee)
        opened = self.client.get(f"/t/batches/{batch.pk}/abandon/")
        self.assertContains(opened, "没有办理任何事项", status_code=405)
        self.assertContains(opened, f'href="/t/batches/{batch.pk}/"', status_code=405)
        self.assertEqual(opened.headers["Allow"], "POST")
        self.assertContains(self.client.delete("/t/batches/"), errors.READ_ONLY, status_code=405)

        script = self.client.get(f"/t/batches/{batch.pk}/abandon/", headers={"X-Requested-With": "fetch"})
        self.assertEqual((script.status_code, script.content), (405, b""))

    def test_unknown_page_and_favicon(self):
        self.client.force_login(self.staff)
        self.assertContains(self.client.get("/nowhere/"), "没有找到这个页面", status_code=404)
        self.assertEqual(Client().get("/favicon.ico").status_code, 301)
