"""Files for imports, made in memory, and the way to import one."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from labelling import tasks
from labelling.intake import services
from labelling.jobs.models import Job
from tests import factories


def csv_of(*lines: str, encoding: str = "utf-8") -> bytes:
    return ("\n".join(lines) + "\n").encode(encoding)


def jsonl_of(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def zip_of(files: Mapping[str, bytes] | Iterable[tuple[Any, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(name, content)
    return out.getvalue()


def picture(colour: str = "red", size: tuple[int, int] = (8, 6), format: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, format, **options)
    return out.getvalue()


def start(content: bytes, *, name: str = "file.csv", slug: str = "reviews", actor: str = "lea", **options: Any) -> Job:
    """Start an import as Lea."""
    file = SimpleUploadedFile(name, content)
    return services.start_import(actor=factories.viewer(actor), slug=slug, file=file, now=factories.NOW, **options)


def run(content: bytes, **options: Any) -> dict[str, Any]:
    """Import a file to its end; the job's result."""
    job = start(content, **options)
    tasks.run_queued()
    job.refresh_from_db()
    assert job.state == "done", (job.state, job.error)
    assert job.result["rows"] == job.result["added"] + job.result["duplicates"] + job.result["rejected"]
    return job.result
