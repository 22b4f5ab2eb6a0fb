"""A label's answers as rows of codes: every one ever given, and those that count now."""

from collections.abc import Sequence

from labelling.sql import Statement

Coded = Sequence[tuple[int, int]]  # (question id, code)


def answer_writes(label_id: int, answers: Coded) -> list[Statement]:
    if not answers:
        return []
    sql = "INSERT INTO labelling_answer (label_id, question_id, code) VALUES " + ", ".join(["(%s, %s, %s)"] * len(answers))
    return [(sql, [part for question, code in answers for part in (label_id, question, code)])]


def counted_answer_writes(
    answers: Coded, *, place: tuple[int, int, int], made_under: tuple[int, int, int], replaces: bool
) -> list[Statement]:
    """`place` is (example, labeller, round), `made_under` (schema version, guideline version, day); `replaces` says that
    an earlier label of this place counted."""
    writes: list[Statement] = []
    if replaces:
        writes.append(
            ("DELETE FROM labelling_countedanswer WHERE example_id = %s AND labeller_id = %s AND round = %s", [*place])
        )
    if answers:
        row = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        writes.append(
            (
                "INSERT INTO labelling_countedanswer (question_id, code, example_id, labeller_id, round, schema_version, "
                f"guideline_version, day, imported) VALUES {', '.join([row] * len(answers))}",
                [part for pair in answers for part in (*pair, *place, *made_under, False)],
            )
        )
    return writes
