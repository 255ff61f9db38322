import time

from django.db import connection

from platform_core.sdk import RouteSpec, hookimpl


class Plugin:
    @hookimpl
    def register_routes(self):
        return [
            RouteSpec(path="notes/", view="tenon_careless.views.NoteListAPI", name="note-list"),
            RouteSpec(path="open/", view="tenon_careless.views.OpenAPI", name="open"),
            RouteSpec(path="notes/<str:code>/", view="tenon_careless.views.NoteAPI", name="note"),
        ]

    @hookimpl
    def after_enable(self):
        # Adds one each time, and leaves a table that no purge knows.
        from tenon_careless.models import Note

        Note.objects.create(text="A first note.")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS careless_log (line text)")

    @hookimpl
    def validate_annotation(self, result):
        time.sleep(0.06)
        return [None for region in result if not region["value"]["choices"]]


plugin = Plugin()
