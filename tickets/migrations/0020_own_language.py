from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0019_one_index_less")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="language",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Empty: as the browser asks for.",
                max_length=10,
            ),
        ),
        # It was "en" for everybody who never chose; the desk spoke nothing else.
        migrations.RunSQL(
            "UPDATE tickets_user SET language = CASE"
            " WHEN lower(language) LIKE 'de%' THEN 'de' ELSE '' END",
            migrations.RunSQL.noop,
        ),
    ]
