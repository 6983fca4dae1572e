"""Saying no: what it can rest on, how it is composed, and sending it."""

from remedies.services.refusing.grounds import Basis as Basis
from remedies.services.refusing.grounds import basis_of as basis_of
from remedies.services.refusing.refusing import Composed as Composed
from remedies.services.refusing.refusing import Finding as Finding
from remedies.services.refusing.refusing import No as No
from remedies.services.refusing.refusing import compose as compose
from remedies.services.refusing.refusing import refuse as refuse
