"""上季度的总结, as it went its way in January: 送审, 签发, 上报."""

from datetime import date

from core.models import Committee, User
from core.periods import Period
from reports import workflows
from reports.documents.papers import final_paper, paper_of

LAST = Period.parse("2022Q4")
SUBMITTED, SIGNED, REPORTED = date(2023, 1, 5), date(2023, 1, 6), date(2023, 1, 9)
UPWARDS = "市委非公经济和社会组织工委"


def load(committee: Committee, staff: User) -> None:
    leader = User.objects.get(username="leader")
    present = committee.demo_date
    try:
        committee.demo_date = SUBMITTED  # this object only; nothing of it is saved
        composed = workflows.compose_stored(committee, LAST)
        summary = workflows.open_summary(committee, LAST, by=staff)
        workflows.submit_summary(summary, composed, paper_of(composed), answers={}, by=staff)
        committee.demo_date = SIGNED
        composed = workflows.compose_stored(committee, LAST)
        paper = final_paper(composed, on=SIGNED, closing=True)
        workflows.sign_summary(summary, paper, signer=leader.name, closing=True, seen=paper.digest, by=leader)
        committee.demo_date = REPORTED
        workflows.report_summary(summary, on=REPORTED, to=UPWARDS, by=staff)
    finally:
        committee.demo_date = present
