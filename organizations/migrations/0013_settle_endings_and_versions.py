from django.db import migrations
from django.db.models import F, Max, Q
from django.utils import timezone

WORDS = {"left": "已出党", "deceased": "死亡"}


def stop_searching(apps, schema_editor):
    """Whoever had died or left the party until now is no longer counted among the lost."""
    members = apps.get_model("organizations", "PartyMember").objects
    rows = apps.get_model("organizations", "LostRecord").objects.filter(
        found_on=None, ended_on=None, member__status__in=WORDS
    )
    today = timezone.localdate()
    for row in rows.select_related("member").annotate(left_on=Max("member__memberships__end")).order_by("pk"):
        row.ended_on = max(row.left_on or today, row.lost_on or row.left_on or today)
        row.ended_note = WORDS[row.member.status]
        row.save(update_fields=["ended_on", "ended_note"])
        members.filter(pk=row.member_id).update(is_lost=False, lost_on=None, version=F("version") + 1)


def count_corrections(apps, schema_editor):
    """Assignments that were ended or mended before they had a version: an older import of them is not undone unseen."""
    entries = apps.get_model("core", "AuditEntry").objects.filter(
        object_type="organizations.socialorganization", note__startswith="更正指导员"
    )
    mended = Q(organization_id__in=list(entries.values_list("object_id", flat=True).distinct()))
    rows = apps.get_model("organizations", "InstructorAssignment").objects
    rows.filter(mended | Q(end__isnull=False)).update(version=2)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_saved_filters'),
        ('organizations', '0012_endings_and_versions'),
    ]

    operations = [
        migrations.RunPython(stop_searching, migrations.RunPython.noop),
        migrations.RunPython(count_corrections, migrations.RunPython.noop),
    ]
