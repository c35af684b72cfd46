import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def mark_due(apps, schema_editor):
    """Bodies marked 应建未建 until now were counted so on every day of theirs."""
    bodies = apps.get_model("organizations", "SocialOrganization")
    bodies.objects.filter(no_branch_reason="due").update(due_since=F("registered_on"))


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_audit_seal_rows'),
        ('organizations', '0009_member_changes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='socialorganization',
            name='council_term_start',
            field=models.DateField(blank=True, help_text='选出本届理事会的会议日期。', null=True, verbose_name='本届负责人选举日期'),
        ),
        migrations.AddField(
            model_name='socialorganization',
            name='due_since',
            field=models.DateField(editable=False, null=True, verbose_name='标注应建未建起'),
        ),
        migrations.AddField(
            model_name='socialorganization',
            name='due_until',
            field=models.DateField(editable=False, null=True, verbose_name='标注应建未建止'),
        ),
        migrations.AddField(
            model_name='socialorganization',
            name='graded_on',
            field=models.DateField(blank=True, help_text='公布评估等级的日期。', null=True, verbose_name='评估日期'),
        ),
        migrations.AddField(
            model_name='syncduty',
            name='is_automatic',
            field=models.BooleanField(default=False, editable=False, verbose_name='由台账生成'),
        ),
        migrations.CreateModel(
            name='CoveragePlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='录入时间')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='更新时间')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='版本')),
                ('planned_on', models.DateField(blank=True, help_text='打算在哪一天以前建成或派出指导员。', null=True, verbose_name='拟建时间')),
                ('responsible', models.CharField(blank=True, help_text='综合党委里由谁跟进。', max_length=30, verbose_name='责任人')),
                ('measures', models.CharField(blank=True, help_text='例如并入邻近行业的联合党支部、选派指导员。', max_length=200, verbose_name='措施')),
                ('group_since', models.DateField(blank=True, help_text='暂不能建党支部、已建立党小组的填写。', null=True, verbose_name='党小组成立日期')),
                ('committee', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.committee', verbose_name='综合党委')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='录入人')),
                ('organization', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='coverage_plan', to='organizations.socialorganization', verbose_name='社会组织')),
            ],
            options={
                'verbose_name': '组建计划',
                'verbose_name_plural': '组建计划',
                'ordering': ['planned_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='InstructorVisit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('visited_on', models.DateField(help_text='到这家社会组织的日期。', verbose_name='走访日期')),
                ('content', models.CharField(blank=True, help_text='了解到什么、解决了什么。', max_length=200, verbose_name='走访情况')),
                ('assignment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='visits', to='organizations.instructorassignment', verbose_name='指导员选派')),
            ],
            options={
                'verbose_name': '走访',
                'verbose_name_plural': '走访',
                'ordering': ['-visited_on', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('assignment', 'visited_on'), name='organizations_visit_once', violation_error_message='这一天的走访已经登记过，请修改走访情况，不用再登记。')],
            },
        ),
        migrations.CreateModel(
            name='MassOrganization',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('union', '工会'), ('youth', '共青团组织'), ('women', '妇联组织')], help_text='工会、共青团或妇联组织。', max_length=10, verbose_name='群团组织')),
                ('start', models.DateField(help_text='从这一天起计算。', verbose_name='成立日期')),
                ('end', models.DateField(blank=True, null=True, verbose_name='撤销日期')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mass_organizations', to='organizations.socialorganization', verbose_name='社会组织')),
            ],
            options={
                'verbose_name': '群团组织',
                'verbose_name_plural': '群团组织',
                'ordering': ['-start'],
                'constraints': [models.CheckConstraint(condition=models.Q(('end', None), ('end__gt', models.F('start')), _connector='OR'), name='organizations_mass_interval', violation_error_message='终止日期必须晚于起始日期；终止日期是不再计算的第一天。'), models.UniqueConstraint(condition=models.Q(('end', None)), fields=('organization', 'kind'), name='organizations_mass_once', violation_error_message='这家社会组织已登记这种群团组织。')],
            },
        ),
        migrations.RunPython(mark_due, migrations.RunPython.noop),
    ]
