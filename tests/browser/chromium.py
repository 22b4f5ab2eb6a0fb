"""Which Chromium the browser tests drive: CHROMIUM from the environment, else a system's own, else npm's."""

import os
import platform
import shutil
import tarfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    path: str
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    arguments: list[str] = field(default_factory=lambda: ["--no-sandbox", "--disable-dev-shm-usage"])


def find_chromium(folder: Path) -> Chromium:
    """Returns a Chromium that starts here. `folder` takes what has to be unpacked.

    The sandbox is off because it needs rights that containers lack; the tests open this product's pages alone.
    """
    if named := os.environ.get("CHROMIUM"):
        assert os.access(named, os.X_OK), f"CHROMIUM names {named}, which cannot be run."
        return Chromium(named)
    for name in [*NAMES, MAC]:
        if found := shutil.which(name):
            return Chromium(found)
    package = CHECKOUT / "node_modules" / "@sparticuz" / "chromium" / "bin"
    assert platform.system() == "Linux" and platform.machine() == "x86_64" and package.exists(), (
        "There is no Chromium here. Install one, or name it: CHROMIUM=/path/to/chromium python3 manage.py test"
    )
    return unpack(package, folder)


def unpack(package: Path, folder: Path) -> Chromium:
    """The headless Chromium inside the npm package, with the libraries and fonts that a bare machine lacks."""
    import brotli

    program = folder / "chromium"
    program.write_bytes(brotli.decompress((package / "chromium.br").read_bytes()))
    program.chmod(0o755)
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # came with 3.11.4
    for name in ("al2023", "swiftshader", "fonts"):
        with tarfile.open(fileobj=BytesIO(brotli.decompress((package / f"{name}.tar.br").read_bytes()))) as archive:
            archive.extractall(folder / name if name != "swiftshader" else folder, **safely)
    configuration = folder / "fontconfig"
    configuration.mkdir()
    (configuration / "fonts.conf").write_text(FONTS.format(fonts=folder / "fonts", cache=folder / "font-cache"))
    environment = os.environ | {
        "LD_LIBRARY_PATH": f"{folder / 'al2023' / 'lib'}:{folder}",
        "FONTCONFIG_PATH": str(configuration), "FONTCONFIG_FILE": str(configuration / "fonts.conf"),
        "HOME": str(folder),
    }
    arguments = [
        "--no-sandbox", "--no-zygote", "--disable-dev-shm-usage", "--headless", "--use-gl=angle", "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader", "--in-process-gpu",
    ]
    return Chromium(str(program), environment, arguments)
