"""Wishes beyond policy or authority: asked for, routed, talked about, decided, taken back."""

from remedies.services.exceptions.answering import answer_back as answer_back
from remedies.services.exceptions.answering import ask_back as ask_back
from remedies.services.exceptions.answering import withdraw_exception as withdraw_exception
from remedies.services.exceptions.asking import Addition as Addition
from remedies.services.exceptions.asking import request_exception as request_exception
from remedies.services.exceptions.deciding import approve_exception as approve_exception
from remedies.services.exceptions.deciding import decline_exception as decline_exception
from remedies.services.exceptions.routing import move_up as move_up
from remedies.services.exceptions.together import Outcome as Outcome
from remedies.services.exceptions.together import decide_together as decide_together
from remedies.services.exceptions.undoing import undo_decision as undo_decision
