"""What the registration authority did to bodies of the demonstration, and two rows that were one body.

All of it lies before the quarters that are counted, or leaves the counts as they were.
"""

from datetime import date

from core.editing import create_record
from core.models import Committee, User
from organizations.models import Affiliation, FormerName, SocialOrganization
from organizations.workflows.events import record_event
from organizations.workflows.merging import merge_bodies

from . import people

ABSORBED, SUCCESSOR = "市摩托车维修行业协会", "市机动车辆检测协会"
LISTED, TWIN_OF, WAITING = "市登山运动协会", "市书法爱好者协会", "市珠算协会"


def build(committee: Committee, staff: User) -> None:
    bodies = {body.short_name: body for body in SocialOrganization.objects.filter(committee=committee)}
    _absorbed(bodies[SUCCESSOR], staff)
    _listed(bodies[LISTED], staff)
    _merged(bodies[TWIN_OF], staff)
    _waiting(bodies[WAITING], staff)


def _made(name: str, short: str, registered: date, staff: User, **values: object) -> SocialOrganization:
    body = SocialOrganization(name=name, short_name=short, kind="51", registered_on=registered, **values)
    body.committee = staff.committee
    body.full_clean()
    return create_record(body, by=staff, note="演示数据")


def _absorbed(successor: SocialOrganization, staff: User) -> None:
    """Renamed in 2016, merged by law into another association in 2020: both count before that day."""
    body = _made("示例市摩托车行业协会", "市摩托车行业协会", date(2008, 5, 15), staff, code=people.credit_code("51", 901),
                 legal_representative="赵示例", address="示例市模拟路901号")  # fmt: skip
    Affiliation.objects.create(organization=body, kind="direct", start=date(2019, 1, 1))
    record_event(body, kind="renamed", on=date(2016, 9, 20), by=staff, document_no="示民社〔2016〕41号",
                 new_name="示例市摩托车维修行业协会", new_short_name=ABSORBED)  # fmt: skip
    record_event(body, kind="changed", on=date(2018, 6, 12), by=staff, document_no="示民社〔2018〕19号",
                 item="legal_representative", new_value="钱样本")  # fmt: skip
    record_event(body, kind="merged", on=date(2020, 6, 30), by=staff, document_no="示民社〔2020〕22号",
                 successor=successor, detail="会员大会决议合并")  # fmt: skip


def _listed(body: SocialOrganization, staff: User) -> None:
    """A year in the list of 活动异常, then out of it again."""
    record_event(body, kind="abnormal", on=date(2019, 7, 15), by=staff, document_no="示民社罚〔2019〕3号",
                 detail="未按时报送2018年度工作报告")  # fmt: skip
    record_event(body, kind="restored", on=date(2020, 8, 3), by=staff, document_no="示民社〔2020〕30号",
                 detail="已补报并整改")  # fmt: skip


def _merged(body: SocialOrganization, staff: User) -> None:
    """Entered twice, found and made one."""
    twin = _made("示例书法爱好者协会", "市书协", body.registered_on, staff, secretary_general="孙演示")
    FormerName.objects.create(organization=twin, name="示例市硬笔书法协会", until=date(2009, 4, 1))
    merge_bodies(body, twin, by=staff)


def _waiting(body: SocialOrganization, staff: User) -> None:
    """An old row of a body that was cancelled in 2021 waits to be merged."""
    _made("示例珠算协会", "珠算协会", body.registered_on, staff, status=body.status, ended_on=body.ended_on)
