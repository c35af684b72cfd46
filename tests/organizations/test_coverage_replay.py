"""Whatever an office does day by day, the figures of a past day stay those computed on that day (DOMAIN §4.3, F11).

Random sequences of the office's own steps are carried out with the clock on their day, always for that day or earlier days of
their own; each quarter the figures are noted. At the end every noted figure is computed again. Where one differs, the list of
corrections of that day must not be empty.
"""

from contextlib import suppress
from datetime import date, datetime, timedelta

import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.editing import update_record
from organizations import statistics
from organizations.models import BranchCoverage, InstructorAssignment, OrganizationMerge, SocialOrganization
from organizations.statistics import Definition
from organizations.workflows import bodies, branches, events, merging
from organizations.workflows.definitions import change_definition
from tests.factories import make_branch, make_committee, make_organization, make_staff

START = date(2022, 1, 3)
STEP = timedelta(days=9)
NOTED = 4  # after so many steps the figures are noted
NAMES = ("base", "covered", "own", "joint", "functional", "due", "work_covered", "should_build", "uncovered")
step = st.tuples(st.sampled_from(range(12)), st.integers(0, 5), st.integers(0, 40))


class Office:
    """A small office; every step is one that its pages offer."""

    def __init__(self):
        self.committee = make_committee()
        self.staff = make_staff(self.committee)
        for _ in range(4):
            make_organization(self.committee, registered_on=date(2018, 1, 1))

    def live(self, place):
        rows = list(SocialOrganization.objects.filter(committee=self.committee, ended_on=None).order_by("pk"))
        return rows[place % len(rows)] if rows else make_organization(self.committee, registered_on=START)

    def act(self, kind, place, back, on):
        body, by = self.live(place), self.staff
        if kind == 0:
            make_organization(self.committee, registered_on=on)
        elif kind == 1:
            branch = make_branch(self.committee, founded_on=on, kind="joint" if back % 3 == 0 else "branch")
            branches.start_coverage(branch, organization=body, start=on, by=by)
        elif kind == 2:
            for cover in BranchCoverage.objects.filter(organization=body, end=None, start__lt=on):
                branches.end_coverage(cover, end=on, by=by)
        elif kind == 3:
            bodies.assign_instructor(body, instructor_name="甲", start=on, by=by)
        elif kind == 4:
            for row in InstructorAssignment.objects.filter(organization=body, end=None, start__lt=on):
                bodies.withdraw_instructor(row, end=on, by=by)
        elif kind == 5:
            events.record_event(body, kind="cancelled", on=on, by=by)
        elif kind == 6:
            events.record_event(body, kind="abnormal", on=on, by=by)
        elif kind == 7:
            body.no_branch_reason = "" if body.no_branch_reason else "due"
            update_record(body, by=by)
        elif kind == 8:
            bodies.change_affiliation(body, kind="industry" if back % 2 else "direct", start=on, by=by)
        elif kind == 9:
            chosen = Definition(exclude_abnormal=bool(back % 2), functional_weight=place % 2)
            change_definition(self.committee, chosen=chosen, effective_from=on, note="会议决定", by=by)
        elif kind == 10:  # found out later
            bodies.assign_instructor(body, instructor_name="乙", start=on - timedelta(days=back), by=by)
        elif kind == 11:
            other = self.live(place + 1)
            if other.pk != body.pk:
                merging.merge_bodies(body, other, by=by)

    def note(self, on):
        found = statistics.coverage(self.committee, on)
        return {name: getattr(found, name) for name in NAMES}


def clock(day):
    return time_machine.travel(
        datetime(day.year, day.month, day.day, 9, tzinfo=timezone.get_current_timezone()), tick=False
    )


class ReplayTests(TestCase):
    @settings(max_examples=10, deadline=None, derandomize=True)
    @given(st.lists(step, min_size=4, max_size=14))
    def test_noted_figures_are_found_again_or_the_correction_is_listed(self, steps):
        noted, day = {}, START
        with clock(day):
            office = Office()
        for number, (kind, place, back) in enumerate(steps, 1):
            day += STEP
            with clock(day), suppress(ValidationError):  # the page refuses it
                office.act(kind, place, back, day)
            if number % NOTED == 0:
                with clock(day):
                    noted[day] = office.note(day)
        with clock(day + timedelta(days=400)):
            for on, figures in noted.items():
                if office.note(on) != figures:
                    self.assertTrue(statistics.corrections(office.committee, on).rows, (on, steps))

    def test_a_merge_is_listed_and_so_is_its_undo(self):
        with clock(START):
            office = Office()
            first, second = office.live(0), office.live(1)
            before = office.note(START)
        with clock(START + timedelta(days=30)):
            merge = merging.merge_bodies(first, second, by=office.staff)
            self.assertEqual(office.note(START)["base"], before["base"] - 1)
            listed = statistics.corrections(office.committee, START).rows
            self.assertEqual([row.what.split("：")[0] for row in listed], ["合并重复记录"])
            later = statistics.corrections(office.committee, START + timedelta(days=31))
            self.assertEqual(later.rows, [])
        with clock(START + timedelta(days=40)):
            merging.undo_merge(OrganizationMerge.objects.get(pk=merge.pk), reason="不是一家", by=office.staff)
            self.assertEqual(office.note(START), before)
            words = [row.what.split("：")[0] for row in statistics.corrections(office.committee, START).rows]
            self.assertEqual(words, ["撤销合并重复记录", "合并重复记录"])

    def test_what_cannot_touch_the_day_is_not_listed(self):
        with clock(START):
            office = Office()
        with clock(START + timedelta(days=30)):
            make_organization(
                office.committee, registered_on=date(2015, 1, 1), ended_on=date(2020, 1, 1), status="cancelled"
            )
            young = make_organization(office.committee, registered_on=START + timedelta(days=20))
            young.staff_count = 9
            update_record(young, by=office.staff)
            self.assertEqual(statistics.corrections(office.committee, START).rows, [])
