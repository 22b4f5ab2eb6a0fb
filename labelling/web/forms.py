"""What all forms of the pages share. Forms shape input; the services judge it, as they do for the API."""

from typing import Any

from django import forms

from labelling.errors import WorkbenchError


class PlainForm(forms.Form):
    """Labels without colons, the browser's own checks off: errors are ours, beside the field and on top."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def blame(self, error: WorkbenchError) -> None:
        """Write a service's refusal beside the fields that it names, or on top where it names none."""
        if not error.fields:
            self.add_error(None, error.message)
        for name, texts in error.fields.items():
            for text in texts:
                self.add_error(name if name in self.fields else None, text)
