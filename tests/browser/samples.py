"""A small project of every question kind, made over the API in a browser that is logged in: for pictures, and for looking.

    .venv/bin/python -m tests.browser.samples --url http://127.0.0.1:8000 --data var     # into a running demo, as Lea

Everything in them is made here: sentences written for it, digits of scikit-learn drawn on a page, a sound that is three tones.
"""

import argparse
import io
import json
import math
import random
import struct
import time
import wave
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import APIResponse, Page

PEOPLE = {"ada": "labeller", "ben": "labeller"}
NEWS = [
    "Mira Okafor, who runs the bakery in Elm Street, has given away bread every Friday since 2019.",
    "The council of Alder Bay voted on Tuesday to close the old harbour bridge until spring.",
    "Storm Petra left forty thousand homes in the north without power, the grid company Nordlys said.",
    "After two goals by Jonas Lind, Riverton United beat Port Kessel 3–1 in front of 21,000 people.",
    "Researchers at the University of Halden found that bees remember human faces 🐝.",
    "In Qasr al-Nil (قصر النيل) the price of rice rose by a fifth, traders told the Daily Ledger.",
]
TALK = [
    [{"speaker": "Customer", "text": "My parcel says delivered, but there is nothing here."}, {"speaker": "Agent", "text": "I am sorry. Which address is on the order?"},
     {"speaker": "Customer", "text": "12 Mill Lane. I have been home all day."}, {"speaker": "Agent", "text": "I see it was left at number 21. We will bring it over today."}],
    [{"speaker": "Customer", "text": "Can I still change the size?"}, {"speaker": "Agent", "text": "No. It has left our warehouse."}, {"speaker": "Customer", "text": "That is a pity."}],
]  # fmt: skip
PLACES = [{"key": "PER", "name": "Person", "definition": "A human being by name."}, {"key": "ORG", "name": "Organisation"},
          {"key": "LOC", "name": "Place", "definition": "Towns, streets, buildings that have a name."}]  # fmt: skip
PROJECTS: dict[str, dict[str, Any]] = {
    "sample-topics": {
        "name": "News topics", "display": [{"field": "text", "as": "text"}],
        "questions": [
            {"key": "topics", "kind": "choices", "prompt": "What is it about?", "min": 0, "classes": [
                {"key": "politics", "name": "Politics", "definition": "Councils, laws, elections."}, {"key": "business", "name": "Business"},
                {"key": "sport", "name": "Sport"}, {"key": "science", "name": "Science"}, {"key": "weather", "name": "Weather"}, {"key": "people", "name": "People"}]},
            {"key": "reach", "kind": "number", "prompt": "How many people does it concern, about?", "low": 0, "high": 10_000_000, "unit": "people", "required": False},
        ],
    },
    "sample-names": {
        "name": "Names in the news", "display": [{"field": "text", "as": "text"}],
        "questions": [{"key": "names", "kind": "spans", "prompt": "Mark every name", "of": "text", "classes": PLACES}],
    },
    "sample-digits": {
        "name": "Digits on a page", "display": [{"field": "page", "as": "image"}],
        "questions": [{"key": "digits", "kind": "boxes", "prompt": "Draw a box round every digit", "of": "page",
                       "classes": [{"key": "even", "name": "Even"}, {"key": "odd", "name": "Odd"}]}],
    },
    "sample-voices": {
        "name": "Voice notes", "display": [{"field": "sound", "as": "audio"}],
        "questions": [{"key": "said", "kind": "text", "prompt": "Write down what you hear", "of": "sound", "max_length": 500}],
    },
    "sample-talks": {
        "name": "Service talks", "display": [{"field": "talk", "as": "dialogue"}], "labelling": {"confidence": True},
        "questions": [{"key": "satisfied", "kind": "rating", "prompt": "How satisfied is the customer at the end?", "low": 1, "high": 5,
                       "names": {"1": "not at all", "5": "fully"}}],
    },
}  # fmt: skip


def make_samples(page: Page) -> None:
    """Makes the projects that are missing, with their examples; the page's person becomes their owner."""
    for slug, fields in PROJECTS.items():
        if page.request.get(f"/api/v1/projects/{slug}/").ok:
            continue
        send(page, "/api/v1/projects/", {"slug": slug, "guidelines": "", "labels_per_example": 2, **fields})
        for username, role in PEOPLE.items():
            send(page, f"/api/v1/projects/{slug}/members/", {"username": username, "role": role})
        name, content = FILES[slug]()
        answer = page.request.post(f"/api/v1/projects/{slug}/imports/", multipart={"file": {"name": name, "mimeType": "application/octet-stream", "buffer": content}}, headers=csrf(page))
        assert answer.ok, answer.text()
        wait_for(page, answer.json()["job"]["url"])


def csrf(page: Page) -> dict[str, str]:
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    return {"X-CSRFToken": token, "Referer": page.url}


def send(page: Page, path: str, body: dict[str, Any]) -> APIResponse:
    answer = page.request.post(path, data=body, headers=csrf(page))
    assert answer.ok, f"{path}: {answer.status} {answer.text()}"
    return answer


def wait_for(page: Page, url: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while (job := page.request.get(url).json())["state"] not in ("done", "failed"):
        assert time.monotonic() < deadline, f"The job still is {job['state']} after {seconds} s"
        page.wait_for_timeout(100)
    assert job["state"] == "done" and not job["result"]["rejected"], job


def lines(field: str, values: list[Any]) -> tuple[str, bytes]:
    return "rows.jsonl", "\n".join(json.dumps({"key": f"{field}-{number:02}", field: value}) for number, value in enumerate(values, 1)).encode()


def packed(suffix: str, files: list[bytes], field: str) -> tuple[str, bytes]:
    """A ZIP of media with its metadata."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        rows = [f"key,file,{field}"]
        for number, file in enumerate(files, 1):
            archive.writestr(f"{field}-{number:02}.{suffix}", file)
            rows.append(f"{field}-{number:02},{field}-{number:02}.{suffix},{field}-{number:02}.{suffix}")
        archive.writestr("metadata.csv", "\n".join(rows))
    return f"{field}.zip", content.getvalue()


def pages_of_digits(count: int = 4) -> tuple[list[bytes], list[list[tuple[int, int, int, int]]]]:
    """PNG files of 900 by 560 pixels, and on each the (left, top, side, digit) of its twelve digits."""
    from PIL import Image
    from sklearn.datasets import load_digits

    digits, chance = load_digits(), random.Random(4)
    files, places = [], []
    for _ in range(count):
        sheet, own = Image.new("L", (900, 560), 255), []
        for place in range(12):
            which, side = chance.randrange(len(digits.images)), chance.randrange(56, 120)
            left, top = 40 + place % 4 * 215 + chance.randrange(60), 25 + place // 4 * 175 + chance.randrange(40)
            drawn = Image.fromarray((255 - digits.images[which] * 15).astype("uint8"))
            sheet.paste(drawn.resize((side, side), Image.Resampling.BICUBIC), (left, top))
            own.append((left, top, side, int(digits.target[which])))
        file = io.BytesIO()
        sheet.save(file, "PNG", optimize=True)
        files.append(file.getvalue())
        places.append(own)
    return files, places


def tones(count: int = 3, rate: int = 16_000) -> list[bytes]:
    chance, found = random.Random(5), []
    for _ in range(count):
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(rate)
            for _ in range(14):  # like syllables: louder, softer, a pause now and then
                pitch, loud, length = chance.uniform(110, 320), chance.choice((0.0, 0.3, 0.6, 0.9)), int(rate * chance.uniform(0.12, 0.4))
                sound.writeframes(b"".join(struct.pack("<h", int(20_000 * loud * math.sin(math.pi * at / length) * math.sin(2 * math.pi * pitch * at / rate))) for at in range(length)))
        found.append(file.getvalue())
    return found


FILES = {
    "sample-topics": lambda: lines("text", NEWS),
    "sample-names": lambda: lines("text", NEWS),
    "sample-digits": lambda: packed("png", pages_of_digits()[0], "page"),
    "sample-voices": lambda: packed("wav", tones(), "sound"),
    "sample-talks": lambda: lines("talk", TALK),
}


def main() -> None:
    import tempfile

    from playwright.sync_api import sync_playwright

    from tests.browser.chromium import find_chromium
    from tests.browser.tour import log_in

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--data", type=Path, default=Path("var"))
    options = parser.parse_args()
    passwords = {row["username"]: row["password"] for row in json.loads((options.data / "demo-logins.json").read_text())}
    with tempfile.TemporaryDirectory(prefix="samples-") as folder, sync_playwright() as playwright:
        chromium = find_chromium(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium.path, env=chromium.environment, args=chromium.arguments)
        make_samples(log_in(browser, options.url, "lea", passwords))
        browser.close()


if __name__ == "__main__":
    main()
