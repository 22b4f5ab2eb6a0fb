"""Whether a version is still what it was: every hash and the digest computed again from what is in storage."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from labelling.errors import WorkbenchError
from labelling.release.canonical import digest_of
from labelling.release.files import hash_file, open_stored
from labelling.release.models import DatasetVersion
from labelling.release.selectors import list_files


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was compared; `problem` is empty where it is as it should be."""

    name: str
    problem: str = ""


def verify_version(version: DatasetVersion) -> Iterator[Check]:
    """A check a file, then the manifest's list of files against the rows, SHA256SUMS, and the digest."""
    found: dict[str, str] = {}
    texts: dict[str, bytes] = {}
    for file in list_files(version):
        try:
            with open_stored(file.storage_name) as opened:
                sha256, size = hash_file(opened)
                if file.name in ("manifest.json", "SHA256SUMS"):
                    opened.seek(0)
                    texts[file.name] = opened.read()
        except WorkbenchError:
            yield Check(file.name, "is gone from storage")
            continue
        found[file.name] = sha256
        yield Check(file.name, "" if sha256 == file.sha256 else f"has {size:,} bytes and the SHA-256 {sha256}; released were {file.bytes:,} bytes and {file.sha256}")
    listed = {file["name"]: file["sha256"] for file in version.manifest["files"]}
    for name, sha256 in listed.items():
        if found.get(name) not in (None, sha256):
            yield Check("manifest.json", f"lists another SHA-256 for {name}")
    yield Check("manifest.json (the database's)", _differs(texts.get("manifest.json"), version))
    sums = {line[66:]: line[:64] for line in texts.get("SHA256SUMS", b"").decode("utf-8", "replace").splitlines()}
    wrong = [name for name, sha256 in found.items() if name != "SHA256SUMS" and sums.get(name) != sha256]
    yield Check("SHA256SUMS (its lines)", f"does not hold for {', '.join(sorted(wrong))}" if wrong else "")
    data = {name: sha256 for name, sha256 in found.items() if name in listed and name != "provenance.json"}
    digest = digest_of(version.policy, version.manifest["schema"]["questions"], data)
    yield Check("digest", "" if digest == version.digest else f"is {digest}; released was {version.digest}")


def _differs(stored: bytes | None, version: DatasetVersion) -> str:
    try:
        same = stored is not None and json.loads(stored) == version.manifest
    except ValueError:
        same = False
    return "" if same else "differs from the file in storage"
