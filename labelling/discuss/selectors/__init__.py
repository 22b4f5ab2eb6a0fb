"""Reads of cases. Whoever is still blind to an example sees nothing of its case."""

from labelling.discuss.selectors.cases import CaseView, Decision, describe_remark, get_case, list_remarks
from labelling.discuss.selectors.keyset import Page
from labelling.discuss.selectors.own import Own, SettledOtherwise, get_own, list_settled_otherwise
from labelling.discuss.selectors.queue import (
    Row,
    Waiting,
    count_mine,
    counts_of_cases,
    fetch_case,
    list_cases,
    no_such_case,
    rows_of,
    sees_all,
    waiting_for_reply,
)
from labelling.discuss.selectors.votes import Vote, votes_on

__all__ = [
    "CaseView",
    "Decision",
    "Own",
    "Page",
    "Row",
    "SettledOtherwise",
    "Vote",
    "Waiting",
    "count_mine",
    "counts_of_cases",
    "describe_remark",
    "fetch_case",
    "get_case",
    "get_own",
    "list_cases",
    "list_remarks",
    "list_settled_otherwise",
    "no_such_case",
    "rows_of",
    "sees_all",
    "votes_on",
    "waiting_for_reply",
]
