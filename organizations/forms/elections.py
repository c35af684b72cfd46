"""Forms of 换届, and the rows in which a new committee is written down."""

from typing import Any

from django import forms

from core.forms import RecordForm, prepare
from organizations.choices import PostKind, ReminderWay
from organizations.models import ElectionTerm

from .fields import DatedForm, branch_field

POSTS = (
    PostKind.SECRETARY, PostKind.DEPUTY, PostKind.ORGANIZATION, PostKind.PUBLICITY, PostKind.DISCIPLINE, PostKind.MEMBER,
    PostKind.MEMBER,
)  # fmt: skip


class PeopleMixin:
    """Seven rows of post, name, post in the body and votes; rows without a name are left out. `cleaned_data["people"]`."""

    with_votes = True

    def add_people(self, now: list[dict[str, Any]] | None = None) -> None:
        for place, post in enumerate(POSTS, 1):
            known = now[place - 1] if now and place <= len(now) else {}
            fields = {
                "post": forms.ChoiceField(
                    label=f"{place}．职务", choices=PostKind.choices, required=False, initial=known.get("post", post)
                ),
                "person_name": forms.CharField(
                    label="姓名", max_length=30, required=False, initial=known.get("person_name", "")
                ),
                "body_post": forms.CharField(
                    label="在社会组织职务", max_length=30, required=False, initial=known.get("body_post", "")
                ),
            }
            if self.with_votes:
                fields["votes"] = forms.IntegerField(label="得赞成票", min_value=0, required=False)
            for name, field in fields.items():
                prepare(field)
                self.fields[f"{name}_{place}"] = field

    @property
    def people_fields(self) -> list[str]:
        names = ("post", "person_name", "body_post", *(("votes",) if self.with_votes else ()))
        return [f"{name}_{place}" for place in range(1, len(POSTS) + 1) for name in names]

    def people(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for place in range(1, len(POSTS) + 1):
            row = {name: data.get(f"{name}_{place}") for name in ("post", "person_name", "body_post", "votes")}
            if row["person_name"]:
                rows.append({**row, "post": row["post"] or PostKind.MEMBER, "body_post": row["body_post"] or ""})
        return rows

    def width(self, name: str) -> str:
        if name in self.people_fields:
            return "col-6 col-lg-3" if self.with_votes else "col-sm-4"
        return super().width(name)


class OpenTermForm(RecordForm):
    sections = [("换届", ["branch", "number", "started_on", "due_on", "remark"])]
    branch = branch_field()

    class Meta:
        model = ElectionTerm
        fields = ["branch", "number", "started_on", "due_on", "remark"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].required = False
        self.fields["due_on"].help_text = "不填就按本届选举日期和任期算出。"

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"due_on"}


class TermForm(RecordForm):
    sections = [("换届", ["number", "started_on", "due_on", "request_no", "reply_no", "remark"])]

    class Meta:
        model = ElectionTerm
        fields = ["number", "started_on", "due_on", "request_no", "reply_no", "remark"]


class RemindForm(DatedForm):
    on = forms.DateField(label="提醒日期", help_text="发函或打电话的日期。")
    way = forms.ChoiceField(label="提醒方式", choices=ReminderWay.choices, help_text="提醒函可以在换届页面下载。")

    class Meta:
        model = ElectionTerm
        fields: list[str] = []


class PrepareForm(RecordForm):
    class Meta:
        model = ElectionTerm
        fields = ["request_no", "reply_no"]


class PostponeForm(RecordForm):
    extension_no = forms.CharField(label="延期批准文号", max_length=60, help_text="批准延期换届的文号。")
    until = forms.DateField(label="延期至", help_text="最晚到哪一天完成选举。")
    reason = forms.CharField(label="延期原因", max_length=200, help_text="为什么不能按期换届。")

    class Meta:
        model = ElectionTerm
        fields: list[str] = []


class ElectForm(PeopleMixin, RecordForm):
    """The vote and the new committee on one page."""

    class Meta:
        model = ElectionTerm
        fields = [
            "elected_on", "voters_due", "voters_present", "candidates", "seats", "ballots_issued", "ballots_returned",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.Meta.fields:
            self.fields[name].required = True
        self.add_people()
        self.sections = [("选举情况", self.Meta.fields), ("新一届班子（没有当选人的行留空）", self.people_fields)]

    def _get_validation_exclusions(self) -> set[str]:
        """The vote is judged as a whole by the workflow, in its own sentences."""
        return super()._get_validation_exclusions() | set(self.Meta.fields)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["people"] = self.people(data)
        return data


class ApproveForm(DatedForm):
    approval_no = forms.CharField(label="选举结果批复文号", max_length=60, help_text="批准选举结果的文号。")
    on = forms.DateField(label="批复日期", help_text="不早于选举日期。")

    class Meta:
        model = ElectionTerm
        fields: list[str] = []
