import core.constraints
import django.db.models.deletion
from django.db import migrations, models

COLUMNS = ("due_since", "due_until")


def columns_to_rows(apps, schema_editor):
    """The last mark of each body is all that the columns knew; rows that were merged into another count no more."""
    bodies = apps.get_model("organizations", "SocialOrganization").objects.filter(duplicate_of=None)
    mark = apps.get_model("organizations", "DueMark")
    found = bodies.exclude(due_since=None).values_list("pk", *COLUMNS)
    mark.objects.bulk_create(
        mark(organization_id=pk, start=start, end=end) for pk, start, end in found if end is None or end > start
    )
    forget_columns(apps.get_model("organizations", "OrganizationMerge"))


def forget_columns(merges):
    """A merge that is taken back later must not ask for columns that are no more."""
    for merge in merges.objects.exclude(journal=[]):
        for entry in merge.journal:
            if entry["model"] == "organizations.socialorganization":
                for name in COLUMNS:
                    for image in ("before", "after", "seal"):
                        entry.get(image, {}).pop(name, None)
        merge.save(update_fields=["journal"])


def names_before(apps, schema_editor):
    """What a party organization was called before a change that was carried out already stands in the log."""
    entries = apps.get_model("core", "AuditEntry").objects.filter(object_type="organizations.partybranch")
    kinds = {word: value for value, word in apps.get_model("organizations", "PartyBranch")._meta.get_field("kind").choices}
    for row in apps.get_model("organizations", "BranchApplication").objects.filter(kind="change", status="done"):
        log = entries.filter(object_id=row.branch_id, note=f"变更，批复{row.approval_no}").order_by("-pk").first()
        changes = log.changes if log else {}
        row.former_name = changes.get("党组织全称", [""])[0]
        row.former_kind = kinds.get(changes.get("类别", [""])[0], "")
        row.save(update_fields=["former_name", "former_kind"])


def rows_to_columns(apps, schema_editor):
    bodies = apps.get_model("organizations", "SocialOrganization").objects
    for mark in apps.get_model("organizations", "DueMark").objects.order_by("start"):
        bodies.filter(pk=mark.organization_id).update(due_since=mark.start, due_until=mark.end)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_saved_filter_default'),
        ('organizations', '0017_corrections_and_lapses'),
    ]

    operations = [
        migrations.CreateModel(
            name='DueMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('start', models.DateField(verbose_name='标注应建未建起')),
                ('end', models.DateField(blank=True, null=True, verbose_name='标注应建未建止')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='due_marks', to='organizations.socialorganization', verbose_name='社会组织')),
            ],
            options={
                'verbose_name': '标注应建未建',
                'verbose_name_plural': '标注应建未建',
                'ordering': ['-start'],
                'constraints': [models.CheckConstraint(condition=models.Q(('end', None), ('end__gt', models.F('start')), _connector='OR'), name='organizations_due_interval', violation_error_message='终止日期必须晚于起始日期；终止日期是不再计算的第一天。'), models.UniqueConstraint(condition=models.Q(('end', None)), fields=('organization',), name='organizations_due_open', violation_error_message='这家社会组织已标注为应建未建。'), core.constraints.NoOverlap(key='organization', name='organizations_due_overlap', violation_error_message='这段时间该社会组织已标注为应建未建，起止日期不能重叠。')],
            },
        ),
        migrations.AddField(
            model_name='branchapplication',
            name='former_kind',
            field=models.CharField(blank=True, choices=[('branch', '党支部'), ('joint', '联合党支部'), ('functional', '功能型党支部'), ('temporary', '临时党支部'), ('floating', '流动党员党支部'), ('general', '党总支'), ('committee', '党委')], editable=False, max_length=12, verbose_name='变更前类别'),
        ),
        migrations.AddField(
            model_name='branchapplication',
            name='former_name',
            field=models.CharField(blank=True, editable=False, max_length=120, verbose_name='变更前全称'),
        ),
        migrations.RunPython(names_before, migrations.RunPython.noop),
        migrations.RunPython(columns_to_rows, rows_to_columns),
        migrations.RemoveField(
            model_name='socialorganization',
            name='due_since',
        ),
        migrations.RemoveField(
            model_name='socialorganization',
            name='due_until',
        ),
    ]
