"""Rules about the repository itself: layers, jobs, templates, requirements, and what no file may say."""

import re
import shutil
import subprocess
from pathlib import Path

import lucide
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.template import engines

from config.celery import app as celery_app
from core import jobs
from tests.layers import APPS, wrong_imports

ROOT = settings.BASE_DIR
TEXT_SUFFIXES = {
    ".py",
    ".html",
    ".txt",
    ".md",
    ".toml",
    ".js",
    ".css",
    ".svg",
    ".cfg",
    ".yml",
    ".yaml",
    ".json",
    ".sh",
    "",
}


def tracked_files() -> list[Path]:
    files = []
    if git := shutil.which("git"):
        command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=False).stdout.decode()
        files = [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]
    if not files:  # no git, or an unpacked archive
        skipped = {".venv", "data", "__pycache__", ".git", ".pytest_cache", ".ruff_cache", ".hypothesis"}
        files = [path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.parts)]
    return files


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# Layers


def test_imports_follow_the_layers():
    assert wrong_imports(ROOT) == []


@pytest.mark.parametrize(
    ("place", "line", "reason"),
    [
        ("tasks/models/lists.py", "import reports", "tasks/models/lists.py:1: tasks imports reports to its right"),
        ("tasks/models/lists.py", "from reports.facts import Fact", "tasks imports reports to its right"),
        ("core/pages.py", "from organizations.models import Member", "core imports organizations to its right"),
        ("tasks/models/lists.py", "from ..workflows import x", "rank 1 imports rank 2 (tasks.workflows)"),
        ("tasks/workflows.py", "def f():\n    from tasks.views import lists", "rank 2 imports rank 4 (tasks.views)"),
        (
            "reviews/models/duty.py",
            "from . import choices\nfrom .. import forms",
            "rank 1 imports rank 3 (reviews.forms)",
        ),
        ("reviews/views/duty.py", "from tasks.forms import F", "reviews imports tasks.forms, which only tasks may use"),
        ("core/jobs.py", "from core.models import Job", "rank 0 imports rank 1 (core.models)"),
        ("reports/facts/tasks.py", "from config import settings", "imports config"),
        ("reports/facts/tasks.py", "from tests.factories import x", "imports tests"),
    ],
)
def test_checker_finds_a_planted_wrong_import(tmp_path, place, line, reason):
    for app in APPS:
        (tmp_path / app).mkdir()
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(line + "\n", encoding="utf-8")

    assert [found for found in wrong_imports(tmp_path) if found.endswith(reason)] != []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("reports/facts/tasks.py", "from tasks.models import Activity\nfrom organizations import statistics"),
        ("tasks/jobs.py", "def run():\n    from tasks.workflows import remind"),
        ("reviews/views/duty.py", "from core.pages import ListPage\nfrom ..forms import DutyForm"),
        ("reports/management/commands/seed_demo.py", "from organizations.sheets import MEMBERS"),
        ("tasks/models/lists.py", "import json\nfrom django.db import models"),
    ],
)
def test_checker_lets_right_imports_pass(tmp_path, place, line):
    for app in APPS:
        (tmp_path / app).mkdir()
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(line + "\n", encoding="utf-8")

    assert wrong_imports(tmp_path) == []


# Jobs


def test_every_jobs_module_is_discovered_and_registered():
    """Celery's default discovery would look for tasks.py and find nothing in an app that is called tasks."""
    celery_app.loader.import_default_modules()
    declared = {
        name
        for path in ROOT.glob("*/jobs.py")
        for name in re.findall(r"^@(?:jobs\.)?job\(\s*[\"']([\w.]+)[\"']", read(path), flags=re.MULTILINE)
    }
    assert declared <= set(jobs.registry)
    assert {"core.execute", "core.run_due"} <= set(celery_app.tasks)


def test_every_kind_of_job_that_is_enqueued_is_registered():
    celery_app.loader.import_default_modules()
    enqueued = {
        kind
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for kind in re.findall(r"\benqueue\(\s*[\"']([\w.]+)[\"']", read(path))
    }
    assert enqueued - set(jobs.registry) == set()


def test_beat_schedule_names_existing_celery_tasks():
    celery_app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(celery_app.tasks) == set()


# Models and settings


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_models_open_with_their_official_chinese_term():
    ours = [model for model in apps.get_models() if model._meta.app_label in APPS and not model._meta.auto_created]
    wrong = [model.__name__ for model in ours if not re.match(r"[\u4e00-\u9fff“《]", model.__doc__ or "")]
    assert wrong == []


def test_readme_explains_every_variable():
    source = read(ROOT / "config" / "settings.py") + read(ROOT / "config" / "gunicorn.py")
    names = set(re.findall(r"""(?:read\w*|own_secret|env\.\w+|environ\.get)\(\s*["']([A-Z_]+)["']""", source))
    readme = read(ROOT / "README.md")
    assert [name for name in sorted(names) if f"| `{name}` |" not in readme] == []


# Repository


def test_names_that_were_agreed_on_the_top_level_exist():
    names = [
        *(
            "manage.py",
            "pyproject.toml",
            "README.md",
            "CHANGELOG.md",
            "Makefile",
            "requirements.txt",
            "requirements-dev.txt",
        ),
        *("config", "core", "organizations", "tasks", "reviews", "reports", "templates", "static", "tests", ".ci/run"),
    ]
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_every_folder_of_tests_is_a_package():
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_module_is_called_by_a_word_that_says_nothing():
    banned = {"utils.py", "helpers.py", "services.py", "managers.py", "signals.py"}
    found = [path.name for app in APPS for path in (ROOT / app).rglob("*.py") if path.name in banned]
    assert found + [app for app in APPS if (ROOT / app / "tasks.py").exists()] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-pdf.txt"])
def test_requirements_are_hashed_and_name_no_index(name):
    text = read(ROOT / name)
    pins = re.findall(
        r"^([a-z0-9][\w.-]*(?:\[[\w,-]+\])?)==\S+(?: ;[^\\]*)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE
    )
    requirements = re.findall(r"^[A-Za-z0-9]", text, re.MULTILINE)
    assert len(pins) == len(requirements) > 0
    assert re.findall(r"--(?:extra-)?index-url|--find-links|://", text) == []


def test_locked_requirements_hold_every_declared_dependency():
    declared = re.search(r"^dependencies = \[(.*?)^\]", read(ROOT / "pyproject.toml"), re.DOTALL | re.MULTILINE)[1]
    names = {name.lower() for name in re.findall(r'^\s*"([\w-]+)', declared, re.MULTILINE)}
    locked = set(re.findall(r"^([\w.-]+?)(?:\[.*?\])?==", read(ROOT / "requirements.txt"), re.MULTILINE))
    assert names - locked == set()


def test_no_file_tells_a_machine_path_or_a_registry_host():
    hosts = [
        "pypi" + ".org",
        "python" + "hosted.org",
        "npm" + "js.org",
        "deb.deb" + "ian.org",
        "jsdelivr",
        "unpkg",
        "cdnjs",
    ]
    telling = re.compile(
        "|".join([r"(?<![\w.])/(?:work|root|Users)/\w", r"/home/(?!dangjian)\w+/", *map(re.escape, hosts)])
    )
    this = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        if path.suffix in TEXT_SUFFIXES and path != this and (match := telling.search(read(path)))
    ]
    assert found == []


# Templates


def template_files() -> list[tuple[str, Path]]:
    folder = ROOT / "templates"
    special = {"tables", "documents"}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
    engine = {path: path.relative_to(folder).parts[0] for path in files}
    return [(engine[path] if engine[path] in special else "django", path) for path in files]


def test_every_template_compiles():
    folder, faults = ROOT / "templates", []
    for engine, path in template_files():
        name = path.relative_to(folder if engine == "django" else folder / engine).as_posix()
        try:
            engines[engine].get_template(name)
        except Exception as error:
            faults.append(f"{engine}/{name}: {error}")
    assert faults == []


def test_every_icon_that_a_template_names_exists():
    names = {
        (name, path.name)
        for _engine, path in template_files()
        for name in re.findall(r"""\{%\s*icon\s+["']([\w-]+)["']|\{\{\s*icon\(["']([\w-]+)["']""", read(path))
        for name in filter(None, name)
    }
    unknown = []
    for name, file in sorted(names):
        try:
            lucide._load_icon(name)
        except lucide.IconDoesNotExist:
            unknown.append(f"{file}: {name}")
    assert unknown == []


def test_templates_keep_to_the_content_security_policy():
    inline = re.compile(
        r"<style\b|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*(?:\bsrc=|application/json))|javascript:", re.I
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for _engine, path in template_files()
        if path.suffix == ".html" and (match := inline.search(read(path)))
    ]
    assert found == []
