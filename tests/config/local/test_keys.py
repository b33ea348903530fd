"""The secrets of a data folder."""

import stat

from config.local import keys
from tests.config.local.processes import python


def test_keys_are_made_once_and_are_private(tmp_path):
    makers = [
        python("-c", f"from config.local import keys, processes; print(keys.read({where}))")
        for where in [f"processes.Path({str(tmp_path)!r})"] * 3
    ]
    answers = {maker.communicate()[0] for maker in makers}
    assert len(answers) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert all(len(value) == 64 for value in keys.read(tmp_path).values())
