from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("escalation", "0002_no_second_index"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="pause", name="pause_one_open"),
        migrations.AddField(
            model_name="pause",
            name="voided_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="pause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True), ("voided_at__isnull", True)),
                fields=("deadline", "reason"),
                name="pause_one_open",
            ),
        ),
    ]
