"""Rules about models and migrations. Free of Django: read off the source, so a migration that fails is judged too."""

import ast
import re
from collections.abc import Iterator

from platform_core.conformance.static.syntax import assignments, classes_of, dotted, text_of, texts_of
from platform_core.conformance.subject import Source, Subject
from platform_core.plugins.hookspecs import HOOKS

REFERENCES = frozenset({"ForeignKey", "ManyToManyField", "OneToOneField"})
# The apps whose tables lie in `public`.
SHARED = frozenset({"accounts", "auth", "contenttypes", "sites", "tenants"})
EXPORTS = frozenset(name for name in HOOKS if name.startswith("export"))
TABLES = re.compile(
    r"\b(?:CREATE\s+(?:UNLOGGED\s+)?TABLE(?:\s+IF\s+NOT\s+EXISTS)?|ALTER\s+TABLE(?:\s+IF\s+EXISTS)?(?:\s+ONLY)?|"
    r"DROP\s+TABLE(?:\s+IF\s+EXISTS)?|INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|TRUNCATE(?:\s+TABLE)?|"
    r"LOCK(?:\s+TABLE)?|REFERENCES|FROM|JOIN|\bON)\s+\"?([A-Za-z_][\w$]*)\"?(?:\s*\.\s*\"?([A-Za-z_][\w$]*)\"?)?",
    re.IGNORECASE,
)
# Words that may stand where a table's name is looked for.
NOT_TABLES = frozenset(
    {"cascade", "conflict", "current_timestamp", "delete", "distinct", "lateral", "only", "restrict", "select", "set",
     "true", "unnest", "update", "generate_series", "jsonb_array_elements"}
)  # fmt: skip
CATALOGUE = ("pg_", "information_schema")
QUALIFIED = re.compile(
    r"(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|REFERENCES|ON|EXISTS|ONLY)\s+|^\s*)\"?(public|o_[0-9a-f]{20})\"?\s*\.\s*\"?[a-z_]",
    re.IGNORECASE,
)
STATEMENT = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|TRUNCATE|WITH|LOCK|COPY)\b", re.IGNORECASE)


def references_are_core_foreign_keys(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP301."""
    own = {subject.slug, *(subject.manifest.depends if subject.manifest else ())}
    for source, tree in subject.trees:
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            kind = dotted(node.func).rpartition(".")[2]
            target = _target(node)
            if kind in REFERENCES and target is not None and _is_foreign(target, own):
                yield source.place(node), f"{kind} to {target!r}; use the sdk's CoreForeignKey"
        if not source.is_migration:
            yield from _unconstrained(source, tree)


def _target(call: ast.Call) -> str | None:
    named = next((item.value for item in call.keywords if item.arg == "to"), None)
    node = named if named is not None else (call.args[0] if call.args else None)
    text = text_of(node)
    if text is None and node is not None and dotted(node) == "settings.AUTH_USER_MODEL":
        return "accounts.User"
    return text


def _is_foreign(target: str, own: set[str]) -> bool:
    label, dot, _ = target.rpartition(".")
    return bool(dot) and not any(label == slug or label.startswith(f"{slug}_") for slug in own)


def _unconstrained(source: Source, tree: ast.Module) -> Iterator[tuple[str, str]]:
    for owner in classes_of(tree):
        keys = {
            name: statement
            for name, value, statement in assignments(owner.body)
            if isinstance(value, ast.Call) and dotted(value.func).rpartition(".")[2] == "CoreForeignKey"
        }
        named = {
            text_of(item.value)
            for node in ast.walk(owner)
            if isinstance(node, ast.Call) and dotted(node.func).endswith("CoreForeignKeyConstraint")
            for item in node.keywords
            if item.arg == "field"
        }
        for name, statement in keys.items():
            if name not in named:
                yield source.place(statement), f"{name} needs a CoreForeignKeyConstraint in Meta.constraints"


def migrations_touch_own_tables(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP302."""
    slug = subject.slug
    for source, tree in _migrations(subject):
        for node, text in texts_of(tree):
            if STATEMENT.search(text):
                for table in _foreign_tables(text, slug):
                    yield source.place(node), f"SQL names the table {table!r}, which is not the plugin's"
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and dotted(call.func).endswith("get_model") and call.args:
                label = (text_of(call.args[0]) or "").partition(".")[0]
                if label and label != slug and not label.startswith(f"{slug}_"):
                    yield source.place(call), f"reads models of {label!r}, which are not the plugin's"


def _foreign_tables(statement: str, slug: str) -> Iterator[str]:
    for first, second in TABLES.findall(statement):
        name = (second or first).lower()
        if name in NOT_TABLES or name.startswith(CATALOGUE) or first.lower().startswith(CATALOGUE):
            continue
        if name != slug and not name.startswith(f"{slug}_"):
            yield name


def migrations_do_not_run_before(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP303."""
    for source, owner in _migration_classes(subject):
        for name, value, statement in assignments(owner.body):
            if name == "run_before" and not (isinstance(value, ast.List | ast.Tuple) and not value.elts):
                yield source.place(statement), "run_before would change the migrations of other apps"


def schemas_are_not_named(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP304."""
    for source, tree in subject.trees:
        for node, text in texts_of(tree):
            found = QUALIFIED.search(text)
            if found and (STATEMENT.search(text) or source.is_migration):
                yield source.place(node), f"names the schema {found[1]!r}; leave it out, the path is set"


def migrations_go_back(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP305."""
    if _exports(subject):
        return
    for source, tree in _migrations(subject):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                problem = _one_way(node)
                if problem is not None:
                    yield source.place(node), f"{problem}, and the plugin exports nothing before"


def _one_way(call: ast.Call) -> str | None:
    name = dotted(call.func).rpartition(".")[2]
    given = {item.arg for item in call.keywords}
    if name == "RunPython" and len(call.args) < 2 and "reverse_code" not in given:
        return "RunPython has no reverse_code"
    if name == "RunSQL" and len(call.args) < 2 and "reverse_sql" not in given:
        return "RunSQL has no reverse_sql"
    if name in ("DeleteModel", "RemoveField"):
        return f"{name} drops data that no migration brings back"
    return None


def _exports(subject: Subject) -> bool:
    nodes = (node for _, tree in subject.trees for node in ast.walk(tree))
    return any(isinstance(node, ast.FunctionDef) and node.name in EXPORTS for node in nodes)


def migrations_depend_on_tenant_apps(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP306."""
    for source, owner in _migration_classes(subject):
        for name, value, statement in assignments(owner.body):
            if name != "dependencies" or not isinstance(value, ast.List | ast.Tuple):
                continue
            for item in value.elts:
                label = text_of(item.elts[0]) if isinstance(item, ast.Tuple) and item.elts else None
                if label in SHARED or (isinstance(item, ast.Call) and "swappable" in dotted(item.func)):
                    shown = label or ast.unparse(item)
                    yield source.place(statement), f"depends on {shown!r}, whose tables lie in the public schema"


def migrations_are_atomic(subject: Subject) -> Iterator[tuple[str, str]]:
    """TP307."""
    for source, owner in _migration_classes(subject):
        for name, value, statement in assignments(owner.body):
            if name == "atomic" and isinstance(value, ast.Constant) and value.value is False:
                yield source.place(statement), "atomic = False leaves half a migration behind when it fails"


def _migrations(subject: Subject) -> Iterator[tuple[Source, ast.Module]]:
    return ((source, tree) for source, tree in subject.trees if source.is_migration)


def _migration_classes(subject: Subject) -> Iterator[tuple[Source, ast.ClassDef]]:
    for source, tree in _migrations(subject):
        yield from ((source, owner) for owner in classes_of(tree) if owner.name == "Migration")
