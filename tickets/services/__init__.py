"""What can be done to tickets, customers and people: one function for each intent.

Each is keyword-only after its subject, takes `actor` and `now`, raises a
`tickets.errors.DomainError` when it can't, and does its work in one unit of work.
"""

from tickets.services.abuse import report_abuse as report_abuse
from tickets.services.conversation import acknowledge as acknowledge
from tickets.services.conversation import add_note as add_note
from tickets.services.conversation import give_information as give_information
from tickets.services.conversation import receive_message as receive_message
from tickets.services.conversation import reply as reply
from tickets.services.conversation import request_information as request_information
from tickets.services.customers import (
    find_or_create_customer as find_or_create_customer,
)
from tickets.services.customers import merge_customers as merge_customers
from tickets.services.customers import update_customer as update_customer
from tickets.services.drafts import discard_draft as discard_draft
from tickets.services.drafts import draft_was_sent as draft_was_sent
from tickets.services.drafts import save_draft as save_draft
from tickets.services.files import attach as attach
from tickets.services.matter import change_category as change_category
from tickets.services.matter import change_subject as change_subject
from tickets.services.matter import link as link
from tickets.services.matter import override_pain as override_pain
from tickets.services.matter import record_assessed_pain as record_assessed_pain
from tickets.services.matter import set_factors as set_factors
from tickets.services.matter import set_facts as set_facts
from tickets.services.matter import set_loss as set_loss
from tickets.services.matter import set_tags as set_tags
from tickets.services.matter import unlink as unlink
from tickets.services.merging import merge_tickets as merge_tickets
from tickets.services.opening import open_ticket as open_ticket
from tickets.services.ownership import assign as assign
from tickets.services.ownership import hand_over as hand_over
from tickets.services.ownership import move_to_team as move_to_team
from tickets.services.ownership import take as take
from tickets.services.people import complain_about as complain_about
from tickets.services.people import name_person as name_person
from tickets.services.people import set_away as set_away
from tickets.services.people import set_confidential as set_confidential
from tickets.services.people import unname_person as unname_person
from tickets.services.points import add_corrective_action as add_corrective_action
from tickets.services.points import add_point as add_point
from tickets.services.points import (
    complete_corrective_action as complete_corrective_action,
)
from tickets.services.points import decide_point as decide_point
from tickets.services.promises import keep_promise as keep_promise
from tickets.services.promises import make_promise as make_promise
from tickets.services.reviews import ask_review as ask_review
from tickets.services.reviews import check_reviewer as check_reviewer
from tickets.services.reviews import escalate_to_external as escalate_to_external
from tickets.services.snoozing import end_snooze as end_snooze
from tickets.services.snoozing import snooze as snooze
from tickets.services.splitting import split_ticket as split_ticket
from tickets.services.status import close as close
from tickets.services.status import escalated_by_customer as escalated_by_customer
from tickets.services.status import reopen as reopen
from tickets.services.status import resolve as resolve
from tickets.services.status import resume as resume
from tickets.services.status import wait_for_customer as wait_for_customer
from tickets.services.status import wait_for_third_party as wait_for_third_party
