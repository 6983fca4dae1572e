"""What a word that the language does not know was most likely meant to be. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches

#: Words that come to mind, and those of the language; the first that is known in the place counts.
MEANT: dict[str, tuple[str, ...]] = {
    "and": ("all",), "or": ("any",), "if": ("when", "choose"), "case": ("choose",),
    "switch": ("choose",), "then": ("gives",), "condition": ("when",), "conditions": ("when",),
    "max": ("at_most", "greater_of"), "min": ("at_least", "lesser_of"), "maximum": ("at_most",),
    "minimum": ("at_least",), "highest": ("greater_of",), "lowest": ("lesser_of",),
    "higher_of": ("greater_of",), "lower_of": ("lesser_of",), "cap": ("at_most",),
    "limit": ("at_most",), "floor": ("at_least",), "multiply": ("times",), "product": ("times",),
    "plus": ("sum", "add"), "add": ("sum",), "minus": ("subtract",), "fixed": ("amount",),
    "sum_of_money": ("amount",), "round": ("round_to",), "in": ("one_of",), "not_in": ("none_of",),
    "equals": ("is",), "eq": ("is",), "==": ("is",), "=": ("is",), "not": ("is_not",),
    "!=": ("is_not",), ">=": ("at_least",), ">": ("above",), "<=": ("at_most",), "<": ("below",),
    "gte": ("at_least",), "gt": ("above",), "lte": ("at_most",), "lt": ("below",),
    "more_than": ("above",), "less_than": ("below",), "over": ("above",), "under": ("below",),
    "before": ("below", "until"), "after": ("above", "since"), "default": ("else",),
    "otherwise": ("else",), "amount": ("gives", "each"), "value": ("gives", "amount", "is"),
    "pays": ("gives",), "from": ("at_least", "since"), "to": ("at_most", "up_to", "until"),
    "days_between": ("days_from",), "working_days": ("days_from",),
    "months_between": ("months_from",), "time_between": ("time_from",),
    "between": ("daily", "at_least"), "window": ("daily",), "hours": ("daily",),
    "each_day": ("daily",), "from_to": ("daily",), "started": ("count",),
    "rate": ("percent_a_year", "percent"), "name": ("rule", "title"), "id": ("rule",),
    "label": ("title",), "valid_from": ("since",), "valid_to": ("until",),
    "group_by": ("by",), "foreach": ("sum_over",), "for_each": ("sum_over",),
    "max_of": ("greatest_of", "greatest_over"), "min_of": ("least_of", "least_over"),
    "share": ("share_of",), "split": ("share_of",),
    "lookup": ("table",), "grid": ("matrix",), "bands": ("tiers",), "interest": ("interest_on",),
    "description": ("about", "title"), "question": ("ask",), "options": ("choices",),
    "values": ("choices",), "enum": ("choices",), "round_up": ("rounding",), "base": ("of",),
    "string": ("text",), "str": ("text",), "bool": ("yes_no",), "boolean": ("yes_no",),
    "int": ("number",), "integer": ("number",), "decimal": ("number",), "float": ("number",),
    "datetime": ("moment",), "timestamp": ("moment",), "time": ("moment", "duration"),
    "array": ("list",), "currency": ("money",), "percent": ("number",), "minutes": ("duration",),
    "cash": ("compensation",), "money": ("compensation",), "voucher": ("credit",),
    "care": ("expedite",), "meals": ("expedite",), "exclude": ("unless",), "except": ("unless",),
    "replaces": ("overrides",), "requires": ("stack_on",), "tests": ("cases",),
    "law": ("clause", "source"), "article": ("clause",), "text": ("says",), "message": ("says",),
}  # fmt: skip


def nearest(word: str, known: Iterable[object]) -> str:
    """ " Did you mean …?" for the word that was most likely meant, or nothing."""
    names = [str(name) for name in known]
    meant = next((name for name in MEANT.get(word.lower(), ()) if name in names), "")
    if not meant:
        meant = next(iter(get_close_matches(word[:60], names, n=1, cutoff=0.6)), "")
    return f" Did you mean {meant}?" if meant else ""
