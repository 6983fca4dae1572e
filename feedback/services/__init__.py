"""What can be done with surveys, follow-ups, ideas and kudos: one function for each intent."""

from feedback.services.answering import record_answer as record_answer
from feedback.services.answering import survey_by_token as survey_by_token
from feedback.services.asking import expire_next as expire_next
from feedback.services.asking import send_next as send_next
from feedback.services.colleagues import answer_idea as answer_idea
from feedback.services.colleagues import give_kudos as give_kudos
from feedback.services.colleagues import suggest_idea as suggest_idea
from feedback.services.colleagues import take_back as take_back
from feedback.services.colleagues import vote as vote
from feedback.services.following_up import close_followup as close_followup
