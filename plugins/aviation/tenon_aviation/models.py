"""Taxonomy packs as one organization has them: copies of the shipped files, so that no edit reaches another."""

from typing import ClassVar, Self

from django.db import models

APP_LABEL = "aviation"


class PackStatus(models.TextChoices):
    """Life of a pack."""

    DRAFT = "draft", "Draft"
    RELEASED = "released", "Released"
    RETIRED = "retired", "Retired: no new project may bind to it"


class _Timestamped(models.Model):
    created_at = models.DateTimeField(auto_now_add=True, help_text="When the row was made (UTC).")
    updated_at = models.DateTimeField(auto_now=True, help_text="When the row was last changed (UTC).")

    class Meta:
        abstract = True


class TaxonomyPack(_Timestamped):
    """One taxonomy in one version; `updated_at` moves with every change of a node, so it can key a cache."""

    key = models.CharField(max_length=63, help_text="Name of the taxonomy, as in `cictt`.")
    version = models.CharField(max_length=32, help_text="Version as its publisher writes it, compared for equality.")
    title = models.CharField(max_length=1000, help_text="Name for people.")
    source = models.CharField(max_length=1000, help_text="The document that it was taken from.")
    licence = models.CharField(max_length=1000, help_text="Terms under which it may be used.")
    credit = models.CharField(max_length=1000, help_text="Who must be named where it is shown.")
    notes = models.TextField(blank=True, default="", help_text="What a user of the pack should know.")
    locale = models.CharField(max_length=5, help_text="Language of labels and definitions.")
    status = models.CharField(
        max_length=16, choices=PackStatus, default=PackStatus.RELEASED, help_text="Whether it may be used."
    )
    checksum = models.CharField(max_length=71, help_text="SHA-256 of the shipped file's canonical content.")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        db_table = "aviation_taxonomypack"
        ordering = ("key", "version")
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="aviation_pack_key_version_unique")]
        indexes = [models.Index(fields=["status"], name="aviation_pack_status")]

    def __str__(self) -> str:
        return f"aviation:{self.key}@{self.version}"


class TaxonomyNode(_Timestamped):
    """One value of a pack. Never deleted while the pack is there: annotations may name it."""

    pack = models.ForeignKey(TaxonomyPack, on_delete=models.CASCADE, related_name="nodes", help_text="Its pack.")
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.CASCADE, related_name="children", help_text="The value above; null on top."
    )
    code = models.CharField(max_length=64, help_text="Code as annotations carry it.")
    label = models.CharField(max_length=1000, help_text="Name for people.")
    definition = models.TextField(blank=True, default="", help_text="What it means, in our own words.")
    level = models.PositiveSmallIntegerField(help_text="Depth in the tree; 1 on top.")
    order = models.PositiveIntegerField(help_text="Place in the pack, a parent before its children.")
    active = models.BooleanField(default=True, help_text="Whether annotations may use it.")
    aliases = models.JSONField(default=list, help_text="Other spellings and retired codes that mean it.")
    allowed_phases = models.JSONField(
        null=True, default=None, help_text="Codes of the phases in which it usually occurs; null means any."
    )
    external_ids = models.JSONField(default=dict, help_text="Identifiers in other systems, by system.")

    objects: ClassVar[models.Manager[Self]] = models.Manager()

    class Meta:
        app_label = APP_LABEL
        db_table = "aviation_taxonomynode"
        ordering = ("pack", "order")
        constraints = [models.UniqueConstraint(fields=["pack", "code"], name="aviation_node_pack_code_unique")]
        indexes = [
            models.Index(fields=["pack", "order"], name="aviation_node_order"),
            models.Index(fields=["pack", "level"], name="aviation_node_level"),
            models.Index(fields=["pack", "active"], name="aviation_node_active"),
        ]

    def __str__(self) -> str:
        return self.code
