from django.db import models


class Note(models.Model):
    text = models.TextField(help_text="What it says.")

    def __str__(self):
        return self.text
