"""The policy language: from a text to a policy, and from facts to an offer with its reasons.

Read parsing, policy and evaluation first; the forms of sums and conditions register themselves
with compiling.
"""
