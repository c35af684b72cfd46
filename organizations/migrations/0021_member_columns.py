from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organizations", "0020_events_and_duties")]

    operations = [
        migrations.AddField(
            model_name="partymember",
            name="is_leader",
            field=models.BooleanField(
                default=False,
                help_text="社会组织的会长（理事长）、副会长、秘书长等负责人。",
                verbose_name="领导班子成员",
            ),
        ),
        migrations.AddField(
            model_name="partymember",
            name="is_retired",
            field=models.BooleanField(default=False, help_text="已办理离休、退休。", verbose_name="离退休"),
        ),
        migrations.AlterField(
            model_name="partymember",
            name="party_post",
            field=models.CharField(
                blank=True,
                help_text="只写本级党组织以外的职务，例如市行业党委委员。本级的书记、委员在党组织页面登记，这里自动显示。",
                max_length=30,
                verbose_name="党内职务",
            ),
        ),
    ]
