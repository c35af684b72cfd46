"""An inspection campaign starts with one record per body it is about, and ends when none is left unanswered."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction

from core import audit
from core.choices import AuditEvent
from core.models import User
from core.periods import today
from core.transitions import advance
from organizations.models import SocialOrganization
from reviews.choices import CAMPAIGN_FLOW, CampaignStatus, InspectionStatus
from reviews.models import InspectionCampaign, InspectionRecord


def can_start_campaign(user: User, campaign: InspectionCampaign) -> bool:
    return user.is_committee_staff and campaign.status == CampaignStatus.PREPARING


def can_close_campaign(user: User, campaign: InspectionCampaign) -> bool:
    return user.is_committee_staff and campaign.status == CampaignStatus.RUNNING


def start_campaign(campaign: InspectionCampaign, *, by: User) -> InspectionCampaign:
    """Open the campaign and make a record for each directly managed body registered in the checked year or before."""
    with transaction.atomic():
        advance(campaign, CAMPAIGN_FLOW, CampaignStatus.RUNNING, by=by)
        end_of_year = date(campaign.checked_year, 12, 31)
        bodies = (
            SocialOrganization.objects.directly_managed(campaign.started_on)
            .filter(committee_id=campaign.committee_id, registered_on__lte=end_of_year)
            .exclude(inspections__campaign=campaign)
        )
        made = InspectionRecord.objects.bulk_create(
            InspectionRecord(
                campaign=campaign,
                organization=body,
                committee_id=campaign.committee_id,
                quarter=campaign.quarter,
                created_by=by,
            )
            for body in bodies
        )
        if made:
            audit.record(AuditEvent.CREATE, campaign, by=by, note=f"为{len(made)}家社会组织建立年检记录")
    return campaign


def close_campaign(campaign: InspectionCampaign, *, by: User) -> InspectionCampaign:
    """AN-01: who handed in nothing must be marked as absent first."""
    waiting = campaign.records.filter(status__in=[InspectionStatus.PENDING, InspectionStatus.RETURNED]).count()
    if waiting:
        raise ValidationError(
            f"还有{waiting}家社会组织没有交材料。请先催交，或在各自的年检记录上标为未参检，再结束这次检查。",
            code="AN-01",
        )
    return advance(campaign, CAMPAIGN_FLOW, CampaignStatus.CLOSED, by=by, note=f"{today(campaign.committee)}结束")
