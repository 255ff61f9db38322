from django.db import models


class Thing(models.Model):
    name = models.TextField(help_text="Name.")

    def __str__(self):
        return self.name
