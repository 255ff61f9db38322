from dataclasses import replace

from platform_core.plugins.lock import Lock, LockedPlugin, write_lock
from platform_core.plugins.proofs import proven_tiers, record_proof

PLUGIN = LockedPlugin(
    slug="kites", verdict="accepted", reason=None, entry_point="kites:plugin", distribution="kites", version="1.0",
    package="kites", has_app=False, tables=(), depth=0, editable=False, digest="sha256:a", manifest=None,
)  # fmt: skip


def test_tier_counts_for_the_files_that_were_proven_and_for_no_others(tmp_path):
    write_lock(tmp_path, Lock(environment={}, plugins=(PLUGIN,)))
    assert proven_tiers(tmp_path) == {}
    record_proof(tmp_path, PLUGIN, tier="gold")
    assert proven_tiers(tmp_path) == {"kites": "gold"}

    write_lock(tmp_path, Lock(environment={}, plugins=(replace(PLUGIN, digest="sha256:b"),)))
    assert proven_tiers(tmp_path) == {}
    write_lock(tmp_path, Lock(environment={}, plugins=(PLUGIN,)))
    record_proof(tmp_path, PLUGIN, tier=None)
    assert proven_tiers(tmp_path) == {}


def test_damaged_proof_or_lock_proves_nothing(tmp_path):
    write_lock(tmp_path, Lock(environment={}, plugins=(PLUGIN,)))
    record_proof(tmp_path, PLUGIN, tier="gold").write_text("[]")
    assert proven_tiers(tmp_path) == {}
    (tmp_path / "plugins.lock.json").write_text("{")
    assert proven_tiers(tmp_path) == {}
