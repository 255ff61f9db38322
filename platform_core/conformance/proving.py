"""Proving one plugin: static rules here, the kernel's trial, then the rules of behaviour in a child. Free of Django."""

import datetime as dt
import importlib
import json
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from platform_core.conformance.catalogue import RULES
from platform_core.conformance.errors import ProveError
from platform_core.conformance.subject import Subject, read_subject
from platform_core.conformance.types import Finding, Kind
from platform_core.conformance.verdict import Report, judge
from platform_core.conformance.waivers import read_waivers
from platform_core.conformance.workshop import Workshop
from platform_core.plugins.discovery import ENTRY_POINT_GROUP, Candidate, discover, find_package_dir
from platform_core.plugins.errors import LockFileError
from platform_core.plugins.lock import Lock, read_lock
from platform_core.plugins.ordering import closure
from platform_core.plugins.preflight import lock_plugins
from platform_core.plugins.proofs import record_proof

SETTINGS = "platform_core.settings.test"
RECORD_NAME = "api.json"


def prove(
    path: Path,
    *,
    workshop: Workshop | None,
    beside: Sequence[Path] = (),
    today: dt.date | None = None,
    record: bool = False,
    only: Sequence[str] = (),
) -> Report:
    """Prove the plugin in a folder.

    Args:
        workshop: where behaviour is tried; None tries the static rules only.
        beside: folders of distributions that the plugin depends on and that are not installed.
        today: for the ends of waivers.
        record: write `api.json`, which later versions are compared with.
        only: beginnings of ids of rules, such as `TP6`; none means all.

    Raises:
        ProveError: there is nothing to prove, or the kit cannot run.
    """
    started = time.monotonic()
    subject = read_subject(path)
    waivers = read_waivers(subject.root)
    findings = [finding for finding in static_findings(subject) if is_asked(finding.rule, only)]
    tried: Mapping[str, Any] = {}
    if workshop is None:
        tried = {"not_run": "only the static rules were asked for"}
    else:
        tried = _behaviour(subject, workshop, [read_subject(item) for item in beside], only)
        findings += [Finding(**finding) for finding in tried["findings"]]
        if record and tried.get("recorded"):
            text = json.dumps(tried["recorded"], indent=1, sort_keys=True)
            (subject.root / RECORD_NAME).write_text(f"{text}\n", encoding="utf-8")
    reason = tried.get("not_run")
    not_run = {rule.id: reason for rule in RULES.values() if rule.kind is Kind.BEHAVIOUR and reason}
    not_run |= {rule: "was not asked for" for rule in RULES if not is_asked(rule, only)}
    outcomes, unused = judge(
        findings,
        tried=tried.get("tried", {}),
        skipped=tried.get("skipped", {}),
        not_run=not_run,
        waivers=waivers,
        today=today or dt.datetime.now(tz=dt.UTC).date(),
    )
    return Report(
        slug=subject.slug,
        version=subject.manifest.version if subject.manifest is not None else None,
        outcomes=outcomes,
        unused=unused,
        seconds=time.monotonic() - started,
        partial=bool(only) or workshop is None,
    )


def keep_tier(data_dir: Path, subject: Subject, report: Report) -> bool:
    """Note the tier for the catalogue of the installation in `data_dir`, if these very files are installed there.

    Returns:
        Whether they are.
    """
    try:
        accepted = read_lock(data_dir).accepted
    except LockFileError:
        return False
    for plugin in accepted:
        if plugin.slug == subject.slug and find_package_dir(plugin.package) == subject.package_dir:
            record_proof(data_dir, plugin, tier=report.tier.value if report.tier is not None else None)
            return True
    return False


def is_asked(rule: str, only: Sequence[str]) -> bool:
    """Say whether a rule is among those that were asked for."""
    return not only or rule.startswith(tuple(only))


def static_findings(subject: Subject) -> Iterator[Finding]:
    """Yield what the static rules find."""
    for rule in RULES.values():
        for where, message in rule.check(subject) if rule.check is not None else ():
            yield Finding(rule=rule.id, where=where, message=message)


def _behaviour(
    subject: Subject, workshop: Workshop, beside: Sequence[Subject], only: Sequence[str]
) -> Mapping[str, Any]:
    with _visible([subject, *beside]) as search:
        candidates = _needed(subject.name)
        with tempfile.TemporaryDirectory(dir=workshop.folder, prefix="lock-") as folder:
            lock = lock_plugins(Path(folder), strict=False, candidates=candidates, settings_module=SETTINGS)
        reason = _refused(lock, subject)
        if reason is not None:
            finding = Finding(rule="TP401", where=subject.entry_point, message=reason)
            return {"findings": [finding.to_json()], "not_run": "the platform does not accept the plugin"}
        return workshop.try_plugin(lock, slug=subject.slug, root=subject.root, search=search, only=only)


def _refused(lock: Lock, subject: Subject) -> str | None:
    for item in lock.quarantined:
        if item.slug in (subject.name, subject.slug):
            return item.reason or "is rejected"
    if not any(item.slug == subject.slug for item in lock.accepted):
        return "was not found by its entry point"
    return None


def _needed(slug: str) -> list[Candidate]:
    """Return the plugin and what it depends on; an installed plugin that it does not need stays out."""
    found: dict[str, Candidate] = {}
    for candidate in discover():
        found.setdefault(candidate.slug, candidate)
    depends = {name: item.manifest.depends if item.manifest else () for name, item in found.items()}
    wanted = closure(slug, depends) | {slug}
    return [item for name, item in found.items() if name in wanted]


@contextmanager
def _visible(subjects: Sequence[Subject]) -> Iterator[list[Path]]:
    """Make distributions visible here and to children as an editable installation would; gives the search path."""
    with tempfile.TemporaryDirectory(prefix="tenon-prove-site-") as name:
        site = Path(name)
        for subject in subjects:
            _write_dist_info(site, subject)
        search = [site, *(subject.package_dir.parent for subject in subjects)]
        before = list(sys.path)
        sys.path[:0] = [str(path) for path in search]
        importlib.invalidate_caches()
        try:
            yield search
        finally:
            sys.path[:] = before
            importlib.invalidate_caches()


def _write_dist_info(site: Path, subject: Subject) -> None:
    project = subject.project
    try:
        name, version = str(project["name"]), str(project.get("version") or _manifest_version(subject))
    except KeyError as error:
        raise ProveError(f"{subject.root}/pyproject.toml: [project] has no name") from error
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    points = f"[{ENTRY_POINT_GROUP}]\n{subject.name} = {subject.entry_point}\n"
    (folder / "entry_points.txt").write_text(points, encoding="utf-8")
    url = {"url": subject.root.as_uri(), "dir_info": {"editable": True}}
    (folder / "direct_url.json").write_text(json.dumps(url), encoding="utf-8")


def _manifest_version(subject: Subject) -> str:
    try:
        return str(tomllib.loads((subject.package_dir / "plugin.toml").read_text(encoding="utf-8"))["version"])
    except (OSError, ValueError, KeyError):
        return "0"
