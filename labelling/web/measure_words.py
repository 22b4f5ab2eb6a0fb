"""What figures are called on pages, kind by kind."""

from typing import Any

MEASURES = {
    "percent": "Raw agreement",
    "fleiss_kappa": "Fleiss' kappa",
    "gwet_ac1": "Gwet's AC1",
    "gwet_ac2": "Gwet's AC2",
    "scott_pi": "Scott's pi",
    "cohen_kappa": "Cohen's kappa",
    "conger_kappa": "Conger's kappa",
    "brennan_prediger": "Brennan-Prediger",
    "alpha_masi": "Alpha with the MASI distance",
    "alpha_exact": "Alpha of exactly the same answer",
    "set_similarity": "Likeness of two sets (Jaccard)",
    "icc_1_1": "ICC(1,1), one person, any people",
    "icc_2_1": "ICC(2,1), one person, absolute",
    "icc_3_1": "ICC(3,1), one person, consistency",
    "icc_1_k": "ICC(1,k), mean, any people",
    "icc_2_k": "ICC(2,k), mean, absolute",
    "icc_3_k": "ICC(3,k), mean, consistency",
    "word_similarity": "Likeness of two texts, word by word",
    "character_alpha": "Alpha by characters",
    "span_f1_exact": "F1 of exactly the same spans",
    "span_f1_overlap": "F1 of spans that overlap",
    "box_f1": "F1 of matched boxes",
    "box_f1_class": "F1 of matched boxes of one class",
    "iou": "Overlap of matched boxes",
    "class_agreement": "Same class on matched boxes",
    "word_error_rate": "Word error rate",
    "concordance": "Lin's concordance",
}
LEVELS = {
    "nominal": "The answers are read as classes without an order",
    "ordinal": "The answers are read as an order",
    "interval": "The answers are read as equal steps",
    "ratio": "The answers are read as equal steps from a true zero",
    "set": "Sets differ by the share of classes that only one of them has (Jaccard)",
    "text": "Texts differ by the edits that lead from one to the other, over the length of the longer one",
    "spans": "Units are compared by where they begin and end and by their class (alpha for unitizing)",
    "boxes": "Boxes that overlap by half or more are one object; who drew none says that nothing is there",
}
SHORT_LEVELS = {"nominal": "classes without an order", "ordinal": "an order", "interval": "equal steps", "ratio": "equal steps from a true zero"}
# What a confusion is counted in, and how the table is to be read.
COUNTED = {
    "choices": ("Pairs of labels", "Pairs of labels of which one has the row's class alone and the other the column's; the diagonal counts those that share it."),
    "spans": ("Characters", "Characters to which one person gave the row's class and another the column's."),
    "boxes": ("Objects, by pairs of labels", "Objects to which one person gave the row's class and another the column's."),
}
OF_CLASSES = ("Pairs of labels", "Percent of pairs of labels of one example; a row makes 100. A cell opens its examples.")
ALPHA_OF = {
    "choices": "Alpha has Jaccard's distance of sets here.",
    "spans": "Alpha is that of characters here.",
    "boxes": "Alpha is that of objects here.",
}
ALPHA_OF_CLASSES = "Alpha reads the answers as classes without an order here."
LEVEL_OF_PERSON = {
    "choice": "Share of answers that match the reference",
    "rating": "Share of answers that match the reference",
}
PARTLY = "How right answers are, partly right ones by their part"
SHARES = {"choices": "Share of labels that hold each class", "spans": "Share of labels that mark each class", "boxes": "Share of labels that draw each class"}


def confusion_words(kind: str) -> dict[str, Any]:
    unit, reading = COUNTED.get(kind, OF_CLASSES)
    return {"unit_words": unit, "reading": reading, "alpha_words": ALPHA_OF.get(kind, ALPHA_OF_CLASSES), "of_classes": kind not in COUNTED}
