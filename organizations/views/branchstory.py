"""What the page of one branch tells beside its facts: the present term, committees by term, events, things to do."""

from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import CharField, DateField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from core.pages import Cell, Fact
from core.timeline import Event
from organizations.choices import ApplicationKind, PostKind, TermStatus
from organizations.models import BranchApplication, BranchPost, ElectionTerm

from .bodies import years_and_months

# which columns of which rows the page needs, by their place in the common shape of the union
PARTS: dict[str, dict[str, str]] = {
    "posts": {
        "h_word": "post", "h_a": "person_name", "h_b": "body_post", "h_c": "phone", "h_n": "member_id",
        "h_d1": "start", "h_d2": "end",
    },
    "terms": {
        "h_word": "status", "h_a": "extension_no", "h_b": "approval_no", "h_c": "reminder_way", "h_n": "number",
        "h_d1": "started_on", "h_d2": "due_on", "h_d3": "extended_until", "h_d4": "elected_on", "h_d5": "approved_on",
        "h_d6": "reminded_on",
    },
    "applications": {
        "h_word": "status", "h_a": "kind", "h_b": "approval_no", "h_d1": "requested_on", "h_d2": "approved_on",
    },
}  # fmt: skip
TEXTS, DAYS = ("h_word", "h_a", "h_b", "h_c"), ("h_d1", "h_d2", "h_d3", "h_d4", "h_d5", "h_d6")
EMPTY = {
    **dict.fromkeys(TEXTS, Cast(Value(""), CharField())),
    "h_n": Cast(Value(0), IntegerField()),
    **dict.fromkeys(DAYS, Cast(Value(None), DateField())),
}


def part(source: str, rows: QuerySet, names: dict[str, str]) -> QuerySet:
    """Rows of one kind in the common shape; both databases want the same types in every part."""
    columns = {slot: F(names[slot]) if slot in names else empty for slot, empty in EMPTY.items()}
    shaped = {slot: Cast(value, CharField()) if slot in TEXTS else value for slot, value in columns.items()}
    return rows.order_by().values(h_source=Cast(Value(source), CharField()), h_pk=F("pk"), **shaped)


class BranchStory:
    """For the detail page, which gives `object`, `request`, `day` and `coverages`."""

    @cached_property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """Posts, elections and applications of the branch by their source, in one query."""
        branch, user = self.object, self.request.user
        applications = BranchApplication.objects.visible_to(user).filter(branch=branch)
        parts = (
            part("posts", branch.posts, PARTS["posts"]),
            part("terms", branch.terms, PARTS["terms"]),
            part("applications", applications, PARTS["applications"]),
        )
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in PARTS}
        for row in parts[0].union(*parts[1:], all=True):
            source = row.pop("h_source")
            names = PARTS[source]
            found[source].append({"pk": row["h_pk"], **{name: row[slot] for slot, name in names.items()}})
        return found

    @cached_property
    def posts(self) -> list[BranchPost]:
        rows = [BranchPost(branch=self.object, **row) for row in self.rows["posts"]]
        return sorted(rows, key=lambda post: (post.start, post.pk), reverse=True)

    @cached_property
    def terms(self) -> list[ElectionTerm]:
        rows = [ElectionTerm(branch=self.object, **row) for row in self.rows["terms"]]
        return sorted(rows, key=lambda term: (term.number, term.pk), reverse=True)

    @cached_property
    def applications(self) -> list[BranchApplication]:
        rows = [BranchApplication(branch=self.object, **row) for row in self.rows["applications"]]
        return sorted(rows, key=lambda row: (row.requested_on, row.pk))

    @cached_property
    def term(self) -> ElectionTerm | None:
        """The election that comes next."""
        return next((term for term in self.terms if term.is_open), None)

    # ---- the present term ---------------------------------------------------------------------
    def term_facts(self) -> list[Fact]:
        term, branch = self.term, self.object
        if term is None:
            number = [Fact("届次", f"第{branch.term_number}届")] if branch.term_number else []
            start = [Fact("任期", f"{branch.term_start} 至 {branch.term_end or '—'}")] if branch.term_start else []
            return [*number, *start]
        kind, word = term.state(self.day)
        return [
            Fact("届次", f"第{term.number}届"),
            Fact("任期", f"{term.started_on or '—'} 至 {term.due_on}"),
            *([Fact("延期至", term.extended_until, note=term.extension_no)] if term.extended_until else []),
            Fact(
                "期限",
                Cell(word, kind=kind),
                note=years_and_months(self.day, term.latest_day) if kind == "off" else "",
            ),
            Fact("换届", Cell(term.get_status_display(), kind=term.status_kind)),
        ]

    def committees(self) -> list[dict[str, Any]]:
        """The posts of each term, newest first; a post belongs to the term in which it was taken up."""
        starts = self._term_starts()
        groups: dict[int, list[BranchPost]] = {}
        for post in self.posts:
            number = max((n for n, day in starts.items() if day <= post.start), default=0)
            groups.setdefault(number, []).append(post)
        order = PostKind.values.index
        return [
            {
                "label": f"第{number}届" if number else "以前",
                "start": starts.get(number),
                "posts": sorted(groups[number], key=lambda post: (order(post.post), post.start)),
            }
            for number in sorted(groups, reverse=True)
        ]

    def _term_starts(self) -> dict[int, date]:
        branch, starts = self.object, {}
        if branch.term_start:
            starts[branch.term_number or 1] = branch.term_start
        for term in self.terms:
            if term.started_on:
                starts[term.number] = term.started_on
            if term.status == TermStatus.DONE and term.elected_on:
                starts.setdefault(term.number + 1, term.elected_on)
        return starts

    def term_context(self) -> dict[str, Any]:
        staff = self.request.user.is_committee_staff
        committees = self.committees()
        ended = any(post.end for post in self.posts)
        create = f"{reverse('organizations:electionterm-create')}?branch={self.object.pk}"
        return {
            "term": self.term,
            "term_facts": self.term_facts(),
            "past_terms": [term for term in self.terms if not term.is_open],
            "committees": committees if ended or len(committees) > 1 else [],
            "open_applications": [row for row in self.applications if not row.is_ended],
            "open_term_url": create if staff and self.term is None and not self.object.dissolved_on else "",
        }

    # ---- events and what waits ----------------------------------------------------------------
    def events(self) -> list[Event]:
        branch = self.object
        told = {(row.kind, row.approved_on) for row in self.applications}  # the application tells it with its page
        own = [Event(branch.founded_on, "批复成立", note=branch.approval_no, key=True)]
        own = [] if (ApplicationKind.SET_UP, branch.founded_on) in told else own
        if branch.term_start and branch.term_start not in {term.elected_on for term in self.terms}:
            own.append(Event(branch.term_start, "召开党员大会选举", key=True))
        if branch.dissolved_on and (ApplicationKind.CANCEL, branch.dissolved_on) not in told:
            own.append(Event(branch.dissolved_on, "撤销", note=branch.dissolution_no, key=True))
        for row in self.coverages:
            own.append(
                Event(row.start, f"开始覆盖{row.organization}", row.organization.get_absolute_url(),
                      row.get_method_display())
            )  # fmt: skip
            own += [Event(row.end, f"不再覆盖{row.organization}")] if row.end else []
        for post in self.posts:
            own.append(Event(post.start, f"{post.person_name}任{post.get_post_display()}"))
            own += [Event(post.end, f"{post.person_name}不再任{post.get_post_display()}")] if post.end else []
        return [*own, *self._term_events(), *self._application_events()]

    def _term_events(self) -> list[Event]:
        found = []
        for term in self.terms:
            url = term.get_absolute_url()
            if term.reminded_on:
                found.append(Event(term.reminded_on, f"提醒换届（{term.get_reminder_way_display()}）", url))
            if term.elected_on:
                found.append(Event(term.elected_on, f"选举产生第{term.number + 1}届班子", url, key=True))
            if term.approved_on:
                found.append(Event(term.approved_on, "选举结果批复", url, term.approval_no))
        return found

    def _application_events(self) -> list[Event]:
        return [
            Event(row.approved_on, f"批复{row.get_kind_display()}", row.get_absolute_url(), row.approval_no, key=True)
            for row in self.applications
            if row.approved_on
        ]
