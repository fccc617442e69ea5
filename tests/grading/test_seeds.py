"""Seeds of graded draws: stable, different for everyone, unknown without the secret."""

import stat

import pytest

from coursekit.grading import seeds


def test_a_regrade_draws_the_same_and_others_draw_otherwise(tmp_path):
    secret = seeds.course_secret(tmp_path)
    assert seeds.course_secret(tmp_path) == secret
    mine = seeds.seed(secret, "05_gru", "gru_step", "ada", "content")
    assert mine == seeds.seed(secret, "05_gru", "gru_step", "ada", "content")
    others = {
        seeds.seed(secret, "05_gru", "gru_step", "bob", "content"),
        seeds.seed(secret, "05_gru", "gru_forward", "ada", "content"),
        seeds.seed(secret, "05_gr", "ugru_step", "ada", "content"),
        seeds.seed(secret, "05_gru", "gru_step", "ada", "another content"),
        seeds.seed(b"another secret, as long as the other", "05_gru", "gru_step", "ada", "content"),
    }
    assert len(others) == 5 and mine not in others


def test_the_secret_is_readable_by_its_owner_only(tmp_path):
    seeds.course_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / seeds.SECRET_FILE).stat().st_mode) == 0o600


def test_a_damaged_secret_is_said(tmp_path):
    (tmp_path / seeds.SECRET_FILE).write_text("short")
    with pytest.raises(ValueError, match="damaged"):
        seeds.course_secret(tmp_path)
