import pytest

from platform_core.conformance.errors import ProveError
from platform_core.conformance.subject import read_subject
from platform_core.plugins.scaffold import write_plugin


def test_distribution_without_a_plugin_is_refused(tmp_path):
    with pytest.raises(ProveError, match=r"no pyproject\.toml"):
        read_subject(tmp_path)
    (tmp_path / "pyproject.toml").write_text("not toml")
    with pytest.raises(ProveError, match="TOML"):
        read_subject(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n')
    with pytest.raises(ProveError, match="must name one plugin, not 0"):
        read_subject(tmp_path)
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\nentry-points."tenon.plugins".x = "gone.plugin:p"\n'
    )
    with pytest.raises(ProveError, match="no package 'gone'"):
        read_subject(tmp_path)


def test_plugin_is_read_without_being_imported(tmp_path):
    root = write_plugin("kites", output=tmp_path)
    (root / "tenon_kites" / "broken.py").write_text("raise SystemExit(1)\n")
    (root / "tenon_kites" / "worse.py").write_text("def (:\n")

    subject = read_subject(root)

    assert (subject.slug, subject.package, subject.manifest.version) == ("kites", "tenon_kites", "0.1.0")
    problems = {source.path: source.problem for source in subject.sources if source.problem}
    assert list(problems) == ["tenon_kites/worse.py"]


def test_package_in_a_source_folder_is_found(tmp_path):
    root = write_plugin("kites", output=tmp_path)
    (root / "src").mkdir()
    (root / "tenon_kites").rename(root / "src" / "tenon_kites")

    assert read_subject(root).package_dir == root / "src" / "tenon_kites"
