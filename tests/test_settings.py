"""A wrong setting stops the start with one Chinese sentence; each case is a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

KEY = "wP7-kT2_zQ9xLr4mVb8nYc3sDf6gHj1aEu5o"


def start(folder: Path, **variables: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DANGJIAN_")}
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_KEY", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    environment |= {"DANGJIAN_DATA_DIR": str(folder), "PYTHONIOENCODING": "utf-8", **variables}
    return subprocess.run(
        [sys.executable, "-c", "import config.settings as s; print(s.JOBS_MODE, s.DEBUG, s.HTTPS)"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_nothing_set_starts_the_embedded_shape_and_keeps_its_keys(tmp_path):
    first = start(tmp_path)
    keys = {path.name: path.read_text() for path in tmp_path.glob("*_key.txt")}
    second = start(tmp_path)

    assert (first.stdout, second.stdout) == ("thread False False\n", "thread False False\n")
    assert set(keys) == {"secret_key.txt", "field_key.txt"}
    assert {path.name: path.read_text() for path in tmp_path.glob("*_key.txt")} == keys
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("*_key.txt")} == {"0o600"}


def test_key_is_read_from_a_file(tmp_path):
    (tmp_path / "key").write_text(KEY + "\n", encoding="ascii")

    started = start(
        tmp_path / "data",
        DATABASE_URL="postgresql://dangjian@127.0.0.1/dangjian",
        SECRET_KEY_FILE=str(tmp_path / "key"),
        FIELD_KEY=KEY,
        REDIS_URL="redis://127.0.0.1:6379/0",
    )

    assert started.stdout == "celery False False\n"
    assert not (tmp_path / "data").exists() or not list((tmp_path / "data").glob("*_key.txt"))


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"DANGJIAN_DEBUG": "1", "ALLOWED_HOSTS": "dangjian.example.cn"}, "DANGJIAN_DEBUG=1 只能在本机调试时用"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS 是空的"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY 太短或太简单"),
        ({"FIELD_KEY": "a" * 60}, "FIELD_KEY 太短或太简单"),
        ({"DATABASE_URL": "mysql://127.0.0.1/x"}, "DATABASE_URL 只支持"),
        ({"DATABASE_URL": "postgresql://127.0.0.1/x"}, "必须设置 SECRET_KEY 或 SECRET_KEY_FILE"),
        ({"DANGJIAN_JOBS": "celery"}, "需要同时设置 REDIS_URL"),
        ({"DANGJIAN_JOBS": "later"}, "DANGJIAN_JOBS 只能是"),
        ({"DANGJIAN_HTTPS": "ja"}, "DANGJIAN_HTTPS 只能写 1 或 0"),
        ({"DANGJIAN_IDLE_MINUTES": "1_0"}, "DANGJIAN_IDLE_MINUTES 要写 5 到 480 之间的整数"),
        ({"SECRET_KEY_FILE": "missing.txt"}, "读不到 SECRET_KEY_FILE 指定的文件"),
    ],
)
def test_wrong_setting_is_refused_with_a_sentence(tmp_path, variables, sentence):
    started = start(tmp_path, **variables)

    assert started.returncode == 1
    assert sentence in started.stderr.splitlines()[-1]
