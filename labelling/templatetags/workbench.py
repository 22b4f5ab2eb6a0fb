"""How figures, times and classes are written on every page: two decimals, an interval, thousands with a comma."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.forms import BaseForm, BoundField
from django.template import loader
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from labelling.access import Permission

register = template.Library()
NBSP, MINUS, EN_DASH = "\u00a0", "\u2212", "\u2013"
MIN_EXAMPLES, MIN_LABELLERS = 10, 2  # below, no digit is shown: it would be read as more than it is
FILLS = 8


def _part(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)


@register.filter
def decimals(value: Any, places: int = 2) -> str:
    """0.524 → 0.52; a true minus sign; nothing for None."""
    if value is None or value == "":
        return ""
    text = f"{float(value):,.{places}f}"
    return text.replace("-", MINUS) if float(text.replace(",", "")) else text.lstrip("-")


@register.filter
def thousands(value: Any) -> str:
    """12345 → 12,345."""
    return "" if value is None or value == "" else f"{int(value):,}".replace("-", MINUS)


@register.filter
def short(value: Any) -> str:
    """A count as a count, any other number with two decimals: 1200 → 1,200; 2.5 → 2.50."""
    if value is None or value == "":
        return ""
    return thousands(value) if float(value).is_integer() else decimals(value)


@register.filter
def percent(share: Any) -> str:
    """0.412 → 41 %. What is there but rounds away is said in words, so that nobody reads "0 %" off a few."""
    if share is None or share == "":
        return ""
    share = float(share)
    if 0 < share < 0.005:
        return f"under 1{NBSP}%"
    if 0.995 < share < 1:
        return f"over 99{NBSP}%"
    return f"{share * 100:.0f}{NBSP}%".replace("-", MINUS)


@register.filter
def interval(figure: Any, unit: str = "") -> str:
    """[0.41–0.63], or [41–63 %] with unit "percent"; nothing where there is no interval."""
    low, high = _part(figure, "low"), _part(figure, "high")
    if low is None or high is None:
        return ""
    if unit == "percent":
        return f"[{decimals(low * 100, 0)}{EN_DASH}{decimals(high * 100, 0)}{NBSP}%]"
    return f"[{decimals(low)}{EN_DASH}{decimals(high)}]"


@register.filter
def width(limits: Any) -> float | None:
    """[low, high] → how far they are apart."""
    return None if not limits else limits[1] - limits[0]


@register.filter
def plainly(value: Any) -> str:
    """A number as somebody typed it: 0.1, not 0.10."""
    return "" if value is None else f"{float(value):g}"


@register.filter
def too_few(figure: Any) -> str:
    """Why a figure is not shown ("4 examples"), or nothing when it rests on enough."""
    examples, labellers = _part(figure, "n_examples"), _part(figure, "n_labellers")
    if examples is not None and examples < MIN_EXAMPLES:
        return count(examples, "example")
    if labellers and labellers < MIN_LABELLERS:  # 0: a figure about a model, which rests on no labeller
        return count(labellers, "labeller")
    return ""


@register.filter
def count(number: Any, noun: str) -> str:
    """3|count:"label" → 3 labels; a plural of its own after a comma: "case is,cases are"."""
    one, _, many = noun.partition(",")
    return f"{thousands(number)} {one if number == 1 else many or one + 's'}"


@register.filter
def duration(seconds: Any) -> str:
    """8.4 → 8 s; 200 → 3 min 20 s; 7300 → 2 h 2 min."""
    if seconds is None or seconds == "":
        return ""
    whole = round(float(seconds))
    if whole < 60:
        return f"{whole}{NBSP}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min" + (f" {rest}{NBSP}s" if rest and minutes < 10 else "")
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,}{NBSP}h" + (f" {minutes}{NBSP}min" if minutes and hours < 100 else "")


@register.filter
def size(number: Any) -> str:
    """Bytes: 1,234 → 1.2 kB."""
    amount = float(number or 0)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f}{NBSP}{unit}" if unit == "B" or amount >= 100 else f"{amount:.1f}{NBSP}{unit}"
        amount /= 1000
    raise AssertionError("unreachable")


@register.simple_tag
def ago(when: datetime | None, now: datetime | None = None) -> SafeString | str:
    """<time>: "2 minutes ago", the exact moment beside it for those who ask."""
    if when is None:
        return "never"
    seconds = ((now or timezone.now()) - when).total_seconds()
    past, seconds = seconds >= 0, abs(seconds)
    for unit, length in (("year", 31557600), ("month", 2629800), ("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            words = f"{count(int(seconds // length), unit)}"
            words = f"{words} ago" if past else f"in {words}"
            break
    else:
        words = "just now" if past else "in a moment"
    exact = timezone.localtime(when)
    return format_html('<time datetime="{}" title="{}">{}</time>', exact.isoformat(), f"{exact:%-d %B %Y, %H:%M %Z}", words)


@register.filter
def letter(number: int) -> str:
    """Class 1 → A, 26 → Z, 27 → AA: for life, through renames."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@register.simple_tag
def swatch(number: int, hidden: bool = False) -> SafeString:
    """The letter of class `number` (from 1) on its fill and pattern. Write the class's name beside it."""
    fill, again = (number - 1) % FILLS + 1, (number - 1) // FILLS
    pattern = format_html(' data-pattern="{}"', (fill - 1 + 3 * again) % FILLS + 1) if again else ""
    wide = " wide" if number > 26 else ""
    aria = SafeString(' aria-hidden="true"') if hidden else ""
    return format_html('<span class="swatch{}" data-class-no="{}"{}{}>{}</span>', wide, fill, pattern, aria, letter(number))


@register.simple_tag
def class_name(number: int, name: str) -> SafeString:
    """Swatch and name."""
    return format_html('<span class="class">{} <span>{}</span></span>', swatch(number), name)


@register.filter
def below_heading(html: str, level: int) -> SafeString:
    """Cleaned HTML whose own headings start below a heading of this level: a page has one h1, and it is not theirs."""
    return mark_safe(re.sub(r"<(/?)h([1-6])>", lambda tag: f"<{tag[1]}h{min(6, int(tag[2]) + level)}>", html))


@register.inclusion_tag("measure/downloads.html", takes_context=True)
def downloads(context: template.Context, door: str, one: Any = "", then: str = "", **asked: Any) -> dict[str, Any]:
    """Links to all that a door of the API shows, as CSV and JSON: {% downloads "agreement" question=key by=by %}; what is empty is
    left out. For exactly what the page shows, give it what the page was asked for. `one` and `then` follow the door in the address:
    {% downloads "evaluations" one=evaluation.pk then="humans" %}."""
    query = {name: value for name, value in asked.items() if value not in (None, "")}
    address = f"/api/v1/projects/{context['project'].slug}/{'/'.join(quote(str(part)) for part in (door, one, then) if part != '')}/"
    return {"files": [(form.upper(), f"{address}?{urlencode({**query, 'format': form})}") for form in ("csv", "json")]}


@register.filter
def heat_step(share: Any) -> int:
    """A share from 0 to 1 as one of five steps, for data-step."""
    return min(5, max(1, int(float(share) * 5) + 1))


@register.filter
def problems(form: BaseForm) -> list[tuple[str, str]]:
    """A form's errors for parts/error_summary.html: (id of the field, sentence)."""
    if not form.is_bound:
        return []
    found = [("", str(text)) for text in form.non_field_errors()]
    return found + [(bound.id_for_label or bound.auto_id, str(text)) for bound in form for text in bound.errors]


@register.simple_tag
def control(field: BoundField, css: str = "", **attrs: Any) -> SafeString:
    """A form field's widget with the ids of its hint and its errors."""
    told: Iterable[tuple[str]] = [(f"{field.auto_id}-{what}",) for what, there in (("hint", field.help_text), ("error", field.errors)) if there]
    plain = {"checkbox", "radio", "hidden"}
    if getattr(field.field.widget, "input_type", "") not in plain:
        attrs["class"] = f"input {css}".strip()
    if told:
        attrs["aria-describedby"] = format_html_join(" ", "{}", told)
    if field.errors:
        attrs["aria-invalid"] = "true"
    return field.as_widget(attrs={name.replace("_", "-"): value for name, value in attrs.items()})


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """auto, light or dark, as this person chose; written by the server so that nothing flashes."""
    request = context.get("request")
    return getattr(getattr(request, "user", None), "theme", None) or "auto"


STAGES = (
    ("overview", "Overview", Permission.READ_PROJECT),
    ("import", "Import", Permission.IMPORT),
    ("assign", "Assign", Permission.SEE_LABELS),
    ("label", "Label", Permission.LABEL),
    ("measure", "Measure", Permission.SEE_LABELS),
    ("discuss", "Discuss", Permission.JOIN_CASES),
    ("release", "Release", Permission.READ_VERSIONS),
    ("evaluate", "Evaluate", Permission.READ_EVALUATIONS),
    ("settings", "Settings", Permission.EDIT_PROJECT),
)


@register.inclusion_tag("parts/stages.html", takes_context=True)
def stages(context: template.Context) -> dict[str, Any]:
    """The stages of the flow that this person may enter. A stage's first page is the URL name of its word, with `slug`."""
    request = context.get("request")
    place = getattr(request, "place", None)
    links = []
    if place is not None:
        parts = request.path.strip("/").split("/")
        here = context.get("stage") or (parts[2] if len(parts) > 2 else "overview")
        for name, word, permission in STAGES:
            try:
                url = reverse(name, kwargs={"slug": place.slug})
            except NoReverseMatch:
                continue
            if permission in place.can:
                links.append({"url": url, "word": word, "here": name == here})
    return {"links": links, "current": next((link["word"] for link in links if link["here"]), "Stages")}


@register.simple_tag(takes_context=True)
def undo_notice(context: template.Context) -> SafeString | str:
    """What the last act offers to undo (labelling.web.undo): shown once, as words and a button."""
    request = context.get("request")
    offer = request.session.pop("undo", None) if request is not None and hasattr(request, "session") and "undo" in request.session else None
    if offer is None:
        return ""
    page = loader.get_template("parts/undo.html")
    return page.render({"offer": offer}, request)
