from django.conf import settings
from django.db import migrations, models


BODY = "organizations.socialorganization"
FOUND = {"restored": "abnormal", "cleared": "dishonest"}  # what such an event finds; the others mostly find 正常
KINDS = ("abnormal", "restored", "dishonest", "cleared", "closing", "merged", "cancelled", "revoked")


def tell_status_before(apps, schema_editor):
    """The journal of an event knows the status that it changed."""
    events = apps.get_model("organizations", "OrganizationEvent").objects
    for event in events.filter(kind__in=KINDS, status_before="").iterator():
        own = (e["before"].get("status") for e in event.journal if e["model"] == BODY and e["pk"] == event.organization_id)
        event.status_before = next(filter(None, own), FOUND.get(event.kind, "normal"))
        event.save(update_fields=["status_before"])


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_saved_filter_default'),
        ('organizations', '0018_past_days'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='organizationevent',
            name='status_before',
            field=models.CharField(blank=True, choices=[('normal', '正常'), ('abnormal', '活动异常名录'), ('dishonest', '严重违法失信名单'), ('closing', '注销中'), ('cancelled', '已注销'), ('revoked', '已撤销')], editable=False, max_length=10, verbose_name='事件前的登记状态'),
        ),
        migrations.AddField(
            model_name='socialorganization',
            name='council_extended_until',
            field=models.DateField(blank=True, help_text='批准的最后日期，最长延期一年。负责人任期届满日不用改。', null=True, verbose_name='批准延期至'),
        ),
        migrations.AddField(
            model_name='socialorganization',
            name='council_extension_no',
            field=models.CharField(blank=True, help_text='经批准延期换届的填写，没有延期的不填。', max_length=60, verbose_name='延期换届批准文号'),
        ),
        migrations.AddField(
            model_name='socialorganization',
            name='review_note',
            field=models.CharField(blank=True, help_text='登记前没有在本系统办过前置审查的，写明原因或办理情况，例如线下审查的文号。写明后不再提示。', max_length=200, verbose_name='未经前置审查的说明'),
        ),
        migrations.AddField(
            model_name='syncduty',
            name='waived_note',
            field=models.CharField(blank=True, editable=False, max_length=200, verbose_name='不适用的原因'),
        ),
        migrations.AddField(
            model_name='syncduty',
            name='waived_on',
            field=models.DateField(blank=True, editable=False, null=True, verbose_name='定为不适用的日期'),
        ),
        migrations.AlterField(
            model_name='socialorganization',
            name='grade',
            field=models.CharField(blank=True, choices=[('0', '无（未评估）'), ('1A', '1A'), ('2A', '2A'), ('3A', '3A'), ('4A', '4A'), ('5A', '5A')], help_text='社会组织评估等级，没有参评的选“无（未评估）”，不清楚的留空。', max_length=2, verbose_name='评估等级'),
        ),
        migrations.AddConstraint(
            model_name='socialorganization',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('council_extended_until', None), ('council_extension_no', '')), models.Q(('council_extended_until__gt', models.F('council_term_end')), models.Q(('council_extension_no', ''), _negated=True)), _connector='OR'), name='organizations_so_council', violation_error_message='延期换届的批准文号和“批准延期至”要一起填写，日期要晚于负责人任期届满日。'),
        ),
        migrations.AddConstraint(
            model_name='syncduty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('waived_note', ''), ('waived_on', None)), models.Q(('done_on', None), ('waived_on__isnull', False), models.Q(('waived_note', ''), _negated=True)), _connector='OR'), name='organizations_duty_waived', violation_error_message='不适用的事项要写原因，并且没有完成日期。'),
        ),
        migrations.RunPython(tell_status_before, migrations.RunPython.noop),
    ]
