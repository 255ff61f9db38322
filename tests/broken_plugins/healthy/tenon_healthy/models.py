from django.db import models

from platform_core.sdk.fields import CoreForeignKey, CoreForeignKeyConstraint


class Note(models.Model):
    task = CoreForeignKey("tasks.Task", help_text="The task that the note is about.")
    text = models.TextField(help_text="What it says.")

    class Meta:
        constraints = [CoreForeignKeyConstraint(field="task", name="healthy_note_task_fk")]

    def __str__(self):
        return self.text
