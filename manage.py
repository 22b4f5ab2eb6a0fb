"""The one door to the command line: `python3 manage.py up`, `python3 manage.py test`, or any Django command."""

import os
import sys


def main():  # no annotations: an old Python must get as far as the sentence below
    if sys.version_info < (3, 11):
        sys.stderr.write(
            "The workbench needs Python 3.11 or newer; this is %d.%d (%s). Run the same command with a newer one, "
            "for instance: python3.11 manage.py %s\n"
            % (sys.version_info[0], sys.version_info[1], sys.executable, " ".join(sys.argv[1:]) or "up")
        )
        return 1
    from workbench import bootstrap

    return bootstrap.main(sys.argv[1:])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
    sys.exit(main())
