from django.db import migrations


class Migration(migrations.Migration):
    """What waits was asked of the supervisors of its team; managers and administrators follow."""

    dependencies = [("remedies", "0012_who_decides_exceptions")]

    operations = [
        migrations.RunSQL(
            "UPDATE remedies_exceptionrequest SET route = ARRAY[-1, -2, -3], told = ARRAY[-1]"
            " WHERE route = ARRAY[]::bigint[]",
            migrations.RunSQL.noop,
        ),
    ]
