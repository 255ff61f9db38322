from django.db import models


class Link(models.Model):
    task = models.ForeignKey(
        "tasks.Task", on_delete=models.CASCADE, help_text="Breaks the core where the table is absent."
    )

    def __str__(self):
        return str(self.pk)
