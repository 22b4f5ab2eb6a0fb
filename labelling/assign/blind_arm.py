"""Which examples go without a model's suggestion, for everybody: the control arm, against which anchoring is measured. Pure."""

from labelling.intake.rules import number_from

STEPS = 2**53


def is_blind(*, seed: int, example_id: int, share: float) -> bool:
    """Whether this example belongs to the share that is labelled without a suggestion.

    Always the same for one project's seed; raising the share adds examples and takes none out.
    """
    return number_from(seed, f"suggestion {example_id}", STEPS) < share * STEPS
