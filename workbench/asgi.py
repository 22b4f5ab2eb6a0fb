"""For servers that speak ASGI only. The views are synchronous: `workbench.wsgi` is several times faster."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workbench.settings")
application = get_asgi_application()
