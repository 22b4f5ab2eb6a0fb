"""The part of a project's settings page that says how it is labelled."""

from collections.abc import Mapping
from typing import Any

from django import forms

from labelling.errors import WorkbenchError
from labelling.web.drafts import number_or_text

SHARES = ("suggestions_blind_share", "qualification_required", "gold_share", "second_round_share", "overlap_confidence")
GROUPS = ("suggestions", "qualification", "gold", "second_round", "overlap")
NO_BUDGET = "none"
WORDS = {  # what is said beside a field whose value does not fit
    "suggestions_blind_share": "Give a percentage from 0 to 100, like 20.",
    "qualification_examples": "Give a whole number from 0 to 200. 0 asks for none.",
    "qualification_required": "Give a percentage from 0 to 100, like 80.",
    "gold_share": "Give a percentage from 0 to 50, like 5. 0 mixes none in.",
    "second_round_share": "Give a percentage from 0 to 50, like 5. 0 asks for none.",
    "second_round_after_days": "Give a whole number of days from 0 to 365.",
    "overlap_most": "Give a whole number from 2 to 100, like 5.",
    "overlap_confidence": "Give a percentage from 50 to 99.9, like 90.",
    "overlap_budget": "Give a whole number of labels, like 500, or none.",
}


def _number(label: str, hint: str) -> forms.CharField:
    return forms.CharField(label=label, required=False, help_text=hint, widget=forms.TextInput(attrs={"inputmode": "decimal"}))


def _yes(label: str, hint: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, help_text=hint)


class LabellingFields(forms.Form):
    """Fields of labelling_settings.DEFAULTS, shares as percentages."""

    confidence = _yes("Ask how sure the labeller is", "A slider under the questions, which may be left alone.")
    practice = _yes("Start with three practice examples", "On a labeller's first visit, to get to know the keys. Nothing of them is stored.")
    suggestions_show = _yes(
        "Show what a model suggests",
        "Beside the questions, as an offer. Whoever is shown an answer tends to give it: each label says whether one was shown.",
    )
    suggestions_blind_share = _number(
        "Examples that go without a suggestion, in %",
        "The control group: only beside it can be told how far suggestions sway people.",
    )
    qualification_examples = _number(
        "Gold examples before somebody starts",
        "Labellers are told so, and see afterwards what was right and why. These labels never count. 0 asks for none. Leads, and "
        "whoever has labels in this project already, are not asked.",
    )
    qualification_required = _number("How many of them must be right, in %", "Whoever misses it asks a lead, who can allow another try on the page Assign.")
    gold_share = _number(
        "Gold among the examples handed out, in %",
        "To see how well everybody labels, all the time. Nobody can tell it from other examples, and these labels never count. Give "
        "gold examples keys that do not tell.",
    )
    gold_feedback = _yes(
        "Say afterwards what was right", "After the answer, in one line, with the reason that was given. Until then nothing tells that an example is gold."
    )
    second_round_share = _number(
        "Own examples that come back, in %",
        "To the same labeller, who is not told, to see how far people agree with themselves. Only their first label counts.",
    )
    second_round_after_days = _number("After how many days", "Long enough to have forgotten the answer: a week or two.")

    overlap_adaptive = _yes(
        "Ask for more labels where the answer is not sure",
        "Every example begins with the number of labels above. When it has them and its answer is not sure enough, one more is asked for, again and "
        "again until it is; never where nobody is left who has not labelled it. It begins with the labels that come in from now on; switched off, "
        "nothing more is asked for, and what was asked for stays.",
    )
    overlap_most = _number("Labels of one example at most", "More than the number of labels above, or nothing is asked for.")
    overlap_confidence = _number("Sure enough, in %", "The probability of the answer, from who gave which and how often each of them was right so far.")
    overlap_budget = _number("More labels in all at most", "All that may be asked for beyond the number of labels above, or none for no end.")

    def labelling(self) -> dict[str, Any]:
        """What the API takes as `labelling`; what was left empty stays as it is."""
        found: dict[str, Any] = {}
        for name in LabellingFields.base_fields:
            typed: Any = self.cleaned_data[name]
            if typed == "":
                continue
            if name == "overlap_budget" and typed.strip().lower() == NO_BUDGET:
                typed = None
            elif isinstance(typed, str):
                typed = number_or_text(typed.replace("%", "").strip())
                if name in SHARES and not isinstance(typed, str):
                    typed = round(typed / 100, 6)
            group = next((group for group in GROUPS if name.startswith(f"{group}_")), None)
            if group:
                found.setdefault(group, {})[name.removeprefix(f"{group}_")] = typed
            else:
                found[name] = typed
        return found


def typed_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The stored settings as the form shows them."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        for part, one in value.items() if isinstance(value, Mapping) else [("", value)]:
            field = f"{name}_{part}" if part else name
            found[field] = f"{one * 100:g}" if field in SHARES else NO_BUDGET if field == "overlap_budget" and one is None else one
    return found


def blame(error: WorkbenchError) -> WorkbenchError:
    """The refusal with the names of this form's fields, and in the words of somebody who types percentages."""
    fields = {}
    for name, texts in error.fields.items():
        field = name.removeprefix("labelling.").replace(".", "_")
        fields[field] = [WORDS[field]] if name != field and field in WORDS else texts
    error.fields = fields
    return error
