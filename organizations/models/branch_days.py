"""A party organization as it was on a past day: its name, its kind and its term of then, and where it stood."""

from datetime import date
from typing import Self

from django.apps import apps
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from organizations.choices import ApplicationKind, BranchKind, BranchStatus, TermStatus

PRESENT = {  # what a ledger of today shows under the names of a past day's columns
    "former_name": Value(""),
    "name_then": F("name"),
    "kind_then": F("kind"),
    "term_number_then": F("term_number"),
    "term_start_then": F("term_start"),
    "term_end_then": F("term_end"),
}


def rows(name: str) -> models.QuerySet:
    return apps.get_model("organizations", name).objects.filter(branch=OuterRef("pk"))


def changed_after(on: date, branch: str = "pk") -> models.QuerySet:
    """变更 that took effect after the day, the first of them first; `branch` leads from the outer row to the branch."""
    done = apps.get_model("organizations", "BranchApplication").objects.done()
    later = done.filter(branch=OuterRef(branch), kind=ApplicationKind.CHANGE, effective_on__gt=on)
    return later.order_by("effective_on", "pk")


def kind_on(on: date, path: str = "") -> Coalesce:
    """The kind of a branch on that day; `path` leads to it, as in branch__."""
    former = changed_after(on, f"{path}pk").exclude(former_kind="").values("former_kind")[:1]
    return Coalesce(Subquery(former), F(f"{path}kind"), output_field=models.CharField(choices=BranchKind.choices))


class BranchDaysQuerySet(models.QuerySet):
    def with_standing(self, on: date) -> Self:
        """Annotate `standing` and `dissolved_by`: where it stood on that day; a branch dissolved later was 正常."""
        later = When(dissolved_on__gt=on, then=Value(BranchStatus.NORMAL.value))
        choices = models.CharField(choices=BranchStatus.choices)
        ended = Case(When(dissolved_on__lte=on, then=F("dissolved_on")), output_field=models.DateField())
        return self.annotate(standing=Case(later, default=F("status"), output_field=choices), dissolved_by=ended)

    def with_name_then(self, on: date) -> Self:
        """Annotate `former_name`, the name of that day where a 变更 has changed it since, `name_then`, whichever it was, and
        `kind_then`. The first change after the day tells them."""
        name = changed_after(on).exclude(former_name="").values("former_name")[:1]
        return (
            self.annotate(former_name=Subquery(name))
            .annotate(name_then=Coalesce("former_name", "name"))
            .with_kind_then(on)
        )

    def with_kind_then(self, on: date) -> Self:
        return self.annotate(kind_then=kind_on(on))

    def with_term_then(self, on: date) -> Self:
        """Annotate the term of that day: begun by then, as far as that is known, and not ended by an election until then.

        A branch without any 换届 has only its own columns, which count where they had begun. Extensions have no day of
        their own: one that is approved counts always.
        """
        ended = Q(status=TermStatus.DONE, elected_on__lte=on)
        terms = rows("ElectionTerm").filter(Q(started_on=None) | Q(started_on__lte=on)).exclude(ended)
        terms = terms.with_deadline().order_by("due_on")
        own = Q(term_start=None) | Q(term_start__lte=on)

        def then(term: str, column: str) -> Coalesce:
            return Coalesce(Subquery(terms.values(term)[:1]), Case(When(own, then=F(column))))

        held = Case(When(elected_on__lte=on, then=F("elected_on")), output_field=models.DateField())
        return self.annotate(
            term_ref=Subquery(terms.values("pk")[:1]),
            term_number_then=then("number", "term_number"),
            term_start_then=then("started_on", "term_start"),
            term_end_then=then("due_on", "term_end"),
            term_elected_on=Subquery(terms.values(held=held)[:1]),
            term_status=Case(
                When(dissolved_on__lte=on, then=Value(TermStatus.CLOSED.value)),
                default=Value(TermStatus.WAITING.value),
                output_field=models.CharField("换届状态", choices=TermStatus.choices),
            ),
            deadline=then("deadline", "term_end"),
        )
