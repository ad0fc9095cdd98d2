"""The digest of code follows every byte of the files that count."""

from pipeline.records import code


def test_a_changed_byte_or_name_changes_the_digest(tmp_path, monkeypatch):
    def digest():
        code._digest.cache_clear()
        return code.code_digest(["a"])

    monkeypatch.setattr(code, "ROOT", tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.py").write_text("x = 1")
    first = digest()
    assert digest() == first
    (tmp_path / "a" / "notes.txt").write_text("no code")
    assert digest() == first
    (tmp_path / "a" / "one.py").write_text("x = 2")
    second = digest()
    assert second != first
    (tmp_path / "a" / "one.py").rename(tmp_path / "a" / "two.py")
    third = digest()
    assert third not in {first, second}
    (tmp_path / "a" / "page.css").write_text("p { margin: 0 }")
    assert digest() not in {first, second, third}
    code._digest.cache_clear()


def test_the_packages_of_the_stages_hold_code():
    assert code.code_digest(["titles"]) != code.code_digest(["wikitext"]) != code.code_digest([])
