"""load_demo: two real projects, so that a newcomer finds every page alive.

*Word feelings*: words and emoticons with ten real human ratings each, from the vaderSentiment package. The package keeps
the ratings of a word in a row without saying whose they are, so each labeller here is only a slot of that row. A small
text model, trained here on the released version, is evaluated on it.
*Digits*: scikit-learn's handwritten digits as pictures, the truth of some loaded as gold, the rest open to be labelled.

Safe to run again: what is there stays as it is.
"""

import io
import json
import os
import random
import secrets
import time
import zipfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from labelling import tasks
from labelling.access import Role, Viewer
from labelling.accounts import services as accounts
from labelling.discuss import services as discuss
from labelling.errors import Conflict
from labelling.evaluate import dataset
from labelling.evaluate import services as evaluate
from labelling.intake import services as intake
from labelling.jobs.selectors import get_job
from labelling.label import services as label
from labelling.projects import services as projects
from labelling.release import selectors as versions
from labelling.release import services as release

SEED = 20260302
N_WORDS, N_DIGITS, N_GOLD = 1200, 600, 200
PIXEL = 24  # of the screen for each of the 8 x 8 dots
OPERATOR = Viewer(user_id=0, username="operator", is_staff=True)
PEOPLE = (("lea", "Lea", Role.OWNER), ("ada", "Ada", Role.LABELLER), ("ben", "Ben", Role.LABELLER))
NAMES = {"-4": "extremely negative", "0": "neutral", "4": "extremely positive"}

WORDS = {
    "slug": "word-feelings",
    "name": "Word feelings",
    "description": "How negative or positive is a word or an emoticon? Ten real ratings each, from the vaderSentiment package (MIT licence).",
    "display": [{"field": "text", "as": "text"}],
    "questions": [{"key": "feeling", "kind": "rating", "prompt": "How negative or positive is it?", "low": -4, "high": 4, "names": NAMES}],
    "labels_per_example": 10,
    "seed": SEED,
    "target_alpha": 0.8,
    "guidelines": "# How to rate\n\nRate the word **by itself**, not a sentence that it could stand in.\n\n"
    "- **−4** is as negative as a word can be, **0** is neutral, **4** is as positive as a word can be.\n"
    "- A word with two senses gets the rating of the sense that comes to mind first; tag it *borderline*.\n"
    "- An emoticon is rated like a word.\n",
}
DIGITS = {
    "slug": "digits",
    "name": "Digits",
    "description": "Handwritten digits from scikit-learn, 8 by 8 dots. Some have their truth as gold; the rest is yours to label.",
    "display": [{"field": "image", "as": "image"}],
    "questions": [
        {
            "key": "digit",
            "kind": "choice",
            "prompt": "Which digit is it?",
            "classes": [{"key": str(number), "name": str(number), "definition": ""} for number in (*range(1, 10), 0)],
        }
    ],
    "labels_per_example": 2,
    "seed": SEED,
    "guidelines": "# How to read a digit\n\nChoose the digit that the writer meant.\n\n- A **1** may have a foot and a flag, a **7** a bar.\n"
    "- If two digits are equally likely, choose one and press **B** for *borderline*.\n- Press **X** if no digit can be made out.\n",
}


class Command(BaseCommand):
    help = "Load the two demo projects, Word feelings and Digits."

    def handle(self, *args: Any, **options: Any) -> None:
        logins = self.people()
        lea = Viewer(user_id=logins["lea"]["id"], username="lea")
        if self.project(lea, WORDS):
            self.words(lea)
        if self.project(lea, DIGITS):
            self.digits(lea)
        self.write_logins(logins)

    # People

    def people(self) -> dict[str, Any]:
        """Accounts with passwords made now; an account that is there keeps the one it has."""
        found: dict[str, Any] = {}
        for username, name, _ in PEOPLE:
            password = "-".join(secrets.token_hex(2) for _ in range(4))
            try:
                user = accounts.create_user(actor=OPERATOR, username=username, password=password, display_name=name, now=timezone.now())
            except Conflict:
                (user_id,) = accounts.users_named({username}).values()
                found[username] = {"id": user_id, "password": None}
            else:
                found[username] = {"id": user.pk, "password": password}
        return found

    def write_logins(self, logins: dict[str, Any]) -> None:
        path = settings.DATA / "demo-logins.json"
        rows = [
            {"username": username, "password": logins[username]["password"], "role": str(role)}
            for username, _, role in PEOPLE
            if logins[username]["password"]
        ]
        if rows:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                json.dump(rows, file)

    def project(self, lea: Viewer, fields: dict[str, Any]) -> bool:
        """Whether the project was made now."""
        now = timezone.now()
        try:
            projects.create_project(actor=lea, fields=fields, now=now)
        except Conflict:
            return False
        for username, _, role in PEOPLE[1:]:
            projects.add_member(actor=lea, slug=fields["slug"], username=username, role=role, now=now)
        return True

    def run(self, job: Any) -> Any:
        """Run a job here and now, or wait for the worker that took it first; its result."""
        while (done := get_job(OPERATOR, str(job.id))).state in {"queued", "running"}:
            if not tasks.run_queued():
                time.sleep(0.1)
        if done.state != "done" or (done.result or {}).get("rejected"):
            raise CommandError(f"The demo's {job.kind} did not go through: {done.error or done.result}")
        return done.result

    # Word feelings

    def words(self, lea: Viewer) -> None:
        rows = lexicon()
        now, slug = timezone.now(), WORDS["slug"]
        source = {"key": "vader", "name": "vaderSentiment lexicon", "licence": "MIT", "origin": "person", "owner": "C. J. Hutto"}
        intake.create_source(actor=lea, slug=slug, fields=source, now=now)
        examples = [{"key": f"word-{number:04d}", "text": word, "sort": sort_of(word)} for number, (word, _) in enumerate(rows)]
        self.run(intake.start_import(actor=lea, slug=slug, file=jsonl("words.jsonl", examples), source="vader", now=now))
        labels = [
            {"example": f"word-{number:04d}", "labeller": f"slot-{slot:02d}", "value": rating}
            for number, (_, ratings) in enumerate(rows)
            for slot, rating in enumerate(ratings, start=1)
        ]
        self.run(label.start_label_import(actor=lea, slug=slug, file=jsonl("ratings.jsonl", labels), now=now))
        policy = {"note": "The first clean set of the demo", "include": {"states": ["complete", "in_review", "resolved"]}, "consensus": {"method": "median"}}
        self.run(release.release_version(actor=lea, slug=slug, policy=policy, now=timezone.now()))
        self.evaluate(lea, slug)

    def evaluate(self, lea: Viewer, slug: str) -> None:
        """A small model of the words' letters, trained on the version's training split and scored on its test split."""
        from labelling.projects.selectors import get_project

        version = versions.get_version(get_project(lea, slug), 1)
        train, test = (dataset.read_rows(version, split) for split in ("train", "test"))
        guesses = predict(train.columns["text"], train.columns["feeling"], test.columns["text"])
        model = evaluate.register_model(
            actor=lea,
            slug=slug,
            fields={"name": "letters", "version": "1", "trained_on": 1, "notes": "Ridge regression on runs of 2 to 5 letters, rounded to the scale."},
            now=timezone.now(),
        )
        rows = [{"key": key, "feeling": guess} for key, guess in zip(test.keys, guesses, strict=True)]
        file = jsonl("letters.jsonl", rows)
        self.run(evaluate.start_evaluation(actor=lea, slug=slug, model=model.pk, version=1, split="test", file=file, now=timezone.now()))

    # Digits

    def digits(self, lea: Viewer) -> None:
        from sklearn.datasets import load_digits

        slug, found = DIGITS["slug"], load_digits()
        chosen = sorted(random.Random(SEED).sample(range(len(found.target)), N_DIGITS))
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            metadata = []
            for number in chosen:
                name = f"digit-{number:04d}.png"
                archive.writestr(name, picture(found.images[number]))
                metadata.append({"file": name, "key": f"digit-{number:04d}"})
            archive.writestr("metadata.jsonl", "\n".join(json.dumps(row) for row in metadata))
        now = timezone.now()
        source = {"key": "digits", "name": "scikit-learn's digits", "licence": "BSD-3-Clause", "origin": "person"}
        intake.create_source(actor=lea, slug=slug, fields=source, now=now)
        file = SimpleUploadedFile("digits.zip", packed.getvalue())
        self.run(intake.start_import(actor=lea, slug=slug, file=file, source="digits", now=now))
        gold = random.Random(SEED + 1).sample(chosen, N_GOLD)
        truth = [{"example": f"digit-{number:04d}", "value": str(found.target[number]), "gold": True} for number in gold]
        self.run(discuss.start_resolution_import(actor=lea, slug=slug, file=jsonl("truth.jsonl", truth), now=now))


def jsonl(name: str, rows: list[dict[str, Any]]) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode())


def lexicon() -> list[tuple[str, list[int]]]:
    """A seeded choice of the package's words with their ten ratings, emoticons among them; each word once."""
    from importlib.resources import files

    found: dict[str, list[int]] = {}
    for line in files("vaderSentiment").joinpath("vader_lexicon.txt").read_text(encoding="utf-8").splitlines():
        word, _, _, ratings = line.split("\t")
        found.setdefault(word, json.loads(ratings))
    return random.Random(SEED).sample(sorted(found.items()), N_WORDS)


def sort_of(word: str) -> str:
    return "word" if any(letter.isalpha() for letter in word) and word[0].isalpha() else "emoticon"


def predict(texts: list[str], ratings: list[int], asked: list[str]) -> list[int]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import Ridge
    from sklearn.pipeline import make_pipeline

    model = make_pipeline(TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5)), Ridge(alpha=1.0))
    model.fit(texts, ratings)
    return [int(max(-4, min(4, round(float(guess))))) for guess in model.predict(asked)]


def picture(dots: Any) -> bytes:
    """An 8 x 8 digit as a PNG, dark on light, each dot a square."""
    import numpy as np
    from PIL import Image

    grey = 255 - np.rint(np.asarray(dots) / 16 * 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(grey).resize((8 * PIXEL, 8 * PIXEL), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()
