"""The Django project: settings, addresses, the worker's app and the set-up."""
