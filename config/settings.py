"""One settings file. Everything that differs between installations is an environment variable.

README, “设置” explains each variable. Nothing set means: SQLite, one process, files under data/.
"""

import secrets
import sys
import tempfile
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def read(name: str, default: str = "") -> str:
    """The variable NAME, or the content of the file named by NAME_FILE."""
    path = env.str(f"{name}_FILE", default="")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"读不到 {name}_FILE 指定的文件 {path}：{error.strerror}。") from None
    return env.str(name, default=default)


def read_bool(name: str, default: bool = False) -> bool:
    raw = env.str(name, default="").strip().lower()
    if raw in ("", "1", "0", "true", "false", "yes", "no"):
        return default if raw == "" else raw in ("1", "true", "yes")
    raise ImproperlyConfigured(f"{name} 只能写 1 或 0，现在是“{raw}”。")


def read_int(name: str, default: int, low: int, high: int) -> int:
    raw = env.str(name, default="")
    if raw == "":
        return default
    if raw.isascii() and raw.isdigit() and low <= int(raw) <= high:
        return int(raw)
    raise ImproperlyConfigured(f"{name} 要写 {low} 到 {high} 之间的整数，现在是“{raw}”。")


def read_choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    raw = env.str(name, default=default)
    if raw not in allowed:
        raise ImproperlyConfigured(f"{name} 只能是 {'、'.join(allowed)}，现在是“{raw}”。")
    return raw


TESTING = "pytest" in sys.modules
if TESTING:  # tests never touch the office's data; tests/conftest.py removes the folder
    DATA_DIR = Path(tempfile.mkdtemp(prefix="dangjian-test-"))
else:
    DATA_DIR = Path(env.str("DANGJIAN_DATA_DIR", default="") or BASE_DIR / "data")
DATABASE_URL = read("DATABASE_URL")
if DATABASE_URL and not DATABASE_URL.startswith(("postgres://", "postgresql://", "sqlite://")):
    raise ImproperlyConfigured("DATABASE_URL 只支持 postgresql:// 和 sqlite:/// 两种。")
ON_POSTGRESQL = DATABASE_URL.startswith("postgres")
MAKE_KEYS = read_bool("DANGJIAN_MAKE_KEYS", default=not ON_POSTGRESQL)
MINIMUM_KEY_LENGTH = 32


def own_secret(name: str) -> str:
    """A secret from the environment; the embedded shape makes one and keeps it in the data folder (M59)."""
    value = read(name)
    if value:
        if len(value) < MINIMUM_KEY_LENGTH or len(set(value)) < 5 or value.startswith("django-insecure"):
            raise ImproperlyConfigured(f"{name} 太短或太简单，请换成至少 {MINIMUM_KEY_LENGTH} 位的随机字符。")
        return value
    path = DATA_DIR / f"{name.lower()}.txt"
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    if not (MAKE_KEYS or TESTING):
        raise ImproperlyConfigured(f"使用 PostgreSQL 部署时必须设置 {name} 或 {name}_FILE，各台机器用同一个值。")
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    value = secrets.token_urlsafe(48)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(value)
    except FileExistsError:  # another process was first
        value = path.read_text(encoding="ascii").strip()
    return value


DEBUG = read_bool("DANGJIAN_DEBUG")
SECRET_KEY = own_secret("SECRET_KEY")
FIELD_KEY = own_secret("FIELD_KEY")
LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=LOCAL_HOSTS)
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS 是空的，请写上访问本系统所用的域名或地址，多个用英文逗号隔开。")
if DEBUG and not set(ALLOWED_HOSTS) <= set(LOCAL_HOSTS):
    raise ImproperlyConfigured("DANGJIAN_DEBUG=1 只能在本机调试时用；对外服务（设置了 ALLOWED_HOSTS）时请去掉。")
HTTPS = read_bool("DANGJIAN_HTTPS")

INSTALLED_APPS = [
    "core.apps.OfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "bootstrap",
    "lucide",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_filters",
    "csp",
    "axes",
    "core.apps.CoreConfig",
    "organizations",
    "tasks",
    "reviews",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.RequestContextMiddleware",
    "core.middleware.NotAllowedPageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "core.middleware.SessionLimitMiddleware",
    "core.middleware.PasswordChangeMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.frame",
            ],
            "builtins": ["core.templatetags.core_tags"],
        },
    },
    {
        # Long tables only: the same markup costs a tenth of the time (README, “Decisions”).
        "NAME": "tables",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "tables"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "core.tables.environment",
            "autoescape": True,
            "trim_blocks": True,
            "lstrip_blocks": True,
        },
    },
    {
        # Official text: no HTML escaping, and a missing value is visible (DESIGN §3).
        "NAME": "documents",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates" / "documents"],
        "APP_DIRS": False,
        "OPTIONS": {
            "autoescape": False,
            "string_if_invalid": "〔缺：%s〕",
            "libraries": {"official": "reports.templatetags.official"},
            "builtins": ["reports.templatetags.official"],
        },
    },
]

# Database: SQLite in WAL mode with immediate transactions, or what DATABASE_URL says.
if DATABASE_URL:
    DATABASES = {"default": environ.Env.db_url_config(DATABASE_URL)}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "db.sqlite3"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {
        "NAME": str(DATA_DIR / "test.sqlite3")
    }  # in memory, threads would share a connection
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {"connect_timeout": 3, "options": "-c statement_timeout=120000 -c jit=off"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts (SECURITY M1–M8)
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "core.backends.OfficeBackend",
]
LOGIN_URL = "core:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "core:login"
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
)
PASSWORD_STYLE = read_choice("DANGJIAN_PASSWORD_STYLE", "gb", ("gb", "asvs"))
PASSWORD_DAYS = read_int("DANGJIAN_PASSWORD_DAYS", 90 if PASSWORD_STYLE == "gb" else 0, 0, 3650)
INITIAL_PASSWORD_DAYS = 7
AUTH_PASSWORD_VALIDATORS = [{"NAME": "core.passwords.OfficePasswordValidator"}]
SESSION_IDLE_MINUTES = read_int("DANGJIAN_IDLE_MINUTES", 30, 5, 480)
SESSION_HOURS = read_int("DANGJIAN_SESSION_HOURS", 12, 1, 24)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "dangjian_session"
CSRF_COOKIE_NAME = "dangjian_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_USE_SESSIONS = False
CSRF_FAILURE_VIEW = "core.views.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = env.list("DANGJIAN_TRUSTED_ORIGINS", default=[])
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)/?$"]  # asked from the same machine without TLS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
PROXY_COUNT = read_int("DANGJIAN_PROXY_COUNT", 0, 0, 5)

AXES_ENABLED = not TESTING
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "core.views.accounts.locked_out"
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "core.middleware.client_address"
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_ENABLE_ADMIN = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "next"]
AXES_VERBOSE = False
ADDRESS_FAILURE_LIMIT = 100  # per address in the same time; offices share one address

# Language and time
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "Y-m-d"
FORMAT_MODULE_PATH = None

# Files
STATIC_URL = "/static/"
STATIC_ROOT = Path((not TESTING and env.str("DANGJIAN_STATIC_DIR", default="")) or DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path((not TESTING and env.str("DANGJIAN_MEDIA_DIR", default="")) or DATA_DIR / "files")
if STATIC_ROOT.parent == DATA_DIR:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns about a folder that is not there
# `make static` collects and compresses; without it the files are served from their packages.
STATIC_COLLECTED = not (TESTING or DEBUG) and (STATIC_ROOT / "staticfiles.json").exists()
HASHED_STATIC = STATIC_COLLECTED or "collectstatic" in sys.argv
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if HASHED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_MANIFEST_STRICT = False  # a file added since the last `make static` is served, not a 500
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20000
FILE_UPLOAD_HANDLERS = [
    "core.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
WORKBOOK_MAX_BYTES = 20 * 1024 * 1024
WORKBOOK_MAX_ROWS = 100_000
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
PDF_FONT_DIRS = env.list("DANGJIAN_PDF_FONT_DIRS", default=["/usr/share/fonts", "/usr/local/share/fonts"])

# Forms
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FILTERS_EMPTY_CHOICE_LABEL = "不限"

# Jobs: Celery where REDIS_URL is set, one thread of this process otherwise, at once in tests.
REDIS_URL = read("REDIS_URL")
JOBS_MODE = read_choice(
    "DANGJIAN_JOBS", "eager" if TESTING else "celery" if REDIS_URL else "thread", ("celery", "thread", "eager")
)
if JOBS_MODE == "celery" and not REDIS_URL:
    raise ImproperlyConfigured("DANGJIAN_JOBS=celery 需要同时设置 REDIS_URL。")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1700
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {"run-due": {"task": "core.run_due", "schedule": 300.0}}

LOG_RETENTION_DAYS = read_int("DANGJIAN_LOG_DAYS", 1095, 180, 36500)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "core.context.RequestIdFilter"}},
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "axes": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
        "gunicorn.http.wsgi": {"level": "ERROR"},  # else a line for each HEAD request
    },
}
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",  # locked by account; one office shares one address, which has its own limit (ADDRESS_FAILURE_LIMIT)
    "security.W021",  # preload lists are for the open internet
]
if TESTING:
    SILENCED_SYSTEM_CHECKS.append("axes.W003")
