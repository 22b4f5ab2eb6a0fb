"""Sounds for projects of the browser tests: made here, stored as the import would store them."""

import hashlib
import io
import json
import math
import struct
import wave
from pathlib import Path

from tests.stack import Stack

RATE = 8000


def tone(seconds: float, *, pitch: float = 440, swells: int = 3) -> bytes:
    """A WAV file, mono, 16 bits: a tone that swells and fades this many times, so that its picture shows something."""
    frames = bytearray()
    for number in range(int(seconds * RATE)):
        loudness = abs(math.sin(math.pi * swells * number / (seconds * RATE)))
        frames += struct.pack("<h", int(20_000 * loudness * math.sin(2 * math.pi * pitch * number / RATE)))
    return wav(bytes(frames))


def silence(seconds: float) -> bytes:
    return wav(bytes(2 * int(seconds * RATE)))


def wav(frames: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(frames)
    return file.getvalue()


def give_sounds(stack: Stack, given: dict[str, dict[str, list[bytes]]], folder: Path) -> None:
    """Project → field → the sounds that its examples have there, in order and from the start again."""
    plan: dict[str, dict[str, list[str]]] = {}
    for slug, fields in given.items():
        for field, sounds in fields.items():
            for content in sounds:
                path = folder / hashlib.sha256(content).hexdigest()
                path.write_bytes(content)
                plan.setdefault(slug, {}).setdefault(field, []).append(str(path))
    stack.shell(f"""
import json
from pathlib import Path
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from labelling.intake.models import Media
from labelling.intake.rules import media_path
from labelling.intake.sniff import sniff
from labelling.projects.models import Project
for slug, fields in json.loads({json.dumps(json.dumps(plan))}).items():
    project = Project.objects.get(slug=slug)
    for field, paths in fields.items():
        for place, example in enumerate(project.examples.order_by("id")):
            path = Path(paths[place % len(paths)])
            content = path.read_bytes()
            found = sniff(content, "audio")
            if not Media.objects.filter(project=project, sha256=path.name).exists():
                default_storage.save(media_path(project.pk, path.name, found.suffix), ContentFile(content))
                Media.objects.create(project=project, sha256=path.name, suffix=found.suffix, content_type=found.content_type, bytes=len(content), created_at=timezone.now())
            example.data = {{**example.data, field: f"{{path.name}}.{{found.suffix}}"}}
            example.save(update_fields=["data"])
""")
