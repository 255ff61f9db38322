"""Every rule of the kit, by family: what is shipped, code, tables, boot, life, walls, absence, faults, quality."""

from collections.abc import Mapping
from types import MappingProxyType

from platform_core.conformance.static import code, distribution, schema, state
from platform_core.conformance.types import Check, Kind, Rule, Tier


def _static(id_: str, tier: Tier, title: str, mend: str, check: Check, *, waivable: bool = True) -> Rule:
    return Rule(id=id_, title=title, tier=tier, mend=mend, kind=Kind.STATIC, waivable=waivable, check=check)


def _tried(id_: str, tier: Tier, title: str, mend: str, *, waivable: bool = True) -> Rule:
    return Rule(id=id_, title=title, tier=tier, mend=mend, kind=Kind.BEHAVIOUR, waivable=waivable)


_SHIPPED = (
    _static("TP101", Tier.BRONZE, "The manifest is valid and every module can be parsed",
            "Correct the key that the message names; docs/reference/plugin-toml.md has them all.",
            distribution.manifest_is_valid, waivable=False),
    _static("TP102", Tier.BRONZE, "Entry point, slug and version agree",
            "Write the same slug and version in pyproject.toml and plugin.toml.", distribution.names_agree,
            waivable=False),
    _static("TP103", Tier.BRONZE, "The core is required without an upper bound",
            "Write `tenon` or `tenon>=X`; the hook level says what the plugin works with.",
            distribution.core_has_no_upper_pin),
    _static("TP104", Tier.SILVER, "The marker of types is shipped", "Add an empty `py.typed` to the package.",
            distribution.types_are_shipped),
    _static("TP105", Tier.SILVER, "The README explains the plugin, and each permission has a reason",
            "Say in README.md what it does and how it is enabled; give each permission a reason in words of an admin.",
            distribution.readme_explains),
    _static("TP106", Tier.SILVER, "Every setting is described", "Add `description` to the property of the schema.",
            distribution.settings_are_described),
)  # fmt: skip
_CODE = (
    _static("TP201", Tier.BRONZE, "Of the platform only the sdk is imported",
            "Import the name from `platform_core.sdk`; list the other plugin under `depends`.",
            code.imports_are_of_the_sdk),
    _static("TP202", Tier.BRONZE, "No way around the platform: HTTP clients, sockets, processes, database drivers",
            "Use `platform_core.sdk.outbound`, `platform_core.sdk.jobs` or Django's models.", code.doors_are_closed),
    _static("TP203", Tier.BRONZE, "No state of modules or classes is changed at run time",
            "Keep it in a table or in the request; what is constant, build it once at import.",
            state.state_is_not_kept),
    _static("TP204", Tier.BRONZE, "The organization is never switched",
            "Leave the search path and the scope to the platform; it has set both before it calls the plugin.",
            code.schemas_are_not_switched, waivable=False),
    _static("TP205", Tier.BRONZE, "Hooks are plain functions with known names and no options",
            "Use a bare `@hookimpl` on a function that returns a list.", code.hooks_are_plain, waivable=False),
    _static("TP206", Tier.BRONZE, "Nothing of the core is patched, and no signal is listened to",
            "Use a hook or an event handler; override `plugin_ready()` instead of `ready()`.",
            code.core_is_not_patched),
    _static("TP207", Tier.BRONZE, "App label and tables begin with the slug", "Rename the label or the table.",
            code.names_carry_the_slug, waivable=False),
    _static("TP208", Tier.BRONZE, "No cache is used whose keys all organizations share",
            "Use the sdk's cache, whose keys carry the organization, or a table.", code.cache_is_the_sdks),
)  # fmt: skip
_TABLES = (
    _static("TP301", Tier.BRONZE, "References to the core are CoreForeignKeys with their constraint",
            "Use `CoreForeignKey` and add `CoreForeignKeyConstraint` to Meta.constraints; no many-to-many to the core.",
            schema.references_are_core_foreign_keys, waivable=False),
    _static("TP302", Tier.BRONZE, "Migrations touch the plugin's own tables only",
            "Leave other tables to their owner; ask the core by the sdk at run time.",
            schema.migrations_touch_own_tables, waivable=False),
    _static("TP303", Tier.BRONZE, "No migration uses run_before", "Depend on the other migration instead.",
            schema.migrations_do_not_run_before, waivable=False),
    _static("TP304", Tier.BRONZE, "SQL names no schema", "Write the bare table name; the path has one schema.",
            schema.schemas_are_not_named, waivable=False),
    _static("TP305", Tier.BRONZE, "No migration destroys what was not exported",
            "Give a reverse, or implement the export of the plugin's data before.", schema.migrations_go_back),
    _static("TP306", Tier.BRONZE, "No migration depends on an app of the public schema",
            "Refer to `members.Member` instead of users.", schema.migrations_depend_on_tenant_apps, waivable=False),
    _static("TP307", Tier.BRONZE, "Migrations are atomic", "Remove `atomic = False`.", schema.migrations_are_atomic),
)  # fmt: skip
_BOOT = (
    _tried("TP401", Tier.BRONZE, "The platform accepts the plugin: it imports alone and keeps the kernel's rules",
           "Mend what the message names; `tenon plugins lock` says the same.", waivable=False),
)  # fmt: skip
_LIFE = (
    _tried("TP501", Tier.BRONZE, "It can be planned and enabled, and what it registers is there",
           "Run `tenon plugins plan` and mend what it says.", waivable=False),
    _tried("TP502", Tier.BRONZE, "Disabling keeps every row, and enabling again adds none",
           "Make `after_enable` idempotent: look before you write.", waivable=False),
    _tried("TP503", Tier.BRONZE, "A purge leaves nothing, and enabling afterwards works",
           "Keep everything in tables whose names begin with the slug.", waivable=False),
)  # fmt: skip
_WALLS = (
    _tried("TP601", Tier.BRONZE, "Every statement stays in the organization's own schema",
           "Name no schema, set no path, open no connection of your own.", waivable=False),
    _tried("TP602", Tier.BRONZE, "No answer, export or hook result shows another organization's data",
           "Read from tables in the request, keep nothing between requests.", waivable=False),
    _tried("TP603", Tier.BRONZE, "Modules, classes and caches of functions remember no organization's data",
           "Keep it in a table; cache by content or not at all.", waivable=False),
    _tried("TP604", Tier.BRONZE, "Cache keys carry the organization", "Use the sdk's cache, or a table.",
           waivable=False),
    _tried("TP605", Tier.BRONZE, "No file is shared by two organizations",
           "Use the platform's storage, or a temporary file that is deleted in the same call.", waivable=False),
    _tried("TP606", Tier.BRONZE, "Jobs belong to an organization, and no thread is started",
           'Leave out `scope="global"`; start a job instead of a thread.', waivable=False),
    _tried("TP607", Tier.BRONZE, "The log shows no data of another organization", "Log ids, never contents.",
           waivable=False),
    _tried("TP608", Tier.BRONZE, "Outbound calls carry no data of another organization",
           "Build the body from what is read in the same organization's scope.", waivable=False),
    _tried("TP609", Tier.BRONZE, "Metrics carry no data of an organization",
           "Label metrics with names of the code, never with data.", waivable=False),
    _tried("TP610", Tier.BRONZE, "Rows of other organizations do not change", "Write by the models, in scope only.",
           waivable=False),
)  # fmt: skip
_ABSENCE = (
    _tried("TP701", Tier.BRONZE, "Where it is off, the core answers byte for byte as without it",
           "Contribute by hooks only: no middleware, no patches, no registrations at import.", waivable=False),
    _tried("TP702", Tier.BRONZE, "Where it is off, its routes answer 404", "Mount routes by `register_routes` only.",
           waivable=False),
    _tried("TP703", Tier.BRONZE, "Where it is off, and in the public schema, it has no tables and no rows",
           "Leave tables to migrations of the plugin's own app.", waivable=False),
)  # fmt: skip
_FAULTS = (
    _tried("TP801", Tier.SILVER, "A validator that fails does what the manifest declares",
           "List the hook under `blocking`, or not; never catch what the platform raises."),
    _tried("TP802", Tier.SILVER, "A lifecycle hook that fails leaves nothing behind",
           "Write by the models in the transaction that is open; commit nothing yourself."),
    _tried("TP803", Tier.SILVER, "An event handler that fails never touches the writer",
           "Do the work in the handler, not in the request."),
    _tried("TP804", Tier.SILVER, "Exporters, stored queries, actions and models that fail are answered as typed errors",
           "Raise the sdk's errors for what a user can put right."),
    _tried("TP805", Tier.GOLD, "Validators answer within their budget", "Do less: look up once, compile once."),
    _tried("TP806", Tier.SILVER, "Hooks hold out any input that the core may hand them",
           "Check types before you use them: results and task data are a client's JSON."),
    _tried("TP807", Tier.SILVER, "A register hook that fails takes out this plugin and nothing else",
           "Register by returning, not by side effects."),
)  # fmt: skip
_QUALITY = (
    _tried("TP901", Tier.SILVER, "Every route can be called, and answers as it is described",
           "Put path arguments and bodies into `wall_objects.py` among the plugin's tests."),
    _tried("TP902", Tier.GOLD, "Lists ask the database the same number of times for 1 row and for 3",
           "Use `select_related`, annotations, or one statement."),
    _tried("TP903", Tier.SILVER, "The OpenAPI document is valid and describes each operation",
           "Give `operation(...)` a summary, a response and an example."),
    _tried("TP904", Tier.GOLD, "The API keeps what its record promises",
           "Bring back what is gone, or take the new record with `--record` and a new major version."),
    _tried("TP905", Tier.BRONZE, "Every route asks for a credential and for its permission",
           "Set `permission_required`; let no view loosen it.", waivable=False),
    _tried("TP906", Tier.SILVER, "Bad input is refused with a 4xx, never with a 5xx",
           "Declare a serializer with the fields, and validate before you use a value."),
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.id: rule
        for family in (_SHIPPED, _CODE, _TABLES, _BOOT, _LIFE, _WALLS, _ABSENCE, _FAULTS, _QUALITY)
        for rule in family
    }
)
