"""Throw-away pages over models of core, so that the bases are tested without any app."""

from django.urls import include, path
from django.views.decorators.http import require_POST
from django_filters import FilterSet

from core.choices import BATCH_FLOW, BATCH_KINDS, BatchStatus
from core.forms import RecordForm
from core.models import ImportBatch, Notice, User
from core.pages import Action, Column, CreatePage, DetailPage, ListPage, UpdatePage, act, reason
from core.transitions import advance


class UserFilter(FilterSet):
    class Meta:
        model = User
        fields = ["role", "committee", "must_change_password", "date_joined"]


class UserList(ListPage):
    model = User
    unit = "人"
    title = "人员名册"
    columns = (
        Column("账号", "username", link=True, sort="username"),
        Column("姓名", "name", sort="name"),
        Column("角色", "role", "state", states={"staff": "ok", "leader": "warn"}),
        Column("综合党委", "committee__name"),
        Column("加入", "date_joined", "date", sort="date_joined"),
        Column("须改密码", "must_change_password", "yesno"),
        Column("合写", fields=("username", "name"), value=lambda row: f"{row['username']}<{row['name']}>"),
        Column("编号", "id", "number", phone="hide"),
    )
    filterset_class = UserFilter
    tabs = (("all", "全部", ""), ("staff", "工作人员", lambda rows, page: rows.filter(role="staff")))
    ordering = ("username",)

    def get_queryset(self):
        return User.objects.all()


class NoticeList(ListPage):
    model = Notice
    columns = (Column("标题", "title"),)
    empty_title = "还没有消息"

    def get_queryset(self):
        return Notice.objects.filter(user=self.request.user)


class BatchForm(RecordForm):
    sections = [("来源", ["kind", "source"]), ("数字", ["new_count", "as_of"])]

    class Meta:
        model = ImportBatch
        fields = ["kind", "source", "new_count", "as_of", "file_name"]


class BatchList(ListPage):
    model = ImportBatch
    columns = (Column("文件", "file_name", link=True), Column("状态", "status", "state", states=BATCH_KINDS))


class BatchDetail(DetailPage):
    model = ImportBatch
    fact_fields = ("file_name", "kind", "status", "as_of", "new_count")

    def actions(self):
        return [Action("放弃", f"/t/batches/{self.object.pk}/abandon/", reason="原因")]


class BatchCreate(CreatePage):
    model = ImportBatch
    form_class = BatchForm


class BatchUpdate(UpdatePage):
    model = ImportBatch
    form_class = BatchForm


def abandon(batch, *, by, note=""):
    return advance(batch, BATCH_FLOW, BatchStatus.ABANDONED, by=by, note=note)


@require_POST
def batch_abandon(request, pk):
    return act(
        request,
        ImportBatch,
        pk,
        abandon,
        can=lambda user, batch: user.is_committee_staff,
        done="已放弃。",
        to="/t/batches/",
        note=reason(request),
    )


def broken(request):
    raise ZeroDivisionError("secret detail")


batches = [
    path("", BatchList.as_view(), name="importbatch-list"),
    path("new/", BatchCreate.as_view(), name="importbatch-create"),
    path("<int:pk>/", BatchDetail.as_view(), name="importbatch-detail"),
    path("<int:pk>/edit/", BatchUpdate.as_view(), name="importbatch-update"),
    path("<int:pk>/abandon/", batch_abandon, name="importbatch-abandon"),
]
urlpatterns = [
    path("t/users/", UserList.as_view()),
    path("t/notices/", NoticeList.as_view()),
    path("t/broken/", broken),
    path("t/batches/", include(batches)),
    path("", include("config.urls")),
]
handler400, handler403, handler404, handler500 = (
    f"core.views.errors.{name}" for name in ("bad_request", "forbidden", "not_found", "server_error")
)
