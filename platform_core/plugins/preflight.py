"""`tenon plugins lock`: judge every installed plugin and write the lock. Free of Django in this process."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from platform_core.plugins import lock as lock_file
from platform_core.plugins.denying import DenyList, read_deny_list
from platform_core.plugins.discovery import Candidate, discover
from platform_core.plugins.errors import LockFileError, PluginsRejectedError
from platform_core.plugins.lock import Lock, LockedPlugin
from platform_core.plugins.ordering import closure, depths
from platform_core.plugins.trial import Trial, Verdict

IMPORT_SECONDS = 30.0
SETTINGS_MODULE = "platform_core.settings.local"


def lock_plugins(
    data_dir: Path,
    *,
    strict: bool,
    candidates: Sequence[Candidate] | None = None,
    settings_module: str = SETTINGS_MODULE,
    timeout: float = IMPORT_SECONDS,
) -> Lock:
    """Check the installed plugins, each in a process of its own, and write the lock.

    Args:
        data_dir: folder of the installation; made when missing.
        strict: a quarantined plugin is an error; the lock is written all the same.
        candidates: None means everything found by entry point.
        settings_module: Django settings of the child processes.
        timeout: seconds that one plugin may take.

    Raises:
        PluginsRejectedError: strict, and a plugin was quarantined; or the deny list cannot be read.
        CoreStartError: Django does not start even without plugins.
    """
    with lock_file.exclusive(data_dir):
        found = discover() if candidates is None else list(candidates)
        denied = read_deny_list(data_dir)
        judge = _Judge(candidates=found, trial=Trial(settings_module=settings_module, timeout=timeout), denied=denied)
        lock = Lock(environment=lock_file.current_environment(denied.digest), plugins=judge.judge())
        lock_file.write_lock(data_dir, lock)
    if strict and lock.quarantined:
        lines = [f"  {plugin.slug} ({plugin.distribution}): {plugin.reason}" for plugin in lock.quarantined]
        raise PluginsRejectedError("\n".join(["Plugins are quarantined and strict mode is on:", *lines]))
    return lock


def ensure_lock(data_dir: Path, *, strict: bool, settings_module: str = SETTINGS_MODULE) -> Lock:
    """Return the lock, made anew only when it is missing, damaged, or older than what is installed.

    Raises:
        PluginsRejectedError: strict, and a plugin is quarantined.
    """
    try:
        lock = lock_file.read_lock(data_dir)
    except LockFileError:
        lock = Lock(environment={})
    candidates = discover()
    deny = read_deny_list(data_dir).digest
    if lock_file.lock_is_current(lock, candidates, deny=deny) and not (strict and lock.quarantined):
        return lock
    return lock_plugins(data_dir, strict=strict, candidates=candidates, settings_module=settings_module)


@dataclass(slots=True, kw_only=True)
class _Judge:
    """One run over all candidates; `reasons` grows and never shrinks."""

    candidates: Sequence[Candidate]
    trial: Trial
    denied: DenyList = field(default_factory=DenyList)
    reasons: dict[Candidate, str] = field(default_factory=dict)
    depth: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def judge(self) -> tuple[LockedPlugin, ...]:
        self._refuse_denied()
        self._refuse_faulty()
        self._refuse_duplicates()
        self._refuse_clashes("API prefix", {item.slug: self._prefixes(item) for item in self._accepted()})
        self._refuse_unordered()
        self._try_by_depth()
        kinds = sorted({kind for verdict in self.verdicts.values() for kind in verdict.claims})
        for kind in kinds:
            self._refuse_clashes(kind, {slug: verdict.claims.get(kind, ()) for slug, verdict in self.verdicts.items()})
        self._refuse_dependents()
        locked = [self._locked(item) for item in self.candidates]
        return tuple(sorted(locked, key=lambda item: (not item.accepted, item.depth, item.slug, item.distribution)))

    def _accepted(self) -> list[Candidate]:
        return [item for item in self.candidates if item not in self.reasons]

    def _refuse(self, candidate: Candidate, reason: str) -> None:
        self.reasons.setdefault(candidate, reason)

    @staticmethod
    def _prefixes(candidate: Candidate) -> tuple[str, ...]:
        return candidate.manifest.api_prefixes if candidate.manifest else ()

    @staticmethod
    def _depends(candidate: Candidate) -> tuple[str, ...]:
        return candidate.manifest.depends if candidate.manifest else ()

    def _refuse_denied(self) -> None:
        for candidate in self.candidates:
            version = candidate.manifest.version if candidate.manifest is not None else candidate.version
            reason = self.denied.reason(candidate.slug, version)
            if reason is not None:
                self._refuse(candidate, reason)

    def _refuse_faulty(self) -> None:
        for candidate in self.candidates:
            if candidate.error is not None:
                self._refuse(candidate, candidate.error)
            elif not has_app(candidate) and _has_models(candidate):
                self._refuse(
                    candidate, f"package {candidate.package!r} has models and no apps.py with a PluginAppConfig"
                )

    def _refuse_duplicates(self) -> None:
        groups: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in self.candidates:
            groups[candidate.slug].append(candidate)
        for slug, group in groups.items():
            if len(group) > 1:
                names = " and ".join(sorted(f"{item.distribution} {item.version}" for item in group))
                for candidate in group:
                    self._refuse(candidate, f"slug {slug!r} is claimed by {names}; uninstall all but one")

    def _refuse_clashes(self, kind: str, claims: Mapping[str, Iterable[str]]) -> None:
        owners: dict[str, list[str]] = defaultdict(list)
        for slug, names in claims.items():
            for name in names:
                owners[name].append(slug)
        for name, slugs in sorted(owners.items()):
            for candidate in self._accepted() if len(slugs) > 1 else []:
                if candidate.slug in slugs:
                    both = " and ".join(repr(slug) for slug in sorted(slugs))
                    self._refuse(candidate, f"{kind} {name!r} is claimed by {both}; uninstall or change one of them")

    def _refuse_unordered(self) -> None:
        """Refuse cycles, dependencies that are not there, and what depends on either; measure the rest."""
        depends = {item.slug: self._depends(item) for item in self.candidates}
        self.depth, cycles = depths(depends)
        for candidate in self._accepted():
            missing = sorted(set(self._depends(candidate)) - depends.keys())
            if candidate.slug in cycles:
                self._refuse(candidate, f"dependency cycle: {' -> '.join(cycles[candidate.slug])}")
            elif missing:
                self._refuse(candidate, f"depends on {', '.join(map(repr, missing))}, which is not installed")
        self._refuse_dependents()

    def _refuse_dependents(self) -> None:
        for candidate in sorted(self._accepted(), key=lambda item: self.depth[item.slug]):
            accepted = {item.slug for item in self._accepted()}
            for slug in self._depends(candidate):
                if slug not in accepted:
                    self._refuse(candidate, f"depends on {slug!r}, which is quarantined: {self._reason_of(slug)}")

    def _reason_of(self, slug: str) -> str:
        return next(reason for item, reason in self.reasons.items() if item.slug == slug)

    def _try_by_depth(self) -> None:
        """Import level by level, so that a plugin is tried only with dependencies that passed."""
        for level in sorted(set(self.depth.values())):
            self._refuse_dependents()
            batch = [item for item in self._accepted() if self.depth[item.slug] == level]
            with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
                for candidate, verdict in zip(batch, pool.map(self._try_one, batch), strict=True):
                    self.verdicts[candidate.slug] = verdict
                    if verdict.reason is not None:
                        self._refuse(candidate, verdict.reason)

    def _try_one(self, candidate: Candidate) -> Verdict:
        depends = {item.slug: self._depends(item) for item in self.candidates}
        needed = closure(candidate.slug, depends) | {candidate.slug}
        together = [self._locked(item) for item in self._accepted() if item.slug in needed]
        return self.trial.run(candidate.slug, sorted(together, key=lambda item: (item.depth, item.slug)))

    def _locked(self, candidate: Candidate) -> LockedPlugin:
        reason = self.reasons.get(candidate)
        verdict = self.verdicts.get(candidate.slug)
        return LockedPlugin(
            slug=candidate.slug,
            verdict="accepted" if reason is None else "quarantined",
            reason=reason,
            entry_point=candidate.entry_point,
            distribution=candidate.distribution,
            version=candidate.version,
            package=candidate.package,
            has_app=has_app(candidate),
            tables=tuple(sorted(verdict.claims.get("table", ()))) if verdict else (),
            depth=self.depth.get(candidate.slug, 0),
            editable=candidate.editable,
            digest=lock_file.digest_package(candidate),
            manifest=candidate.manifest,
        )


def has_app(candidate: Candidate) -> bool:
    """Say whether the package is a Django app: it has an `apps.py`."""
    return candidate.package_dir is not None and (candidate.package_dir / "apps.py").is_file()


def _has_models(candidate: Candidate) -> bool:
    root = candidate.package_dir
    return root is not None and ((root / "models.py").is_file() or (root / "models").is_dir())
