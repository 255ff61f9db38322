from platform_core.sdk import ImportedTask, ImporterSpec, Issue, PlanNote, RouteSpec, TaxonomySpec, hookimpl


def sniff(head, filename):
    return filename.endswith(".note")


def read(stream):
    for item, line in enumerate(stream):
        yield ImportedTask(data={"text": line.decode().strip()}, item=item, line=item + 1)


class Plugin:
    @hookimpl
    def register_routes(self):
        return [RouteSpec(path="notes/", view="tenon_healthy.views.NoteListAPI", name="note-list")]

    @hookimpl
    def register_importers(self):
        return [
            ImporterSpec(
                key="note",
                title="Notes",
                description="One task a line.",
                content_types=("text/x-note",),
                extensions=(".note",),
                sniff=sniff,
                read=read,
            )
        ]

    @hookimpl
    def register_taxonomies(self):
        return [TaxonomySpec(key="kinds", version="1", title="Kinds", source="Tests", licence="CC0")]

    @hookimpl
    def plan_enable(self, to_version):
        return [PlanNote(level="info", message=f"Adds notes {to_version}.")]

    @hookimpl
    def validate_annotation(self, result):
        return [
            Issue(severity="error", code="H-EMPTY", message="The region has no value.", region=region.get("id"))
            for region in result
            if not region.get("value")
        ]


plugin = Plugin()
