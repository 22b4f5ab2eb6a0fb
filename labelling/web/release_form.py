"""The recipe of a version: a form that says what the API's policy says."""

from collections.abc import Mapping
from typing import Any

from django import forms

from labelling.errors import WorkbenchError
from labelling.release.rules import USUAL_SPLITS, Format, split_names
from labelling.web.drafts import number_or_text
from labelling.web.forms import PlainForm
from labelling.web.release_words import METHODS, TIES

STATES = {
    "complete": "Complete: all labels are there and agree",
    "resolved": "Resolved: settled in a discussion",
    "in_review": "In review: labels differ, not settled yet",
    "open": "Open: labels are missing",
}
FORMATS = {Format.PARQUET: "Parquet", Format.JSONL: "JSON Lines", Format.CSV: "CSV"}
SPLITS = {"train": ("Train", "80"), "validation": ("Validation", "10"), "test": ("Test", "10")}
# The policy's path → the input where it can be mended.
PLACES = {"consensus.method": "method", "consensus.min_labels": "min_labels", "consensus.min_confidence": "min_confidence",
          "consensus.ties": "ties", "include.states": "states", "include.sources": "sources", "splits": "train"}  # fmt: skip


class RecipeForm(PlainForm):
    states = forms.MultipleChoiceField(label="Examples that are", required=False, choices=list(STATES.items()), widget=forms.CheckboxSelectMultiple, initial=["complete", "resolved"])
    sources = forms.MultipleChoiceField(label="From", required=False, widget=forms.CheckboxSelectMultiple, help_text="None ticked: from anywhere.")
    exclude_tags = forms.MultipleChoiceField(label="Leave out examples with the tag", required=False, widget=forms.CheckboxSelectMultiple, initial=["unintelligible"])
    method = forms.ChoiceField(label="Several labels become one answer by", required=False, choices=[(str(name), words) for name, words in METHODS.items()], help_text="What was settled in a discussion goes before any of these.")
    ties = forms.ChoiceField(label="Ties", required=False, choices=[(str(name), words) for name, words in TIES.items()], help_text="Chance never decides.")
    min_labels = forms.CharField(label="Labels, at least", required=False, initial="1")
    min_confidence = forms.CharField(label="Sure, at least (%)", required=False, initial="0", help_text="The share of labels behind the answer, or the model's probability.")
    stratify = forms.BooleanField(label="Spread each class evenly", required=False, initial=True)
    group_by = forms.ChoiceField(label="Keep together what has the same", required=False, help_text="So that no patient, author or recording is in two splits.")
    keep_splits_of = forms.ChoiceField(label="Keep the splits of", required=False, help_text="Only new examples are dealt out.")
    seed = forms.CharField(label="Seed", required=False, help_text="The same seed deals the same way again.")
    formats = forms.MultipleChoiceField(label="Files", required=False, choices=[(str(name), words) for name, words in FORMATS.items()], widget=forms.CheckboxSelectMultiple, initial=["parquet", "jsonl", "csv"])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea, help_text="What this version is for. It stays with it.")
    growth_reason = forms.CharField(label="Why the data grew", required=False, help_text="For instance: more of the rare classes.")

    def __init__(self, *args: Any, choices: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = choices["splits"]
        for name in self.names:
            words, share = SPLITS.get(name, (name, "0"))
            self.fields[name] = forms.CharField(label=f"{words} (%)", required=False, initial=choices["shares"].get(name, share))
        self.fields["sources"].choices = choices["sources"]
        self.fields["states"].choices = [(name, f"{words} ({choices['counts'][name]:,})") for name, words in STATES.items()]
        self.fields["exclude_tags"].choices = choices["tags"]
        self.fields["group_by"].choices = [("", "Nothing: each example on its own"), *choices["groups"]]
        self.fields["keep_splits_of"].choices = [("", "No version: deal anew"), *choices["versions"]]
        self.fields["keep_splits_of"].initial = choices["keep"]
        self.fields["method"].initial = str(choices["method"])
        self.fields["seed"].initial = choices["seed"]
        if not choices["sources"]:
            del self.fields["sources"]

    @property
    def split_fields(self) -> list[Any]:
        return [self[name] for name in self.names]

    def policy(self) -> dict[str, Any]:
        """The policy that was typed. Numbers that are none stay text, and the service says so."""
        typed = {name: self.data.get(name, "").strip() for name in self.fields}
        many = {name: self.data.getlist(name) for name in ("states", "sources", "exclude_tags", "formats")}
        return {
            "note": typed["note"].replace("\r\n", "\n"),
            "growth_reason": typed["growth_reason"] or None,
            "consensus": {
                "method": typed["method"] or None,
                "min_labels": number_or_text(typed["min_labels"]) if typed["min_labels"] else None,
                "min_confidence": share_of(typed["min_confidence"]) if typed["min_confidence"] else None,
                "ties": typed["ties"] or None,
            },
            "include": {"states": many["states"], "sources": many["sources"] or None},
            "exclude_tags": many["exclude_tags"],
            "splits": {name: share for name in self.names if (share := share_of(typed[name])) != 0},
            "stratify": "stratify" in self.data,
            "group_by": typed["group_by"] or None,
            "keep_splits_of": number_or_text(typed["keep_splits_of"]) if typed["keep_splits_of"] else None,
            "seed": number_or_text(typed["seed"]) if typed["seed"] else None,
            "formats": many["formats"],
        }

    def blame(self, error: WorkbenchError) -> None:
        if not error.fields:
            self.add_error(None, error.message)
        for name, texts in error.fields.items():
            place = PLACES.get(name, name)
            for text in texts:
                self.add_error(place if place in self.fields else None, text)


def share_of(text: str) -> Any:
    """80 → 0.8, exactly as the decimal says; 0 for nothing; text that is no number stays text."""
    number = number_or_text(text) if text else 0
    return round(number / 100, 9) if isinstance(number, int | float) else number


def names_for(previous: Mapping[str, float] | None) -> tuple[list[str], dict[str, str]]:
    """(the splits that the form offers, their shares in per cent): those of the last version, else the usual three."""
    if previous is None:
        return list(USUAL_SPLITS), {}
    names = split_names(set(previous) | set(USUAL_SPLITS))
    return names, {name: f"{previous.get(name, 0) * 100:g}" for name in names}
