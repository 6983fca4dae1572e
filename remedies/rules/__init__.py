"""The policy language: a policy is data; facts go in, a drafted offer with its reasons comes out.

`load_policy(text)` reads and checks once; `evaluate(policy, facts, now=…)` works it out.
The language is described word by word in docs/remedies.md. Pure: no Django, no clock.
"""

from remedies.rules.language import (
    amounts,
    conditions,
    counting,
    daily,
    interest,
    lists,
    modifiers,
    moments,
    records,
    sharing,
    tables,
)
from remedies.rules.language.draft import (
    Component,
    ComponentKind,
    MissingFact,
    NotApplied,
    OfferDraft,
    Option,
    WhyNot,
)
from remedies.rules.language.evaluation import evaluate
from remedies.rules.language.parsing import load_policy
from remedies.rules.language.policy import Policy

#: The modules that bring the forms of the language; importing them registers those.
FORM_MODULES = (
    amounts,
    conditions,
    counting,
    daily,
    interest,
    lists,
    modifiers,
    moments,
    records,
    sharing,
    tables,
)

__all__ = [
    "FORM_MODULES",
    "Component",
    "ComponentKind",
    "MissingFact",
    "NotApplied",
    "OfferDraft",
    "Option",
    "Policy",
    "WhyNot",
    "evaluate",
    "load_policy",
]
