"""The shapes of API.md that several doors share."""

from labelling.api.docs import FREE, NUMBER, TEXT, TIME, TRUTH, WHOLE, many, maybe, thing

CLASS = thing({"key": TEXT}, name=TEXT, definition=TEXT)
QUESTION = thing(
    {"key": TEXT, "kind": TEXT},
    prompt=TEXT,
    help=TEXT,
    required=TRUTH,
    show_if=maybe(FREE),
    classes=many(CLASS),
    low=NUMBER,
    high=NUMBER,
    step=NUMBER,
)
TAG = thing({"key": TEXT, "name": TEXT})
COUNTS = thing({"examples": WHOLE, "labels": WHOLE, "complete": WHOLE, "in_review": WHOLE, "labellers": WHOLE})
PROJECT_INPUT = thing(
    {"slug": TEXT, "name": TEXT, "display": many(FREE), "questions": many(QUESTION)},
    description=TEXT,
    tags=many(TAG),
    labels_per_example=WHOLE,
    guidelines=TEXT,
    order={"type": "string", "enum": ["sequence", "shuffled"]},
    seed=WHOLE,
    lease_seconds=WHOLE,
    target_alpha=maybe(NUMBER),
    labelling=FREE,
)
PROJECT_CHANGE = {**PROJECT_INPUT, "required": []}
PROJECT = thing(
    {
        "slug": TEXT,
        "name": TEXT,
        "display": many(FREE),
        "questions": many(QUESTION),
        "tags": many(TAG),
        "labels_per_example": WHOLE,
        "guidelines": TEXT,
        "schema_version": WHOLE,
        "guideline_version": WHOLE,
        "counts": COUNTS,
    },
    created_at=TIME,
)
