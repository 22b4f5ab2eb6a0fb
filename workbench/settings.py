"""Settings: one file, read from the environment; what is wrong there is said together with its cure.

`WORKBENCH_DATA` is the folder of the embedded default. `DATABASE_URL`, `REDIS_URL` and `WORKBENCH_MEDIA_URL` exchange
its database, its broker and its media folder for servers, one by one.
"""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

CHECKOUT = Path(__file__).resolve().parent.parent
env = environ.Env()


def flag(name: str) -> bool:
    value = env.str(name, "").strip().lower()
    if value not in {"", "0", "1", "true", "false", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {value!r}: write 1 or 0.")
    return value in {"1", "true", "yes", "on"}


# The data folder

DATA = Path(env.str("WORKBENCH_DATA", "") or CHECKOUT / "var").expanduser().resolve()
try:
    DATA.mkdir(parents=True, exist_ok=True)
    for name in ("media", "uploads", "broker", "cache", "static"):
        (DATA / name).mkdir(mode=0o700, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(
        f"The data folder {DATA} cannot be made or written ({error.strerror}). Set WORKBENCH_DATA to a folder that "
        "belongs to the user who runs the workbench."
    ) from error


def kept_secret_key() -> str:
    """The key in the data folder; the first process to need one makes it, readable by its owner alone."""
    path = DATA / "secret-key"
    if not path.exists():
        handle, made = tempfile.mkstemp(dir=DATA, prefix="secret-key-")  # mode 0600
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(made, path)  # of several processes starting at once one wins, and all read the same key
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            os.replace(made, path)
        finally:
            Path(made).unlink(missing_ok=True)
    return path.read_text().strip()


# Safety

DEBUG = flag("WORKBENCH_DEBUG")
SECRET_KEY = env.str("WORKBENCH_SECRET_KEY", "") or kept_secret_key()
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured(
        "WORKBENCH_SECRET_KEY is shorter than 32 characters. Make one with: "
        'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
    )
ALLOWED_HOSTS = env.list("WORKBENCH_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
OUTGOING_HOSTS = env.list("WORKBENCH_OUTGOING_HOSTS", default=[])
HTTPS = flag("WORKBENCH_HTTPS")  # behind a reverse proxy that speaks HTTPS and sets X-Forwarded-Proto
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Media that members upload is read into storage and checked there; these bound what one request may hold in memory.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
WORKBENCH_UPLOAD_BYTES = env.int("WORKBENCH_UPLOAD_BYTES", 2 * 2**30)  # the largest file that may be imported
WORKBENCH_FIGURES_MB = env.int("WORKBENCH_FIGURES_MB", 256)  # memory of a process for labels that figures were computed from
FILE_UPLOAD_TEMP_DIR = DATA / "uploads"  # a large upload must not fill the machine's /tmp

# The parts

ROOT_URLCONF = "workbench.urls"
WSGI_APPLICATION = "workbench.wsgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "workbench.apps.StaticFiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "labelling.apps.LabellingConfig",
    "workbench.apps.WorkbenchConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CHECKOUT / "labelling" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# Database

DATABASE_URL = env.str("DATABASE_URL", "")
if DATABASE_URL:
    DATABASES = {"default": env.db_url_config(DATABASE_URL)}
    if DATABASES["default"].get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured(
            "DATABASE_URL must read postgres://user:password@host:5432/name. Leave it out to use the embedded SQLite."
        )
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA / "workbench.sqlite3",
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # A transaction that may write takes the write lock at once and waits for it; one that starts as a
                # reader and turns writer later is refused by SQLite without waiting.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                    "PRAGMA cache_size=-32000; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; "
                    "PRAGMA journal_size_limit=67108864;"
                ),
            },
            # A file, not memory: threads, other processes and column readers must find the same database in tests.
            "TEST": {"NAME": DATA / "test.sqlite3"},
        }
    }

# Broker, cache and jobs

REDIS_URL = env.str("REDIS_URL", "")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # in memory: the timetable is short and repeats
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # A message whose worker died comes back after the longest task could have ended. What brings jobs back sooner
        # is the reaper, which reads the Job rows.
        "visibility_timeout": 6 * 3600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 30,
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
else:
    CELERY_BROKER_URL = "whole-files://localhost//"  # workbench/broker.py
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(DATA / "broker"),
        "data_folder_out": str(DATA / "broker"),
        "control_folder": str(DATA / "broker"),
        "polling_interval": 0.1,
    }
    # Files, because the limits on log-in must count over all web processes.
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": DATA / "cache"}
    }

# Static files and media

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
# What `build.mjs` makes of `static/`; the sources themselves import packages by name, which no browser understands.
STATICFILES_DIRS = [folder for folder in [CHECKOUT / "build" / "static"] if folder.is_dir()]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (
    *("jpg", "jpeg", "png", "gif", "webp", "avif", "zip", "gz", "br", "woff", "woff2"),
    "map",  # fetched by developer tools alone
)
MEDIA_ROOT = DATA / "media"
MEDIA_URL = "/media/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "workbench.staticfiles.ModuleManifestStorage"},
}
if media_url := env.str("WORKBENCH_MEDIA_URL", ""):
    # s3://key:secret@host:port/bucket?region=eu-west-1&tls=0; without key and host the AWS defaults are used.
    from urllib.parse import parse_qs, unquote, urlsplit

    media = urlsplit(media_url)
    options = {name: values[-1] for name, values in parse_qs(media.query).items()}
    bucket = media.path.strip("/")
    host = media.hostname
    if media.scheme == "s3" and host and not bucket:
        bucket, host = host, None  # s3://bucket
    if media.scheme != "s3" or not bucket:
        raise ImproperlyConfigured(
            "WORKBENCH_MEDIA_URL must read s3://bucket or s3://key:secret@host:port/bucket. Leave it out to keep media "
            "in the data folder."
        )
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "region_name": options.get("region"),
            "access_key": unquote(media.username) if media.username else None,
            "secret_key": unquote(media.password) if media.password else None,
            "endpoint_url": None
            if host is None
            else f"{'http' if options.get('tls') == '0' else 'https'}://{host}{f':{media.port}' if media.port else ''}",
            "addressing_style": "path" if host else None,
            "default_acl": None,
            "file_overwrite": True,  # names are hashes of the content: the same name is the same file
            "querystring_auth": True,
        },
    }

# Accounts

AUTH_USER_MODEL = "labelling.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "workbench.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
# A whole team may come from one address; guessing is bounded by the account's own limit besides.
LOGINS_A_MINUTE = env.int("WORKBENCH_LOGINS_A_MINUTE", 30)
ACCOUNT_RATE_LIMITS = {"login": f"{LOGINS_A_MINUTE}/m/ip", "login_failed": "20/m/ip,5/5m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # the workbench sends no mail yet

# The API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "labelling.api.auth.TokenAuthentication",
        "labelling.api.auth.SessionOrNothing",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "labelling.api.parsers.CleanJSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "labelling.api.pagination.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "labelling.api.errors.handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Workbench",
    "DESCRIPTION": "Label blind, measure agreement, discuss, release versions, evaluate.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "POSTPROCESSING_HOOKS": ["labelling.api.docs.name_shapes"],
}

# Logs: one line an event, with the id of its request

structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"], bool_as_flag=False),
            "foreign_pre_chain": [
                structlog.contextvars.merge_contextvars,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("WORKBENCH_LOG_LEVEL", "INFO").upper()},
    # Every ten seconds the timetable does its round; what goes wrong there is still said.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("django_structlog", "kombu", "celery.beat", "celery.app.trace", "celery.worker.strategy")
    },
}
