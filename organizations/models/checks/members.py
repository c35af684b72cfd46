from datetime import date
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery

from core.periods import add_months
from organizations.choices import FloatingState, LeaveReason, MemberCategory, MembershipKind, MemberStatus

from .dates import LEAP_DAY, YEAR, DateNumber

# between the ninth and the eleventh congress a new member had no probation
NO_PROBATION = (date(1969, 4, 1), date(1977, 8, 18))
# of the 16 items of a member (DOMAIN §6.1): field, words, value when missing, field of the form
ITEMS: tuple[tuple[str, str, Any, str], ...] = (
    ("id_hash", "证件号码", "", "id_number"),
    ("born_on", "出生日期", None, "born_on"),
    ("education", "学历", "", "education"),
    ("joined_on", "入党日期", None, "joined_on"),
    ("position", "工作岗位", "", "position"),
    ("phone", "手机号码", "", "phone"),
    ("address", "家庭住址", "", "address"),
)
HERE = Q(membership_kind=MembershipKind.FULL)  # the organization relationship is in the branch
NORMAL = Q(status=MemberStatus.NORMAL)
PROBATIONARY = Q(category=MemberCategory.PROBATIONARY) & NORMAL


def model(name: str) -> Any:
    """The manager of a model that builds on these conditions."""
    return apps.get_model("organizations", name).objects


def has(rows: models.QuerySet) -> Q:
    """Normal members with one of these records. The records are few: they are read once, not once for each member."""
    return NORMAL & Q(pk__in=rows.order_by().values("member_id"))


class MemberChecks(models.QuerySet):
    def on_roster(self) -> Self:
        """Everybody who has not left the party: what a check-up looks at."""
        return self.filter(status__in=[MemberStatus.NORMAL, MemberStatus.SUSPENDED])

    def for_checkup(self, on: date) -> Self:
        mine = Q(member=OuterRef("pk"))
        suspended = model("Membership").filter(mine, leave_reason=LeaveReason.SUSPENDED, end__lte=on)
        away = model("FloatingRecord").open().with_last_contact().filter(mine).order_by()
        corrections, lapses = model("MemberCorrection").filter(mine), model("MemberLapse").filter(mine)
        open_lapses = lapses.unexcused().order_by("since", "pk")
        return self.with_branch(on).annotate(
            correction_ref=Subquery(corrections.open().values("pk")[:1]),
            correction_until=Subquery(corrections.open().values("until")[:1]),
            lapse_ref=Subquery(open_lapses.values("pk")[:1]),
            lapse_since=Subquery(open_lapses.values("since")[:1]),
            lapse_ground=Subquery(open_lapses.values("ground")[:1]),
            floating_ref=Subquery(away.values("pk")[:1]),
            left_on=Subquery(away.values("left_on")[:1]),
            is_settled=Subquery(away.values("is_settled")[:1]),
            is_abroad=Subquery(away.values("is_abroad")[:1]),
            last_contact=Subquery(away.values("last_contact")[:1]),
            born_number=DateNumber("born_on"),
            joined_number=DateNumber("joined_on"),
            joined_day=F("joined_number") % YEAR,
            full_number=DateNumber("full_on"),
            suspended_on=Subquery(suspended.order_by("-end").values("end")[:1]),
        )

    @staticmethod
    def lacks_items() -> Q:
        """缺项: one of the collected items is not filled; it is unknown, not wrong."""
        missing = Q(is_lost=True, lost_on=None) | Q(floating=FloatingState.OUT, floating_place="")
        for field, _, empty, _ in ITEMS:
            missing |= Q(**{field: empty})
        return HERE & missing

    @staticmethod
    def joined_under_age() -> Q:
        """MB-02: younger than 18 when admitted."""
        return Q(joined_number__lt=F("born_number") + 18 * YEAR)

    @staticmethod
    def full_too_early() -> Q:
        """MB-03: less than a year of probation, since there is one; the anniversary of 29 February is the 28th."""
        anniversary = Q(joined_day=LEAP_DAY, full_number=F("joined_number") + YEAR - 1)
        early = Q(full_number__lt=F("joined_number") + YEAR) & ~anniversary
        return early & ~Q(joined_on__range=NO_PROBATION)

    @staticmethod
    def full_too_late() -> Q:
        """MB-03: more than two years, though probation is prolonged once and by a year at most."""
        return Q(full_number__gt=F("joined_number") + 2 * YEAR)

    @staticmethod
    def full_without_day() -> Q:
        """MB-04: a full member whose 转正日期 is not known; the database refuses the opposite."""
        return Q(category=MemberCategory.FULL, full_on=None)

    @staticmethod
    def joined_in_future(on: date) -> Q:
        """MB-05: 党龄 would be negative."""
        return Q(joined_on__gt=on) | Q(full_on__gt=on)

    @staticmethod
    def without_branch() -> Q:
        """MB-06: in no branch; the database refuses a second full membership."""
        return NORMAL & Q(branch_ref=None)

    @staticmethod
    def probation_overdue(on: date, grace: int) -> Q:
        """MB-07: `grace` months after the year of probation there is no decision."""
        return PROBATIONARY & Q(joined_on__lt=add_months(on, -12 - grace))

    @staticmethod
    def probation_ended(on: date, grace: int) -> Q:
        """MB-07, before the alarm: the year is over."""
        return PROBATIONARY & Q(joined_on__lte=add_months(on, -12), joined_on__gte=add_months(on, -12 - grace))

    @staticmethod
    def away() -> Q:
        """MB-08: flowed out, the place is known."""
        return NORMAL & Q(floating=FloatingState.OUT) & ~Q(floating_place="")

    @staticmethod
    def to_transfer(on: date, months: int) -> Q:
        """MB-08, FL-03: so long away at a fixed place in the country that the relationship should be moved."""
        settled = Q(floating=FloatingState.OUT, is_settled=True, is_abroad=False)
        return NORMAL & settled & Q(left_on__lte=add_months(on, -months))

    @staticmethod
    def out_of_contact(on: date, months: int, *, abroad: bool) -> Q:
        """FL-01, and abroad MB-12: away, and not reached for so long."""
        since = add_months(on, -months)
        never = Q(last_contact=None) & (Q(left_on=None) | Q(left_on__lt=since))
        registered = Q(floating=FloatingState.OUT, is_abroad=abroad)
        return NORMAL & registered & (Q(last_contact__lt=since) | never)

    @staticmethod
    def guest_counted() -> Q:
        """FL-02: flowed in, yet with the full relationship here."""
        return HERE & Q(floating=FloatingState.IN)

    @staticmethod
    def lost_long(on: date, months: int) -> Q:
        """MB-09: lost for so long that the membership is to be suspended."""
        return NORMAL & Q(is_lost=True, lost_on__lte=add_months(on, -months))

    @staticmethod
    def suspended_long(on: date, months: int) -> Q:
        """MB-09: still lost so long after the suspension."""
        return Q(status=MemberStatus.SUSPENDED, is_lost=True, suspended_on__lte=add_months(on, -months))

    @staticmethod
    def fee_behind(on: date, months: int, below: int | None = None) -> Q:
        """MB-10, DU-01: fee not paid for `months` months, and for less than `below`."""
        behind = HERE & NORMAL & Q(fee_paid_until__lte=add_months(on, -months))
        return behind & Q(fee_paid_until__gt=add_months(on, -below)) if below else behind

    @staticmethod
    def duties_neglected(on: date, months: int, below: int | None = None) -> Q:
        """MB-10: for `months` months without a good reason, and for less than `below`."""
        rows = model("MemberLapse")
        lasting = has(rows.lasting(on, months))
        return lasting & ~Q(pk__in=rows.lasting(on, below).order_by().values("member_id")) if below else lasting

    @staticmethod
    def correction_over(on: date) -> Q:
        """MB-11: the period for mending one's conduct is over, and no outcome stands."""
        return has(model("MemberCorrection").over(on))

    @staticmethod
    def correction_ending(on: date, months: int) -> Q:
        return has(model("MemberCorrection").ending(on, months))

    @staticmethod
    def removal_not_executed() -> Q:
        """MB-10: removal was decided, the roster still has the member."""
        return has(model("MemberLapse").not_executed())

    @staticmethod
    def parting_not_executed() -> Q:
        """MB-11: 劝退 or 除名 was decided, the roster still has the member."""
        return has(model("MemberCorrection").not_executed())
