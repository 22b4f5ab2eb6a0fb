"""Agreement, human level, consensus and scoring, without Django: NumPy arrays in, frozen dataclasses out.

    from labelling.stats import agreement, rows
    given = rows.of_rows(texts, people, answers)                         # names and numbers as they are: three columns, any order
    found = agreement.measure(given.labels, level="nominal")
    found.alpha.value, found.alpha.low, found.alpha.high, found.alpha.method
    found.alpha.as_dict()                                                # the API's shape

    from labelling.stats.columns import Labels
    labels = Labels.of(example_ids, labeller_ids, codes, n_codes=3)      # the same from three integer arrays, for millions of labels

Answers beyond one class have their own comparisons: sets of classes as frozensets, spans with one answer a label.

    from labelling.stats import compare_sets, compare_spans
    given = rows.of_rows(texts, people, sets)
    compare_sets.SetComparison.of(given.labels, given.classes, ["sport", "art"]).alpha()
    labels = Labels.of(example_ids, labeller_ids, range(len(spans)))     # spans[i] = [{"start": 0, "end": 4, "class": "PER"}, ...]
    compare_spans.SpanComparison.of(labels, spans, ["PER", "LOC"], lengths).alpha()      # lengths of the texts, ascending by id

Words: an answer is a *code* from 0 to n_codes - 1; callers keep the list of classes. Arrays about examples are in the order of
`labels.example_ids` (ascending), about labellers in the order of `labels.labeller_ids`; arrays about labels are given in the
caller's own row order. Every `Result` is a `Figure` (value, low, high, confidence, n_examples, n_labels, n_labellers, method,
intervals) or an `Undefined` (value None, undefined = the reason); both have `as_dict()`. ValueError means wrong arguments, never
too little data. All randomness is seeded (`seed=0`).

rows
    of_rows(examples, labellers, answers, classes=None) -> Coded      .labels .classes (of each code) .examples .labellers .values
    of_matrix(matrix, classes=None) -> Coded                          a row a labeller, a column an example, None or NaN for no label
columns
    Labels.of(example, labeller, code, n_codes=None) -> Labels        check, sort, compact; .example_ids .labeller_ids .sizes
    Labels.keep(mask) -> Labels                                       a part of the labels (mask in this object's row order)
    Labels.recode(codes, n_codes) -> Labels                           every code c becomes codes[c], for instance merged classes
    Labels.align(array)                                               a caller's label-level array in this object's row order
results
    Figure, Undefined, Result = Figure | Undefined                    .as_dict() gives the API's shape
agreement
    measure(labels, *, level="nominal", values=None, distance=None, confidence=.95, resamples=1000, seed=0, per_class=False)
        -> Agreement   .alpha .percent .fleiss_kappa .gwet_ac1 .gwet_ac2 .brennan_prediger .scott_pi .conger_kappa .cohen_kappa,
                       .measures (those but alpha by name), .shares (n_codes,), .left_out {"single_label": n}, .per_class {code: Result}
    alpha(labels, level="nominal", values=None, distance=None, *, confidence, resamples, seed) -> Result       alpha alone
    alpha_value(labels, level="nominal", values=None, distance=None) -> float | None                           no intervals
    percent_agreement, fleiss_kappa, gwet_ac1, brennan_prediger, scott_pi (labels, *, confidence, resamples, seed) -> Result   one alone
    gwet_ac2(labels, weights, *, ...), cohen_kappa(labels, weights="none"|"linear"|"quadratic"|table, values=None, *, ...),
    conger_kappa(labels, *, confidence) -> Result                     formulas and sources stand at each, in `kappas`
    per_class(labels, *, ...) -> {code: Result}                       one class against the rest
cohen
    kappa_of_table(table, weights="none"|"linear"|"quadratic"|table, *, confidence) -> Result
    largest_kappa(table) -> float | None
pairs
    pairwise_kappas(labels, *, min_overlap=20, weights="none", values=None, confidence=.95)
        -> PairwiseKappas   .pairs [Pair(a, b, n_examples, percent, kappa: Result)], .left_out, .min_overlap, .mean: Result
    coincidences(labels) -> (n_codes, n_codes) floats                 Krippendorff's coincidence matrix
    heat_map(labels) -> HeatMap   .pairs (counts), .shares (rows add up to 1): the confusion of pairs of labels
confusions
    confusions(labels, *, limit=None, with_hlp=50)
        -> [Confusion(a, b, count, share, alpha_now, alpha_if_merged, hlp_now, hlp_if_merged)], worst first
groups
    by_example_group(labels, groups, *, level, values, distance, confidence, resamples=0, seed) -> [Group(key, alpha, percent)]
    by_label_group(labels, groups, *, ...) -> [Group(...)]            only labels of one group are compared with each other
    by_labeller(labels, *, level, values, distance, confidence)
        -> [LabellerAgreement(labeller, alpha, percent, alpha_without, n_labels)]
effect
    of_labels(before, after, *, level, values, distance, confidence, resamples, seed, per_class=True)
        -> Effect   .n_examples .alpha .percent .per_class {code: Change}, Change(before, after, difference): on the same examples alone
    compare_effect.of_comparisons(before, after, *, ...) -> Effect    the same for two Comparisons of one kind
human
    leave_one_out(labels) -> Scores                                   each label against the others' majority, ties share credit
    against_reference(labels, reference_example, reference_code, *, never_counted=None) -> Scores    an example may have several rows
        Scores   .overall() .popular_answer() -> Result, .by_class() .by_labeller() .by_group(groups, of="example"|"label") -> {key: Result},
                 .credit .counted (per label)
    ceiling(labels) -> Result; root(percent) -> Result                square root of the raw agreement
    irreducible_error(labels) -> ErrorRange(low, high, n_examples, method) | Undefined
    repeat_consistency(labels of all rounds, *, confidence) -> (Result, {labeller: Result})
    one_against_another_and_popular(shares) -> (float, float)         why the popular answer beats people who are as good
parties: people, a model and the popular answer by identical references on identical examples
    Parties(labels, person, model, popular, weight, method, whole=True)     what each scores by each label's reference; weight 0: not scored
        .each_label() .each_person() -> Standing(person, model, popular, model_minus_person, model_minus_popular), .people(), .best()
    compare_groups(parties, group, rows, share, person, model, n_groups) -> Groups   gaps with intervals for one group and for all together
    paired(above, total, group, n_groups, unit, confidence) -> (low, high)           Bonett and Price's interval of paired differences
selection: examples that are there because of how their labels agree
    ways(labels), count_ways(labels, inside=None), chances(taken, of), weigh(labels, chances) -> Selection(weight, hinges, even)
shrinkage
    shrink(values, errors) -> Shrunk(value, error, mean, spread)      figures drawn towards their mean (empirical Bayes)
alternative
    alternative_annotator_test(labels, candidate, *, epsilon=0.1, values=None) -> AlternativeTest | Undefined
    compare(labels, candidate, *, values, likeness, weight) -> [Against]; judge(found, *, n_examples, epsilon) -> the same, for any epsilon
consensus
    majority(labels), weighted_majority(labels, weights), median_class(labels, values=None), number_consensus(labels, values, "mean"|"median")
        -> Consensus   .answer (code, -1 for a tie) .confidence .decided_by (index into DECIDED_BY) .n_votes .value,
                       .votes(i) {code: n}, .tied(i) [codes], .example_ids
    DECIDED_BY = ("unanimous", "majority", "model", "tie")
reliability: votes that weigh as much as their givers were right on other examples
    right_elsewhere(labels, credit, compared, smoothing=5) -> (n_labels,); weighted_votes(labels, reliability, options) -> Consensus
overlap: few labels where people agree, more where they do not
    posterior(codes, skills, options) -> (options,); skills_of(right, total, smoothing=5)
    simulate_adaptive(labels, *, start, most, confidence, budget=None, truth=None, seed), simulate_fixed(labels, count, *, truth=None, seed) -> Overlap
    replay_adaptive, replay_fixed: the same over many orders -> Replay   .cost .alike (per example) .reached; mean_interval(values)
dawid_skene
    dawid_skene(labels, *, prior="auto"|"pooled"|"none", strength=10, tolerance=1e-7, max_steps=200, keep_posterior=False)
        -> DawidSkene | Undefined   .consensus .class_shares .confusion .reliability (per labeller) .human_accuracy
                                    .log_likelihood .steps .converged .posterior
scoring
    score_choice(predicted, reference, n_codes, *, allowed=None, baseline_code=None, confidence, resamples, seed)
        -> ChoiceScore   .accuracy .macro_f1 .per_class [ClassScore(code, support, precision, recall, f1)] .baseline .baseline_code
                         .confusion .missing          (-1 predicted means none)
    score_choice_slices(predicted, reference, n_codes, slices, *, allowed=None, ...) -> [SliceScore(key, n_examples, figures)]
    score_rating(predicted, reference, *, baseline_value=None, confidence) -> RatingScore   .mean_absolute_error .accuracy .baseline .missing
    score_rating_slices(predicted, reference, slices, *, confidence) -> [SliceScore]
icc
    measure(labels, values, *, confidence) -> {name: Result}          icc_1_1, icc_2_1 (A,1), icc_3_1 (C,1), icc_1_k, icc_2_k, icc_3_k
    of_table(table (n_examples, n_labellers)) -> the same
comparison: answers beyond classes, all with one interface
    compare_sets.SetComparison.of(labels, values, classes)            alpha with Jaccard's distance; MASI; exact sets
    compare_numbers.NumberComparison.of(labels, values, level=)       alpha, interval or ratio; ICC; concordance of two people
    compare_texts.TextComparison.of(labels, texts)                    alpha by edit distance; likeness word by word
    compare_spans.SpanComparison.of(labels, values, classes, length)  unitized alpha; alpha of characters; F1 of spans
    compare_boxes.BoxComparison.of(labels, values, classes)           alpha over objects; F1 of boxes; overlap; classes of matched ones
        .alpha() .likeness() -> Result, .measures() -> {name: Result}, .per_class() -> {place: Result}, .by_labeller(), .by_two(least),
        .class_pairs() (n_classes, n_classes), .keep(mask)
    comparison.by_example_group(compared, groups), by_label_group(compared, groups) -> [Group]
units.Units, unitized.Unitized, distances.DistanceAlpha               the coefficients behind them; label_pairs.Pairs their pairs of labels
sets, texts, words, spans, boxes                                      two answers, or those of one example: distances, matches, majorities
precision: how much more work narrows an interval
    needed(figure, width, *, lasting=1.0, labels_each=None, by_labels=None) -> {"examples", "labellers", "labels": Need | Undefined}
        Need   .count .more .more_labels (None: never, with .reason and .floor), .limited_by, .curve [Point(count, width, ...)]
    exchanged(labels, seed) -> (Labels, donors); lasting_share(figure, figures after it) -> float    what lasts of people's differences
    label_spread.label_spread(labels, *, level, values, distance) -> LabelSpread | Undefined        variance by labels an example
second_opinion
    check_alpha(labels, ours, *, level="nominal", values=None, most_examples=100_000) -> SecondOpinion   against the krippendorff package
suspects: answers that are probably wrong
    suspected_labels(labels, *, most_chance=.1, fewest_others=2) -> SuspectedLabels | Undefined   .row .chance .instead, the worst first
    confident_learning(given, probabilities) -> Confident             .found .own .instead .other (Northcutt, Jiang and Chuang 2021)
    probabilities_of(predicted, given, n_codes) -> (probabilities, trusted)   hard predictions, as far as they are borne out
audits: a sample that somebody checks
    audit_sample(n, count, seed) -> places; allocate(count, sizes, spreads) -> how many of each stratum
    stratified_error_rate([Stratum(wrong, checked, population)]) -> Result; told_error_rate(...), undefined until enough is checked
likeness: near-duplicates
    groups_of_texts({key: text}, *, least=.8), groups_of_hashes({key: hash}, *, most_bits=4) -> [[key]]
    normalised(text), shingles(text), likeness(one, other), min_hashes(texts), candidates(bands): the same in parts
    difference_hash(grey (8, 9)) -> int; picture_likeness(one, other) -> float
consistency: do their answers agree?
    pairs_of_codes(group, copy, code, weight, thing) -> PairsInGroups   .share(counts) -> Result
"""
