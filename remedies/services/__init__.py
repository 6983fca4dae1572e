"""What can be done about remedies: one function for each intent.

Each is keyword-only after its subject, takes `actor` and `now`, raises a
`tickets.errors.DomainError` when it can't, and does its work in one unit of work.
"""

from remedies.services.additions import grant_added as grant_added
from remedies.services.answers import accept_offer as accept_offer
from remedies.services.answers import decline_offer as decline_offer
from remedies.services.answers import expire_next as expire_next
from remedies.services.answers import wish_words as wish_words
from remedies.services.authorities import rooms_on as rooms_on
from remedies.services.authorities import weigh as weigh
from remedies.services.drafting import redraft as redraft
from remedies.services.drafts import begin_draft as begin_draft
from remedies.services.drafts import discard_draft as discard_draft
from remedies.services.drafts import write_draft as write_draft
from remedies.services.exceptions import Addition as Addition
from remedies.services.exceptions import answer_back as answer_back
from remedies.services.exceptions import approve_exception as approve_exception
from remedies.services.exceptions import ask_back as ask_back
from remedies.services.exceptions import decide_together as decide_together
from remedies.services.exceptions import decline_exception as decline_exception
from remedies.services.exceptions import request_exception as request_exception
from remedies.services.exceptions import undo_decision as undo_decision
from remedies.services.exceptions import withdraw_exception as withdraw_exception
from remedies.services.lateness import note_late_next as note_late_next
from remedies.services.ledger import fail_remedy as fail_remedy
from remedies.services.ledger import fulfil_remedy as fulfil_remedy
from remedies.services.ledger import reverse_remedy as reverse_remedy
from remedies.services.letters import letter_for as letter_for
from remedies.services.letters import preview_offer as preview_offer
from remedies.services.offers import add_component as add_component
from remedies.services.offers import adjust_component as adjust_component
from remedies.services.offers import remove_component as remove_component
from remedies.services.offers import send_offer as send_offer
from remedies.services.offers import withdraw_offer as withdraw_offer
from remedies.services.pain_schemes import activate_pain_scheme as activate_pain_scheme
from remedies.services.pain_schemes import drop_pain_draft as drop_pain_draft
from remedies.services.pain_schemes import save_pain_scheme as save_pain_scheme
from remedies.services.policies import activate as activate
from remedies.services.policies import activate_next as activate_next
from remedies.services.policies import retire as retire
from remedies.services.policies import save_draft as save_draft
from remedies.services.policies import schedule as schedule
from remedies.services.policies import unschedule as unschedule
from remedies.services.refusing import Composed as Composed
from remedies.services.refusing import Finding as Finding
from remedies.services.refusing import No as No
from remedies.services.refusing import basis_of as basis_of
from remedies.services.refusing import compose as compose
from remedies.services.refusing import refuse as refuse
