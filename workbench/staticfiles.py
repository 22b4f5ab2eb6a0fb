"""Static files under names that carry the hash of their content, compressed once."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites `import "./lib/x.js"` between modules.

    Without it Django hashes the names of modules and leaves the imports inside them alone, so that a browser keeps
    running yesterday's imported module beside today's page.
    """

    support_js_module_import_aggregation = True
