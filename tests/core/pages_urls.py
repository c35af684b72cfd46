"""Throw-away pages over models of core, so that the bases are tested without any app."""

from django.urls import include, path
from django_filters import FilterSet

from core.forms import RecordForm
from core.models import Attachment, Committee, Notice, User
from core.pages import Column, CreatePage, DetailPage, ListPage


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


class CommitteeDetail(DetailPage):
    model = Committee
    fact_fields = ("name", "level", "parent")

    def get_queryset(self):
        return Committee.objects.all()


urlpatterns = [
    path("", include("config.urls")),
    path("t/", include(([path("users/", UserList.as_view(), name="user-list")], "t"))),
    path("t/notices/", NoticeList.as_view()),
]
__all__ = ["Attachment", "CreatePage", "RecordForm"]
