"""`python -m workbench.prepare [--demo]`: brings the data folder up to date, one line a step."""

import os
import sys

from workbench.console import Trouble, say, step, tree_hash


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
        reach_database()
        reach_broker()
        migrate()
        collect_static_files()
        if "--demo" in arguments:
            load_demo()
    except (Trouble, ImproperlyConfigured) as trouble:
        say(f"\nStopped: {trouble}", stream=sys.stderr)
        return 1
    except KeyboardInterrupt:  # Ctrl-C reaches `up` too, which says that it stops
        return 130
    return 0


def reach_database() -> None:
    from django.db import OperationalError, connection

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Trouble(f"the database does not answer ({str(error).strip()}). Check DATABASE_URL, or leave it out.") from error


def reach_broker() -> None:
    from django.conf import settings

    if not settings.REDIS_URL:
        return
    import redis

    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise Trouble(f"Redis does not answer ({error}). Check REDIS_URL, or leave it out.") from error


def migrate() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        with step(f"Database: {len(plan)} migrations"):
            call_command("migrate", interactive=False, verbosity=0)


def collect_static_files() -> None:
    from django.conf import settings
    from django.core.management import call_command

    from workbench.bootstrap import BUILD, CHECKOUT, LOCKS

    stamp = settings.STATIC_ROOT / ".made-from"
    rules = (CHECKOUT / "workbench" / name for name in ("apps.py", "settings.py", "staticfiles.py"))
    made_from = tree_hash(BUILD / "static", LOCKS / "requirements.txt", *rules)
    if stamp.exists() and stamp.read_text() == made_from:
        return
    with step("Static files: hashed and compressed"):
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(made_from)


def load_demo() -> None:
    from django.conf import settings
    from django.core.management import call_command, get_commands

    if "load_demo" not in get_commands() or (settings.DATA / "demo-logins.json").exists():
        return
    with step("Demo: Word feelings and Digits"):
        call_command("load_demo", verbosity=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
